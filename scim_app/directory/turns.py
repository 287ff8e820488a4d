"""Whose turn it is to write to a SQLite file: one writer at a time, in the order in which they came.

SQLite lets one transaction write and leaves the others to try again after a nap. Under many writers somebody always naps
while another gets in, and one of them for longer than any timeout. A lock on a file beside the database is waited for
in a queue, by threads and processes alike, and the system takes it back from a process that dies.

Somebody from outside may lock the database nevertheless (a shell, a backup). Then the first in the queue waits as long as
SQLite does; whoever stood behind it for as long has waited enough, and does not begin to wait again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError

PATIENCE = 10.0
"""Seconds: SQLite's own busy_timeout here."""


@contextmanager
def turn(engine: Engine, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the only place from which the database is written, if it is a SQLite file; others have locks of their own.

    Raises sqlalchemy.exc.TimeoutError when it was not to be had within the patience, in seconds.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file:
        yield
        return
    queue = os.open(f"{file}-writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        came = time.monotonic()
        fcntl.flock(queue, fcntl.LOCK_EX)
        if time.monotonic() - came > patience:
            raise TimeoutError(f"the database was being written to by others for {patience:.0f} seconds")
        yield
    finally:
        os.close(queue)
