"""Role groups over HTTP: the table of what each operation does, exactly, and teams that a push makes."""

from __future__ import annotations

import pytest

from scim_app.directory.roles import bindings, scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Scope
from scim_app.directory.transaction import transact
from tests.api.conftest import Find, Make
from tests.api.roles import ACCESS, NAMES, TEAM_NAMES, project_roles
from tests.api.wire import Client
from tests.api.words import GROUP, member_ids, names, refusal

FOLLOWS = "Group names follow the project and role: rename the project, team or role in the panel."


@pytest.mark.usefixtures("mobile")
def test_role_groups_are_listed_like_any_other(scim: Client, find: Find) -> None:
    assert sorted(names(scim.get("/Groups"))) == sorted((*NAMES, *TEAM_NAMES))
    shown = scim.get(f"/Groups/{find(NAMES[0])}").json
    assert shown["schemas"] == [GROUP] and shown["displayName"] == NAMES[0] and "members" not in shown
    assert names(scim.get("/Groups", filter='displayName sw "app-mobile-core"', sortBy="displayName")) == sorted(
        TEAM_NAMES
    )


@pytest.mark.usefixtures("mobile")
@pytest.mark.parametrize("name", [*NAMES, *TEAM_NAMES, "app-MOBILE-admin", "APP-mobile-core-admin"])
def test_a_post_of_its_name_is_refused_and_names_the_id(scim: Client, find: Find, name: str) -> None:
    sentence = refusal(scim.post("/Groups", {"schemas": [GROUP], "displayName": name}), 409, "uniqueness")
    assert find(name) in sentence and "Link to that one" in sentence
    assert len(names(scim.get("/Groups"))) == 6


@pytest.mark.usefixtures("mobile")
@pytest.mark.parametrize("name", [NAMES[2], TEAM_NAMES[1]])
def test_members_are_put_and_patched(scim: Client, find: Find, make_user: Make, name: str) -> None:
    ada, bob = make_user("ada")["id"], make_user("bob")["id"]
    path = f"/Groups/{find(name)}"
    body = {"schemas": [GROUP], "displayName": name, "members": [{"value": ada}]}
    assert member_ids(scim.put(path, body).json) == {ada}
    assert member_ids(scim.patch(path, {"op": "add", "path": "members", "value": [{"value": bob}]}).json) == {ada, bob}
    assert member_ids(scim.patch(path, {"op": "remove", "path": f'members[value eq "{ada}"]'}).json) == {bob}
    assert member_ids(scim.patch(path, {"op": "replace", "path": "members", "value": []}).json) == set()


@pytest.mark.usefixtures("mobile")
@pytest.mark.parametrize("name", [NAMES[2], TEAM_NAMES[1]])
def test_another_name_is_refused_and_the_same_one_is_not(scim: Client, find: Find, make_user: Make, name: str) -> None:
    ada, path = make_user("ada")["id"], f"/Groups/{find(name)}"
    for other in ("Admins", f"{name}s", name.replace("-", ""), name.replace("Mobile", "Web")):
        put = {"schemas": [GROUP], "displayName": other, "members": [{"value": ada}]}
        assert refusal(scim.put(path, put), 400, "mutability") == FOLLOWS
        rename = {"op": "replace", "path": "displayName", "value": other}
        join = {"op": "add", "path": "members", "value": [{"value": ada}]}
        assert refusal(scim.patch(path, join, rename), 400, "mutability") == FOLLOWS
        assert (
            refusal(scim.patch(path, {"op": "replace", "value": {"displayName": other}}), 400, "mutability") == FOLLOWS
        )
    for same in (name, name.upper(), name.replace("-", " - "), f" {name} "):
        answer = scim.patch(path, {"op": "replace", "value": {"id": path[8:], "displayName": same}})
        assert (answer.status, answer.json["displayName"]) == (200, name)
        put = scim.put(path, {"schemas": [GROUP], "displayName": same})
        assert (put.status, put.json["displayName"]) == (200, name)
    assert "members" not in scim.get(path).json


