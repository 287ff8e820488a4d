"""Writing the log beside the requests: a queue in memory, and one thread in each process that empties it.

A request notes and goes on: it never waits for the log, and never fails because of it. What is noted is written within a
second, many rows in one transaction. When a process is killed, the last second of its reads and of what failed is lost with
it; what changed something has its row already (`receipt`). When a process ends in order, the queue is written first. When
requests come faster than rows can be written, rows are left out and counted.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, bindparam, create_engine, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError, TimeoutError
from sqlalchemy.orm import Session

from scim_app.directory import keys
from scim_app.directory.ids import made_at
from scim_app.directory.journal import secrets
from scim_app.directory.journal.entries import Noted, aim, answer, is_id, row, sum_key, summed
from scim_app.directory.journal.retention import prune
from scim_app.directory.tables import Group, ScimRequest, User
from scim_app.directory.transaction import over, transact

QUEUED = 5_000
HELD = 32 * 1024 * 1024
"""Bytes of bodies in the queue; beyond them requests are noted without."""
BATCH = 500
PAUSE = 0.5
"""Seconds that rows are collected for one transaction."""
PRUNED_EVERY = 3600.0
_requests: Any = ScimRequest.__table__
COMPLETE = update(_requests).where(_requests.c.id == bindparam("request"))
"""Told of a row once its request is answered: the columns of `answer`."""

log = logging.getLogger("scim_app.journal")
_journals: weakref.WeakSet[Journal] = weakref.WeakSet()


def begin_anew() -> None:
    """In a process that was forked: none of its parent's threads, and nothing to write of its parent's."""
    for each in _journals:
        each.reset()


os.register_at_fork(after_in_child=begin_anew)


class Journal:
    """The log of one process, written over a connection of its own. The thread starts with the first request."""

    def __init__(self, url: URL | str, options: Mapping[str, Any]) -> None:
        self.url = url
        self.options = {**options, "pool_size": 1, "max_overflow": 0}
        self.reset()
        _journals.add(self)

    def reset(self) -> None:
        """Begin anew, with nothing noted and no thread."""
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.queue: deque[Noted | threading.Event] = deque()
        self.held = 0
        self.left_out = 0
        self.closing = False
        self.came, self.enough = threading.Event(), threading.Event()
        """Set when there is something to write, and when there is no sense in waiting for more."""
        self.pruned_at = time.monotonic() - PRUNED_EVERY + 60

    def note(self, noted: Noted) -> None:
        """Keep the request, at the next opportunity. Never waits and never raises."""
        if self.held + noted.weight > HELD:
            noted = replace(noted, request=None, response=None)
        if len(self.queue) >= QUEUED:
            self.left_out += 1
            return
        self.held += noted.weight
        self.queue.append(noted)
        if not self.came.is_set():
            self.came.set()
        if len(self.queue) >= BATCH:
            self.enough.set()
        if self.thread is None:
            self.start()

    def start(self) -> None:
        """Start the thread, once."""
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self.run, name="journal", daemon=True)
                self.thread.start()
                atexit.register(self.close)

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything noted so far is written; False when it was not within the timeout."""
        if self.thread is None:
            return True
        written = threading.Event()
        self.queue.append(written)
        self.came.set()
        self.enough.set()
        return written.wait(timeout)

    def close(self) -> None:
        """Write what is left and end the thread."""
        if self.thread is None:
            return
        self.closing = True
        self.flush()
        self.thread.join(10)
        self.thread = None
        atexit.unregister(self.close)

    def run(self) -> None:
        """The thread: collect, write, forget what is too old, until the journal is closed."""
        engine = create_engine(self.url, **self.options)
        try:
            while not self.closing or self.queue:
                noted, waiting = self.collect()
                with Session(engine) as session:
                    self.write(session, noted)
                    self.forget(session)
                for each in waiting:
                    each.set()
        finally:
            engine.dispose()

    def collect(self) -> tuple[list[Noted], list[threading.Event]]:
        """What came within the pause after the first, and who waits for it to be written.

        The thread sleeps meanwhile: to be woken for each would take time from the requests.
        """
        self.came.wait()
        self.enough.wait(PAUSE)
        self.came.clear()
        self.enough.clear()
        noted: list[Noted] = []
        waiting: list[threading.Event] = []
        while self.queue and len(noted) < BATCH:
            each = self.queue.popleft()
            noted.append(each) if isinstance(each, Noted) else waiting.append(each)
        if self.queue:
            self.held -= sum(each.weight for each in noted)
            self.came.set()
            self.enough.set()
        else:
            self.held = 0
        return noted, waiting

    def write(self, session: Session, batch: Sequence[Noted]) -> None:
        """Write the batch, or, when one of them cannot be written, the others. Whatever goes wrong is said in the log."""
        if self.left_out:
            log.warning("the log of requests leaves out %d: they come faster than it writes", self.left_out)
            self.left_out = 0
        try:
            if batch:
                transact(session, lambda: add(session, batch))
        except SQLAlchemyError as error:
            if len(batch) == 1 or isinstance(error, OperationalError | TimeoutError):
                log.warning("%d rows of the log of requests are lost", len(batch), exc_info=True)
                return
            for each in batch:
                self.write(session, [each])
        except Exception:
            log.exception("%d rows of the log of requests are lost", len(batch))

    def forget(self, session: Session) -> None:
        """Once an hour, forget what is older than each organisation wants to keep."""
        if time.monotonic() < self.pruned_at + PRUNED_EVERY:
            return
        self.pruned_at = time.monotonic()
        try:
            prune(session, datetime.now(UTC))
        except Exception:
            log.warning("the log of requests could not be pruned", exc_info=True)


