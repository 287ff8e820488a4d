"""Looking for people: by the beginning of a name, in order, fast at any size."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations, people
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.ids import new_id
from scim_app.directory.people import Wanted
from scim_app.directory.tables import Organization, SearchValue, User
from scim_app.directory.transaction import transact

NAMES = ("ada", "alan", "barbara", "grace", "radia")
URN = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def acme(app: Flask, session: scoped_session[Session], organization: Organization) -> str:
    """The id of Acme, with five people in it."""
    place = organization.id
    directory = Directory(session, place, OPERATOR, app.extensions["catalog"], app.extensions["policy"])
    for number, name in enumerate(NAMES):
        directory.create(
            "User",
            {
                "schemas": [URN],
                "userName": f"{name}@acme.example",
                "displayName": f"{name.capitalize()} Straße",
                "name": {"familyName": f"Fam{number}"},
                "emails": [{"value": f"{name}.work@mail.example", "primary": True}],
                "active": number % 2 == 0,
                **({"externalId": f"x{number}"} if number < 2 else {}),
            },
        )
    return place


def found(session: scoped_session[Session], place: str, wanted: Wanted | None = None) -> list[str]:
    rows = people.users(session, place, wanted or Wanted()).rows
    return [row.user_name.partition("@")[0] for row in rows]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), list(NAMES)),
        (Wanted("A"), ["ada", "alan"]),
        (Wanted("ADA straS"), ["ada"]),
        (Wanted("ada@"), ["ada"]),
        (Wanted("grace.WORK@"), ["grace"]),
        (Wanted("fam2"), ["barbara"]),
        (Wanted("%"), []),
        (Wanted("acme"), []),
        (Wanted(active=False), ["alan", "grace"]),
        (Wanted("a", active=True), ["ada"]),
        (Wanted(linked=True), ["ada", "alan"]),
        (Wanted("r", linked=False), ["radia"]),
    ],
    ids=str,
)
@pytest.mark.parametrize("few", [1_000, 0], ids=["by list", "by walk"])
def test_people_are_found_by_the_beginning_of_a_name_or_an_address(
    session: scoped_session[Session],
    acme: str,
    wanted: Wanted,
    names: list[str],
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "FEW", few)
    assert found(session, acme, wanted) == names


def test_pages_lead_forth_and_back(session: scoped_session[Session], acme: str) -> None:
    first = people.users(session, acme, Wanted(), size=2)
    assert (first.previous, len(first.rows)) == (None, 2)
    second = people.users(session, acme, Wanted(), after=first.next, size=2)
    third = people.users(session, acme, Wanted(), after=second.next, size=2)
    assert [row.user_name.partition("@")[0] for row in third.rows] == ["radia"] and third.next is None
    back = people.users(session, acme, Wanted(), before=third.previous, size=2)
    assert back.rows == second.rows
    assert people.users(session, acme, Wanted(), before=back.previous, size=2).previous is None


def test_groups_are_found_and_members_paged(app: Flask, session: scoped_session[Session], acme: str) -> None:
    directory = Directory(session, acme, OPERATOR, app.extensions["catalog"], app.extensions["policy"])
    ids = [row.id for row in people.users(session, acme, Wanted()).rows]
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    members = [{"value": each} for each in ids]
    made = directory.create("Group", {"schemas": schemas, "displayName": "Sales", "members": members})
    directory.create("Group", {"schemas": schemas, "displayName": "Engineering"})
    assert [row.display_name for row in people.groups(session, acme).rows] == ["Engineering", "Sales"]
    assert [row.display_name for row in people.groups(session, acme, "SAL").rows] == ["Sales"]
    first = people.members(session, acme, made["id"], size=3)
    second = people.members(session, acme, made["id"], after=first.next, size=3)
    assert sorted(row.id for row in (*first.rows, *second.rows)) == sorted(ids) and second.next is None


def test_another_organisations_people_are_not_found(session: scoped_session[Session], acme: str) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    assert found(session, rival) == [] and found(session, rival, Wanted("ada")) == []


def add_people(session: scoped_session[Session], place: str, numbers: range) -> None:
    """People of these numbers, with the leaf that a search by userName looks at."""
    now = datetime.now(UTC)
    ids = {number: new_id() for number in numbers}
    users = [
        {"id": each, "organization_id": place, "user_name": f"user{number:06}", "user_name_key": f"user{number:06}",
         "display_name": f"Person {number}", "display_key": f"person {number}", "active": True, "org_role": "Member",
         "document": {}, "version": 1, "created_at": now, "updated_at": now}
        for number, each in ids.items()
    ]  # fmt: skip
    leaves = [
        {"organization_id": place, "kind": "User", "path": "userName", "key": f"user{number:06}",
         "resource_id": each, "item": 0}
        for number, each in ids.items()
    ]  # fmt: skip

    def work() -> None:
        session.execute(insert(User), users)
        session.execute(insert(SearchValue), leaves)

    transact(session, work)


def steps(session: scoped_session[Session], place: str, search: str, expected: int) -> int:
    """How many hundreds of instructions SQLite runs for the first page of a search that shows so many."""
    taken = [0]

    def count() -> None:
        taken[0] += 1

    connection = session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    connection.set_progress_handler(count, 100)
    try:
        assert len(found(session, place, Wanted(search))) == expected
    finally:
        connection.set_progress_handler(None, 0)
    return taken[0]


@pytest.mark.databases("sqlite")
def test_a_search_costs_the_same_when_there_are_twenty_times_as_many_people(
    session: scoped_session[Session], organization: Organization
) -> None:
    searches = {"user": 50, "user0001": 50, "user000999": 1, "nobody": 0, "": 50}
    add_people(session, organization.id, range(1_000))
    few = {search: steps(session, organization.id, search, shown) for search, shown in searches.items()}
    add_people(session, organization.id, range(1_000, 20_000))
    many = {search: steps(session, organization.id, search, shown) for search, shown in searches.items()}
    assert all(many[search] <= few[search] * 1.5 + 5 for search in searches), (few, many)
