"""Harnesses that try to lose something, or to get in where nobody should: short in `make test`, long by `make torture`.

Each says what it counted; the figures stand at the end of the run.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.service import Service
from tests.torture.clients import until

LONG = os.environ.get("TORTURE") == "long"


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """Chooses a harness's size: the first number in `make test`, the second in `make torture`."""
    return lambda short, long: long if LONG else short


@pytest.fixture
def serve(
    environment: dict[str, str], key: str, listener: socket.socket, tmp_path: Path
) -> Iterator[Callable[[int], Service]]:
    """Starts the service as it is deployed, with so many workers, on the database and the organisation of the test."""
    port = listener.getsockname()[1]
    place = {"HOST": "127.0.0.1", "PORT": str(port), "FLASK_APP": "wsgi"}
    service = Service(port, key, environment | place, tmp_path / "service.log")

    def serve(workers: int = 2) -> Service:
        listener.close()
        service.environment["WEB_CONCURRENCY"] = str(workers)
        service.start()
        until(lambda: len(service.workers()) == workers)
        return service

    yield serve
    if service.process is not None:
        service.kill()