def add(session: Session, batch: Sequence[Noted]) -> None:
    """Add rows for these requests, in the caller's transaction; those that are summed up with others to their row.

    A request that changed something has a row: that is told how it was answered. The keys are told that they were used.
    """
    names = names_of(session, batch)
    answered: list[dict[str, Any]] = []
    single: list[dict[str, Any]] = []
    alike: dict[str, list[Noted]] = {}
    for noted in batch:
        if noted.made:
            answered.append({"request": noted.request_id, **answer(noted, secrets.answer(noted.response))})
        elif (key := sum_key(noted)) is None:
            single.append(row(noted, names))
        else:
            alike.setdefault(key, []).append(noted)
    if answered:
        over(session).execute(COMPLETE, answered)
    if single:
        session.execute(insert(ScimRequest), single)
    for key, together in alike.items():
        each = summed(together, names)
        if not add_to(session, key, each):
            try:
                with session.begin_nested():
                    session.execute(insert(ScimRequest), [each])
            except IntegrityError:
                # Another process made the row meanwhile, or else its organisation is gone.
                if not add_to(session, key, each):
                    raise
    touch(session, batch)


def touch(session: Session, batch: Sequence[Noted]) -> None:
    """Note at the keys that they were used, in the caller's transaction: behind its rows, as those change keys who do."""
    last = {each.key_id: each for each in batch if each.is_use}
    for key_id in sorted(last):
        used = last[key_id]
        keys.touch(session, key_id, made_at(used.request_id), used.address, used.user_agent)


def add_to(session: Session, key: str, each: Mapping[str, Any]) -> bool:
    """Count these requests in the row that is there; False when there is none."""
    changed = {name: value for name, value in each.items() if name not in {"id", "sum_key", "count", "organization_id"}}
    statement = update(ScimRequest).where(ScimRequest.sum_key == key)
    values = statement.values(**changed, count=ScimRequest.count + each["count"]).returning(ScimRequest.id)
    return session.execute(values.execution_options(synchronize_session=False)).first() is not None


def names_of(session: Session, batch: Sequence[Noted]) -> dict[tuple[str, str], str]:
    """What the users and groups are called that these requests are about, by organisation and id: each knows its own."""
    found: dict[tuple[str, str], str] = {}
    for kind, table, name in (("User", User, User.user_name), ("Group", Group, Group.display_name)):
        wanted = {target for each in batch for a_kind, target in [aim(each)] if a_kind == kind and is_id(target)}
        if wanted:
            organizations = {each.organization_id for each in batch}
            statement = select(table.organization_id, table.id, name).where(
                table.organization_id.in_(organizations), table.id.in_(wanted)
            )
            found |= {(organization, row_id): called for organization, row_id, called in session.execute(statement)}
    return found
