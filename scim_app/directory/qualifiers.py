"""What is typed into the search of the changelog: words, and qualifiers that say what a word is about.

`actor:ada action:user created:2026-11-01..2026-11-07 -user:"Grace Hopper"`. What is not understood is said, and searched for
as a word, so that nobody takes everything for what they asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_

from scim_app.directory.ids import first_id
from scim_app.directory.tables import Change
from scim_app.protocol.comparison import folded

KINDS = {"user": "User", "group": "Group", "key": "Key", "administrator": "Administrator"}
FIELDS = ("actor", "action", "created", *KINDS)
TERMS_AT_MOST = 20
TOKEN = re.compile(r'(-?)(?:([a-z]+):)?("[^"]*"?|\S+)', re.IGNORECASE)
DAY = r"\d{4}-\d{2}-\d{2}"
RANGE = re.compile(rf"(?:(?P<from>{DAY})?\.\.(?P<to>{DAY})?|(?P<sign>>=|<=|>|<)?(?P<day>{DAY}))")


@dataclass(frozen=True)
class Term:
    """One thing that is asked for, or, negated, asked to be left out. Without a field it is a word in a name."""

    field: str
    value: str
    negated: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if re.search(r"\s", self.value) or not self.value else self.value
        return f"{'-' if self.negated else ''}{self.field + ':' if self.field else ''}{value}"


def parse(text: str) -> tuple[Term, ...]:
    """The terms of a search, as many as there may be. Every text has some reading."""
    terms = []
    for found in TOKEN.finditer(text):
        minus, field, value = found[1], (found[2] or "").lower(), found[3].strip('"')
        if field not in ("", *FIELDS):
            field, value = "", f"{found[2]}:{value}"
        if value:
            terms.append(Term(field, value, bool(minus)))
    return tuple(terms[:TERMS_AT_MOST])


def written(terms: Iterable[Term]) -> str:
    """The terms as they would be typed."""
    return " ".join(map(str, terms))


def narrowed(terms: Iterable[Term], field: str, value: str) -> tuple[Term, ...]:
    """The terms with this one in place of others about the same."""
    return (*(term for term in terms if term.field != field or term.negated), Term(field, value))


def problem(term: Term) -> str | None:
    """What cannot be understood about it, as a sentence."""
    if term.field == "created" and days(term.value) is None:
        return f'"{term.value[:40]}" is no day or range of days. Write created:2026-11-01..2026-11-07.'
    return None


def condition(term: Term) -> ColumnElement[bool]:
    """The condition under which an entry of the history is meant."""
    return not_(_condition(term)) if term.negated else _condition(term)


def _condition(term: Term) -> ColumnElement[bool]:
    if term.field == "action":
        value = term.value.rstrip(":").lower()
        return or_(Change.action == value, Change.action.startswith(f"{value}:", autoescape=True))
    if term.field == "created" and (span := days(term.value)) is not None:
        since, until = span
        return and_(Change.id >= first_id(since), Change.id < first_id(until))
    # The names of actor and target stand in one column, on two lines.
    name = re.sub(r"([/%_])", r"/\1", folded(term.value).replace("\n", " "))
    if term.field == "actor":
        return Change.search_key.like(f"%{name}%\n%", escape="/")
    if term.field in KINDS:
        return and_(Change.target_kind == KINDS[term.field], Change.search_key.like(f"%\n%{name}%", escape="/"))
    return Change.search_key.like(f"%{name}%", escape="/")


def days(text: str) -> tuple[datetime, datetime] | None:
    """The moments between which a range of days lies; None for what is none. Ends are days that count."""
    found = RANGE.fullmatch(text)
    if found is None:
        return None
    try:
        first, last = (_day(found[name]) if found[name] else None for name in ("from", "to"))
        if found["day"]:
            day, sign = _day(found["day"]), found["sign"] or ""
            first = None if sign.startswith("<") else day + timedelta(days=sign == ">")
            last = None if sign.startswith(">") else day - timedelta(days=sign == "<")
        return first or EARLIEST, (last or LATEST) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
