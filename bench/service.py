"""The service as it is deployed, on a database of its own: gunicorn with its configuration, a migrated database, a key."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SECRETS = {
    "SECRET_KEY": "only for measuring, 32 characters at least",
    "KEY_PEPPER": "only for measuring, 32 characters at least",
}


def flask(environment: dict[str, str], *arguments: str, said: str | None = None) -> dict[str, Any]:
    """What a command of the service prints with --json, given something to read."""
    done = subprocess.run(
        [sys.executable, "-m", "flask", *arguments],
        cwd=ROOT, env=os.environ | environment, check=True, capture_output=True, text=True, input=said,
    )  # fmt: skip
    return json.loads(done.stdout) if "--json" in arguments else {}


@dataclass
class Service:
    """The service, running or not: where it listens, and a key that opens its organisation."""

    port: int
    key: str
    environment: dict[str, str]
    log: Path | None = None
    """Where it writes what goes wrong: to the terminal if nowhere else."""
    process: subprocess.Popen[bytes] | None = None
    application: str = "wsgi:app"

    def flask(self, *arguments: str, said: str | None = None) -> dict[str, Any]:
        """What a command prints with --json, on this service's database."""
        return flask(self.environment, *arguments, said=said)

    def connect(self) -> Client:
        """A kept-alive connection with the key."""
        return Client(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), self.key)

    def start(self) -> None:
        """Start it in a process group of its own, and wait until it is ready."""
        with contextlib.ExitStack() as opened:
            log = opened.enter_context(self.log.open("ab")) if self.log else None
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "--log-level", "error", self.application],
                cwd=ROOT, env=os.environ | self.environment, start_new_session=True, stderr=log,
            )  # fmt: skip
        wait_for(self.port)

    def workers(self) -> list[int]:
        """The ids of the worker processes."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(each) for each in children.read_text().split()]

    def kill(self) -> None:
        """End it on the spot, all of it."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
        self.process = None

    def stop(self) -> int | None:
        """Ask it to end, and wait: its exit code. None when it does not run."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.process = None


@dataclass
class Client:
    """One connection to the service, opened again by the next request when it was lost."""

    connection: http.client.HTTPConnection
    key: str

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """The whole answer. Raises OSError or HTTPException when there is none."""
        sent = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/scim+json"} | dict(headers or {})
        try:
            self.connection.request(method, f"/scim/v2{path}", None if body is None else json.dumps(body), sent)
            response = self.connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        return Answer(response.status, json.loads(data) if data else None, response.headers)

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        answer = self.ask(method, path, body)
        return answer.status, answer.json


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    json: Any
    headers: Message


def environment_of(port: int, database_url: str, workers: int = 2) -> dict[str, str]:
    """The settings of a service on that port, as it is deployed, but for limits to rates."""
    return SECRETS | {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_CONCURRENCY": str(workers),
        "FLASK_APP": "wsgi",
        "RATE_LIMIT": "off",
    }


@contextlib.contextmanager
def service(users: int = 0, workers: int = 2, database_url: str | None = None) -> Iterator[Service]:
    """The service with that many made-up users, on SQLite in a temporary folder unless a DATABASE_URL is given."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        environment = environment_of(port, database_url or f"sqlite:///{folder}/scim.db", workers)
        flask(environment, "db", "upgrade")
        flask(environment, "org", "create", "Bench", "--json")
        flask(environment, "seed", "--org", "bench", "--users", str(users), "--json")
        key = flask(environment, "key", "create", "--org", "bench", "--json")["key"]
        running = Service(port, key, environment)
        try:
            running.start()
            yield running
        finally:
            running.stop()


def wait_for(port: int, path: str = "/readyz", statuses: Container[int] = frozenset({200})) -> None:
    """Return once what listens there answers with one of the statuses; raises TimeoutError after 30 s."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with contextlib.suppress(OSError), contextlib.closing(connection):
            connection.request("GET", path)
            if connection.getresponse().status in statuses:
                return
        time.sleep(0.05)
    raise TimeoutError("the service does not answer")
