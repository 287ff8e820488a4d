"""Whose turn it is to write to a SQLite file: one writer at a time, in the order in which they came.

SQLite lets one transaction write and leaves the others to try again after a nap. Under many writers somebody always naps
while another gets in, and one of them for longer than any timeout. A lock on a file beside the database is waited for
in a queue, by threads and processes alike, and the system takes it back from a process that dies.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine


@contextmanager
def turn(engine: Engine) -> Iterator[None]:
    """Hold the only place from which the database is written, if it is a SQLite file; others have locks of their own."""
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file:
        yield
        return
    queue = os.open(f"{file}-writer", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(queue, fcntl.LOCK_EX)
        yield
    finally:
        os.close(queue)
