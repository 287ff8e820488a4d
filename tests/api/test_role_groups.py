"""Role groups over HTTP: the table of what each operation does, teams by push, what an application reads, what Okta lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.roles import bindings, scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization, Scope
from scim_app.directory.transaction import transact
from tests.api.conftest import Make
from tests.api.wire import Answer, Client
from tests.api.words import GROUP, PATCH_OP, USER, member_ids, names, refusal

ACCESS = "urn:app:params:scim:schemas:extension:access:2.0:User"
FOLLOWS = "Group names follow the project and role: rename the project, team or role in the panel."
ROLE, ENTITLEMENT = "urn:okta:scim:schemas:core:1.0:Role", "urn:okta:scim:schemas:core:1.0:Entitlement"
NAMES = ("App-Mobile-Read-Only", "App-Mobile-Member", "App-Mobile-Admin", "App-Mobile-Owner")
TEAM_NAMES = ("App-Mobile-Core-Member", "App-Mobile-Core-Admin")
Find = Callable[[str], str]


@pytest.fixture
def store(app: Flask, session: scoped_session[Session], organization: Organization) -> Store:
    """Acme's rows, written by the operator."""
    return Store(session, organization.id, OPERATOR, app.extensions["catalog"])


@pytest.fixture
def mobile(session: scoped_session[Session], store: Store) -> Scope:
    """The project Mobile with the team Core."""

    def work() -> Scope:
        project = scopes.create_project(store, "Mobile")
        scopes.create_team(store, project, "Core")
        return project

    return transact(session, work)


@pytest.fixture
def find(scim: Client) -> Find:
    """The id of the one group that a filter by name finds."""

    def find(name: str) -> str:
        [found] = scim.get("/Groups", filter=f'displayName eq "{name}"').json["Resources"]
        return str(found["id"])

    return find


@pytest.fixture
def reader(app: Flask, session: scoped_session[Session], organization: Organization, anonymous: Client) -> Client:
    """An application with Acme's key of the scope `read`."""
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(
            session, organization.id, OPERATOR, pepper, label="App", scope="read", expires_at=None
        ),
    )
    return Client(anonymous.base_url, {"Authorization": f"Bearer {made.key}"})


def project_roles(scim: Client, user_id: str) -> list[tuple[str, str, str]]:
    shown = scim.get(f"/Users/{user_id}", attributes=f"{ACCESS}:projectRoles").json.get(ACCESS, {})
    return [(each["display"], each["role"], each["via"]) for each in shown.get("projectRoles", [])]


