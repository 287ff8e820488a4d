"""Clients whose answers can be compared: each speaks of ids, moments and cursors by number, in the order it met them.

Two parties that are asked the same and know as much answer the same, byte for byte, whatever their ids are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from flask import Flask

from tests.api.direct import Reply, Request, ask

UUID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
MOMENT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CURSOR = re.compile(rb"gAAAAA[\w-]{40,}")
PASSING = {"date", "x-request-id", "content-length"}


def own(number: int) -> str:
    """What stands in a request for the id that a party met as this one, from 0."""
    return f"00000000-0000-7000-8000-{number:012}"


def cursor(number: int) -> str:
    """What stands in a request for the cursor that a party was given as this one, from 0."""
    return f"cursor{number:06}"


OWN = re.compile(rb"00000000-0000-7000-8000-(\d{12})")
GIVEN_CURSOR = re.compile(rb"cursor(\d{6})")
TARGET = "dddddddd-dddd-7ddd-8ddd-dddddddddddd"
"""What stands in a request for the id that is one party's to find out about, and another's to make up."""


@dataclass
class Party:
    """A client with a key, the ids and cursors it has met, and what it has put in the place of TARGET so far."""

    app: Flask
    key: str
    ids: list[bytes] = field(default_factory=list)
    targets: list[bytes] = field(default_factory=list)
    cursors: list[bytes] = field(default_factory=list)

    def send(self, request: Request) -> Reply:
        """The answer as it came, to a request with this party's ids in it."""
        target = self.spoken(request.target.encode()).decode()
        headers = tuple((name, self.spoken(value.encode()).decode()) for name, value in request.headers)
        body = None if request.body is None else self.spoken(request.body)
        given = replace(request, target=target, headers=headers, body=body)
        if "Authorization" not in dict(headers):
            given = given.having(("Authorization", f"Bearer {self.key}"))
        return ask(self.app, given)

    def ask(self, request: Request) -> Reply:
        """The answer as every party with as much knowledge should get it."""
        return self.understood(self.send(request))

    def understood(self, reply: Reply) -> Reply:
        """An answer without what is this party's alone. Its length is checked before it is forgotten."""
        length = reply.header("content-length")
        assert length in {None, str(len(reply.body))} or not reply.body, reply
        headers = [(name, self.heard(value.encode()).decode()) for name, value in reply.headers if name not in PASSING]
        return Reply(reply.status, tuple(headers), self.heard(reply.body))

    def name(self, target: str) -> None:
        """Put this in the place of TARGET from now on."""
        given = target.encode()
        self.targets = [*(each for each in self.targets if each != given), given]

    def spoken(self, text: bytes) -> bytes:
        """The text with ids in place of what stands for them."""
        text = OWN.sub(lambda found: nth(self.ids, found), text)
        text = GIVEN_CURSOR.sub(lambda found: nth(self.cursors, found), text)
        return text.replace(TARGET.encode(), self.targets[-1]) if self.targets else text

    def heard(self, text: bytes) -> bytes:
        """The text with what stands for ids in place of them."""
        for number, target in enumerate(reversed(self.targets)):
            text = text.replace(target, b"former %d" % number if number else TARGET.encode())
        text = CURSOR.sub(lambda found: numbered(self.cursors, found[0], cursor), text)
        text = UUID.sub(lambda found: self.named(found[0]), text)
        return MOMENT.sub(b"MOMENT", text)

    def named(self, found: bytes) -> bytes:
        if found == TARGET.encode() or OWN.fullmatch(found):
            return found
        return numbered(self.ids, found, own)


def nth(met: list[bytes], found: re.Match[bytes]) -> bytes:
    number = int(found[1])
    return met[number] if number < len(met) else found[0]


def numbered(met: list[bytes], thing: bytes, name: Callable[[int], str]) -> bytes:
    if thing not in met:
        met.append(thing)
    return name(met.index(thing)).encode()
