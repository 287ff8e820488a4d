"""Whole transactions: the row, its columns, its leaves, its members, its history and its version, or nothing at all."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import changes, index, organizations
from scim_app.directory.changes import Actor
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Change, Group, GroupMember, Organization, SearchValue, User
from scim_app.directory.transaction import transact
from scim_app.protocol import patch_op, payload
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.errors import InvalidValue, NotFound, PreconditionFailed, Uniqueness
from scim_app.protocol.leaves import leaves
from tests.protocol.generated import CATALOG, TEST_SCHEMA, body

KEY = Actor("key", "Okta", "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b")
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def directory(session: scoped_session[Session], organization: Organization) -> Directory:
    """Acme's directory, changed by a key."""
    return Directory(session, organization.id, KEY, CATALOG)


@pytest.fixture
def rival(session: scoped_session[Session]) -> Directory:
    """The directory of another organisation."""
    organization = transact(session, lambda: organizations.create(session, "Rival"))
    return Directory(session, organization.id, KEY, CATALOG)


def user(name: str, /, **attributes: Any) -> dict[str, Any]:
    return payload.load(CATALOG["User"], {"userName": name} | attributes)


def group(name: str, /, *ids: str, **attributes: Any) -> dict[str, Any]:
    members = [{"value": each} for each in ids]
    return payload.load(CATALOG["Group"], {"displayName": name, "members": members} | attributes)


def operations(kind: str, *sent: dict[str, Any]) -> list[patch_op.Operation]:
    return patch_op.read(CATALOG[kind], {"schemas": [patch_op.PATCH_OP], "Operations": list(sent)})


def op(name: str, path: str, value: Any) -> dict[str, Any]:
    return {"op": name, "path": path, "value": value}


