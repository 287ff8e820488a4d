"""The checks of RFC 7643, 7644, 9865 and what surrounds them, by id, with the clause and its level: facts, and no sentences.

What a check asks for is said by the tests that carry its id: `@pytest.mark.rfc("FIL-01")`.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("checks.tsv")

SECTIONS = {
    "REP": "Values and their types (RFC 7643 §2)",
    "SCH": "What every resource has (RFC 7643 §3)",
    "USR": "Users (RFC 7643 §4.1)",
    "GRP": "Groups (RFC 7643 §4.2)",
    "ENT": "Enterprise users (RFC 7643 §4.3)",
    "DSC": "Discovery (RFC 7643 §5–7, RFC 7644 §4)",
    "CHR": "Characteristics of attributes (RFC 7643 §7)",
    "AUT": "Who asks (RFC 7644 §2, §7)",
    "CRE": "Create (RFC 7644 §3.3)",
    "GET": "Read and choose (RFC 7644 §3.4.1, §3.9, §3.10)",
    "LST": "Lists (RFC 7644 §3.4.2)",
    "FIL": "Filters (RFC 7644 §3.4.2.2)",
    "FMX": "Every operator with every type (RFC 7644 §3.4.2.2)",
    "SRT": "Sort (RFC 7644 §3.4.2.3)",
    "PAG": "Pages by number (RFC 7644 §3.4.2.4)",
    "SEA": "Search by POST, and from the root (RFC 7644 §3.4.3)",
    "PUT": "Replace (RFC 7644 §3.5.1)",
    "PAT": "Change (RFC 7644 §3.5.2)",
    "PPA": "Paths of a change (RFC 7644 §3.5.2)",
    "PAD": "Change: add (RFC 7644 §3.5.2.1)",
    "PRM": "Change: remove (RFC 7644 §3.5.2.2)",
    "PRP": "Change: replace (RFC 7644 §3.5.2.3)",
    "DEL": "Delete (RFC 7644 §3.6)",
    "BLK": "Bulk (RFC 7644 §3.7)",
    "ETG": "Versions (RFC 7644 §3.14, RFC 9110 §13)",
    "MTY": "Media types (RFC 7644 §3.8)",
    "ME": "The user who asks (RFC 7644 §3.11)",
    "ERR": "Errors (RFC 7644 §3.12)",
    "VER": "Version of the protocol (RFC 7644 §3.13)",
    "PRE": "Text that is compared (RFC 7644 §5, RFC 8265)",
    "TEN": "Organizations (RFC 7644 §6)",
    "CUR": "Pages by cursor (RFC 9865)",
    "EVT": "Events (RFC 9967)",
    "RLE": "Roles and entitlements (draft-ietf-scim-roles-entitlements)",
    "DEV": "Devices (RFC 9944)",
    "NEW": "Profiles and drafts",
}


@dataclass(frozen=True)
class Check:
    """One check: its id, where it comes from, and how strongly it is said there."""

    id: str
    clause: str
    level: str

    @property
    def section(self) -> str:
        return self.id.partition("-")[0]


def checks() -> dict[str, Check]:
    """Every check by its id, in the order of the sections."""
    with LIST.open(newline="", encoding="utf-8") as file:
        found = [Check(**row) for row in csv.DictReader(file, delimiter="\t")]
    order = list(SECTIONS)
    return {each.id: each for each in sorted(found, key=lambda check: order.index(check.section))}
