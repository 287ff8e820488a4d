"""Who may do what, over HTTP: for the application that reads it, by filter and page, and for Okta, which assigns by name."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization, Scope
from scim_app.directory.transaction import transact
from tests.api.conftest import Find, Make
from tests.api.roles import ACCESS, NAMES, TEAM_NAMES, project_roles
from tests.api.wire import Answer, Client
from tests.api.words import PATCH_OP, USER, member_ids, names, refusal

ROLE, ENTITLEMENT = "urn:okta:scim:schemas:core:1.0:Role", "urn:okta:scim:schemas:core:1.0:Entitlement"


@pytest.fixture
def reader(app: Flask, session: scoped_session[Session], organization: Organization, anonymous: Client) -> Client:
    """An application with Acme's key of the scope `read`."""
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(session, organization.id, OPERATOR, pepper, label="App", scope="read", expires_at=None),
    )
    return Client(anonymous.base_url, {"Authorization": f"Bearer {made.key}"})


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
def test_roles_are_shown_on_request_alone(
    scim: Client, store: Store, mobile: Scope, find: Find, make_user: Make
) -> None:
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
    for sent in (
        {"projectRoles": []},
        {"projectRoles": [{"value": mobile.id, "role": "Owner"}], "organizationRole": "Owner"},
    ):
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
        'projectRoles[display eq "Web"] and projectRoles[role eq "Member"]': "fg",
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
def test_nobody_is_sorted_by_what_one_has_several_of(scim: Client) -> None:
    for several in ("projectRoles.display", f"{ACCESS}:teamRoles", "projectRoles"):
        assert "a person has several" in refusal(scim.get("/Users", sortBy=several), 400, "invalidValue")
    assert scim.get("/Users", sortBy="organizationRole").status == 200


@pytest.mark.usefixtures("mobile")
def test_what_is_offered_is_walked_by_cursor(scim: Client) -> None:
    every = [each["id"] for each in scim.get("/Roles").json["Resources"]]
    for count in (1, 2, 3, len(every), len(every) + 1):
        pages, query = [], {"cursor": "", "count": count}
        while True:
            page = scim.get("/Roles", **query).json
            assert (page["totalResults"], "startIndex" in page) == (len(every), False)
            pages.append([each["id"] for each in page["Resources"]])
            if "nextCursor" not in page:
                break
            query["cursor"] = page["nextCursor"]
        assert [each for page in pages for each in page] == every
        back = [pages[-1]]
        while "previousCursor" in page:
            page = scim.get("/Roles", count=count, cursor=page["previousCursor"]).json
            back.append([each["id"] for each in page["Resources"]])
        assert back[::-1] == pages
    refusal(scim.get("/Roles", cursor="garbage"), 400, "invalidCursor")
    refusal(scim.get("/Entitlements", cursor=scim.get("/Roles", cursor="", count=1).json["nextCursor"], count=1), 400,
            "invalidCursor")  # fmt: skip


@pytest.mark.usefixtures("mobile")
def test_a_default_role_is_shown_and_found_like_any_other(
    scim: Client, store: Store, mobile: Scope, make_user: Make
) -> None:
    ada = make_user("ada")["id"]
    transact(
        store.session, lambda: scopes.set_default_role(store, mobile, scopes.role_called(store, "project", "Member"))
    )
    assert project_roles(scim, ada) == [("Mobile", "Member", "default role")]
    assert names(scim.get("/Users", filter=f'{ACCESS}:projectRoles[role eq "Member"]')) == ["ada"]


@pytest.mark.rfc("RLE-02", "RLE-12")
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


@pytest.mark.rfc("RLE-04", "RLE-12")
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
    user = make_user("ada")
    given = {
        "roles": [
            {"value": by_name[NAMES[2]]["id"], "display": NAMES[2]},
            {"value": "Admin", "display": "Organization Admin"},
        ],
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


@pytest.mark.rfc("RLE-08")
@pytest.mark.usefixtures("mobile")
def test_roles_and_entitlements_are_only_read(scim: Client) -> None:
    for listed in ("/Roles", "/Entitlements"):
        first = scim.get(listed).json["Resources"][0]
        refusal(scim.post(listed, {"displayName": "x"}), 405)
        one = f"{listed}/{first['id']}"
        refusal(scim.put(one, {"displayName": "x"}), 405)
        refusal(scim.patch(one, {"op": "replace", "path": "displayName", "value": "x"}), 405)
        refusal(scim.delete(one), 405)
        assert scim.get(one).json == first


@pytest.mark.rfc("RLE-09")
@pytest.mark.usefixtures("mobile")
def test_a_role_that_is_not_offered_is_kept_and_grants_nothing(scim: Client, make_user: Make) -> None:
    given = {"roles": [{"value": "Nobody"}], "entitlements": [{"value": "Nobody"}]}
    ada = make_user("ada", **given)
    assert (ada["roles"], ada["entitlements"]) == (given["roles"], given["entitlements"])
    assert scim.get(f"/Users/{ada['id']}", attributes=ACCESS).json[ACCESS] == {"organizationRole": "Member"}


@pytest.mark.rfc("RLE-10")
def test_a_role_that_one_person_may_have_is_refused_to_a_second(scim: Client, make_user: Make) -> None:
    owner, other = make_user("ada", roles=[{"value": "Owner"}])["id"], make_user("bob")["id"]
    answer = scim.patch(f"/Users/{other}", {"op": "add", "path": "roles", "value": [{"value": "Owner"}]})
    assert refusal(answer, 400, "invalidValue").startswith("Cannot set multiple owners")
    roles = [scim.get(f"/Users/{each}", attributes=ACCESS).json[ACCESS]["organizationRole"] for each in (owner, other)]
    assert roles == ["Owner", "Member"]


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
