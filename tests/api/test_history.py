"""Every change over SCIM leaves one entry in the history, in the transaction that made it; a no-op leaves none."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.tables import Change
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import GROUP, USER, refusal


class History:
    """The organisation's history, read as it grows."""

    def __init__(self, session: scoped_session[Session]) -> None:
        self.session = session
        self.seen = len(self.read())

    def read(self) -> list[Change]:
        self.session.rollback()
        entries = select(Change).where(Change.target_kind.in_(("User", "Group"))).order_by(Change.id)
        return list(self.session.scalars(entries))

    def new(self) -> list[Change]:
        """The entries since the last call."""
        entries = self.read()
        fresh, self.seen = entries[self.seen :], len(entries)
        return fresh


@pytest.fixture
def history(scim: Client, session: scoped_session[Session]) -> History:
    return History(session)


def summary(entries: list[Change]) -> list[tuple[str, str | None, str]]:
    return [(entry.action, entry.target_id, entry.target_name) for entry in entries]


@pytest.mark.rfc("NEW-20")
def test_a_users_life_is_told_entry_by_entry(scim: Client, history: History, make_user: Make) -> None:
    user = make_user("ada", title="Countess")
    path = f"/Users/{user['id']}"
    [entry] = history.new()
    assert (entry.action, entry.target_id, entry.actor_kind, entry.actor_name) == (
        "user:created",
        user["id"],
        "key",
        "Okta",
    )
    scim.patch(path, {"op": "replace", "path": "title", "value": "Lady"})
    [entry] = history.new()
    assert {"attribute": "title", "before": "Countess", "after": "Lady"} in entry.difference
    assert [changed["attribute"] for changed in entry.difference] == ["title"]
    scim.put(path, {"schemas": [USER], "userName": "ada", "title": "Lady", "nickName": "A"})
    [entry] = history.new()
    assert [changed["attribute"] for changed in entry.difference] == ["nickName"]
    scim.delete(path)
    [entry] = history.new()
    assert summary([entry]) == [("user:deleted", user["id"], "ada")]


def test_a_groups_life_is_told_entry_by_entry(
    scim: Client, history: History, make_user: Make, make_group: Make
) -> None:
    ada = make_user("ada")["id"]
    history.new()
    group = make_group("Engineers")
    path = f"/Groups/{group['id']}"
    assert summary(history.new()) == [("group:created", group["id"], "Engineers")]
    scim.patch(path, {"op": "add", "path": "members", "value": [{"value": ada}]})
    [entry] = history.new()
    assert summary([entry]) == [("group:members:changed", group["id"], "Engineers")]
    assert ada in str(entry.difference)
    scim.patch(path, {"op": "replace", "path": "displayName", "value": "Builders"})
    [entry] = history.new()
    assert {"attribute": "displayName", "before": "Engineers", "after": "Builders"} in entry.difference
    scim.delete(path)
    assert summary(history.new()) == [("group:deleted", group["id"], "Builders")]


def test_several_operations_of_one_request_are_one_change(scim: Client, history: History, make_user: Make) -> None:
    user = make_user("ada")
    history.new()
    scim.patch(
        f"/Users/{user['id']}",
        {"op": "add", "path": "title", "value": "T"},
        {"op": "add", "path": "nickName", "value": "N"},
    )
    [entry] = history.new()
    assert {changed["attribute"] for changed in entry.difference} == {"title", "nickName"}


def test_what_changes_nothing_leaves_no_entry(
    scim: Client, history: History, make_user: Make, make_group: Make, subtests: pytest.Subtests
) -> None:
    user: dict[str, Any] = make_user("ada", title="Countess", emails=[{"value": "a@x.org"}])
    group = make_group("Engineers", user["id"])
    user = scim.get(f"/Users/{user['id']}").json
    history.new()
    own, team = f"/Users/{user['id']}", f"/Groups/{group['id']}"
    for what, ask in {
        "reading": lambda: scim.get("/Users"),
        "a put of the same": lambda: scim.put(own, user),
        "the same value": lambda: scim.patch(own, {"op": "replace", "path": "title", "value": "Countess"}),
        "removing what is not there": lambda: scim.patch(own, {"op": "remove", "path": "nickName"}),
        "there and back": lambda: scim.patch(
            own,
            {"op": "replace", "path": "title", "value": "X"},
            {"op": "replace", "path": "title", "value": "Countess"},
        ),
        "a password": lambda: scim.patch(own, {"op": "replace", "path": "password", "value": "x"}),
        "a member that is one": lambda: scim.patch(
            team, {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
        ),
        "a member that is none": lambda: scim.patch(team, {"op": "remove", "path": 'members[value eq "x"]'}),
        "the same name": lambda: scim.patch(
            team, {"op": "replace", "value": {"id": group["id"], "displayName": "Engineers"}}
        ),
        "a group put back": lambda: scim.put(team, {"schemas": [GROUP], "displayName": "Engineers"}),
    }.items():
        with subtests.test(what):
            assert ask().status == 200
            assert history.new() == []
    assert scim.get(own).json["meta"] == user["meta"]
    assert scim.get(team).json["meta"] == group["meta"]


def test_what_was_refused_leaves_no_entry(scim: Client, history: History, make_user: Make) -> None:
    user = make_user("ada")
    history.new()
    refusal(scim.post("/Users", {"schemas": [USER], "userName": "ADA"}), 409, "uniqueness")
    refusal(scim.put(f"/Users/{user['id']}", {"schemas": [USER]}), 400, "invalidValue")
    good, bad = {"op": "replace", "path": "title", "value": "T"}, {"op": "replace", "path": "nowhere", "value": 1}
    refusal(scim.patch(f"/Users/{user['id']}", good, bad), 400, "invalidPath")
    refusal(scim.delete("/Users/nobody"), 404)
    assert history.new() == []


def test_the_difference_holds_no_password(scim: Client, history: History, make_user: Make) -> None:
    user = make_user("ada", password="correct horse")
    scim.patch(f"/Users/{user['id']}", {"op": "replace", "value": {"password": "correct horse", "title": "T"}})
    told = [entry.difference for entry in history.new()]
    assert len(told) == 2
    assert "correct horse" not in str(told) and "password" not in str(told)
