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
from collections.abc import Iterator
from dataclasses import dataclass
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
    """A running service: where it listens, and a key that opens its organisation."""

    port: int
    key: str
    environment: dict[str, str]

    def flask(self, *arguments: str, said: str | None = None) -> dict[str, Any]:
        """What a command prints with --json, on this service's database."""
        return flask(self.environment, *arguments, said=said)

    def connect(self) -> Client:
        """A kept-alive connection with the key."""
        return Client(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), self.key)


@dataclass
class Client:
    """One connection to the service."""

    connection: http.client.HTTPConnection
    key: str

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/scim+json"}
        content = None if body is None else json.dumps(body)
        self.connection.request(method, f"/scim/v2{path}", content, headers)
        response = self.connection.getresponse()
        data = response.read()
        return response.status, json.loads(data) if data else None


@contextlib.contextmanager
def service(users: int = 0, workers: int = 2, database_url: str | None = None) -> Iterator[Service]:
    """The service with that many made-up users, on SQLite in a temporary folder unless a DATABASE_URL is given."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        probe.close()
        environment = SECRETS | {
            "DATABASE_URL": database_url or f"sqlite:///{folder}/scim.db",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "WEB_CONCURRENCY": str(workers),
            "FLASK_APP": "wsgi",
            "RATE_LIMIT": "off",
        }
        flask(environment, "db", "upgrade")
        flask(environment, "org", "create", "Bench", "--json")
        flask(environment, "seed", "--org", "bench", "--users", str(users), "--json")
        key = flask(environment, "key", "create", "--org", "bench", "--json")["key"]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--log-level", "error", "wsgi:app"],
            cwd=ROOT, env=os.environ | environment, start_new_session=True,
        )  # fmt: skip
        try:
            wait_for(port)
            yield Service(port, key, environment)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def wait_for(port: int) -> None:
    """Return once the service answers; raises TimeoutError after 30 s."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.05)
    raise TimeoutError("the service does not answer")
