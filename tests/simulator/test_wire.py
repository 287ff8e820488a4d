"""How the simulated directory behaves towards a service that is busy, away, or no SCIM service at all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scim_app.simulator.okta import Okta
from scim_app.simulator.wire import Connection, Refused, Unreachable


class Scripted(BaseHTTPRequestHandler):
    """Answers as the script of its server says: status, Retry-After, body."""

    def do_GET(self) -> None:
        status, retry_after, body = self.server.script.pop(0)  # type: ignore[attr-defined]
        self.send_response(status)
        if retry_after is not None:
            self.send_header("Retry-After", retry_after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


Script = list[tuple[int, str | None, bytes]]


@pytest.fixture
def script() -> Script:
    return []


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def wire(script: Script, pauses: list[float]) -> Iterator[Connection]:
    """A connection to a server that follows the script; pauses are noted and not waited for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    server.script = script  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    connection = Connection(f"http://127.0.0.1:{server.server_port}/", "key", Okta.headers, pause=pauses.append)
    yield connection
    connection.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_busy_service_is_asked_again_after_as_long_as_it_says(
    wire: Connection, script: Script, pauses: list[float]
) -> None:
    script += [(429, "7", b"{}"), (503, None, b"{}"), (429, "Thu, 26 Nov 2026 10:00:00 GMT", b"{}"), (200, None, b"{}")]
    assert wire.ask("GET", "/Users").status == 200
    assert pauses == [7, 2, 4]
    assert (wire.retries, wire.requests, wire.statuses[429]) == (3, 4, 2)


def test_patience_ends_after_ten_attempts(wire: Connection, script: Script, pauses: list[float]) -> None:
    script += [(429, "1", b'{"detail": "Slow down."}')] * 10
    with pytest.raises(Refused, match="GET /Users was answered with 429. Slow down."):
        wire.ask("GET", "/Users")
    assert pauses == [1] * 9


def test_no_pause_is_longer_than_five_minutes(wire: Connection, script: Script, pauses: list[float]) -> None:
    script += [(429, "86400", b"{}"), (200, None, b"{}")]
    wire.ask("GET", "/Users")
    assert pauses == [300]


def test_a_page_of_html_is_no_scim_service(wire: Connection, script: Script) -> None:
    script += [(200, None, b"<html>")]
    with pytest.raises(Unreachable, match="Check the base URL"):
        wire.ask("GET", "/Users")


def test_a_service_that_is_away_is_tried_ten_times_and_named(pauses: list[float]) -> None:
    wire = Connection("http://127.0.0.1:9/scim/v2", "key", Okta.headers, pause=pauses.append)
    with pytest.raises(Unreachable, match="http://127.0.0.1:9/scim/v2 does not answer"):
        wire.ask("GET", "/Users")
    assert len(pauses) == 9
