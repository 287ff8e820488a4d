"""The compiler of filters finds what `protocol.matching` says they mean, on both databases.

Hypothesis makes the filters, over people and groups whose values collide on purpose; FILTERS=20000 makes more of them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.parameters import after_prefix, form
from scim_app.directory.records import TABLES
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.protocol import payload
from scim_app.protocol.errors import InvalidFilter
from scim_app.protocol.expressions import Expression
from scim_app.protocol.grammar import parse_filter
from scim_app.protocol.leaves import Leaf, leaves
from scim_app.protocol.listing import query
from scim_app.protocol.matching import holds
from scim_app.protocol.projection import Projection, project
from scim_app.protocol.resource import Resource
from tests.protocol.generated import CATALOG, TEST_SCHEMA, body, examples, expressions

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USERS, GROUPS = 60, 14


@dataclass
class Population:
    """The resources of one organisation, each with its leaves, and what two databases may be asked about them."""

    directory: Directory
    leaves: dict[str, dict[str, list[Leaf]]]
    """By resource type and id."""
    values: dict[str, dict[str, list[Any]]]
    """What stands at each path and was not made from the vocabulary, by resource type."""

    def stored(self, kind: str, expression: Expression) -> set[str]:
        """The ids that the database finds."""
        table = TABLES[kind]
        own = table.organization_id == self.directory.organization_id
        wanted, values = form(expression)
        statement = select(table.id).where(own, self.directory.store.compiler(kind).condition(wanted))
        about = values | {"organization_id": self.directory.organization_id}
        return set(self.directory.session.scalars(statement, about))

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


def worth_comparing(resources: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
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


def everybody(directory: Directory, kind: str) -> list[Resource]:
    """Every resource of a kind, as an answer has it."""
    table: Any = TABLES[kind].__table__
    own = select(table).where(table.c.organization_id == directory.organization_id)
    rows = directory.session.execute(own).all()
    return directory.reader.resources(kind, rows, lambda _name: True)


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
    resources = {kind: everybody(directory, kind) for kind in ("User", "Group")}
    found = {
        kind: {each["id"]: list(leaves(CATALOG[kind], each)) for each in known} for kind, known in resources.items()
    }
    values = {kind: worth_comparing(known) for kind, known in resources.items()}
    return Population(directory, found, values)


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_a_resource_as_it_is_put_together_is_what_is_returned_by_default(population: Population, kind: str) -> None:
    described = CATALOG[kind]
    page = population.directory.search(query([described], {"count": "1000"}), {kind: Projection(described).wants})
    assert len(page.resources) == len(population.leaves[kind])
    for each in page.resources:
        assert project(described.attributes, each.value, None, None) == each.value


@pytest.mark.parametrize(("kind", "number", "share"), [("User", 1_000, 0.7), ("Group", 500, 0.3)])
def test_the_database_finds_what_a_filter_means(population: Population, kind: str, number: int, share: float) -> None:
    selective = asked = 0

    @examples(number, share)
    @given(expressions(CATALOG[kind], population.values[kind]).map(str))
    def agree(sent: str) -> None:
        nonlocal selective, asked
        try:
            found = population.check(kind, sent)
        except InvalidFilter:
            assert ".via " in sent or "via " in sent, "only what is made when it is shown cannot be searched"
            return
        asked += 1
        selective += 0 < len(found) < len(population.leaves[kind])

    agree()
    print(f"{asked} filters over {kind}s, {selective} of which found some and not all")
    assert selective > asked / 8, "too few of the filters find some resources and not all"


BY_HAND = {
    "User": [
        'emails[type eq "work" or (type eq "home" or type pr)]',
        "emails[not (type pr) and not (primary pr)]",
        'emails[value ne "a" and (type ne "work" or primary ne true)]',
        "emails[not (value pr or type pr)]",
        'userName co "%" or userName co "_" or displayName co "\\\\"',
        'displayName sw "\U0010ffff" or displayName sw "\ud7ff" or displayName ge "\uffff"',
        'displayName ew "\u017f" or displayName co "\u212a" or displayName eq "STRASSE"',
        f'displayName eq "{"X" * 401}" or title eq "{"x" * 400}"',
        f'displayName sw "{"x" * 400}" and not (displayName ew "y")',
        f'displayName sw "{"x" * 400}" and displayName co "c"',
        f'displayName co "{"x" * 400}" and not (displayName co "{"x" * 401}") and not (displayName ew "f")',
        f'photos[value sw "{"x" * 400}" and value co "\x7f"] or displayName co "\x7f"',
        'displayName co "" and not (title sw "") or nickName ew ""',
        f'{ENTERPRISE}:manager.displayName pr and {ENTERPRISE}:manager.$ref sw "https://scim.example/scim/v2/Users/"',
        f"{ENTERPRISE}:manager pr and not ({ENTERPRISE}:manager.$ref pr)",
        f'{ENTERPRISE}:manager.displayName ne "ada"',
        f"{ENTERPRISE} pr and not ({TEST_SCHEMA} pr)",
        f"{TEST_SCHEMA}:number lt -0.5 or {TEST_SCHEMA}:number gt 1e10",
        f'{TEST_SCHEMA}:moment ge "2025-12-31T19:00:00-05:00" and {TEST_SCHEMA}:moment lt "2026-01-01T00:00:00.5Z"',
        f"{TEST_SCHEMA}:wholes ne 1 and {TEST_SCHEMA}:wholes eq 1",
        f'{TEST_SCHEMA}:bytes eq "YQ"',
        f"{TEST_SCHEMA}:parts[whole lt 0 and not (flag eq true)]",
        'groups[display co "a"] and not (groups[display co "k"])',
        'groups.type eq "direct" and not (groups.value eq "x")',
        'meta.version ne "W/\\"1\\""',
        'meta.created le "9999-01-01T00:00:00Z" and meta.resourceType eq "User"',
    ],
    "Group": [
        "members pr",
        "not (members pr)",
        'members[display co "a" and type eq "user"]',
        'members[display ne "ada" or display eq "ada"]',
        'members[not (display sw "a")]',
        "members[not (display pr)]",
        'members[not (display co "") or type co ""]',
        'members.display ne "ada"',
        "members.$ref pr and members[$ref pr]",
        'members.type ne "User"',
        'displayName gt "a" and displayName le "k~"',
    ],
}


@pytest.mark.parametrize("kind", BY_HAND)
def test_the_database_finds_what_a_filter_written_by_hand_means(
    population: Population, kind: str, subtests: pytest.Subtests
) -> None:
    found: set[str] = set()
    for sent in BY_HAND[kind]:
        with subtests.test(filter=sent):
            found |= population.check(kind, sent)
    assert found, "none of them finds anybody"


@pytest.mark.parametrize(
    ("prefix", "end"),
    [("a", "b"), ("az", "a{"), ("\ud7ff", "\ue000"), ("a\U0010ffff", "b"), ("\U0010ffff", ""), ("", "")],
)
def test_the_end_of_the_range_of_a_prefix_is_the_least_text_above_it(prefix: str, end: str) -> None:
    assert after_prefix(prefix) == end
