"""How many users and groups there are is known without counting, whatever came and went."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import index, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Organization, Population
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol.errors import Uniqueness
from scim_app.protocol.listing import query
from tests.protocol.generated import CATALOG


@pytest.fixture
def directory(session: scoped_session[Session], organization: Organization) -> Directory:
    return Directory(session, organization.id, OPERATOR, CATALOG)


def person(name: str) -> dict[str, object]:
    return {"schemas": [CATALOG["User"].schema.id], "userName": name, "active": True}


def total(directory: Directory, kind: str = "User") -> int:
    """What the first page says there are."""
    directory.session.rollback()
    return directory.search(query([CATALOG[kind]], {"count": "1"}), {kind: lambda _: False}).total


def test_it_follows_what_is_created_and_deleted_and_nothing_else(directory: Directory) -> None:
    made = directory.create_all("User", [person(f"u{number}") for number in range(5)])
    assert total(directory) == 5
    with pytest.raises(Uniqueness):
        directory.create_all("User", [person("new"), person("U0")])
    directory.replace("User", made[0]["id"], person("renamed"))
    assert total(directory) == 5
    directory.delete("User", made[0]["id"])
    assert total(directory) == 4


def test_users_groups_and_organisations_are_counted_apart(
    directory: Directory, session: scoped_session[Session]
) -> None:
    before = total(directory, "Group")
    directory.create("User", person("ada"))
    directory.create("Group", {"schemas": [CATALOG["Group"].schema.id], "displayName": "Engineers"})
    assert (total(directory), total(directory, "Group")) == (1, before + 1)
    other = transact(session, lambda: organizations.create(session, "Rival")).id
    assert total(Directory(session, other, OPERATOR, CATALOG)) == 0


def test_no_page_of_everybody_counts_them(directory: Directory) -> None:
    directory.create_all("User", [person(f"u{number}") for number in range(5)])
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2].lower()))
    for start in ("1", "3", "9"):
        directory.session.rollback()
        asked = query([CATALOG["User"]], {"startIndex": start, "count": "2"})
        assert directory.search(asked, {"User": lambda _: False}).total == 5
    assert not [each for each in statements if "count(" in each]


def test_an_index_that_is_written_anew_counts_anew(
    directory: Directory, session: scoped_session[Session], organization: Organization
) -> None:
    directory.create("User", person("ada"))
    wrong = update(Population).where(Population.kind == "User").values(count=99)
    transact(session, lambda: session.execute(wrong))
    assert total(directory) == 99
    transact(session, lambda: index.rebuild(session, CATALOG, organization.id))
    assert total(directory) == 1
    assert session.scalar(select(Population.count).where(Population.kind == "User")) == 1
