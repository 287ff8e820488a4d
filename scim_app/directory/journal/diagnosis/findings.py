"""The table of diagnoses: each has a name, a title and a fix, and looks at the evidence for what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scim_app.directory.journal.diagnosis.evidence import Entry, Evidence


@dataclass(frozen=True)
class Seen:
    """What was seen, as a sentence, and the newest request that shows it."""

    words: str
    entry: Entry


Look = Callable[[Evidence], Seen | None]


@dataclass(frozen=True)
class Diagnosis:
    """One thing that can be wrong with a connection. A hint is less: it may be meant, and nothing fails because of it."""

    name: str
    title: str
    fix: str
    look: Look
    hint: bool = False


@dataclass(frozen=True)
class Finding:
    """A diagnosis that applies: what is seen, how it is fixed in any identity provider, and who and which request."""

    name: str
    title: str
    seen: str
    fix: str
    hint: bool = False
    client: str = ""
    at: datetime | None = None
    request_id: str | None = None


DIAGNOSES: dict[str, Diagnosis] = {}
"""By their names, in the order in which they are told."""


def diagnosis(name: str, title: str, fix: str, hint: bool = False) -> Callable[[Look], Look]:
    """Put a function into the table, under that name."""

    def add(look: Look) -> Look:
        DIAGNOSES[name] = Diagnosis(name, title, fix, look, hint)
        return look

    return add


def made(each: Diagnosis, evidence: Evidence) -> Finding | None:
    """What the diagnosis finds."""
    seen = each.look(evidence)
    if seen is None:
        return None
    entry = seen.entry
    return Finding(each.name, each.title, seen.words, each.fix, each.hint, entry.client, entry.at, entry.id)


def times(number: int, one: str, many: str = "") -> str:
    """So many of something."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def often(number: int) -> str:
    """So many times."""
    return "once" if number == 1 else f"{number:,} times"
