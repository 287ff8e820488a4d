"""Requests over kept-alive sockets: as cheap to the client as Python allows, and the same for every server measured."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import orjson

CHUNK = 1 << 18
TIMEOUT = 120


@dataclass(frozen=True, slots=True)
class Answer:
    """The status and body of an answer."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """The JSON value of the body; None without one."""
        return orjson.loads(self.body) if self.body else None


class Connection:
    """One kept-alive connection, with one request in flight at most."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.waiting = -1
        """The index of the request in flight."""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, request: bytes) -> Answer:
        """The answer to a request."""
        self.socket.sendall(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def receive(self) -> Answer | None:
        """Take what has arrived; the answer once it is complete. Raises ConnectionError when the server hangs up."""
        data = self.socket.recv(CHUNK)
        if not data:
            raise ConnectionError(f"the server hung up after {bytes(self.buffer[:200])!r}")
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return None
        fields = bytes(self.buffer[:head]).lower()
        status, begin = int(fields[9:12]), head + 4
        if b"\r\ntransfer-encoding: chunked" in fields:
            body = unchunked(self.buffer, begin) if self.buffer.endswith(b"0\r\n\r\n") else None
        else:
            place = fields.find(b"\r\ncontent-length:")
            length = int(fields[place + 17 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
            body = bytes(self.buffer[begin:]) if len(self.buffer) >= begin + length else None
        if body is None:
            return None
        self.buffer.clear()
        return Answer(status, body)


def unchunked(data: bytearray, place: int) -> bytes | None:
    """The body of a chunked answer; None when its end only looks like one."""
    body = bytearray()
    while True:
        end = data.find(b"\r\n", place)
        size = int(data[place:end].split(b";")[0], 16) if end > 0 else -1
        if size <= 0:
            return bytes(body) if size == 0 else None
        place = end + 2
        body += data[place : place + size]
        place += size + 2


def ask_all(port: int, requests: Sequence[bytes], connections: int) -> tuple[list[Answer], float]:
    """The answers in the order of the requests, and the seconds they took over so many connections, opened before."""
    with ExitStack() as opened:
        pool = [opened.enter_context(Connection(port)) for _ in range(min(connections, len(requests)))]
        began = time.perf_counter()
        answers = [pool[0].ask(each) for each in requests] if len(pool) == 1 else ask_at_once(pool, requests)
        return answers, time.perf_counter() - began


def ask_at_once(pool: Sequence[Connection], requests: Sequence[bytes]) -> list[Answer]:
    """The answers. Each connection has every so-manieth request, and asks it once the one before is answered."""
    answers: dict[int, Answer] = {}
    with selectors.DefaultSelector() as ready:
        for number, connection in enumerate(pool):
            ready.register(connection.socket, selectors.EVENT_READ, connection)
            connection.waiting = number
            connection.socket.sendall(requests[number])
        while len(answers) < len(requests):
            for event, _ in ready.select(TIMEOUT):
                connection = event.data
                answer = connection.receive()
                if answer is not None:
                    answers[connection.waiting] = answer
                    connection.waiting += len(pool)
                    if connection.waiting < len(requests):
                        connection.socket.sendall(requests[connection.waiting])
    return [answers[number] for number in range(len(requests))]
