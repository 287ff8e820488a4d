"""What identity providers really send, from the recorded conversations, and every way to name a thing: what is mutated."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from tests.api.parties import TARGET, own
from tests.api.references import CASES, references
from tests.conversations.replay import HERE, overlay

KNOWN = 8
"""So many ids of its own a request may hold: those that its sender met first."""


@dataclass(frozen=True)
class Draft:
    """A request that is still to be written down: its body is a value, its parameters are pairs."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = field(default=None)
    """The bytes of a body that is no JSON."""

    @property
    def target(self) -> str:
        written = "&".join(f"{name}={quote(value, safe='')}" for name, value in self.query)
        return f"/scim/v2{self.path}" + (f"?{written}" if written else "")


def recorded() -> Iterator[Draft]:
    """Every request of every conversation."""
    for file in sorted(HERE.glob("*/*.json")):
        for step in json.loads(file.read_text())["steps"]:
            request = step["request"]
            query = tuple((name, str(value)) for name, value in request.get("query", {}).items())
            yield Draft(request["method"], request["path"], query, request.get("body"))


def named() -> Iterator[Draft]:
    """Every request that names something."""
    for route in CASES:
        for request in references(route):
            path, _, query = request.target.removeprefix("/scim/v2").partition("?")
            pair = query.partition("=")
            drafted = Draft(request.method, path, ((pair[0], pair[2]),) if query else (), headers=request.headers)
            yield replace(drafted, body=None if request.body is None else json.loads(request.body))


DRAFTS = (*recorded(), *named())


def seed(chance: random.Random) -> Draft:
    """One of them, with ids of the sender's in the place of what it captured."""
    draft = chance.choice(DRAFTS)
    given = {name: filled(value, chance) for name, value in vars(draft).items() if name in {"path", "query", "body"}}
    return replace(draft, **given)


def filled(value: Any, chance: random.Random) -> Any:
    """The value with an id for each `{{name}}` and TARGET, and a user for each `...`."""
    match value:
        case str():
            return re.sub(rf"{{{{\w+}}}}|{TARGET}", lambda _: own(chance.randrange(KNOWN)), value)
        case list() | tuple():
            return type(value)(filled(item, chance) for item in value)
        case {"...": _, **changes}:
            user = {"userName": f"whole {chance.randrange(99)}", "displayName": "Whole", "active": True}
            return overlay(user, filled(changes, chance))
        case dict():
            return {filled(name, chance): filled(item, chance) for name, item in value.items()}
    return value
