"""Membership by row: a change reads and writes the rows it names, whatever the size of the group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Change, GroupMember, Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol import patch_op
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.errors import InvalidValue

CATALOG = Catalog(base_url="https://scim.example/scim/v2")
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def directory(session: scoped_session[Session], organization: Organization) -> Directory:
    """Acme's directory, changed by the operator."""
    return Directory(session, organization.id, OPERATOR, CATALOG)


def people(directory: Directory, *names: str) -> list[str]:
    """The ids of new users of these names."""
    return [each["id"] for each in directory.create_all("User", [document("User", name) for name in names])]


def document(kind: str, name: str, **more: Any) -> dict[str, Any]:
    named = {"userName": name} if kind == "User" else {"displayName": name}
    return {"schemas": [CATALOG[kind].schema.id]} | named | more


def group(directory: Directory, name: str, *ids: str) -> str:
    """The id of a new group with these members."""
    members = {"members": [{"value": each} for each in ids]} if ids else {}
    return str(directory.create("Group", document("Group", name, **members))["id"])


def operations(*sent: dict[str, Any]) -> list[patch_op.Operation]:
    return patch_op.read(CATALOG["Group"], {"schemas": [patch_op.PATCH_OP], "Operations": list(sent)})


def add(*ids: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}


def remove(member_id: str) -> dict[str, Any]:
    return {"op": "remove", "path": f'members[value eq "{member_id}"]'}


def replace(*ids: str) -> dict[str, Any]:
    return add(*ids) | {"op": "replace"}


def changed(directory: Directory, group_id: str, *sent: dict[str, Any]) -> dict[str, Any]:
    return directory.patch("Group", group_id, operations(*sent))


def members(directory: Directory, group_id: str) -> list[str]:
    """The ids of the members, in their order."""
    return [each["value"] for each in directory.get("Group", group_id).get("members", [])]


def entries(session: scoped_session[Session], group_id: str) -> Sequence[Change]:
    """The history of a group."""
    return session.scalars(select(Change).where(Change.target_id == group_id).order_by(Change.id)).all()


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database inside, but for BEGIN and its like."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        rows = len(parameters) if many else 1
        if statement.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            sent.append(f"{' '.join(statement.split()[:3])} ×{rows}")

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def crowd(directory: Directory, group_id: str, size: int) -> None:
    """So many members, from thin air: straight into the tables."""
    made = people(directory, *(f"{group_id}-{number}" for number in range(size)))
    rows = [{"organization_id": directory.organization_id, "group_id": group_id, "user_id": each} for each in made]
    transact(directory.session, lambda: directory.session.execute(insert(GroupMember), rows))


def test_to_add_and_remove_one_member_costs_the_same_in_a_group_of_5_and_of_5000(
    session: scoped_session[Session], directory: Directory
) -> None:
    def nothing(_name: str) -> bool:
        return False

    ada = people(directory, "ada")[0]
    costs = []
    for size in (5, 5_000):
        group_id = group(directory, f"of {size}")
        crowd(directory, group_id, size)
        with statements() as sent:
            directory.patch("Group", group_id, operations(add(ada)), wants=nothing)
            directory.patch("Group", group_id, operations(remove(ada)), wants=nothing)
            directory.patch("Group", group_id, operations(remove(NOBODY)), wants=nothing)
        costs.append(sent)
        here = GroupMember.group_id == group_id
        assert session.scalar(select(func.count()).select_from(GroupMember).where(here)) == size
    assert costs[0] == costs[1]
    assert len(costs[0]) < 25
    assert not [each for each in costs[1] if int(each.rpartition("×")[2]) > 1]


def test_to_rename_a_group_does_not_look_at_its_members(directory: Directory) -> None:
    group_id = group(directory, "Engineers", *people(directory, "ada", "bob"))
    with statements() as sent:
        directory.patch(
            "Group", group_id, operations({"op": "replace", "path": "displayName", "value": "E"}), wants=lambda _: False
        )
    assert sent and not [each for each in sent if "group_members" in each]
    assert len(members(directory, group_id)) == 2


CASES: list[tuple[str, list[str], list[tuple[str, list[str]]], list[str]]] = [
    ("added", ["a"], [("add", ["b", "c"])], ["a", "b", "c"]),
    ("added again", ["a"], [("add", ["a", "b"])], ["a", "b"]),
    ("removed", ["a", "b"], [("remove", ["a"])], ["b"]),
    ("nobody removed", ["a"], [("remove", ["c"])], ["a"]),
    ("replaced", ["a", "b"], [("replace", ["b", "c"])], ["b", "c"]),
    ("emptied", ["a", "b"], [("replace", [])], []),
    ("added, then removed", ["a"], [("add", ["b"]), ("remove", ["b"])], ["a"]),
    ("removed, then added", ["a", "b"], [("remove", ["b"]), ("add", ["b"])], ["a", "b"]),
    ("replaced, then added", ["a"], [("replace", ["b"]), ("add", ["a"])], ["a", "b"]),
    ("added, then replaced", ["a"], [("add", ["b"]), ("replace", ["c"])], ["c"]),
    ("replaced, then removed", ["a"], [("replace", ["b", "c"]), ("remove", ["c"])], ["b"]),
    ("replaced twice", ["a"], [("replace", ["b"]), ("replace", ["c"])], ["c"]),
    ("emptied, then added", ["a", "b"], [("replace", []), ("add", ["b"])], ["b"]),
]


