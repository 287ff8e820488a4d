"""The one place where anything is committed.

SQLite takes its write lock at BEGIN (see `extensions.py`): a transaction that reads first and asks for the lock later
fails under two workers. Writers queue for it (see `turns.py`). PostgreSQL may abort a transaction to resolve a deadlock
or a serialisation failure; the whole of it is then run again before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.turns import turn

T = TypeVar("T")
AnySession = Session | scoped_session[Any]

ATTEMPTS = 5
RETRIED = {"40001", "40P01", "23503"}
"""PostgreSQL's serialization_failure, deadlock_detected, and foreign_key_violation: somebody deleted what was referred to."""


def transact(session: AnySession, work: Callable[[], T]) -> T:
    """The result of `work`, whose writes are durable once this returns and gone if it raises.

    `work` may run more than once, so it must not do anything that a rollback does not undo.
    """
    session.rollback()
    with turn(session.get_bind().engine):
        for _ in range(ATTEMPTS - 1):
            try:
                return attempt(session, work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in RETRIED:
                    raise
        return attempt(session, work)


def attempt(session: AnySession, work: Callable[[], T]) -> T:
    """Run `work` in one transaction, once."""
    session.connection(execution_options={"writes": True})
    try:
        result = work()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    return result
