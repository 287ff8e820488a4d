"""The one place where anything is committed.

SQLite takes its write lock at BEGIN (see `extensions.py`): a transaction that reads first and asks for the lock later
fails under two workers. Writers queue for it (see `turns.py`). PostgreSQL may abort a transaction to resolve a deadlock
or a serialisation failure; the whole of it is then run again before anybody is answered, a random moment later: those who
were in each other's way would meet again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.turns import turn

T = TypeVar("T")
AnySession = Session | scoped_session[Any]
Reads = AnySession | Connection
"""What statements that read are asked over."""

ATTEMPTS = 5
PAUSE = 0.02
"""Seconds before the second attempt, at most; twice as many before each further one."""
CONNECTION, RECORDED = "connection", "recorded changes"
RETRIED = {"40001", "40P01", "23503"}
"""PostgreSQL's serialization_failure, deadlock_detected, and foreign_key_violation: somebody deleted what was referred to."""


class Crossed(TimeoutError):
    """Others hold what would have to be waited for out of order, while they may wait for this transaction."""


chance = secrets.SystemRandom()


def reading(engine: Engine) -> Engine:
    """The engine for what only reads: its connections hold nothing between two statements.

    Each statement sees what is committed when it begins, as in any transaction of PostgreSQL's default isolation level; to
    begin and to end one are two more ways to the database and back. No session is needed, which takes as long again.
    """
    by_itself = engine.dialect.name == "postgresql"
    return engine.execution_options(**({"isolation_level": "AUTOCOMMIT"} if by_itself else {"reads": True}))


def transact(session: AnySession, work: Callable[[], T]) -> T:
    """The result of `work`, whose writes are durable once this returns and gone if it raises.

    `work` may run more than once, so it must not do anything that a rollback does not undo.
    """
    session.rollback()
    with turn(session.get_bind().engine):
        for number in range(ATTEMPTS - 1):
            try:
                return attempt(session, work)
            except (DBAPIError, Crossed) as error:
                if not passes(error):
                    raise
            time.sleep(chance.uniform(0, PAUSE * 2**number))
        return attempt(session, work)


def passes(error: DBAPIError | TimeoutError) -> bool:
    """Whether it came of what others did at that moment, and may not come another time."""
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None) in RETRIED
    return isinstance(error, Crossed)


def reported(error: IntegrityError, field: str) -> str:
    """What PostgreSQL reports of a refused row in that field; SQLite has one message, of columns and no values."""
    diagnostics = getattr(error.orig, "diag", None)
    return str(error.orig) if diagnostics is None else getattr(diagnostics, field) or ""


def attempt(session: AnySession, work: Callable[[], T]) -> T:
    """Run `work` in one transaction, once."""
    session.info[CONNECTION] = session.connection(execution_options={"writes": True})
    session.info[RECORDED] = []
    try:
        result = work()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        del session.info[CONNECTION], session.info[RECORDED]
    return result


def over(session: Reads) -> Connection:
    """The connection that a session is on, for statements about rows: they take a fifth longer by way of the session."""
    if isinstance(session, Connection):
        return session
    known: Connection | None = session.info.get(CONNECTION)
    return session.connection() if known is None else known


def recorded(session: AnySession) -> list[dict[str, Any]]:
    """The entries of the history that this transaction has made so far, in order; kept by none outside `transact`."""
    found: list[dict[str, Any]] = session.info.get(RECORDED, [])
    return found
