"""Queries and their answers: `filter`, `sortBy`, `startIndex`, `count` (RFC 7644 §3.4.2) and the ListResponse."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.errors import InvalidValue
from scim_app.protocol.expressions import Expression
from scim_app.protocol.grammar import parse_filter

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
DEFAULT_COUNT = 100
MAX_COUNT = 1_000
LARGEST = 2**53
NUMBER = re.compile(r"[+-]?\d{1,400}", re.ASCII)


@dataclass(frozen=True)
class Query:
    """What a client asks for: matching resources, from the `start_index`th on, at most `count` of them."""

    filter: Expression | None = None
    start_index: int = 1
    count: int = DEFAULT_COUNT


@dataclass(frozen=True)
class Page:
    """Part of the resources that match: `total` says how many do."""

    resources: Sequence[Mapping[str, Any]]
    total: int
    start_index: int = 1


def query(kind: ResourceType, parameters: Mapping[str, str]) -> Query:
    """The query that parameters, named in lower case, ask for. Raises InvalidFilter or InvalidValue.

    Out of range is brought into it (§3.4.2.4): a startIndex below 1 is 1, a negative count is 0, and no page is longer
    than MAX_COUNT.
    """
    text = parameters.get("filter")
    return Query(
        filter=None if text is None else parse_filter(text, kind),
        start_index=min(max(1, number(parameters, "startIndex", 1)), LARGEST),
        count=min(max(0, number(parameters, "count", DEFAULT_COUNT)), MAX_COUNT),
    )


def number(parameters: Mapping[str, str], name: str, default: int) -> int:
    """A whole number among the parameters. Raises InvalidValue."""
    given = parameters.get(name.lower())
    if given is None:
        return default
    if NUMBER.fullmatch(given) is None:
        raise InvalidValue(f"{name} must be a whole number.")
    return int(given)


def list_response(page: Page) -> dict[str, Any]:
    """The ListResponse message: `itemsPerPage` is what it holds, `totalResults` what there is."""
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": page.total,
        "startIndex": page.start_index,
        "itemsPerPage": len(page.resources),
        "Resources": page.resources,
    }