@pytest.mark.parametrize(("what", "before", "sent", "after"), CASES, ids=[what for what, *_ in CASES])
def test_operations_are_applied_in_their_order(
    directory: Directory, what: str, before: list[str], sent: list[tuple[str, list[str]]], after: list[str]
) -> None:
    ids = dict(zip("abc", people(directory, "a", "b", "c"), strict=True))
    group_id = group(directory, "Engineers", *(ids[each] for each in before))
    asked = []
    for name, who in sent:
        given = [ids[each] for each in who]
        asked += (
            [remove(each) for each in given] if name == "remove" else [{"add": add, "replace": replace}[name](*given)]
        )
    changed(directory, group_id, *asked)
    assert members(directory, group_id) == [ids[each] for each in after]


def test_a_filter_sees_what_the_operation_before_it_left(directory: Directory) -> None:
    ada, bob, cyd = people(directory, "ada", "bob", "cyd")
    group_id = group(directory, "Engineers", ada)
    changed(
        directory,
        group_id,
        add(bob),
        {"op": "remove", "path": 'members[display sw "b" or display sw "a"]'},
        add(cyd),
    )
    assert members(directory, group_id) == [cyd]
    changed(directory, group_id, add(ada, bob), {"op": "remove", "path": f'members[value ne "{cyd}"]'})
    assert members(directory, group_id) == [cyd]


def test_an_unknown_member_is_skipped_and_the_history_says_so(
    session: scoped_session[Session], directory: Directory
) -> None:
    ada = people(directory, "ada")[0]
    group_id = group(directory, "Engineers")
    changed(directory, group_id, add(NOBODY, ada, "no id at all", "x" * 1_000))
    assert members(directory, group_id) == [ada]
    told = entries(session, group_id)[-1].difference
    assert told == [
        {
            "attribute": "members",
            "added": [{"value": ada, "display": "ada"}],
            "addedCount": 1,
            "skipped": [NOBODY, "no id at all", "x" * 1_000],
            "skippedCount": 3,
        }
    ]


def test_a_member_of_another_organization_is_skipped(session: scoped_session[Session], directory: Directory) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival"))
    stranger = people(Directory(session, rival.id, OPERATOR, CATALOG), "eve")[0]
    group_id = group(directory, "Engineers", stranger)
    changed(directory, group_id, add(stranger), remove(stranger), replace(stranger))
    assert members(directory, group_id) == []


def test_a_group_cannot_be_a_member_and_nothing_of_the_request_is_done(
    session: scoped_session[Session], directory: Directory
) -> None:
    ada = people(directory, "ada")[0]
    inner, outer = group(directory, "Inner"), group(directory, "Outer")
    with pytest.raises(InvalidValue, match="a group cannot be a member"):
        changed(directory, outer, add(ada), add(inner), {"op": "replace", "path": "displayName", "value": "New"})
    read = directory.get("Group", outer)
    assert (read["displayName"], read.get("members"), read["meta"]["version"]) == ("Outer", None, 'W/"1"')
    assert len(entries(session, outer)) == 1
    with pytest.raises(InvalidValue):
        group(directory, "Third", inner)


def test_what_changes_nobody_writes_nothing(session: scoped_session[Session], directory: Directory) -> None:
    ada, bob = people(directory, "ada", "bob")
    group_id = group(directory, "Engineers", ada)
    before = directory.get("Group", group_id)
    for sent in ([add(ada)], [remove(bob)], [replace(ada)], [add(bob), remove(bob)], [remove(ada), add(ada)], [add()]):
        assert changed(directory, group_id, *sent) == before, sent
    assert directory.get("Group", group_id) == before
    assert len(entries(session, group_id)) == 1


def test_who_came_and_who_went_is_one_entry_of_the_history_with_names(
    session: scoped_session[Session], directory: Directory
) -> None:
    ada, bob, cyd = people(directory, "ada", "bob", "cyd")
    group_id = group(directory, "Engineers", ada, bob)
    changed(directory, group_id, remove(ada), add(cyd), remove(bob), add(bob))
    created, told = entries(session, group_id)
    assert told.action == "group:members:changed" and created.action == "group:created"
    assert told.difference == [
        {
            "attribute": "members",
            "added": [{"value": cyd, "display": "cyd"}],
            "addedCount": 1,
            "removed": [{"value": ada, "display": "ada"}],
            "removedCount": 1,
        }
    ]


def test_a_user_who_is_deleted_leaves_every_group_which_are_then_of_another_version(directory: Directory) -> None:
    ada, bob = people(directory, "ada", "bob")
    of_both, of_bob = group(directory, "Both", ada, bob), group(directory, "Bob", bob)
    directory.delete("User", ada)
    assert (members(directory, of_both), members(directory, of_bob)) == ([bob], [bob])
    versions = [directory.get("Group", each)["meta"]["version"] for each in (of_both, of_bob)]
    assert versions == ['W/"2"', 'W/"1"']


def test_a_user_shows_the_groups_they_are_in_by_the_name_they_have_now(directory: Directory) -> None:
    ada = people(directory, "ada")[0]
    group_id = group(directory, "Engineers", ada)
    changed(directory, group_id, {"op": "replace", "path": "displayName", "value": "Makers"})
    location = f"https://scim.example/scim/v2/Groups/{group_id}"
    expected = [{"value": group_id, "$ref": location, "display": "Makers", "type": "direct"}]
    assert directory.get("User", ada)["groups"] == expected
    directory.delete("Group", group_id)
    assert "groups" not in directory.get("User", ada)


def test_few_members_are_shown_behind_a_change_and_many_are_not(directory: Directory) -> None:
    ids = people(directory, "a", "b", "c")
    group_id = group(directory, "Engineers", *ids)
    again = operations(add(ids[0]))
    shown = directory.patch("Group", group_id, again, few=3)
    assert shown.complete and [each["value"] for each in shown["members"]] == sorted(ids)
    hidden = directory.patch("Group", group_id, again, few=2)
    assert not hidden.complete and "members" not in hidden