def everything(session: scoped_session[Session]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a write of the directory touches."""
    tables = [table.__table__ for table in (User, Group, GroupMember, SearchValue, Change)]
    rows = {table.name: [tuple(row) for row in session.execute(select(table))] for table in tables}
    session.rollback()
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def stored_leaves(session: scoped_session[Session], resource_id: str) -> set[tuple[str, int, str]]:
    found = select(SearchValue.path, SearchValue.item, SearchValue.key).where(SearchValue.resource_id == resource_id)
    return {tuple(row) for row in session.execute(found)}


def history(session: scoped_session[Session], resource_id: str) -> list[str]:
    return list(session.scalars(select(Change.action).where(Change.target_id == resource_id).order_by(Change.id)))


def test_what_was_created_is_what_is_read(directory: Directory) -> None:
    made = directory.create("User", user("Ada", emails=[{"value": "ada@acme.example"}], active=False))
    assert directory.get("User", made["id"]) == made
    assert (made["userName"], made["active"], made["meta"]["version"]) == ("Ada", False, 'W/"1"')
    assert made["meta"]["created"] == made["meta"]["lastModified"]
    assert made["meta"]["location"] == f"https://scim.example/scim/v2/Users/{made['id']}"
    assert directory.create("User", user("bob"))["active"] is True, (
        "a new user is active unless the client says otherwise"
    )


def test_the_columns_say_what_the_document_says_after_every_change(
    session: scoped_session[Session], directory: Directory
) -> None:
    made = directory.create("User", user("Ada", externalId="E1", orgRole="Admin", emails=[{"value": "a@b"}]))

    def row() -> tuple[Any, ...]:
        found = session.execute(
            select(
                User.user_name,
                User.user_name_key,
                User.external_id,
                User.display_name,
                User.display_key,
                User.email,
                User.active,
                User.org_role,
            )
        )
        return tuple(found.one())

    assert row() == ("Ada", "ada", "E1", "Ada", "ada", "a@b", True, "Admin")
    gone = {"op": "remove", "path": "externalId"}
    sent = op("replace", "displayName", "Straße"), op("replace", "active", False), gone
    directory.patch("User", made["id"], operations("User", *sent))
    assert row() == ("Ada", "ada", None, "Straße", "strasse", "a@b", False, "Admin")
    more = [{"value": "x@y"}, {"value": "p@q", "primary": True}]
    directory.replace("User", made["id"], user("Eve", name={"formatted": "Eve L"}, emails=more))
    assert row() == ("Eve", "eve", None, "Eve L", "eve l", "p@q", False, "Admin")


CHANGES = [
    op("replace", "title", "Countess"),
    op("replace", "title", "COUNTESS"),
    op("add", "emails", [{"value": "c", "type": "work"}]),
    {"op": "remove", "path": 'emails[value eq "a"]'},
    {"op": "remove", "path": "title"},
    op("replace", f"{TEST_SCHEMA}:parts", [{"whole": 2}, {"whole": 1}]),
    op("replace", f"{TEST_SCHEMA}:texts", ["b", "a", "a"]),
    {"op": "remove", "path": TEST_SCHEMA},
]


def test_the_index_follows_every_change(session: scoped_session[Session], directory: Directory) -> None:
    made = directory.create("User", user("ada", emails=[{"value": "a"}, {"value": "b"}]))
    for each in CHANGES:
        directory.patch("User", made["id"], operations("User", each))
        document = session.scalars(select(User.document).where(User.id == made["id"])).one()
        assert stored_leaves(session, made["id"]) == set(leaves(CATALOG["User"], document)), each
    directory.delete("User", made["id"])
    assert stored_leaves(session, made["id"]) == set()


def test_an_index_that_is_made_anew_is_the_one_that_was_there(
    session: scoped_session[Session], directory: Directory, rival: Directory
) -> None:
    chance = random.Random(3)
    for each in (directory, rival):
        made = each.create_all(
            "User", [payload.load(CATALOG["User"], body(CATALOG["User"], chance)) for _ in range(15)]
        )
        each.create("Group", group("Engineers", made[0]["id"], externalId="E"))
        for one in made[::2]:
            each.replace("User", one["id"], payload.load(CATALOG["User"], body(CATALOG["User"], chance)))
        each.delete("User", made[1]["id"])
    before = everything(session)
    written = transact(session, lambda: index.rebuild(session, CATALOG, directory.organization_id))
    assert everything(session) == before
    own = [row for row in before["search_values"] if row[0] == directory.organization_id]
    assert written == len(own) > 100
    transact(session, lambda: session.execute(delete(SearchValue)))
    for each in (directory, rival):
        transact(session, lambda each=each: index.rebuild(session, CATALOG, each.organization_id))  # type: ignore[misc]
    assert everything(session) == before


def test_an_organization_without_resources_has_an_empty_index(
    session: scoped_session[Session], directory: Directory
) -> None:
    assert transact(session, lambda: index.rebuild(session, CATALOG, directory.organization_id)) == 0


def test_a_write_that_changes_nothing_writes_nothing(session: scoped_session[Session], directory: Directory) -> None:
    made = directory.create("User", user("ada", title="Countess", emails=[{"value": "a", "primary": True}]))
    before = everything(session)
    sent = (
        op("replace", "title", "Countess"),
        op("add", "emails", [{"value": "a"}]),
        {"op": "remove", "path": "nickName"},
    )
    assert directory.patch("User", made["id"], operations("User", *sent)) == made
    assert directory.replace("User", made["id"], user("ada", title="Countess", emails=made["emails"])) == made
    there_and_back = op("replace", "title", "Lady"), op("replace", "title", "Countess")
    assert directory.patch("User", made["id"], operations("User", *there_and_back)) == made
    assert everything(session) == before


def test_a_change_is_another_version_at_another_time_and_one_entry_of_the_history(
    session: scoped_session[Session], directory: Directory
) -> None:
    made = directory.create("User", user("ada"))
    changed = directory.patch("User", made["id"], operations("User", op("replace", "title", "Lady")))
    assert changed["meta"]["version"] == 'W/"2"' and changed["meta"]["created"] == made["meta"]["created"]
    assert changed["meta"]["lastModified"] > made["meta"]["lastModified"]
    off = directory.patch("User", made["id"], operations("User", op("replace", "active", False)))
    on = directory.patch("User", made["id"], operations("User", op("replace", "active", True)))
    assert (off["meta"]["version"], on["meta"]["version"]) == ('W/"3"', 'W/"4"')
    directory.delete("User", made["id"])
    assert history(session, made["id"]) == [
        "user:created",
        "user:updated",
        "user:deactivated",
        "user:reactivated",
        "user:deleted",
    ]
    entry = session.scalars(select(Change).where(Change.action == "user:updated")).one()
    assert (entry.actor_kind, entry.actor_name, entry.actor_id, entry.request_id) == (
        "key",
        "Okta",
        KEY.id,
        KEY.request_id,
    )
    assert (entry.target_name, entry.difference) == ("ada", [{"attribute": "title", "before": None, "after": "Lady"}])


def test_a_put_keeps_what_is_kept_and_takes_away_the_rest(directory: Directory) -> None:
    made = directory.create("User", user("ada", title="Lady", active=False, orgRole="Admin"))
    put = directory.replace("User", made["id"], user("ada", nickName="A"))
    assert (put["active"], put["orgRole"], put["nickName"], "title" in put) == (False, "Admin", "A", False)
    emptied = directory.replace("User", made["id"], user("ada", orgRole=None))
    assert "orgRole" not in emptied and emptied["active"] is False
    members = directory.create("Group", group("Engineers", made["id"]))
    unmentioned = payload.load(CATALOG["Group"], {"displayName": "Makers"})
    assert len(directory.replace("Group", members["id"], unmentioned)["members"]) == 1
    assert "members" not in directory.replace("Group", members["id"], group("Makers"))


CONDITIONS = [Conditions(if_match='W/"2"'), Conditions(if_none_match='W/"1"'), Conditions(if_none_match="*")]


@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
def test_a_condition_that_does_not_hold_stops_every_write(
    session: scoped_session[Session], directory: Directory, conditions: Conditions
) -> None:
    made = directory.create("User", user("ada"))
    before = everything(session)
    for write in (
        lambda: directory.replace("User", made["id"], user("eve"), conditions),
        lambda: directory.patch("User", made["id"], operations("User", op("replace", "title", "x")), conditions),
        lambda: directory.delete("User", made["id"], conditions),
    ):
        with pytest.raises(PreconditionFailed):
            write()
    assert everything(session) == before
    directory.delete("User", made["id"], Conditions(if_match='W/"1"'))


def test_a_name_that_is_taken_whatever_its_case_is_refused_and_nothing_is_written(
    session: scoped_session[Session], directory: Directory, rival: Directory
) -> None:
    directory.create("User", user("Straße"))
    other = directory.create("User", user("bob"))
    directory.create("Group", group("Engineers"))
    writers = directory.create("Group", group("Writers", other["id"]))
    before = everything(session)
    for write in (
        lambda: directory.create("User", user("STRASSE")),
        lambda: directory.create_all("User", [user("cyd"), user("strasse")]),
        lambda: directory.create_all("User", [user("cyd"), user("CYD")]),
        lambda: directory.replace("User", other["id"], user("ｓｔｒａｓｓｅ", title="x")),
        lambda: directory.patch("User", other["id"], operations("User", op("replace", "userName", "STRAßE"))),
        lambda: directory.create("Group", group("ENGINEERS", other["id"])),
        lambda: directory.patch(
            "Group",
            writers["id"],
            operations("Group", {"op": "remove", "path": "members"}, op("replace", "displayName", "engineers")),
        ),
    ):
        with pytest.raises(Uniqueness, match="is taken by"):
            write()
        assert everything(session) == before
    assert directory.replace("User", other["id"], user("BOB"))["userName"] == "BOB"
    assert rival.create("User", user("strasse"))


def test_a_name_that_is_taken_is_told_so_whatever_it_is(directory: Directory) -> None:
    """PostgreSQL repeats it in its message, beside the constraint."""
    for name in ("owner_of@acme.example", "uq_users_owner_of"):
        directory.create("User", user(name))
        with pytest.raises(Uniqueness, match=f'The userName "{name}" is taken by'):
            directory.create("User", user(name))


def test_a_failure_at_the_very_end_leaves_nothing(
    session: scoped_session[Session], directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = directory.create("User", user("ada", emails=[{"value": "a"}]))
    engineers = directory.create("Group", group("Engineers", made["id"]))
    before = everything(session)

    def fail(*_given: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(changes, "record_all", fail)
    for write in (
        lambda: directory.create("User", user("bob")),
        lambda: directory.create("Group", group("Writers", made["id"])),
        lambda: directory.replace("User", made["id"], user("eve", title="x")),
        lambda: directory.patch("User", made["id"], operations("User", op("add", "emails", [{"value": "b"}]))),
        lambda: directory.patch("Group", engineers["id"], operations("Group", {"op": "remove", "path": "members"})),
        lambda: directory.delete("User", made["id"]),
        lambda: directory.delete("Group", engineers["id"]),
    ):
        with pytest.raises(RuntimeError):
            write()
        assert everything(session) == before


def test_of_several_users_all_are_created_or_none(session: scoped_session[Session], directory: Directory) -> None:
    transact(session, lambda: organizations_domains(session, directory.organization_id, ["acme.example"]))
    with pytest.raises(InvalidValue, match="not allowed"):
        directory.create_all("User", [user("ada@acme.example"), user("eve@evil.example")])
    assert session.scalar(select(func.count()).select_from(User)) == 0
    directory.create_all("User", [user("ada@acme.example"), user("bob@ACME.example")])
    assert session.scalar(select(func.count()).select_from(User)) == 2


def organizations_domains(session: scoped_session[Session], organization_id: str, domains: list[str]) -> None:
    organization = session.get(Organization, organization_id)
    assert organization is not None
    organization.domains = domains


@pytest.mark.parametrize("resource_id", [NOBODY, "", "7", "x" * 10_000, "%", "\0", NOBODY.upper(), f"{NOBODY}\n"])
def test_an_id_that_is_nobodys_is_not_found(directory: Directory, resource_id: str) -> None:
    for kind in ("User", "Group"):
        with pytest.raises(NotFound):
            directory.get(kind, resource_id)
        with pytest.raises(NotFound):
            directory.delete(kind, resource_id)
        with pytest.raises(NotFound):
            directory.patch(kind, resource_id, [])


def test_another_organizations_resource_is_like_one_that_never_was(
    session: scoped_session[Session], directory: Directory, rival: Directory
) -> None:
    made = directory.create("User", user("ada"))
    before = everything(session)
    for attempt in (
        lambda: rival.get("User", made["id"]),
        lambda: rival.get("Group", made["id"]),
        lambda: rival.replace("User", made["id"], user("eve")),
        lambda: rival.patch("User", made["id"], operations("User", op("replace", "title", "x"))),
        lambda: rival.delete("User", made["id"]),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert everything(session) == before


def test_a_manager_who_is_a_user_has_an_address_and_a_name_that_are_not_stored(
    session: scoped_session[Session], directory: Directory
) -> None:
    urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    boss = directory.create("User", user("boss", displayName="The Boss"))
    made = directory.create("User", user("ada", **{urn: {"manager": {"value": boss["id"]}}}))
    location = f"https://scim.example/scim/v2/Users/{boss['id']}"
    assert made[urn]["manager"] == {"value": boss["id"], "$ref": location, "displayName": "The Boss"}
    stored = session.scalars(select(User.document).where(User.id == made["id"])).one()
    assert stored[urn]["manager"] == {"value": boss["id"]}
    again = directory.replace("User", made["id"], user("ada", **{urn: {"manager": {"value": boss["id"]}}}))
    assert again["meta"]["version"] == 'W/"1"'
    directory.delete("User", boss["id"])
    assert directory.get("User", made["id"])[urn]["manager"] == {"value": boss["id"]}
