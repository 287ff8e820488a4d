"""The row of a request that changes something, in the transaction that changes it: neither is ever there without the other.

The row is written only if the key of the request is still let in: whatever takes a key back ends a request that goes on
for long, too. No statement is needed for that which would not be sent anyway.

What was asked and what came of it are known by then. How it is answered is not: the row says what it is answered with when
all goes well, and `writer` completes it once that has happened. Whatever ends the process in between, the row stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import bindparam, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from scim_app.directory import keys
from scim_app.directory.journal.entries import Made, Noted, row
from scim_app.directory.tables import ScimKey, ScimRequest
from scim_app.directory.transaction import AnySession, over, recorded, reported, transact

T = TypeVar("T")
_requests: Any = ScimRequest.__table__
_organization = select(ScimKey.organization_id).where(*keys.STILL_LIVE).scalar_subquery()
INSERT = insert(_requests).values(organization_id=_organization)
"""The organisation is that of the key, which has none where it is not let in: then there can be no row."""
TOLD = ("id", "action", "target_kind", "target_id", "target_name")
"""What the log is told of an entry of the history."""
CHANGES = update(_requests).where(_requests.c.id == bindparam("request"), exists().where(*keys.STILL_LIVE))


@dataclass
class Receipt:
    """What the log gets of one request, whose transactions may be several: a bulk request has one for each operation."""

    describe: Callable[[], Noted]
    """What is to be said of the request before it is answered; asked when there is something to say."""
    made: tuple[Made, ...] = ()
    """What it has changed so far."""

    def transact(self, session: AnySession, work: Callable[[], T]) -> T:
        """The result of `work` in one transaction, with the request's row in the log if it changed anything.

        Raises TakenBack if the key of the request is not let in any more.
        """

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
        key = {"of_key": noted.key_id, "live_at": datetime.now(UTC)}
        if self.made:
            values = {"request": noted.request_id, "change_ids": [each.id for each in made]}
            if not over(session).execute(CHANGES, key | values).rowcount:
                raise keys.TakenBack
            return made
        values = row(replace(noted, made=made), {})
        del values["organization_id"]
        try:
            over(session).execute(INSERT, key | values)
        except IntegrityError as error:
            of_none = reported(error, "column_name").endswith("organization_id")
            raise (keys.TakenBack() if of_none else error) from None
        return made
