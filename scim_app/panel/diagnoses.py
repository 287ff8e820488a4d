"""What is wrong with the connection, for the page: each finding with its mend in the consoles it may be mended in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app
from markupsafe import Markup

from scim_app.config import is_loopback
from scim_app.directory.journal import diagnosis
from scim_app.directory.journal.diagnosis import Finding, Report
from scim_app.extensions import db
from scim_app.panel.guides import CLIENTS, PROVIDERS, drawn, guide, values_of
from scim_app.panel.visitor import visitor

LIKELY = ("okta", "entra")
"""Where a mend is told for when the client does not say who it is."""


@dataclass(frozen=True)
class Shown:
    """A finding and its mends: where, and what to do there."""

    finding: Finding
    mends: Sequence[tuple[str, Markup]]


def connection() -> tuple[Report, Sequence[Shown]]:
    """What the log of the organisation on screen says, and the findings with their mends."""
    address = current_app.config["PUBLIC_URL"]
    report = diagnosis.diagnose(
        db.session,
        visitor().organization.id,
        current_app.extensions["catalog"],
        datetime.now(UTC),
        address if is_loopback(address) else "",
    )
    return report, [Shown(each, mends(each)) for each in report.findings]


def mends(finding: Finding) -> Sequence[tuple[str, Markup]]:
    """What to do in the console of the provider that it is about; of a client nobody knows, in the likely ones and anywhere."""
    values = values_of(current_app.config)
    theirs = [name for name, client in CLIENTS.items() if client == finding.client]
    found = [
        (f"In {PROVIDERS[name]}", drawn(trouble.mend, values))
        for name in theirs or LIKELY
        for trouble in guide(name).troubles
        if finding.name in trouble.findings
    ]
    if theirs and found:
        return found
    return [*found, ("Anywhere else" if found else "How to mend it", drawn(finding.mend, values))]
