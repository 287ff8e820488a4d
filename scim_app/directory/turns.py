"""Whose turn it is to write to a SQLite file: one writer at a time, in the order in which they came.

SQLite lets one transaction write and leaves the others to try again after a nap. Under many writers somebody always naps
while another gets in, and one of them for longer than any timeout. So the threads of a process stand in line, and the first
of them takes a lock on a file beside the database, for which processes queue. The system takes it back from a process that
dies. One that stopped may keep it: whoever has waited for as long as SQLite itself does is told so.

Somebody from outside may lock the database nevertheless (a shell, a backup). Then whoever has the turn waits for as long.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError

PATIENCE = 10.0
"""Seconds: SQLite's own busy_timeout here."""


WAITED = "the database was being written to by others for too long"
OPENED = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
AT_ONCE = fcntl.LOCK_EX | fcntl.LOCK_NB


class Line:
    """Where the threads of a process stand in line for the turn to write to a file."""

    def __init__(self, file: str) -> None:
        self.file = f"{file}-writer"
        self.lock = threading.Lock()
        self.is_taken = False
        """Whether somebody is first in line, or has the turn."""
        self.waiting: deque[threading.Lock] = deque()
        """Those behind, each with a lock that opens when they are first."""
        self.is_queued = False
        """Whether a thread waits among the processes, for whoever is first by then."""
        self.first: threading.Lock | None = None
        """Opens when that thread has got the turn, if somebody waits for it."""
        self.got = -1

    def enter(self, patience: float) -> int:
        """The turn: a file, which `leave` closes. Raises TimeoutError."""
        with self.lock:
            place = closed() if self.is_taken else None
            if place is None:
                self.is_taken = True
            else:
                self.waiting.append(place)
        if place is not None:
            patience = self.stand(place, patience)
        try:
            turn = os.open(self.file, OPENED, 0o600)
            try:
                fcntl.flock(turn, AT_ONCE)
            except OSError:
                os.close(turn)
                turn = self.queue(patience)
        except (OSError, RuntimeError) as error:
            self.advance()
            raise TimeoutError(f"nobody can write to the database now: {error}") from error
        except BaseException:
            self.advance()
            raise
        return turn

    def leave(self, turn: int) -> None:
        """Have had the turn."""
        os.close(turn)
        self.advance()

    def stand(self, place: threading.Lock, patience: float) -> float:
        """Become the first in line; the patience that is left. Raises TimeoutError."""
        came, is_first = time.monotonic(), False
        try:
            is_first = place.acquire(timeout=min(patience, threading.TIMEOUT_MAX))
        finally:
            if not is_first:
                self.give_up(place)
        if not is_first:
            raise TimeoutError(WAITED)
        return max(0.0, patience - (time.monotonic() - came))

    def give_up(self, place: threading.Lock) -> None:
        """Stand in line no longer."""
        with self.lock:
            if place in self.waiting:
                self.waiting.remove(place)
                return
        self.advance()

    def advance(self) -> None:
        """Let the next one be first."""
        with self.lock:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.is_taken = False

    def queue(self, patience: float) -> int:
        """The turn once other processes have had theirs.

        A thread waits for it: such a wait has no end that could be set, and it goes on for the next who is first.
        """
        here, has_come = closed(), False
        try:
            with self.lock:
                self.first = here
                if not self.is_queued:
                    threading.Thread(target=self.fetch, name="turns", daemon=True).start()
                    self.is_queued = True
            has_come = here.acquire(timeout=min(patience, threading.TIMEOUT_MAX))
        finally:
            with self.lock:
                self.first, turn, self.got = None, self.got, -1
            if turn >= 0 and not has_come:
                os.close(turn)
        if not has_come or turn < 0:
            raise TimeoutError(WAITED)
        return turn

    def fetch(self) -> None:
        """Get the turn for whoever is first, if anybody still waits for it."""
        turn = -1
        try:
            turn = os.open(self.file, OPENED, 0o600)
            fcntl.flock(turn, fcntl.LOCK_EX)
        except OSError:
            if turn >= 0:
                os.close(turn)
            turn = -1
        with self.lock:
            self.is_queued = False
            if self.first is not None:
                self.got = turn
                self.first.release()
            elif turn >= 0:
                os.close(turn)


class Turn:
    """What holds the only place from which the database is written."""

    __slots__ = ("held", "line", "patience")

    def __init__(self, line: Line, patience: float) -> None:
        self.line, self.patience = line, patience

    def __enter__(self) -> None:
        self.held = self.line.enter(self.patience)

    def __exit__(self, *_raised: object) -> None:
        self.line.leave(self.held)


_lines: dict[str, Line] = {}
os.register_at_fork(after_in_child=_lines.clear)
_nothing: AbstractContextManager[None] = nullcontext()


def turn(engine: Engine, patience: float = PATIENCE) -> AbstractContextManager[None]:
    """Holds the only place from which the database is written, if it is a SQLite file; others have locks of their own.

    To enter it raises sqlalchemy.exc.TimeoutError when it was not to be had within the patience, in seconds.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file:
        return _nothing
    return Turn(_lines.get(file) or _lines.setdefault(file, Line(file)), patience)


def closed() -> threading.Lock:
    """A lock that somebody else opens."""
    lock = threading.Lock()
    lock.acquire()
    return lock
