"""What stands beside a document, and the moments about it, are text that either database writes alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import beside
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.policy import KEEP, Policy
from scim_app.directory.tables import Organization, User
from scim_app.directory.transaction import reading, transact
from scim_app.extensions import db
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.comparison import instant_key
from scim_app.protocol.listing import query
from scim_app.protocol.patch_op import PATCH_OP, read
from scim_app.protocol.projection import projection

CATALOG = Catalog(base_url="https://scim.example/scim/v2")
NAMES = ['"quoted" \\ and / back', "Ünïcödé 😀 \u2028", "tab\tand ' apostrophe", "[]{},: ]", "null"]


@pytest.fixture
def directory(session: scoped_session[Session], organization: Organization) -> Directory:
    """Acme's directory, changed by the operator."""
    return Directory(session, organization.id, OPERATOR, CATALOG)


def created(directory: Directory, kind: str, name: str, **more: Any) -> str:
    """The id of a new user or group."""
    named = {"userName": name} if kind == "User" else {"displayName": name}
    return directory.create(kind, {"schemas": [CATALOG[kind].schema.id]} | named | more).id


@contextmanager
def statements() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def listed(directory: Directory, kind: str, attributes: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Everybody, or every group, on one page."""
    described = CATALOG[kind]
    page = directory.search(query([described], {}), {kind: projection(described, attributes, ()).wants})
    return [each.value for each in page.resources]


def test_groups_and_members_are_told_by_whatever_name_in_the_order_of_ids(directory: Directory) -> None:
    users = [created(directory, "User", f"user{number} {name}") for number, name in enumerate(NAMES)]
    members = [{"value": each} for each in reversed(users)]
    groups = [created(directory, "Group", name, members=members) for name in NAMES]
    at = "https://scim.example/scim/v2"
    of_each = [
        {"value": each, "$ref": f"{at}/Groups/{each}", "display": name, "type": "direct"}
        for each, name in zip(groups, NAMES, strict=True)
    ]
    in_each = [{"value": each, "$ref": f"{at}/Users/{each}", "type": "User"} for each in users]
    assert [each["groups"] for each in listed(directory, "User")] == [of_each] * len(users)
    assert [each["members"] for each in listed(directory, "Group")] == [in_each] * len(groups)
    assert directory.get("User", users[0])["groups"] == of_each
    assert directory.get("Group", groups[0])["members"] == in_each
    shown = listed(directory, "Group", ["members.display"])[0]["members"]
    assert [each["display"] for each in shown] == [f"user{number} {name}" for number, name in enumerate(NAMES)]


def test_who_is_in_no_group_has_none_and_what_nobody_wants_is_not_read(directory: Directory) -> None:
    ada, bob = created(directory, "User", "ada"), created(directory, "User", "bob")
    group = created(directory, "Group", "Engineers", members=[{"value": bob}])
    assert "groups" not in directory.get("User", ada)
    with statements() as asked:
        assert "groups" not in directory.get("User", bob, projection(CATALOG["User"], ["userName"], ()).wants)
        assert "members" not in directory.get("Group", group, projection(CATALOG["Group"], (), ["members"]).wants)
    assert asked and not any("group_members" in each for each in asked)


def test_a_page_of_people_in_many_groups_is_one_statement(directory: Directory) -> None:
    users = [created(directory, "User", f"user{number}") for number in range(7)]
    for number in range(5):
        created(directory, "Group", f"Group {number}", members=[{"value": each} for each in users])
    with statements() as asked:
        assert all(len(each["groups"]) == 5 for each in listed(directory, "User"))
    assert len([each for each in asked if "FROM users" in each]) == 1
    assert not [each for each in asked if each.startswith("SELECT group_members")]


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 2, 3, 4, 5, 0, UTC),
        datetime(2026, 12, 31, 23, 59, 59, 999_999, UTC),
        datetime(1999, 7, 1, 0, 0, 0, 10, UTC),
    ],
)
def test_a_moment_is_written_by_the_database_as_it_is_in_memory(
    directory: Directory, session: scoped_session[Session], moment: datetime
) -> None:
    ada = created(directory, "User", "ada")
    own = User.id == ada
    transact(session, lambda: session.execute(update(User).where(own).values(created_at=moment, updated_at=moment)))
    meta = directory.get("User", ada)["meta"]
    assert meta["created"] == meta["lastModified"] == instant_key(moment)


def test_a_row_that_is_shown_is_text_throughout(directory: Directory, session: scoped_session[Session]) -> None:
    ada = created(directory, "User", "ada")
    created(directory, "Group", "Engineers", members=[{"value": ada}])
    statement = select(*beside.shown("User", "groups"))
    row = session.execute(statement, beside.addresses(CATALOG)).one()
    assert orjson.loads(row.document)["userName"] == "ada" and len(orjson.loads(row.beside)) == 1


@pytest.mark.parametrize("policy", [KEEP, Policy(wipes=True)])
def test_groups_come_with_the_row_of_a_user_that_is_changed(
    session: scoped_session[Session], organization: Organization, policy: Policy
) -> None:
    """Nothing is read again for the answer, which has no groups of somebody who has just been taken out of them."""
    directory = Directory(session, organization.id, OPERATOR, CATALOG, policy)
    ada = created(directory, "User", "ada", active=True)
    created(directory, "Group", "Engineers", members=[{"value": ada}])
    message = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"displayName": "Ada", "active": False}}]}
    with statements() as asked:
        changed = directory.patch("User", ada, read(CATALOG["User"], message))
    assert len([each for each in asked if "FROM users" in each and "group_members" in each]) == 1
    assert changed.value == directory.get("User", ada).value
    assert ("groups" in changed) is (policy is KEEP)


def test_reading_holds_nothing_between_its_statements(
    directory: Directory, session: scoped_session[Session], organization: Organization
) -> None:
    """What is committed between two of them is seen by the second, and nobody who writes has waited."""
    own = organization.id
    session.rollback()
    with reading(session.get_bind().engine).connect() as connection:
        apart = Directory(session, own, OPERATOR, CATALOG, reads=lambda: connection)
        with statements() as asked:
            assert apart.search(query([CATALOG["User"]], {}), {"User": lambda name: False}).total == 0
        assert not any(each.startswith("BEGIN") for each in asked)
        ada = created(directory, "User", "ada")
        assert apart.get("User", ada).id == ada


@pytest.mark.databases("postgresql")
def test_no_plan_is_compiled_to_machine_code(session: scoped_session[Session]) -> None:
    """PostgreSQL would, for a page of a hundred thousand users."""
    assert session.connection().exec_driver_sql("SHOW jit").scalar_one() == "off"
