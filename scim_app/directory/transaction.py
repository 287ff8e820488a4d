"""The one place where anything is committed.

SQLite takes its write lock at BEGIN (see `extensions.py`): a transaction that reads first and asks for the lock later
fails under two workers. PostgreSQL may abort a transaction to resolve a deadlock or a serialisation failure; the whole
of it is then run again before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

T = TypeVar("T")
AnySession = Session | scoped_session[Session]

ATTEMPTS = 5
RETRIED = {"40001", "40P01"}
"""PostgreSQL's serialization_failure and deadlock_detected."""


def transact(session: AnySession, work: Callable[[], T]) -> T:
    """The result of `work`, whose writes are durable once this returns and gone if it raises.

    `work` may run more than once, so it must not do anything that a rollback does not undo.
    """
    for attempt in range(1, ATTEMPTS + 1):
        session.rollback()
        session.connection(execution_options={"writes": True})
        try:
            result = work()
            session.commit()
        except DBAPIError as error:
            session.rollback()
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in RETRIED:
                raise
        except BaseException:
            session.rollback()
            raise
        else:
            return result
    raise AssertionError("unreachable")
