"""Tens of thousands of requests by somebody who belongs elsewhere: not one tells them anything, or changes anything."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.api.conftest import stranger
from tests.api.direct import Request, written
from tests.api.parties import TARGET
from tests.api.references import CASES, FILTERS, HEADERS, PEOPLE, bulk, references
from tests.api.strangers import KINDS, Stranger

assert stranger
ROUND = 400
"""Probes that one pair of organisations is asked, before it is large."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EVERY = [request for route in CASES for request in references(route)]


def probes(chance: random.Random) -> Iterator[tuple[str, Request]]:
    """Each reference with each kind of thing, in an order made by chance; then mixtures of them without end."""
    product = list(itertools.product(KINDS, EVERY))
    chance.shuffle(product)
    yield from (
        (kind, mixed(request, chance)) if chance.random() < 0.3 else (kind, request) for kind, request in product
    )
    while True:
        yield chance.choice(KINDS), mixed(chance.choice(EVERY), chance)


def mixed(request: Request, chance: random.Random) -> Request:
    """The request with something else in it: another method, a condition, a filter, the body of another, several of them."""
    match chance.randrange(6):
        case 0:
            return replace(request, method=chance.choice(METHODS))
        case 1:
            return request.having(*chance.choice(HEADERS))
        case 2:
            return replace(request, body=chance.choice(EVERY).body)
        case 3:
            query = f"filter={expression(chance, 3)}&count={chance.randrange(4)}&sortBy=id".replace(" ", "%20")
            return Request("GET", f"/scim/v2/{chance.choice(('Users', 'Groups', '', 'Roles'))}?{query}")
        case 4:
            return written("POST", "/Bulk", bulk(*(operation(chance) for _ in range(chance.randrange(1, 6)))))
    return replace(request, target=chance.choice(EVERY).target)


def expression(chance: random.Random, depth: int) -> str:
    """A filter of several, joined and negated."""
    if not depth or chance.random() < 0.3:
        return chance.choice(FILTERS)
    if chance.random() < 0.3:
        return f"not ({expression(chance, depth - 1)})"
    return f"({expression(chance, depth - 1)}) {chance.choice(('and', 'or'))} ({expression(chance, depth - 1)})"


def operation(chance: random.Random) -> dict[str, Any]:
    """An operation of a bulk request, made of a request of its own."""
    request = chance.choice([each for each in EVERY if each.body and "/Bulk" not in each.target])
    path, number = request.target.partition("?")[0].removeprefix("/scim/v2"), str(chance.randrange(9))
    made = {"method": request.method, "path": path, "data": json.loads(request.body or b"null")}
    told = {"bulkId": number} if request.method == "POST" or chance.random() < 0.3 else {}
    given = {"version": f'W/"{number}"'} if chance.random() < 0.3 else {}
    return (
        chance.choice((made, made | {"path": f"/Groups/{PEOPLE}"}, made | {"path": f"/Users/{TARGET}"})) | told | given
    )


def test_nothing_of_another_organization_is_told_or_changed(
    stranger: Stranger, size: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    chance, before = random.Random(7), stranger.rows()
    asked = itertools.islice(probes(chance), size(600, 20_000))
    leaks, count = [], 0
    for number, (kind, request) in enumerate(asked):
        if number % ROUND == 0:
            twins = stranger.twins(f"Round {number}")
        count += 1
        leak = stranger.leak(twins, kind, request)
        if leak is not None:
            leaks.append(leak)
            twins = stranger.twins(f"After {number}")
    changed = len(set(before) ^ set(stranger.rows()))
    figure(f"{count:,} cross-tenant probes: {len(leaks)} leaks, {changed} of {len(before)} rows changed,"
           f" answers {sorted(stranger.statuses)}")  # fmt: skip
    assert not leaks, leaks[0]
    assert not changed
