"""Clients that send half a request, take no answer, or never hang up: the others are answered meanwhile."""

from __future__ import annotations

import http.client
import json
import mmap
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from bench.service import Service, service

CLIENTS = 300
PATIENCE = 10
"""Seconds in which a healthy client is answered, however many slow ones there are."""
HALF_HEADERS = "GET /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_BODY = (
    "POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
    "Content-Type: application/scim+json\r\nContent-Length: 1000\r\n\r\n{{"
)
HALF_CHUNKS = HALF_BODY.replace("Content-Length: 1000\r\n\r\n{{", "Transfer-Encoding: chunked\r\n\r\n99\r\n{{")
PAGE = "GET /scim/v2/Users?count=1000 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n"
LONG_ANSWERS = 5 * PAGE
"""Asks for more than the system keeps for a client that takes nothing, which is 2.6 MB on a loopback address."""
HALF_FORM = HALF_BODY.replace("scim/v2/Users", "sign-in").replace("scim+json", "x-www-form-urlencoded")
NO_REQUEST = "hello\r\n\r\n"
SLOW = {
    "headers that do not end": HALF_HEADERS,
    "bodies that do not end": HALF_BODY,
    "chunks that do not end": HALF_CHUNKS,
    "forms that do not end": HALF_FORM,
    "nothing at all": "",
    "refused requests that nobody hangs up": NO_REQUEST,
    "answers that nobody takes": LONG_ANSWERS,
}


def slow_client(served: Service, sent: str) -> socket.socket:
    """A connection on which that was sent, with little room for what comes back."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(PATIENCE)
    connection.connect(("127.0.0.1", served.port))
    connection.sendall(sent.format(key=served.key).encode())
    return connection


@contextmanager
def slow_clients(served: Service, sent: str, count: int) -> Iterator[list[socket.socket]]:
    """That many connections, held until the block ends. What is asked for is on its way when it begins."""
    with ExitStack() as held:
        connections = [held.enter_context(closing(slow_client(served, sent))) for _ in range(count)]
        for connection in connections:
            if sent == LONG_ANSWERS:
                connection.settimeout(60)
                assert connection.recv(1) == b"H"
        yield connections


def answers(served: Service, count: int) -> int:
    """How many of as many healthy clients, one after another, read and write successfully within `PATIENCE` each."""
    done = 0
    for number in range(count):
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {served.key}", "Content-Type": "application/scim+json"}
        user = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": f"healthy-{number}"}
        with closing(connection):
            try:
                connection.request("PUT", "/scim/v2/Users/none", json.dumps(user), headers)
                written = connection.getresponse()
                written.read()
                connection.request("GET", "/scim/v2/Users?count=1", headers=headers)
                read = connection.getresponse()
                read.read()
            except (OSError, http.client.HTTPException):
                continue
            done += (written.status, read.status) == (404, 200)
    return done


def resident(process: int) -> int:
    """Megabytes of memory that the process has."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * mmap.PAGESIZE // 1_000_000


@pytest.fixture(scope="module")
def served() -> Iterator[Service]:
    """The service as it is deployed, with a page of 1000 users to ask for."""
    with service(users=1000) as running:
        yield running


@pytest.fixture(scope="module")
def hasty() -> Iterator[Service]:
    """The service with one thread, which waits a second for anybody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUNICORN_CMD_ARGS", "--threads 1 --worker-class tests.torture.hasty.Hasty")
        with service(users=1000, workers=1) as running:
            yield running


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW.keys())
def test_300_slow_clients_do_not_stop_a_healthy_one(
    sent: str, served: Service, size: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    healthy = size(20, 500)
    slow = size(40, CLIENTS) if sent == LONG_ANSWERS else CLIENTS
    with slow_clients(served, sent, slow):
        done = answers(served, healthy)
        memory = max(resident(worker) for worker in served.workers())
    figure(f"{slow} slow clients, {done} of {healthy} healthy ones answered, {memory} MB in a worker at most")
    assert done == healthy
    # What nobody takes is kept for a while; it took a key to ask for it.
    assert memory < 150 or sent == LONG_ANSWERS


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW.keys())
def test_a_slow_client_gives_the_only_thread_back(sent: str, hasty: Service) -> None:
    with slow_clients(hasty, sent, 2):
        assert answers(hasty, 3) == 3


def test_half_a_body_is_refused_with_a_scim_error_in_the_end(hasty: Service) -> None:
    for sent in (HALF_BODY, HALF_CHUNKS):
        with closing(slow_client(hasty, sent)) as connection, http.client.HTTPResponse(connection) as response:
            response.begin()
            assert json.loads(response.read())["status"] == "400"


def test_a_request_that_comes_byte_by_byte_is_cut_off_all_the_same(hasty: Service) -> None:
    with closing(slow_client(hasty, HALF_HEADERS)) as connection:
        connection.settimeout(0.1)
        for _ in range(100):
            try:
                connection.sendall(b"x")
                assert connection.recv(1) == b""
                return
            except TimeoutError:
                continue
            except ConnectionError:
                return
        pytest.fail("It could go on and on.")


def test_a_request_that_takes_its_time_is_answered_to_the_end(hasty: Service) -> None:
    with closing(slow_client(hasty, HALF_HEADERS)) as connection, http.client.HTTPResponse(connection) as response:
        connection.sendall(f"x\r\nAuthorization: Bearer {hasty.key}\r\n\r\n".encode())
        response.begin()
        assert response.status == 200
        assert json.loads(response.read())["totalResults"] == 1000


@pytest.mark.parametrize("sent", [HALF_HEADERS, HALF_BODY, LONG_ANSWERS], ids=["headers", "bodies", "answers"])
def test_slow_clients_do_not_keep_the_service_from_ending(sent: str, hasty: Service) -> None:
    with slow_clients(hasty, sent, 10):
        assert hasty.stop() == 0
    hasty.start()