@pytest.mark.usefixtures("mobile")
def test_a_project_is_not_deleted_by_scim_and_a_team_is(scim: Client, find: Find, make_user: Make) -> None:
    ada, group = make_user("ada")["id"], find(TEAM_NAMES[0])
    for name in NAMES:
        sentence = refusal(scim.delete(f"/Groups/{find(name)}"), 400, "mutability")
        assert sentence.startswith("Project deletion is not supported via SCIM")
    scim.patch(f"/Groups/{find(TEAM_NAMES[1])}", {"op": "add", "path": "members", "value": [{"value": ada}]})
    other = find(TEAM_NAMES[1])
    assert scim.delete(f"/Groups/{group}").status == 204
    assert [scim.get(f"/Groups/{each}").status for each in (group, other)] == [404, 404]
    assert sorted(names(scim.get("/Groups"))) == sorted(NAMES)
    assert "groups" not in scim.get(f"/Users/{ada}").json
    made = scim.post("/Groups", {"schemas": [GROUP], "displayName": TEAM_NAMES[0]})
    assert made.status == 201 and made.json["id"] != group and len(names(scim.get("/Groups"))) == 6


@pytest.mark.usefixtures("mobile")
def test_a_pushed_group_is_renamed_and_deleted_freely(
    scim: Client, store: Store, mobile: Scope, make_user: Make, make_group: Make
) -> None:
    ada = make_user("ada")["id"]
    group = make_group("Engineers", ada)["id"]
    assert project_roles(scim, ada) == []
    admin = scopes.role_called(store, "project", "Admin")
    transact(store.session, lambda: bindings.bind(store, group, mobile, admin))
    assert project_roles(scim, ada) == [("Mobile", "Admin", "Engineers")]
    renamed = scim.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": "Builders"})
    assert renamed.json["displayName"] == "Builders"
    assert project_roles(scim, ada) == [("Mobile", "Admin", "Builders")]
    refusal(
        scim.patch(f"/Groups/{group}", {"op": "replace", "path": "displayName", "value": NAMES[0]}), 409, "uniqueness"
    )
    assert scim.delete(f"/Groups/{group}").status == 204
    assert project_roles(scim, ada) == []


@pytest.mark.usefixtures("mobile")
@pytest.mark.parametrize("name", ["App-Mobile-Web - UI-Admin", "app-mobile-Web - UI-member"])
def test_a_push_makes_a_team_with_exactly_one_reading(scim: Client, make_user: Make, name: str) -> None:
    ada = make_user("ada")["id"]
    body = {"schemas": [GROUP], "displayName": name, "externalId": "okta-1", "members": [{"value": ada}]}
    answer = scim.post("/Groups", body)
    role = "Admin" if name.endswith("Admin") else "Member"
    assert (answer.status, answer.json["displayName"]) == (201, f"App-Mobile-Web - UI-{role}")
    assert answer.json["externalId"] == "okta-1" and member_ids(answer.json) == {ada}
    assert answer.headers["Location"] == answer.json["meta"]["location"]
    assert [each for each in names(scim.get("/Groups", sortBy="displayName")) if "UI" in each] == [
        "App-Mobile-Web - UI-Admin", "App-Mobile-Web - UI-Member",
    ]  # fmt: skip
    [held] = scim.get(f"/Users/{ada}", attributes=f"{ACCESS}:teamRoles").json[ACCESS]["teamRoles"]
    assert (held["display"], held["project"], held["role"]) == ("Web - UI", "Mobile", role)
    assert answer.json["id"] in refusal(scim.post("/Groups", body), 409, "uniqueness")


@pytest.mark.usefixtures("mobile")
def test_what_cannot_be_read_in_one_way_is_a_plain_group(scim: Client, store: Store, make_group: Make) -> None:
    transact(store.session, lambda: scopes.create_project(store, "Mobile-Web"))
    plain = [
        "App-Mobile-Web-Core-Admin",
        "App-Web-Core-Admin",
        "App-Mobile-Core-Owner",
        "App-Mobile- -Admin",
        "Mobile-X-Admin",
    ]
    for name in plain:
        group = make_group(name)
        assert group["displayName"] == name
        assert (
            scim.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": f"{name}s"}).status
            == 200
        )
        assert scim.delete(f"/Groups/{group['id']}").status == 204
    assert len(scopes.teams(store, scopes.project_called(store, "Mobile").id)) == 1


@pytest.mark.usefixtures("mobile")
def test_a_team_whose_other_group_would_collide_is_not_made_halfway(
    scim: Client, store: Store, make_group: Make
) -> None:
    other = make_group("Waits")
    rename = {"op": "replace", "path": "displayName", "value": "App-Mobile-Web-Member"}
    assert scim.patch(f"/Groups/{other['id']}", rename).status == 200
    pushed = make_group("App-Mobile-Web-Admin")
    project = scopes.project_called(store, "Mobile")
    assert [team.name for team in scopes.teams(store, project.id)] == ["Core"]
    assert scim.delete(f"/Groups/{pushed['id']}").status == 204
