"""Queries and their answers: `filter`, `sortBy`, `startIndex`, `count`, `cursor` (RFC 7644 §3.4.2–3, RFC 9865)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim_app.protocol import messages
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.cursors import Place, Position
from scim_app.protocol.errors import InvalidCount, InvalidValue
from scim_app.protocol.expressions import Expression
from scim_app.protocol.grammar import parse_filter
from scim_app.protocol.matching import matches
from scim_app.protocol.ordering import Sort, sort

LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
DEFAULT_COUNT = 100
MAX_COUNT = 1_000
LARGEST = 2**53
NUMBER = re.compile(r"[+-]?\d{1,400}", re.ASCII)
SEARCHED = ("attributes", "excludedAttributes", "filter", "sortBy", "sortOrder", "startIndex", "count", "cursor")
"""The members of a SearchRequest (§3.4.3, RFC 9865 §3), which are the parameters of a GET."""


@dataclass(frozen=True)
class Criteria:
    """Which resources of one type match, and what of them the order looks at: without a `sort` they have no value there."""

    kind: ResourceType
    filter: Expression | None = None
    sort: Sort | None = None


@dataclass(frozen=True)
class Query:
    """What a client asks for: matching resources of one or several types, at most `count` from some place on.

    The place is the `start_index`th resource, or a cursor; an empty cursor is the beginning of a walk.
    """

    criteria: tuple[Criteria, ...]
    start_index: int = 1
    count: int = DEFAULT_COUNT
    descending: bool = False
    cursor: str | None = None
    binding: str = ""
    """All parameters but count and cursor, which a walk repeats with each cursor; empty without one."""


@dataclass(frozen=True)
class Page:
    """Part of the resources that match: `total` says how many do, the positions what lies before and behind."""

    resources: Sequence[Any]
    total: int
    start_index: int = 1
    previous: Position | None = None
    next: Position | None = None


def query(kinds: Iterable[ResourceType], parameters: Mapping[str, str]) -> Query:
    """The query that parameters, named in lower case, ask for. Raises InvalidFilter, InvalidValue or InvalidCount.

    Out of range is brought into it (§3.4.2.4): a startIndex below 1 is 1, a negative count is 0, and no page is longer
    than MAX_COUNT. Of several types, one that lacks an attribute has no value there (§3.4.2.1).
    """
    kinds = tuple(kinds)
    cursor = parameters.get("cursor")
    if cursor is not None and "startindex" in parameters:
        raise InvalidValue("Ask with startIndex or with cursor, not with both.")
    count = number(parameters, "count", DEFAULT_COUNT, InvalidValue if cursor is None else InvalidCount)
    bound = {name: value for name, value in parameters.items() if name not in {"count", "cursor"}}
    return Query(
        tuple(criteria(kinds, parameters)),
        start_index=min(max(1, number(parameters, "startIndex", 1, InvalidValue)), LARGEST),
        count=min(max(0, count), MAX_COUNT),
        descending=bool(parameters.get("sortby")) and parameters.get("sortorder", "").lower() == "descending",
        cursor=cursor,
        binding="" if cursor is None else json.dumps([[kind.name for kind in kinds], sorted(bound.items())]),
    )


def criteria(kinds: Sequence[ResourceType], parameters: Mapping[str, str]) -> Iterator[Criteria]:
    """The criteria for each type. What no type has is refused; what only some have is absent in the others."""
    text, sort_by, sort_order = (parameters.get(name) for name in ("filter", "sortby", "sortorder"))
    refusals: list[InvalidValue] = []
    for kind in kinds:
        filter = None if text is None else parse_filter(text, kind, among=kinds)
        try:
            order = sort(kind, sort_by, sort_order)
        except InvalidValue as refusal:
            refusals.append(refusal)
            order = None
        yield Criteria(kind, filter, order)
    if len(refusals) == len(kinds):
        raise refusals[0]


def number(parameters: Mapping[str, str], name: str, default: int, refusal: type[InvalidValue | InvalidCount]) -> int:
    """A whole number among the parameters. Raises the refusal."""
    given = parameters.get(name.lower())
    if given is None:
        return default
    if NUMBER.fullmatch(given) is None:
        raise refusal(f"{name} must be a whole number.")
    return int(given)


def search_parameters(message: Any) -> dict[str, str]:
    """The parameters of a SearchRequest message, as a GET would have them. Raises InvalidSyntax or InvalidValue."""
    members = messages.members(message, SEARCH_REQUEST)
    found = {name.lower(): parameter(name, members[name.lower()]) for name in SEARCHED if name.lower() in members}
    return {name: value for name, value in found.items() if value is not None}


def parameter(name: str, value: Any) -> str | None:
    """A member of a SearchRequest as the parameter it stands for; null is none."""
    if value is None:
        return None
    if name in {"attributes", "excludedAttributes"} and isinstance(value, list):
        if all(isinstance(each, str) for each in value):
            return ",".join(value)
    elif name in {"startIndex", "count"}:
        if type(value) is int:
            return str(value)
    elif isinstance(value, str):
        return value
    raise InvalidValue(f"{name} is of the wrong type for a SearchRequest.")


def select(query: Query, resources: Sequence[Mapping[str, Any]], place: Place | None = None) -> Page:
    """The page of a query over resources in memory, few of one type; of a walk by cursor the one from this place on."""
    [criteria] = query.criteria
    kind, order = criteria.kind, criteria.sort
    found = [each for each in resources if criteria.filter is None or matches(criteria.filter, kind, each)]
    if order is not None:
        keys = {id(each): order.key(kind, each) for each in found}
        without = [each for each in found if keys[id(each)] is None]
        valued = [each for each in found if keys[id(each)] is not None]
        valued.sort(key=lambda each: keys[id(each)] or "", reverse=order.descending)
        found = without + valued if order.descending else valued + without
    if query.cursor is not None:
        return walked(found, query.count, None if place is None else place.position)
    first = query.start_index - 1
    return Page(found[first : first + query.count], len(found), query.start_index)


def walked(found: Sequence[Mapping[str, Any]], count: int, position: Position | None) -> Page:
    """The page behind a position or before it. Its key says where that was, should what it names be gone."""
    begin = 0
    if position is not None:
        there = next((index for index, each in enumerate(found) if each["id"] == position.id), None)
        begin = int(position.key or 0) if there is None else there + (not position.backwards)
    if position is not None and position.backwards:
        begin, count = max(0, begin - count), min(count, begin)
    page = found[begin : begin + count]
    end = begin + len(page)
    return Page(
        page,
        len(found),
        previous=Position(page[0]["id"], str(begin), backwards=True) if page and begin else None,
        next=Position(page[-1]["id"], str(end)) if page and end < len(found) else None,
    )


def list_response(
    page: Page, shown: Sequence[Mapping[str, Any]] | None = None, cursors: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The ListResponse message: `itemsPerPage` is what it holds, `totalResults` what there is.

    With `cursors` it is one page of a walk, whose pages have no index (RFC 9865 §2).
    """
    resources = page.resources if shown is None else shown
    index = {"startIndex": page.start_index} if cursors is None else cursors
    return {
        "schemas": [LIST_RESPONSE],
        "totalResults": page.total,
        **index,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }
