"""The row of a request that changes something, in the transaction that changes it: neither is ever there without the other.

What was asked and what came of it are known by then. How it is answered is not: the row says what it is answered with when
all goes well, and `writer` completes it once that has happened. Whatever ends the process in between, the row stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, update

from scim_app.directory.journal.entries import Made, Noted, row
from scim_app.directory.tables import ScimRequest
from scim_app.directory.transaction import AnySession, over, recorded, transact

T = TypeVar("T")
_requests: Any = ScimRequest.__table__
INSERT = insert(_requests)
TOLD = ("id", "action", "target_kind", "target_id", "target_name")
"""What the log is told of an entry of the history."""
CHANGES = update(_requests).where(_requests.c.id == bindparam("request"))


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
        new = [Made(*(entry[name] for name in TOLD)) for entry in recorded(session)]
        if not new:
            return self.made
        noted, made = self.describe(), (*self.made, *new)
        if self.made:
            over(session).execute(CHANGES, {"request": noted.request_id, "change_ids": [each.id for each in made]})
        else:
            over(session).execute(INSERT, row(replace(noted, made=made), {}))
        return made
