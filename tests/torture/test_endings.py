"""How the service ends, and how it outlasts the end of its database: what is in flight is answered, and nobody restarts it."""

from __future__ import annotations

import http.client
import json
import resource
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import URL, func, make_url, select
from sqlalchemy.orm import Session, scoped_session

from bench.service import Answer, Client, Service
from scim_app.directory.tables import User
from tests.api.wire import SCIM
from tests.api.words import ERROR
from tests.conftest import run_sql
from tests.torture.clients import alone, at_once, user

IN_FLIGHT = 16
LOCKED_OUT = 8
"""Writers that come while the database is locked by somebody else. One after another they would wait for 80 seconds."""


def half_sent(service: Service, name: str) -> tuple[socket.socket, bytes]:
    """A connection on which a user is sent but for the last byte, and that byte."""
    body = json.dumps(user(name)).encode()
    head = (
        f"POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.key}\r\n"
        f"Content-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", service.port), timeout=30)
    connection.sendall(head.encode() + body[:-1])
    return connection, body[-1:]


def refuses_connections(service: Service) -> bool:
    """Whether the service takes no connection any more, within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", service.port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        time.sleep(0.01)
    return False


def test_sigterm_lets_requests_in_flight_end_takes_no_new_ones_and_ends_with_0(
    serve: Callable[[int], Service], session: scoped_session[Session], figure: Callable[[str], None]
) -> None:
    service = serve(2)
    with service.connect() as client:
        client.send("GET", "/Users")
        for worker in service.workers():
            # A worker that is only just starting does not hear a SIGTERM.
            with alone(service, worker), service.connect() as other:
                assert other.send("GET", "/Users")[0] == 200
        with ExitStack() as held:
            flights = [half_sent(service, f"flight{number}") for number in range(IN_FLIGHT)]
            for connection, _ in flights:
                held.enter_context(closing(connection))
            # Whoever is answered after them was accepted after them.
            assert client.send("GET", "/Users")[0] == 200
            assert service.process is not None
            service.process.send_signal(signal.SIGTERM)
            refused = refuses_connections(service)
            statuses = []
            for connection, last in flights:
                connection.sendall(last)
            for connection, _ in flights:
                with http.client.HTTPResponse(connection) as response:
                    response.begin()
                    response.read()
                    statuses.append(response.status)
    code = service.process.wait(20)
    figure(
        f"{statuses.count(201)} of {IN_FLIGHT} requests in flight answered after SIGTERM, new connections refused: "
        f"{refused}, exit code {code}"
    )
    assert statuses == [201] * IN_FLIGHT
    assert refused
    assert code == 0
    assert session.scalar(select(func.count()).select_from(User)) == IN_FLIGHT


def asked(service: Service, path: str) -> int:
    """The status of a page that needs no key."""
    with closing(http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        return response.status


def assert_told_to_come_back(answer: Answer) -> None:
    """A 503 as SCIM has it, with whole seconds after which to try again."""
    assert answer.status == 503, answer
    assert answer.headers["Content-Type"] == SCIM
    assert (answer.json["schemas"], answer.json["status"]) == ([ERROR], "503")
    assert int(answer.headers["Retry-After"]) > 0


def write(client: Client, name: str) -> Answer:
    return client.ask("POST", "/Users", user(name))


@contextmanager
def nobody_let_in(server: URL, database: str) -> Iterator[None]:
    """PostgreSQL takes no connections to that database, and ends those that are there."""
    run_sql(server, f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    try:
        run_sql(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")
        yield
    finally:
        run_sql(server, f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")


@pytest.mark.databases("postgresql")
def test_while_the_database_is_away_the_service_says_so_and_afterwards_it_goes_on(
    serve: Callable[[int], Service], postgresql: URL, database_url: str
) -> None:
    service, database = serve(2), make_url(database_url).database
    assert database
    with service.connect() as client:
        assert write(client, "before").status == 201
        with nobody_let_in(postgresql, database):
            for _ in range(4):
                assert_told_to_come_back(client.ask("GET", "/Users"))
                assert_told_to_come_back(write(client, "during"))
            assert (asked(service, "/healthz"), asked(service, "/readyz")) == (200, 503)
        assert [write(client, f"after{number}").status for number in range(4)] == [201] * 4
        assert client.send("GET", "/Users")[1]["totalResults"] == 5
    assert asked(service, "/readyz") == 200


@pytest.mark.databases("sqlite")
def test_while_somebody_else_locks_the_file_writers_are_told_to_come_back_and_readers_are_answered(
    serve: Callable[[int], Service], environment: dict[str, str]
) -> None:
    service = serve(2)
    with service.connect() as client:
        assert write(client, "before").status == 201
    file = make_url(environment["DATABASE_URL"]).database
    assert file
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        def run(number: int) -> Answer:
            with service.connect() as client:
                return write(client, f"during{number}") if number else client.ask("GET", "/Users")

        read, *written = at_once(LOCKED_OUT + 1, run)
        assert (asked(service, "/healthz"), asked(service, "/readyz")) == (200, 200)
        other.execute("ROLLBACK")
    assert (read.status, read.json["totalResults"]) == (200, 1)
    for answer in written:
        assert_told_to_come_back(answer)
    with service.connect() as client:
        assert write(client, "after").status == 201
        assert client.send("GET", "/Users")[1]["totalResults"] == 2


@contextmanager
def full(service: Service) -> Iterator[None]:
    """No process of the service can make a file larger than a page: to SQLite, a disk on which nothing more fits."""
    limits: dict[int, Any] = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in service.workers()}
    for pid, (_, most) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, most))
    try:
        yield
    finally:
        for pid, limit in limits.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


@pytest.mark.databases("sqlite")
def test_while_the_disk_is_full_writers_are_told_to_come_back_and_readers_are_answered(
    serve: Callable[[int], Service],
) -> None:
    service = serve(2)
    workers = set(service.workers())
    with service.connect() as client:
        assert write(client, "before").status == 201
        with full(service):
            for number in range(4):
                assert_told_to_come_back(write(client, f"during{number}"))
            assert client.send("GET", "/Users")[1]["totalResults"] == 1
            assert (asked(service, "/healthz"), asked(service, "/readyz")) == (200, 200)
        assert write(client, "after").status == 201
        assert client.send("GET", "/Users")[1]["totalResults"] == 2
    assert set(service.workers()) == workers
