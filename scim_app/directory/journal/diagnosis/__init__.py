"""What the log says is wrong with a connection, and how that is fixed.

`findings` is the table of diagnoses: a name, a title, a fix that holds for any client, and a function over the `evidence`,
which is the newest entries of one organisation's log. `connection` has those about keys and addresses, `content` those about
what is sent. How a finding is fixed in the console of one identity provider stands in the guide of that provider, in docs/,
beside the name of the finding; nothing here knows one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scim_app.directory.journal.diagnosis import connection, content
from scim_app.directory.journal.diagnosis.evidence import Evidence
from scim_app.directory.journal.diagnosis.findings import DIAGNOSES, Finding, made
from scim_app.directory.transaction import AnySession
from scim_app.protocol.catalog import Catalog

__all__ = [
    "DIAGNOSES",
    "Finding",
    "Report",
    "connection",
    "content",
    "diagnose",
]


@dataclass(frozen=True)
class Report:
    """What was found, the worst first, and among how many requests since when."""

    findings: Sequence[Finding]
    requests: int
    since: datetime | None

    @property
    def wrong(self) -> Sequence[Finding]:
        """The findings that are more than hints."""
        return [each for each in self.findings if not each.hint]


def diagnose(
    session: AnySession, organization_id: str, catalog: Catalog, now: datetime, local_address: str = ""
) -> Report:
    """What is wrong with the connection of an organisation. `local_address` is the public one, if only this machine has it."""
    evidence = Evidence(session, organization_id, catalog, now)
    found = [finding for each in DIAGNOSES.values() if (finding := made(each, evidence)) is not None]
    if local_address:
        found.append(address_local(local_address))
    entries = evidence.entries
    oldest = min((each.at for each in entries), default=None)
    return Report(sorted(found, key=lambda each: each.hint), sum(each.count for each in entries), oldest)


def address_local(address: str) -> Finding:
    """The one finding that comes from the settings: the address that clients are told is one that only this machine has."""
    return Finding(
        "address-local",
        "Only this machine reaches the service",
        f"The base URL begins with {address}, which no identity provider in the cloud can reach.",
        "Set PUBLIC_URL to an https address that the internet reaches, and start the service again.",
        hint=True,
    )
