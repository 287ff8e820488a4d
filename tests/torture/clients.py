"""Many clients of a running service at once, and the requests that most harnesses are made of."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from bench.service import Service
from tests.api.words import PATCH_OP, USER

T = TypeVar("T")
PATIENCE = 60
"""Seconds in which something must go on."""


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """What each of so many clients, each in a thread of its own, comes back with. Raises what the first of them raises."""
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, range(count)))


def until(holds: Callable[[], bool]) -> None:
    """Wait for it. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("nothing goes on")
        time.sleep(0.001)


@contextmanager
def alone(service: Service, worker: int) -> Iterator[None]:
    """No other worker accepts a connection in the meantime."""
    others = [each for each in service.workers() if each != worker]
    for each in others:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in others:
            os.kill(each, signal.SIGCONT)


def user(name: str, **attributes: Any) -> dict[str, Any]:
    """A user as a directory sends it."""
    return {"schemas": [USER], "userName": name, "active": True} | attributes


def patch(*operations: dict[str, Any]) -> dict[str, Any]:
    """A PatchOp message (RFC 7644 §3.5.2)."""
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def inactive() -> dict[str, Any]:
    """What deactivates a user."""
    return patch({"op": "replace", "value": {"active": False}})


def added(*ids: str) -> dict[str, Any]:
    """What adds members to a group."""
    return patch({"op": "add", "path": "members", "value": [{"value": each} for each in ids]})


def removed(*ids: str) -> dict[str, Any]:
    """What takes members out of a group."""
    return patch(*({"op": "remove", "path": f'members[value eq "{each}"]'} for each in ids))