@pytest.mark.usefixtures("mobile")
def test_role_groups_are_listed_like_any_other(scim: Client, find: Find) -> None:
    assert sorted(names(scim.get("/Groups"))) == sorted((*NAMES, *TEAM_NAMES))
    shown = scim.get(f"/Groups/{find(NAMES[0])}").json
    assert shown["schemas"] == [GROUP] and shown["displayName"] == NAMES[0] and "members" not in shown
    assert names(scim.get("/Groups", filter='displayName sw "app-mobile-core"', sortBy="displayName")) == sorted(TEAM_NAMES)


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
def test_another_name_is_refused_and_the_same_one_is_not(
    scim: Client, find: Find, make_user: Make, name: str
) -> None:
    ada, path = make_user("ada")["id"], f"/Groups/{find(name)}"
    for other in ("Admins", f"{name}s", name.replace("-", ""), name.replace("Mobile", "Web")):
        put = {"schemas": [GROUP], "displayName": other, "members": [{"value": ada}]}
        assert refusal(scim.put(path, put), 400, "mutability") == FOLLOWS
        rename = {"op": "replace", "path": "displayName", "value": other}
        join = {"op": "add", "path": "members", "value": [{"value": ada}]}
        assert refusal(scim.patch(path, join, rename), 400, "mutability") == FOLLOWS
        assert refusal(scim.patch(path, {"op": "replace", "value": {"displayName": other}}), 400, "mutability") == FOLLOWS
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
    plain = ["App-Mobile-Web-Core-Admin", "App-Web-Core-Admin", "App-Mobile-Core-Owner", "App-Mobile- -Admin", "Mobile-X-Admin"]
    for name in plain:
        group = make_group(name)
        assert group["displayName"] == name
        assert scim.patch(f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": f"{name}s"}).status == 200
        assert scim.delete(f"/Groups/{group['id']}").status == 204
    assert len(scopes.teams(store, scopes.project_called(store, "Mobile").id)) == 1


@pytest.mark.usefixtures("mobile")
def test_a_team_whose_other_group_would_collide_is_not_made_halfway(scim: Client, store: Store, make_group: Make) -> None:
    other = make_group("Waits")
    rename = {"op": "replace", "path": "displayName", "value": "App-Mobile-Web-Member"}
    assert scim.patch(f"/Groups/{other['id']}", rename).status == 200
    pushed = make_group("App-Mobile-Web-Admin")
    project = scopes.project_called(store, "Mobile")
    assert [team.name for team in scopes.teams(store, project.id)] == ["Core"]
    assert scim.delete(f"/Groups/{pushed['id']}").status == 204


@pytest.mark.usefixtures("mobile")
def test_an_application_reads_who_may_do_what_and_nothing_else(
    reader: Client, scim: Client, find: Find, make_user: Make
) -> None:
    ada = make_user("ada")["id"]
    scim.patch(f"/Groups/{find(NAMES[2])}", {"op": "add", "path": "members", "value": [{"value": ada}]})
    assert project_roles(reader, ada) == [("Mobile", "Admin", "App-Mobile-Admin")]
    assert names(reader.get("/Groups")) and names(reader.post("/Users/.search", {"schemas": [
        "urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": f'{ACCESS}:projectRoles[role eq "Admin"]',
    })) == ["ada"]  # fmt: skip
    group = f"/Groups/{find(NAMES[2])}"
    refused: list[Answer] = [
        reader.post("/Users", {"schemas": [USER], "userName": "bob"}), reader.delete(f"/Users/{ada}"),
        reader.put(f"/Users/{ada}", {"schemas": [USER], "userName": "ada"}),
        reader.patch(group, {"op": "remove", "path": "members"}), reader.delete(group),
        reader.post("/Groups", {"displayName": "x"}), reader.post("/Bulk", {"Operations": []}),
        reader.post("/.search", {}), reader.get("/Roles"), reader.get("/Entitlements"), reader.get("/Schemas"),
        reader.get("/ResourceTypes"), reader.get("/Me"), reader.get("/"),
    ]  # fmt: skip
    for answer in refused:
        assert "may only read users and groups" in refusal(answer, 403)
    assert member_ids(scim.get(group).json) == {ada}


@pytest.mark.usefixtures("mobile")
def test_roles_are_shown_on_request_alone(scim: Client, store: Store, mobile: Scope, find: Find, make_user: Make) -> None:
    user = make_user("ada", orgRole="Admin")
    ada = user["id"]
    for name in (NAMES[1], NAMES[2], TEAM_NAMES[0]):
        scim.patch(f"/Groups/{find(name)}", {"op": "add", "path": "members", "value": [{"value": ada}]})
    for shown in (user, scim.get(f"/Users/{ada}").json, scim.get("/Users").json["Resources"][0]):
        assert ACCESS not in shown and shown["schemas"] == [USER]
    project = {"value": mobile.id, "display": "Mobile", "role": "Admin", "via": "App-Mobile-Admin"}
    whole = scim.get(f"/Users/{ada}", attributes=ACCESS).json
    [team] = whole[ACCESS]["teamRoles"]
    assert (team["display"], team["project"], team["role"], team["via"]) == ("Core", "Mobile", "Member", TEAM_NAMES[0])
    assert (whole[ACCESS]["projectRoles"], whole[ACCESS]["organizationRole"]) == ([project], "Admin")
    one = scim.get(f"/Users/{ada}", attributes=f"userName,{ACCESS}:projectRoles.role").json
    assert one[ACCESS] == {"projectRoles": [{"role": "Admin"}]} and one["userName"] == "ada"
    listed = scim.get("/Users", attributes=f"{ACCESS}:projectRoles,{ACCESS}:organizationRole").json["Resources"]
    assert [each[ACCESS] for each in listed] == [{"projectRoles": [project], "organizationRole": "Admin"}]
    scim.patch(f"/Users/{ada}", {"op": "replace", "path": "active", "value": False})
    assert ACCESS not in scim.get(f"/Users/{ada}", attributes=ACCESS).json
    for sent in ({"projectRoles": []}, {"projectRoles": [{"value": mobile.id, "role": "Owner"}], "organizationRole": "Owner"}):
        scim.patch(f"/Users/{ada}", {"op": "replace", "value": {"active": True, ACCESS: sent}})
        assert project_roles(scim, ada) == [("Mobile", "Admin", "App-Mobile-Admin")]
    refusal(
        scim.patch(f"/Users/{ada}", {"op": "replace", "path": f"{ACCESS}:projectRoles", "value": []}), 400, "mutability"
    )


@pytest.mark.usefixtures("mobile")
def test_people_are_found_and_paged_by_their_roles(scim: Client, store: Store, find: Find, make_user: Make) -> None:
    transact(store.session, lambda: scopes.create_project(store, "Web"))
    people = {name: make_user(name)["id"] for name in "abcdefgh"}
    for group, who in {"App-Mobile-Admin": "abcde", "App-Web-Admin": "fg", "App-Mobile-Member": "afg",
                       "App-Mobile-Core-Admin": "ab", "App-Mobile-Core-Member": "c"}.items():  # fmt: skip
        members = [{"value": people[each]} for each in who]
        scim.patch(f"/Groups/{find(group)}", {"op": "add", "path": "members", "value": members})
    scim.patch(f"/Users/{people['e']}", {"op": "replace", "path": "active", "value": False})
    found = {
        f'{ACCESS}:projectRoles[display eq "Mobile" and role eq "Admin"]': "abcd",
        f'{ACCESS}:projectRoles[display eq "MOBILE" and role eq "member"]': "fg",
        f'{ACCESS}:projectRoles[display eq "Web" and role eq "Member"]': "",
        f'projectRoles[display eq "Web"] and projectRoles[role eq "Member"]': "fg",
        f'{ACCESS}:projectRoles[role sw "adm" and not (display eq "Web")]': "abcd",
        f"{ACCESS}:projectRoles pr": "abcdfg",
        f"not ({ACCESS}:projectRoles pr)": "eh",
        f'{ACCESS}:projectRoles.role eq "Admin"': "abcdfg",
        f'{ACCESS}:teamRoles[project eq "Mobile" and display eq "Core" and role eq "Admin"]': "ab",
        f'{ACCESS}:teamRoles.display eq "core"': "abc",
        f'{ACCESS}:organizationRole eq "Member"': "abcdfgh",
        f'{ACCESS}:orgRole eq "Admin" or {ACCESS}:projectRoles[display eq "Web" and role eq "Admin"]': "fg",
    }
    for filter, who in found.items():
        assert names(scim.get("/Users", filter=filter, sortBy="userName")) == list(who), filter
    filter = f'{ACCESS}:projectRoles[display eq "Mobile" and role eq "Admin"]'
    pages = [scim.get("/Users", filter=filter, startIndex=start, count=3).json for start in (1, 4)]
    assert [page["totalResults"] for page in pages] == [4, 4]
    assert [each["userName"] for page in pages for each in page["Resources"]] == list("abcd")
    refusal(scim.get("/Users", filter=f'{ACCESS}:projectRoles[via eq "x"]'), 400, "invalidFilter")


@pytest.mark.usefixtures("mobile")
def test_a_default_role_is_shown_and_found_like_any_other(scim: Client, store: Store, mobile: Scope, make_user: Make) -> None:
    ada = make_user("ada")["id"]
    transact(store.session, lambda: scopes.set_default_role(store, mobile, scopes.role_called(store, "project", "Member")))
    assert project_roles(scim, ada) == [("Mobile", "Member", "default role")]
    assert names(scim.get("/Users", filter=f'{ACCESS}:projectRoles[role eq "Member"]')) == ["ada"]


WRITES: dict[str, Callable[[Client, str, Any], Answer]] = {
    "put": lambda scim, path, role: scim.put(path, {"schemas": [USER, ACCESS], "userName": "a", ACCESS: {"orgRole": role}}),
    "put in capitals": lambda scim, path, role: scim.put(path, {"userName": "a", ACCESS.upper(): {"ORGROLE": role}}),
    "path": lambda scim, path, role: scim.patch(path, {"op": "replace", "path": f"{ACCESS}:orgRole", "value": role}),
    "add by path": lambda scim, path, role: scim.patch(path, {"op": "Add", "path": f"{ACCESS}:orgRole", "value": role}),
    "path of the extension": lambda scim, path, role: scim.patch(
        path, {"op": "replace", "path": ACCESS, "value": {"orgRole": role}}
    ),
    "no path": lambda scim, path, role: scim.patch(path, {"op": "replace", "value": {ACCESS: {"orgRole": role}}}),
    "name for a path": lambda scim, path, role: scim.patch(path, {"op": "add", "value": {f"{ACCESS}:orgRole": role}}),
    "dot after the URN": lambda scim, path, role: scim.patch(
        path, {"op": "replace", "path": f"{ACCESS}.orgRole", "value": role}
    ),
}


@pytest.mark.parametrize("way", WRITES)
def test_the_organisation_role_is_taken_inside_the_access_extension(scim: Client, make_user: Make, way: str) -> None:
    ada = make_user("a", **{ACCESS: {"orgRole": "admin", "unknown": 1}})
    path = f"/Users/{ada['id']}"
    assert (ada["orgRole"], ada["schemas"]) == ("Admin", [USER]) and ACCESS not in ada
    assert WRITES[way](scim, path, "MEMBER").json["orgRole"] == "Member"
    assert WRITES[way](scim, path, "Admin").json["orgRole"] == "Admin"
    assert "Member, Admin, Owner" in refusal(WRITES[way](scim, path, "Boss"), 400, "invalidValue")
    assert names(scim.get("/Users", filter=f'{ACCESS}:orgRole eq "ADMIN"')) == ["a"]
    assert set(scim.get(path, attributes=f"{ACCESS}:orgRole").json) == {"schemas", "id", "orgRole"}
    assert "orgRole" not in scim.get(path, excludedAttributes=f"{ACCESS}:orgRole").json
    assert "orgRole" not in WRITES[way](scim, path, None).json
    scim.patch(path, {"op": "add", "path": "orgRole", "value": "Admin"})
    assert "orgRole" not in scim.patch(path, {"op": "remove", "path": f"{ACCESS}:orgRole"}).json


def test_two_roles_in_one_body_must_be_the_same(scim: Client, make_user: Make) -> None:
    assert make_user("a", orgRole="Admin", **{ACCESS: {"orgRole": "admin"}})["orgRole"] == "Admin"
    body = {"schemas": [USER], "userName": "b", "orgRole": "Member", ACCESS: {"orgRole": "Admin"}}
    assert "orgRole is there twice" in refusal(scim.post("/Users", body), 400, "invalidSyntax")


def test_what_is_about_roles_appears_with_the_first_project(scim: Client, store: Store) -> None:
    def types() -> dict[str, Any]:
        return {each["id"]: each for each in scim.get("/ResourceTypes").json["Resources"]}

    before = types()
    assert set(before) == {"User", "Group"}
    assert ACCESS not in [each["schema"] for each in before["User"]["schemaExtensions"]]
    refusal(scim.get("/ResourceTypes/Role"), 404)
    transact(store.session, lambda: scopes.create_project(store, "Mobile"))
    after = types()
    assert set(after) == {"User", "Group", "Role", "Entitlement"}
    assert {"schema": ACCESS, "required": False} in after["User"]["schemaExtensions"]
    assert (after["Role"]["endpoint"], after["Role"]["schema"]) == ("/Roles", ROLE)
    assert (after["Entitlement"]["endpoint"], after["Entitlement"]["schema"]) == ("/Entitlements", ENTITLEMENT)
    assert scim.get("/ResourceTypes/Role").json == after["Role"]
    assert {ROLE, ENTITLEMENT, ACCESS} < {each["id"] for each in scim.get("/Schemas").json["Resources"]}


@pytest.mark.usefixtures("mobile")
def test_roles_and_entitlements_are_listed_read_and_assigned(scim: Client, make_user: Make) -> None:
    roles, teams = scim.get("/Roles").json, scim.get("/Entitlements").json
    assert [each["displayName"] for each in roles["Resources"]] == [
        "Organization Member", "Organization Admin", "Organization Owner", *NAMES,
    ]  # fmt: skip
    assert [each["displayName"] for each in teams["Resources"]] == list(TEAM_NAMES)
    assert {(each["type"], *each["schemas"]) for each in teams["Resources"]} == {("Entitlement", ENTITLEMENT)}
    assert {tuple(each["schemas"]) for each in roles["Resources"]} == {(ROLE,)}
    assert roles["totalResults"] == roles["itemsPerPage"] == 7 and teams["totalResults"] == 2
    probe = scim.get("/Roles", count=1, startIndex=2).json
    assert (probe["itemsPerPage"], probe["startIndex"], probe["totalResults"]) == (1, 2, 7)
    by_name = {each["displayName"]: each for each in [*roles["Resources"], *teams["Resources"]]}
    assert scim.get(f"/Roles/{by_name[NAMES[2]]['id']}").json == by_name[NAMES[2]]
    assert scim.get("/Entitlements", filter=f'displayName eq "{TEAM_NAMES[0]}"').json["totalResults"] == 1
    refusal(scim.get("/Roles/unknown"), 404)
    for answer in (scim.post("/Roles", {}), scim.delete(f"/Roles/{by_name[NAMES[0]]['id']}")):
        refusal(answer, 405)
    user = make_user("ada")
    given = {
        "roles": [{"value": by_name[NAMES[2]]["id"], "display": NAMES[2]}, {"value": "Admin", "display": "Organization Admin"}],
        "entitlements": [{"value": by_name[TEAM_NAMES[1]]["id"], "display": "Core", "type": "Entitlement"}],
    }
    answer = scim.put(f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada"} | given)
    assert (answer.json["roles"], answer.json["entitlements"]) == (given["roles"], given["entitlements"])
    access = scim.get(f"/Users/{user['id']}", attributes=ACCESS).json[ACCESS]
    assert access["organizationRole"] == "Admin"
    assert [(each["role"], each["via"]) for each in access["projectRoles"]] == [("Admin", "roles of the user")]
    assert [(each["role"], each["via"]) for each in access["teamRoles"]] == [("Admin", "entitlements of the user")]
    scim.put(f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada"})
    assert scim.get(f"/Users/{user['id']}", attributes=ACCESS).json[ACCESS] == {"organizationRole": "Member"}


@pytest.mark.usefixtures("mobile")
def test_another_organisation_has_nothing_of_it(rival: Client, scim: Client, find: Find, make_user: Make) -> None:
    assert names(rival.get("/Groups")) == [] and rival.get("/Entitlements").json["totalResults"] == 0
    assert {each["id"] for each in rival.get("/ResourceTypes").json["Resources"]} == {"User", "Group"}
    eve = make_user("eve", client=rival, roles=[{"value": find(NAMES[3])}])["id"]
    refusal(rival.patch(f"/Groups/{find(NAMES[3])}", {"op": "add", "path": "members", "value": [{"value": eve}]}), 404)
    assert project_roles(rival, eve) == []
    assert scim.post("/Bulk", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "PATCH", "path": f"/Groups/{find(NAMES[3])}", "data": {
            "schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "members", "value": [{"value": eve}]}]}}],
    }).json["Operations"][0]["status"] in ("200", "204")  # fmt: skip
    assert "members" not in scim.get(f"/Groups/{find(NAMES[3])}").json
