"""The gunicorn worker that `gunicorn.conf.py` names: no client holds it up, and what it refuses itself is SCIM JSON.

gunicorn's threads wait for as long as a client likes, both for the rest of a request and for an answer to be taken, and a
connection is closed by the one thread that accepts all others, which lingers for two seconds over each. Here both have
an end, and threads close what they served.
"""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from gunicorn.http import errors
from gunicorn.http.message import Request
from gunicorn.util import close_graceful, write_nonblock
from gunicorn.workers.gthread import TConn, ThreadWorker

from scim_app.protocol.errors import error_body

REFUSED: dict[type[Exception], tuple[int, str, str]] = {
    errors.LimitRequestLine: (
        414,
        "URI Too Long",
        "The address is longer than this service reads. Ask for less at a time.",
    ),
    errors.LimitRequestHeaders: (
        431,
        "Request Header Fields Too Large",
        "The headers are larger than this service reads.",
    ),
    errors.ExpectationFailed: (417, "Expectation Failed", "This service expects nothing but 100-continue in Expect."),
}
"""Status, reason and sentence for what is refused before the application hears of it. Anything else malformed is a 400."""
MALFORMED = (400, "Bad Request", "The request is not well-formed HTTP/1.1.")
FAILED = (500, "Internal Server Error", "Something went wrong here, and nothing was changed.")
OURS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)
"""What gunicorn counts among malformed messages although no client wrote it."""


class WellFormed:
    """The bytes of a body, as gunicorn's reader gives them; framing that makes no sense reads as a lost connection.

    That is what a WSGI application expects of a stream, and answers with a 400.
    """

    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self.reader.read(size)
        except errors.ParseException as error:
            raise ConnectionError("the body ends in something that is not well-formed HTTP/1.1") from error
        return data


class Worker(ThreadWorker):  # type: ignore[misc]
    """A threaded worker that outlasts slow clients."""

    arrival = 20.0
    """Seconds from the beginning of a request to its end: half of them while the server is stopping."""
    standstill = 20.0
    """Seconds in which a client that is sent an answer takes none of it, after which it is not sent the rest."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.arriving: dict[TConn, float] = {}
        self.looked = 0.0

    def set_accept_enabled(self, enabled: bool) -> None:
        """Take new connections or leave them. A stopping worker takes what has come so far, and then there is no door.

        With an open one, clients would be let in by the system, and wait there until the end for an answer they never get.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                before = -1
                while before < self.nr_conns:
                    before = self.nr_conns
                    self.accept(listener)
                listener.close()

    def murder_pending(self) -> None:
        """Cut off, once a second, what had its time to arrive: the thread reads the end there, and is free.

        A request that has arrived is not touched by it: it is answered, and the connection ends behind the answer.
        """
        super().murder_pending()
        now = time.monotonic()
        if now - self.looked < 1:
            return
        self.looked = now
        last = now - (self.arrival if self.alive else self.arrival / 2)
        for conn, since in list(self.arriving.items()):
            if since < last:
                with suppress(OSError):  # The client, or the thread, was faster.
                    conn.sock.shutdown(socket.SHUT_RD)

    def handle(self, conn: TConn) -> Any:
        """Serve a request, and close the connection behind it here, where nobody else waits for it."""
        if isinstance(conn.client, tuple) and hasattr(socket, "TCP_USER_TIMEOUT"):
            conn.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(self.standstill * 1000))
        self.arriving[conn] = time.monotonic()
        try:
            kept = super().handle(conn)
        finally:
            del self.arriving[conn]
        if not kept:
            close_graceful(conn.sock)
        return kept

    def finish_request(self, conn: TConn, fs: Future[Any]) -> None:
        """Wait for the connection's next request, unless it is closed."""
        if conn.sock.fileno() == -1:
            self.nr_conns -= 1
        else:
            super().finish_request(conn, fs)

    def handle_request(self, req: Request, conn: TConn) -> bool:
        """Answer one request; whether the connection may be kept. Raises StopIteration when nobody takes the answer.

        Raises InvalidHeader for a request without Host, which is a 400 (RFC 9112 §3.2).
        """
        if req.version >= (1, 1) and all(name != "HOST" for name, _ in req.headers):
            raise errors.InvalidHeader("HOST", req=req)
        req.body.reader = WellFormed(req.body.reader)
        try:
            kept: bool = super().handle_request(req, conn)
        except TimeoutError as error:
            raise StopIteration("The client takes no answer.") from error
        return kept

    def handle_error(self, req: Request | None, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what cannot be served with a SCIM error (RFC 7644 §3.12), and close the connection behind it.

        RFC 9112 §6.1 has 501 for unknown transfer codings; what a client sends is never a 5xx here.
        """
        if isinstance(exc, errors.ParseException) and not isinstance(exc, OURS):
            status, reason, sentence = REFUSED.get(type(exc), MALFORMED)
            self.log.warning("Refused a request from %s: %s", addr[0] if addr else "a socket", type(exc).__name__)
        else:
            status, reason, sentence = FAILED
            self.log.error("A request failed outside the application.", exc_info=exc)
        body = json.dumps(error_body(status, sentence))
        head = (
            f"HTTP/1.1 {status} {reason}\r\nContent-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n"
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
        )
        with suppress(OSError):  # Nobody is there to be told.
            write_nonblock(client, f"{head}{body}".encode("ascii"))
