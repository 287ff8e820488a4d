"""Eight workers on one SQLite file, writing and reading at once: none of them finds the database locked."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from bench.service import Client, Service
from scim_app.directory.tables import User
from tests.torture.clients import at_once, inactive, user

pytestmark = pytest.mark.databases("sqlite")
WORKERS = 8
WRITERS, READERS = 12, 20
WRITES, READS = 200, 1_000
"""Offered in a second, whether or not the last ones are answered: as much of it is done as this machine does."""


def paced(every: float, seconds: float) -> Iterator[int]:
    """A number whenever a request is due, and at once when it is overdue, until the time is up."""
    began = time.monotonic()
    for number in itertools.count():
        due = began + number * every
        if max(due, time.monotonic()) >= began + seconds:
            return
        time.sleep(max(due - time.monotonic(), 0))
        yield number


def write(client: Client, writer: int, seconds: float) -> Counter[str]:
    """How the requests of a client were answered that creates and deactivates users."""
    statuses: Counter[str] = Counter()
    made: dict[str, str] = {}
    for number in paced(WRITERS / WRITES, seconds):
        if number % 2:
            status, _ = client.send("PATCH", f"/Users/{made['id']}", inactive())
        else:
            status, made = client.send("POST", "/Users", user(f"writer {writer} {number}"))
        statuses[f"write {status}"] += 1
    return statuses


def read(client: Client, seconds: float) -> Counter[str]:
    """How the requests of a client were answered that lists users, and looks for one."""
    statuses: Counter[str] = Counter()
    for number in paced(READERS / READS, seconds):
        lookup = "/Users?filter=" + quote(f'userName eq "writer 0 {number}"')
        status, _ = client.send("GET", lookup if number % 2 else "/Users?count=10")
        statuses[f"read {status}"] += 1
    return statuses


def test_eight_workers_on_one_sqlite_file_never_find_it_locked(
    serve: Callable[[int], Service],
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    service, seconds = serve(WORKERS), size(3, 60)

    def run(number: int) -> Counter[str]:
        with service.connect() as client:
            return write(client, number, seconds) if number < WRITERS else read(client, seconds)

    statuses = sum(at_once(WRITERS + READERS, run), Counter())
    assert service.log is not None
    locked = service.log.read_text().count("database is locked")
    writes = statuses.total() - statuses["read 200"]
    figure(
        f"{WORKERS} workers for {seconds} s: of {WRITES * seconds:,} writes and {READS * seconds:,} reads offered, clients on "
        f"the same cores were answered {writes:,} and {statuses['read 200']:,}, {dict(sorted(statuses.items()))}, "
        f'{locked} times "database is locked"'
    )
    assert set(statuses) <= {"write 200", "write 201", "read 200"}
    assert not locked
    assert session.scalar(select(func.count()).select_from(User)) == statuses["write 201"]
