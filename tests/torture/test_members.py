"""Fifty clients add and remove members of the same groups: in the end the groups hold exactly who they should."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from bench.service import Service
from scim_app.directory.tables import Change, GroupMember
from tests.torture.clients import added, at_once, removed, user

CLIENTS, OWN, GROUPS = 50, 4, 3
"""Each client has people of its own and asks nothing of the others', so that what must come out is decided by its answers."""

Membership = tuple[str, str]
"""A group and a user in it."""


def test_groups_hold_exactly_who_was_added_and_not_removed(
    serve: Callable[[int], Service],
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    service, each = serve(2), size(500, 10_000) // CLIENTS
    with service.connect() as client:
        groups = [client.send("POST", "/Groups", {"displayName": f"Group {n}"})[1]["id"] for n in range(GROUPS)]
        people = [client.send("POST", "/Users", user(f"user{n}"))[1]["id"] for n in range(CLIENTS * OWN)]

    def run(number: int) -> tuple[set[Membership], int, Counter[int]]:
        """What one client left behind, how many of its requests changed something, and how they were answered."""
        chance, mine, moved, statuses = random.Random(number), set(), 0, Counter()
        own = people[number * OWN : (number + 1) * OWN]
        with service.connect() as client:
            for _ in range(each):
                group, some = chance.choice(groups), chance.sample(own, chance.randrange(1, OWN))
                asked, before = {(group, one) for one in some}, set(mine)
                adds = chance.random() < 0.5
                status, _ = client.send("PATCH", f"/Groups/{group}", added(*some) if adds else removed(*some))
                statuses[status] += 1
                if status in {200, 204}:
                    mine = mine | asked if adds else mine - asked
                    moved += mine != before
        return mine, moved, statuses

    told = at_once(CLIENTS, run)
    expected = {membership for mine, _, _ in told for membership in mine}
    statuses = sum((statuses for _, _, statuses in told), Counter())
    with service.connect() as client:
        shown = [
            (group, member["value"])
            for group in groups
            for member in client.send("GET", f"/Groups/{group}")[1].get("members", [])
        ]
        counted = {
            (group["value"], one)
            for one in people
            for group in client.send("GET", f"/Users/{one}")[1].get("groups", [])
        }
    stored = session.execute(select(GroupMember.group_id, GroupMember.user_id)).all()
    figure(
        f"{sum(statuses.values()):,} concurrent member changes by {CLIENTS} clients on {GROUPS} groups, answered "
        f"{dict(sorted(statuses.items()))}: {len(expected - set(shown))} lost, {len(set(shown) - expected)} left over, "
        f"{len(shown) - len(set(shown))} twice, of {len(expected)}"
    )
    assert set(statuses) <= {200, 204}
    assert sorted(shown) == sorted(expected) == sorted((group, one) for group, one in stored)
    assert counted == expected
    changes = session.scalar(select(func.count()).where(Change.action == "group:members:changed"))
    assert changes == sum(moved for _, moved, _ in told)
