"""The client of the benchmark reads answers however they arrive."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from bench.client import Answer, Connection, ask_all

REQUEST = b"GET /%d HTTP/1.1\r\n\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n0\r\n\r\n\r\n3;a=b\r\n0\r\n\r\n0\r\n\r\n"
"""In the middle of it, twice, it looks as if it had ended."""
EMPTY = b"HTTP/1.1 204 No Content\r\nDate: today\r\n\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket on a free loopback port."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound


@pytest.mark.parametrize(
    "answer, expected",
    [(WHOLE, Answer(200, b"{}")), (CHUNKED, Answer(200, b"0\r\n\r\n0\r\n")), (EMPTY, Answer(204, b""))],
    ids=("with a length", "in chunks", "without a body"),
)
def test_an_answer_is_complete_with_its_last_byte_and_not_before(
    listener: socket.socket, answer: bytes, expected: Answer
) -> None:
    with Connection(listener.getsockname()[1]) as connection, listener.accept()[0] as server:
        for _ in range(2):
            for byte in answer[:-1]:
                server.sendall(bytes([byte]))
                assert connection.receive() is None
            server.sendall(answer[-1:])
            assert connection.receive() == expected


def test_a_server_that_hangs_up_is_told_apart_from_one_that_answers(listener: socket.socket) -> None:
    with Connection(listener.getsockname()[1]) as connection:
        listener.accept()[0].close()
        with pytest.raises(ConnectionError):
            connection.ask(REQUEST % 0)


def test_answers_come_in_the_order_of_the_requests_whatever_connection_they_were_sent_on(
    listener: socket.socket,
) -> None:
    def serve(connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(1 << 16):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + request[5:6])

    def accept() -> None:
        threads = [threading.Thread(target=serve, args=listener.accept()[:1]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    server = threading.Thread(target=accept)
    server.start()
    answers, seconds = ask_all(listener.getsockname()[1], [REQUEST % number for number in range(8)], 3)
    server.join()
    assert [int(each.body) for each in answers] == list(range(8)) and seconds > 0
