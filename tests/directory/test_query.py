"""The compiler of filters finds what `protocol.matching` says they mean, on both databases.

Hypothesis makes the filters, over people and groups whose values collide on purpose; FILTERS=20000 makes more of them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.query import TABLES, Compiler, after_prefix
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.protocol import payload
from scim_app.protocol.expressions import Expression
from scim_app.protocol.grammar import parse_filter
from scim_app.protocol.leaves import Leaf, leaves
from scim_app.protocol.listing import Query
from scim_app.protocol.matching import holds
from tests.protocol.generated import CATALOG, TEST_SCHEMA, body, examples, expressions

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USERS, GROUPS = 60, 14


@dataclass
class Population:
    """The resources of one organisation, each with its leaves, and what two databases may be asked about them."""

    session: scoped_session[Session]
    organization_id: str
    leaves: dict[str, dict[str, list[Leaf]]]
    """By resource type and id."""
    values: dict[str, dict[str, list[Any]]]
    """What stands at each path and was not made from the vocabulary, by resource type."""

    def stored(self, kind: str, expression: Expression) -> set[str]:
        """The ids that the database finds."""
        table = TABLES[kind]
        condition = Compiler(CATALOG, CATALOG[kind], self.organization_id).condition(expression)
        own = table.c.organization_id == self.organization_id
        return set(self.session.scalars(select(table.c.id).where(own, condition)))

    def meant(self, kind: str, expression: Expression) -> set[str]:
        """The ids of the resources that match in memory."""
        return {each for each, found in self.leaves[kind].items() if holds(expression, found)}

    def check(self, kind: str, sent: str) -> set[str]:
        """The ids that both agree a filter finds."""
        expression = parse_filter(sent, CATALOG[kind])
        stored, meant = self.stored(kind, expression), self.meant(kind, expression)
        assert stored == meant, f"{sent}: only stored {stored - meant}, only meant {meant - stored}"
        return stored


def people(directory: Directory, chance: random.Random, count: int) -> list[str]:
    """The ids of so many new users, made by chance; some are each other's managers."""
    ids: list[str] = []
    for _ in range(count):
        manager = {f"{ENTERPRISE}:manager.value": ids[-3:] * 20}
        made = directory.create("User", payload.load(CATALOG["User"], body(CATALOG["User"], chance, manager)))
        ids.append(made["id"])
    return ids


def groups(directory: Directory, chance: random.Random, count: int, users: list[str]) -> None:
    """So many new groups with some of these users."""
    for size in range(count):
        members = [{"value": each} for each in chance.sample(users, min(size, len(users)))]
        sent = body(CATALOG["Group"], chance) | {"members": members}
        directory.create("Group", payload.load(CATALOG["Group"], sent))


def changed(directory: Directory, chance: random.Random, users: list[str]) -> None:
    """Some of the users are other people, or nobody, now."""
    for each in users[::4]:
        directory.replace("User", each, payload.load(CATALOG["User"], body(CATALOG["User"], chance)))
    for each in users[::9]:
        directory.delete("User", each)


def worth_comparing(resources: Iterable[dict[str, Any]]) -> dict[str, list[Any]]:
    """The values that the service made: ids, moments, addresses."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for each in list(resources)[::5]:
        found["id"].append(each["id"])
        for name, value in each["meta"].items():
            found[f"meta.{name}"].append(value)
        for name in ("members", "groups"):
            for element in each.get(name, [])[:2]:
                for sub, value in element.items():
                    found[f"{name}.{sub}"].append(value)
        for sub, value in each.get(ENTERPRISE, {}).get("manager", {}).items():
            found[f"{ENTERPRISE}:manager.{sub}"].append(value)
    return found


def everyone(directory: Directory, kind: str) -> list[dict[str, Any]]:
    return list(directory.search(kind, Query(count=1_000)).resources)


@pytest.fixture
def population(session: scoped_session[Session], organization: Organization) -> Population:
    """An organisation of people and groups made by chance, beside another one of the same."""
    other = transact(session, lambda: organizations.create(session, "Other"))
    organization_ids = organization.id, other.id
    for organization_id in organization_ids:
        chance = random.Random(7)
        directory = Directory(session, organization_id, OPERATOR, CATALOG)
        users = people(directory, chance, USERS)
        groups(directory, chance, GROUPS, users)
        changed(directory, chance, users)
    directory = Directory(session, organization_ids[0], OPERATOR, CATALOG)
    resources = {kind: everyone(directory, kind) for kind in ("User", "Group")}
    found = {
        kind: {each["id"]: list(leaves(CATALOG[kind], each)) for each in known} for kind, known in resources.items()
    }
    values = {kind: worth_comparing(known) for kind, known in resources.items()}
    return Population(session, organization_ids[0], found, values)


@pytest.mark.parametrize(("kind", "number", "share"), [("User", 1_000, 0.7), ("Group", 500, 0.3)])
def test_the_database_finds_what_a_filter_means(
    population: Population, kind: str, number: int, share: float
) -> None:
    selective = asked = 0

    @examples(number, share)
    @given(expressions(CATALOG[kind], population.values[kind]).map(str))
    def agree(sent: str) -> None:
        nonlocal selective, asked
        found = population.check(kind, sent)
        asked += 1
        selective += 0 < len(found) < len(population.leaves[kind])

    agree()
    print(f"{asked} filters over {kind}s, {selective} of which found some and not all")
    assert selective > asked / 5, "too few of the filters find some resources and not all"
