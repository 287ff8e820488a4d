"""What is wrong with the connection, for the page: each finding with its fix in the consoles it may be fixed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app

from scim_app.config import is_loopback
from scim_app.directory.journal import diagnosis
from scim_app.directory.journal.diagnosis import Finding, Report
from scim_app.extensions import db
from scim_app.panel.advice import Advice, of_finding
from scim_app.panel.visitor import visitor


@dataclass(frozen=True)
class Shown:
    """A finding, and how it is fixed."""

    finding: Finding
    fixes: Advice


def connection() -> tuple[Report, Sequence[Shown]]:
    """What the log of the organisation on screen says, and the findings with their fixes."""
    address = current_app.config["PUBLIC_URL"]
    report = diagnosis.diagnose(
        db.session,
        visitor().organization.id,
        current_app.extensions["catalog"],
        datetime.now(UTC),
        address if is_loopback(address) else "",
    )
    return report, [Shown(each, of_finding(each)) for each in report.findings]
