"""The history of roles: every one gained, lost or changed, with its cause; and nothing that dangles after deletions."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from scim_app.directory.roles import teams
from scim_app.directory.tables import DeletedTeam, GroupMember
from tests.directory.roles.acme import Acme


def test_a_gain_a_change_and_a_loss_name_their_cause(acme: Acme) -> None:
    acme.project("Mobile")
    ada = acme.person("ada")
    acme.join(acme.pair("Member", "Mobile"), ada)
    acme.join(acme.pair("Admin", "Mobile"), ada)
    acme.join(acme.pair("Read-Only", "Mobile"), ada)
    for role in ("Admin", "Member", "Read-Only"):
        acme.leave(acme.pair(role, "Mobile"), ada)
    entries = acme.history("role:")
    assert [(each.action, each.target_kind, each.target_name, each.difference) for each in entries] == [
        (f"role:{action}", "User", "ada", [{"attribute": "Mobile", "before": before, "after": after}])
        for action, before, after in [
            ("gained", None, "Member"), ("changed", "Member", "Admin"), ("changed", "Admin", "Member"),
            ("changed", "Member", "Read-Only"), ("lost", "Read-Only", None),
        ]
    ]  # fmt: skip
    causes = {each.id: each for each in acme.history("group:members:changed")}
    assert len(causes) == 6
    assert [causes[each.cause_id or ""].target_name for each in entries] == [
        f"App-Mobile-{role}" for role in ("Member", "Admin", "Admin", "Member", "Read-Only")
    ]
    assert all(acme.moves(each.id) for each in entries)


def test_a_binding_of_ten_thousand_is_one_entry_with_a_count_and_a_list(acme: Acme) -> None:
    acme.project("Mobile")
    group = acme.group("Everybody")
    users = [
        each for start in range(0, 10_000, 1_000) for each in acme.people(*(f"u{start + n}" for n in range(1_000)))
    ]
    acme.join(acme.pair("Owner", "Mobile"), users[0])
    acme.join(acme.pair("Read-Only", "Mobile"), users[1])
    acme.set(users[2], active=False)
    rows = [{"organization_id": acme.directory.organization_id, "group_id": group, "user_id": each} for each in users]
    acme.do(lambda: acme.session.execute(insert(GroupMember), rows))
    before = len(acme.history())
    assert acme.bind(group, "Admin", "Mobile") == 9_998
    bound, moved = acme.history()[before:]
    assert (bound.action, bound.target_name) == ("group:bound", "Everybody")
    assert bound.difference == [{"attribute": "Mobile", "before": None, "after": "Admin"}]
    assert (moved.action, moved.target_kind, moved.target_id) == ("role:moved", "Group", group)
    assert moved.cause_id == bound.id
    assert moved.difference == [{"attribute": "roles", "gainedCount": 9_997, "changedCount": 1, "lostCount": 0}]
    listed = acme.moves(moved.id)
    assert len(listed) == 9_998
    assert ("u1", "Mobile", "Read-Only", "Admin") in listed and ("u3", "Mobile", None, "Admin") in listed
    assert acme.unbind(group, "Admin", "Mobile") == 9_998
    unbound, moved = acme.history()[before + 2 :]
    assert (unbound.action, moved.cause_id) == ("group:unbound", unbound.id)
    assert moved.difference == [{"attribute": "roles", "gainedCount": 0, "changedCount": 1, "lostCount": 9_997}]
    assert acme.moves(moved.id) == {(user, scope, after, before) for user, scope, before, after in listed}


def test_assignments_deletions_and_names_that_change_keep_what_was_said(acme: Acme) -> None:
    acme.project("Mobile")
    acme.team("Mobile", "Core")
    acme.role("Auditor", 350)
    ada = acme.person("ada", roles=[{"value": acme.pair("Auditor", "Mobile")}])
    bob = acme.person("bob")
    acme.join(acme.pair("Member", "Mobile"), ada, bob)
    acme.join(acme.pair("Admin", "Mobile", "Core"), ada, bob)
    acme.remove_role("Auditor")
    deleted = acme.history("role:deleted")[-1]
    changed = acme.history("role:changed")[-1]
    assert changed.cause_id == deleted.id
    assert acme.moves(changed.id) == {("ada", "Mobile", "Auditor", "Member")}
    acme.directory.delete("User", bob)
    lost = acme.history("role:lost")[-1]
    assert lost.cause_id == acme.history("user:deleted")[-1].id and lost.target_name == "bob"
    assert acme.moves(lost.id) == {("bob", "Mobile", "Member", None), ("bob", "Mobile / Core", "Admin", None)}
    acme.rename(("Mobile",), "Phones")
    acme.remove("Phones")
    lost = acme.history("role:lost")[-1]
    assert lost.cause_id == acme.history("project:deleted")[-1].id
    assert acme.moves(lost.id) == {("ada", "Phones", "Member", None), ("ada", "Phones / Core", "Admin", None)}
    assert acme.moves(changed.id) == {("ada", "Mobile", "Auditor", "Member")}


def test_a_change_that_moves_nobody_leaves_no_entry_about_roles(acme: Acme) -> None:
    acme.project("Mobile")
    ada = acme.person("ada")
    acme.join(acme.pair("Admin", "Mobile"), ada)
    before = len(acme.history("role:"))
    acme.join(acme.pair("Admin", "Mobile"), ada)
    acme.join(acme.pair("Member", "Mobile"), ada)
    acme.set(ada, displayName="Ada", roles=[{"value": acme.pair("Admin", "Mobile")}])
    assert len(acme.history("role:")) == before


def test_after_every_deletion_no_table_has_a_row_more_than_before(acme: Acme) -> None:
    before = acme.rows()
    acme.project("Mobile")
    acme.project("Web")
    acme.team("Mobile", "Core")
    acme.role("Auditor", 350)
    acme.rename(("Web",), "Site")
    acme.default("Mobile", "Auditor")
    acme.default("Site", "Member")
    ada, bob = acme.people("ada", "bob", roles=[{"value": acme.pair("Auditor", "Site")}], orgRole="Admin")
    acme.set(bob, entitlements=[{"value": acme.pair("Member", "Mobile", "Core")}])
    groups = [acme.group("One", ada, bob), acme.group("Two", bob)]
    acme.bind(groups[0], "Auditor", "Mobile")
    acme.bind(groups[0], "Admin", "Mobile", "Core")
    acme.bind(groups[1], "Admin")
    acme.join(acme.pair("Auditor", "Mobile"), ada)
    acme.join(acme.pair("Admin", "Mobile", "Core"), ada, bob)
    acme.directory.delete("User", ada)
    acme.remove_role("Auditor")
    acme.directory.delete("Group", groups[0])
    acme.remove("Mobile")
    acme.remove("Site")
    assert acme.roles(bob) == {"-": "Admin"}
    left = acme.rows()
    assert (left["bindings"], left["assignments"], left["former_names"], left["effective_roles"]) == (1, 0, 0, 1)
    acme.directory.delete("Group", groups[1])
    acme.directory.delete("User", bob)
    assert acme.rows() == before


def test_a_team_that_a_directory_deleted_comes_back_with_ids_members_and_what_names_it(acme: Acme) -> None:
    project = acme.project("Mobile")
    acme.team("Mobile", "Core")
    ada, bob, cyd, gone = acme.people("ada", "bob", "cyd", "gone")
    admin, member = acme.pair("Admin", "Mobile", "Core"), acme.pair("Member", "Mobile", "Core")
    acme.join(admin, ada, gone)
    acme.join(member, bob)
    acme.set(cyd, entitlements=[{"value": admin}])
    acme.change("Group", admin, {"op": "add", "path": "externalId", "value": "okta-1"})
    acme.directory.delete("Group", member)
    assert acme.roles(ada) == acme.roles(bob) == acme.roles(cyd) == {}
    assert [name for name in acme.names() if "Core" in name] == []
    acme.directory.delete("User", gone)
    acme.rename(("Mobile",), "Phones")
    [deleted] = teams.restorable(acme.store, project)
    acme.do(lambda: teams.restore(acme.store, deleted.id))
    assert (acme.name(admin), acme.name(member)) == ("App-Phones-Core-Admin", "App-Phones-Core-Member")
    assert acme.directory.get("Group", admin)["externalId"] == "okta-1"
    assert acme.found("Group", 'externalId eq "okta-1"') == [admin]
    assert acme.roles(ada) == acme.roles(cyd) == {"Phones/Core": "Admin"} and acme.roles(bob) == {
        "Phones/Core": "Member"
    }
    assert acme.session.get(DeletedTeam, deleted.id) is None
    assert acme.history("role:")[-1].cause_id == acme.history("team:restored")[-1].id


def test_a_team_whose_name_was_given_away_is_not_restored_halfway(acme: Acme) -> None:
    project = acme.project("Mobile")
    acme.team("Mobile", "Core")
    acme.directory.delete("Group", acme.pair("Admin", "Mobile", "Core"))
    acme.project("Mobile-Core")
    [deleted] = teams.restorable(acme.store, project)
    before = acme.rows()
    with pytest.raises(ValueError, match='There is a group called "App-Mobile-Core-'):
        acme.do(lambda: teams.restore(acme.store, deleted.id))
    assert acme.rows() == before
