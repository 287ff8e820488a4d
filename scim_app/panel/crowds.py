"""So many at a time and no more: what holds a thread for long must not hold them all."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import TooManyRequests

RETRY_AFTER = 5
EXPORTS, EXPORTS_OF_ONE = 4, 2
"""Changelogs that a process sends at once, and those of one organisation among them."""
SIGN_INS, SIGN_INS_OF_ONE = 32, 8
"""Passwords that wait to be looked at in a process, and those from one address among them."""
BUSY_SIGNING_IN = "Too many people are signing in at this moment. Wait a few seconds, then try again."
BUSY_EXPORTING = "Other exports of the changelog are being downloaded. Wait until one has ended, then try again."


class Crowd:
    """Those who are at something in this process: at most so many, and so many of one kind among them."""

    def __init__(self, at_most: int, of_one: int, sentence: str | None = None) -> None:
        self.at_most, self.of_one, self.sentence = at_most, of_one, sentence
        self._inside: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, kind: str) -> None:
        """One more is at it. Raises TooManyRequests, with the sentence, when that is one too many."""
        with self._lock:
            if self._inside.total() >= self.at_most or self._inside[kind] >= self.of_one:
                raise TooManyRequests(self.sentence, retry_after=RETRY_AFTER)
            self._inside[kind] += 1

    def leave(self, kind: str) -> None:
        """One is done."""
        with self._lock:
            self._inside[kind] -= 1
            self._inside += Counter()

    @contextmanager
    def among(self, kind: str) -> Iterator[None]:
        """For as long as this lasts, one more is at it. Raises TooManyRequests as `enter` does."""
        self.enter(kind)
        try:
            yield
        finally:
            self.leave(kind)


exporting = Crowd(EXPORTS, EXPORTS_OF_ONE, BUSY_EXPORTING)
signing_in = Crowd(SIGN_INS, SIGN_INS_OF_ONE, BUSY_SIGNING_IN)
