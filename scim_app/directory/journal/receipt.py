"""The row of a request that changes something, in the transaction that changes it: neither is ever there without the other.

What was asked and what came of it are known by then. How it is answered is not: the row says what it is answered with when
all goes well, and `writer` completes it once that has happened. Whatever ends the process in between, the row stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, update

from scim_app.directory.journal.entries import Made, Noted, row
from scim_app.directory.tables import Change, ScimRequest
from scim_app.directory.transaction import AnySession, transact

T = TypeVar("T")
_requests: Any = ScimRequest.__table__
_changes: Any = Change.__table__
INSERT = insert(_requests)
CHANGES = update(_requests).where(_requests.c.id == bindparam("request"))
MADE = (
    select(_changes.c.id, _changes.c.action, _changes.c.target_kind, _changes.c.target_id, _changes.c.target_name)
    .where(_changes.c.organization_id == bindparam("organization"), _changes.c.request_id == bindparam("request"))
    .where(_changes.c.id > bindparam("after"))
    .order_by(_changes.c.id)
)
"""Ids are ordered by time, so only the newest changes are looked at."""


@dataclass
class Receipt:
    """What the log gets of one request, whose transactions may be several: a bulk request has one for each operation."""

    describe: Callable[[], Noted]
    """What is to be said of the request before it is answered; asked when there is something to say."""
    made: tuple[Made, ...] = ()
    """What it has changed so far."""

    def transact(self, session: AnySession, work: Callable[[], T]) -> T:
        """The result of `work` in one transaction, with the request's row in the log if it changed anything."""

        def receipted() -> tuple[T, tuple[Made, ...]]:
            result = work()
            return result, self._write(session)

        result, self.made = transact(session, receipted)
        return result

    def _write(self, session: AnySession) -> tuple[Made, ...]:
        noted = self.describe()
        new = made_since(session, noted, self.made[-1].id if self.made else noted.request_id)
        made = (*self.made, *new)
        if self.made and new:
            session.execute(CHANGES, {"request": noted.request_id, "change_ids": [each.id for each in made]})
        elif new:
            session.execute(INSERT, row(replace(noted, made=made), {}))
        return made


def made_since(session: AnySession, noted: Noted, after: str) -> list[Made]:
    """The changes of that request behind an id, in order."""
    given = {"organization": noted.organization_id, "request": noted.request_id, "after": after}
    return [Made(*each) for each in session.execute(MADE, given)]
