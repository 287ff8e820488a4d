"""One connection to a service: the headers that go along, the answers, and what is done when the service is busy."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson
import urllib3

ATTEMPTS = 10
LONGEST_PAUSE = 300.0
"""Seconds: what Okta waits when a 429 does not say how long (Okta, rate limits of SCIM provisioning)."""
BUSY = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """The status of an answer and its body: a JSON value, or None when there was none."""

    status: int
    body: Any

    @property
    def detail(self) -> str:
        """What the service says went wrong (RFC 7644 §3.12)."""
        return str(self.body.get("detail", "")) if isinstance(self.body, dict) else ""


class Refused(Exception):
    """The service answered something that the client cannot go on with."""

    def __init__(self, asked: str, answer: Answer) -> None:
        super().__init__(asked, answer)
        self.asked, self.answer = asked, answer

    def __str__(self) -> str:
        return f"{self.asked} was answered with {self.answer.status}. {self.answer.detail}".strip()


class Unreachable(Exception):
    """Nobody answers at the base URL, or what answers speaks no JSON."""


@dataclass
class Connection:
    """Requests below one base URL. `pause` waits so many seconds; `told` is called after each request."""

    base_url: str
    key: str
    headers: Mapping[str, str]
    content_type: str = "application/scim+json; charset=utf-8"
    space: str = "%20"
    timeout: float = 60.0
    pause: Callable[[float], None] = time.sleep
    told: Callable[[], None] = lambda: None
    statuses: Counter[int] = field(default_factory=Counter)
    retries: int = 0

    def __post_init__(self) -> None:
        self.base_url = self.base_url.rstrip("/")
        self.pool = urllib3.PoolManager(retries=False, timeout=self.timeout)

    def close(self) -> None:
        """Close the sockets."""
        self.pool.clear()

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return sum(self.statuses.values())

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        tail: str = "",
        authorization: str | None = None,
        expected: tuple[int, ...] = (200, 201, 204),
    ) -> Answer:
        """The answer, when its status is one of those expected; a busy service is asked again. Raises Refused, Unreachable."""
        url = self.base_url + path + (f"?{self.encoded(query)}" if query else "") + tail
        headers = {**self.headers, "Authorization": authorization or f"Bearer {self.key}"}
        if body is not None:
            headers["Content-Type"] = self.content_type
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self.pool.request(
                    method, url, body=None if body is None else orjson.dumps(body), headers=headers, redirect=False
                )
            except urllib3.exceptions.HTTPError as error:
                if attempt == ATTEMPTS:
                    raise Unreachable(f"{self.base_url} does not answer ({type(error).__name__}).") from error
                self.wait(min(0.2 * 2**attempt, LONGEST_PAUSE))
                continue
            answer = Answer(response.status, self.read(response.data, f"{method} {path}"))
            self.statuses[answer.status] += 1
            self.told()
            if answer.status in expected:
                return answer
            if answer.status not in BUSY or attempt == ATTEMPTS:
                raise Refused(f"{method} {path}", answer)
            self.wait(patience(response.headers.get("Retry-After", ""), attempt))
        raise AssertionError("unreachable")

    def wait(self, seconds: float) -> None:
        """Wait before the request is sent again."""
        self.retries += 1
        self.pause(seconds)

    def encoded(self, query: Mapping[str, Any]) -> str:
        """The query string, with spaces the way this client writes them."""
        return urlencode(query, quote_via=quote, safe="").replace("%20", self.space)

    def read(self, content: bytes, asked: str) -> Any:
        """The JSON value of a body. Raises Unreachable for anything else: a page of HTML comes from somebody else."""
        try:
            return orjson.loads(content) if content else None
        except orjson.JSONDecodeError as error:
            raise Unreachable(f"{asked} was not answered with JSON. Check the base URL {self.base_url}.") from error


def patience(retry_after: str, attempt: int) -> float:
    """Seconds to wait: what the service asks for in whole seconds, else one second, doubled at each attempt."""
    asked = float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 2.0 ** (attempt - 1)
    return min(asked, LONGEST_PAUSE)
