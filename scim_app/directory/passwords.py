"""Passwords of administrators: argon2id, few at a time, and as slow for nobody as for somebody."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from scim_app.directory.guessable import SENTENCE, guessable
from scim_app.protocol.comparison import folded

SHORTEST = 12
LONGEST = 1000
AT_ONCE = 4
"""Hashes a process computes at the same time: each holds 19 MiB and a processor."""
PATIENCE = 10.0
"""Seconds to wait for a turn."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Verified:
    """An administrator whose password was shown, and the hash that it matched: it counts while that is theirs."""

    id: str
    email: str
    password_hash: str = field(repr=False)


class Busy(Exception):
    """So many people are signing in that there was no turn within `PATIENCE`."""


def checked(password: str, email: str, names: Iterable[str] = ()) -> str:
    """The password as it is. Raises ValueError with the rule it breaks. `names` would be guessed for this person."""
    if len(password) < SHORTEST:
        raise ValueError(f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        raise ValueError(f"A password has at most {LONGEST} characters.")
    if any(unicodedata.category(character) == "Cs" for character in password):
        raise ValueError("A password is text in UTF-8.")
    if folded(password) == folded(email):
        raise ValueError("A password is not the e-mail address.")
    if guessable(password, [email, *names]):
        raise ValueError(SENTENCE)
    return password


def hashed(password: str) -> str:
    """The argon2id hash of the password."""
    with _turn():
        return _hasher.hash(_composed(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; without a hash False, after as long a time."""
    against = password_hash or _nobodys()
    with _turn():
        try:
            _hasher.verify(against, _composed(password[: LONGEST + 1]))
        except VerifyMismatchError:
            return False
    return password_hash is not None


def _composed(password: str) -> bytes:
    """One form for every way a keyboard composes an accent."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


@cache
def _nobodys() -> str:
    return hashed("the password of nobody")


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=PATIENCE):
        raise Busy
    try:
        yield
    finally:
        _turns.release()
