"""Users are created, read, replaced and deleted: RFC 7644 §3.3–3.6, RFC 7643 §3.1."""

from __future__ import annotations

import pytest

from tests.api.conftest import Make
from tests.api.wire import SCIM, Client
from tests.api.words import ENTERPRISE, USER, names, refusal


@pytest.mark.rfc("REP-01", "SCH-20", "SCH-22", "CRE-01", "CRE-02", "CRE-03", "USR-23")
def test_a_created_user_has_an_id_a_location_and_the_servers_meta(scim: Client) -> None:
    answer = scim.post("/Users", {"schemas": [USER], "userName": "Ada"})
    user = answer.json
    assert (answer.status, answer.headers["Content-Type"]) == (201, SCIM)
    assert user["meta"]["location"] == answer.headers["Location"] == f"{scim.base_url}/Users/{user['id']}"
    assert user["meta"]["resourceType"] == "User"
    assert user["meta"]["created"] == user["meta"]["lastModified"]
    assert (user["userName"], user["active"], user["schemas"][0]) == ("Ada", True, USER)
    assert scim.get(f"/Users/{user['id']}").json == user


@pytest.mark.rfc("SCH-12", "SCH-19", "USR-17", "CRE-06", "PUT-05", "CHR-01", "CHR-02")
def test_what_belongs_to_the_server_is_ignored_in_a_body(scim: Client) -> None:
    meta = {
        "resourceType": "Group",
        "created": "2000-01-01T00:00:00Z",
        "location": "https://elsewhere/",
        "version": "x",
    }
    body = {"schemas": [USER], "id": "mine", "userName": "ada", "meta": meta, "groups": [{"value": "admins"}]}
    user = scim.post("/Users", body).json
    assert user["id"] != "mine" and "groups" not in user
    assert user["meta"]["resourceType"] == "User" and not user["meta"]["created"].startswith("2000")
    again = scim.put(f"/Users/{user['id']}", body).json
    assert (again["id"], again["meta"]["created"], "groups" in again) == (user["id"], user["meta"]["created"], False)


@pytest.mark.rfc("REP-02", "SCH-09")
def test_names_of_attributes_and_extensions_are_the_same_in_any_case(scim: Client) -> None:
    body = {"SCHEMAS": [USER], "USERNAME": "ada", "NAME": {"givenname": "Ada"}, ENTERPRISE.upper(): {"DEPARTMENT": "x"}}
    user = scim.post("/Users", body).json
    assert (user["userName"], user["name"], user[ENTERPRISE]) == ("ada", {"givenName": "Ada"}, {"department": "x"})


@pytest.mark.rfc("REP-33", "SCH-03")
def test_unknown_attributes_and_schemas_are_ignored(scim: Client) -> None:
    body = {"schemas": [USER, "urn:example:unknown"], "userName": "ada", "shoeSize": 38, "__class__": "x"}
    body |= {"urn:example:unknown": {"a": 1}, "name": {"givenName": "Ada", "maidenName": "Byron"}}
    user = scim.post("/Users", body).json
    assert not {"shoeSize", "__class__", "urn:example:unknown"} & set(user)
    assert (user["name"], USER in user["schemas"]) == ({"givenName": "Ada"}, True)
    assert "urn:example:unknown" not in user["schemas"]


@pytest.mark.rfc("USR-01", "CRE-12")
@pytest.mark.parametrize("name", [None, "", " ", "\t", True, [], ["ada"], {}, {"value": "ada"}])
def test_a_user_without_a_usable_user_name_is_refused(scim: Client, name: object) -> None:
    assert "userName" in refusal(scim.post("/Users", {"schemas": [USER], "userName": name}), 400, "invalidValue")


@pytest.mark.rfc("PUT-08")
def test_a_user_without_a_user_name_is_refused_on_put_too(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    assert "userName" in refusal(scim.put(f"/Users/{user['id']}", {"schemas": [USER]}), 400, "invalidValue")


WRONG_TYPES = [
    ("active", "yes"),
    ("active", 1),
    ("active", []),
    ("displayName", {"a": 1}),
    ("displayName", ["a"]),
    ("name", "Ada"),
    ("name", ["Ada"]),
    ("name", {"givenName": {}}),
    ("emails", "ada@x.org"),
    ("emails", [["ada@x.org"]]),
    ("emails", [{"value": {}}]),
    ("emails", [{"value": "a@x.org", "primary": "maybe"}]),
    ("schemas", "x"),
    (ENTERPRISE, "Sales"),
    (ENTERPRISE, {"department": []}),
]


@pytest.mark.rfc("REP-07", "REP-09", "REP-22", "CHR-30")
@pytest.mark.parametrize(("attribute", "value"), WRONG_TYPES)
def test_a_value_of_the_wrong_type_is_refused_with_the_attributes_name(
    scim: Client, attribute: str, value: object
) -> None:
    answer = scim.post("/Users", {"schemas": [USER], "userName": "ada", attribute: value})
    scim_type = "invalidSyntax" if attribute == "schemas" else "invalidValue"
    assert attribute.rpartition(":")[2].lower() in refusal(answer, 400, scim_type).lower()
    assert names(scim.get("/Users")) == []


@pytest.mark.rfc("REP-26")
def test_two_primary_addresses_are_refused(scim: Client) -> None:
    emails = [{"value": "a@x.org", "primary": True}, {"value": "b@x.org", "primary": True}]
    assert "primary" in refusal(
        scim.post("/Users", {"schemas": [USER], "userName": "ada", "emails": emails}), 400, "invalidValue"
    )


@pytest.mark.rfc("REP-29", "REP-30")
def test_the_same_value_twice_is_one_value(make_user: Make) -> None:
    emails = [
        {"value": "a@x.org", "type": "work"},
        {"value": "a@x.org", "type": "work"},
        {"value": "a@x.org", "type": "home"},
    ]
    assert make_user("ada", emails=emails)["emails"] == [emails[0], emails[2]]


@pytest.mark.rfc("REP-31", "REP-32")
def test_null_and_an_empty_list_are_no_value(scim: Client, make_user: Make) -> None:
    user = make_user("ada", nickName=None, emails=[], phoneNumbers=None, title="Countess")
    assert not {"nickName", "emails", "phoneNumbers"} & set(user)
    replaced = scim.put(f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada", "title": None}).json
    assert "title" not in replaced


@pytest.mark.rfc("REP-24")
def test_one_object_where_a_list_belongs_is_a_list_of_one(make_user: Make) -> None:
    assert make_user("ada", emails={"value": "a@x.org", "type": "work"})["emails"] == [
        {"value": "a@x.org", "type": "work"}
    ]


SAME_NAME = ["ADA.É@x.org", "ada.e\u0301@x.org", "ａｄａ.é@x.org", "Ada.É@X.ORG"]


@pytest.mark.rfc("PRE-01", "PRE-02", "PRE-06", "USR-02", "CHR-22", "CHR-23", "PUT-11", "PAT-21", "CRE-08", "ERR-08")
@pytest.mark.parametrize("other", SAME_NAME)
def test_spellings_of_one_user_name_are_one_user_name(scim: Client, make_user: Make, other: str) -> None:
    ada, bob = make_user("ada.é@x.org"), make_user("bob")
    refusal(scim.post("/Users", {"schemas": [USER], "userName": other}), 409, "uniqueness")
    refusal(scim.put(f"/Users/{bob['id']}", {"schemas": [USER], "userName": other}), 409, "uniqueness")
    refusal(scim.patch(f"/Users/{bob['id']}", {"op": "replace", "path": "userName", "value": other}), 409, "uniqueness")
    assert scim.get(f"/Users/{bob['id']}").json == bob
    own = scim.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "userName", "value": other})
    assert (own.status, own.json["userName"]) == (200, other)


def test_the_kelvin_sign_and_the_long_s_are_letters_like_others(scim: Client, make_user: Make) -> None:
    make_user("kiss@x.org")
    refusal(scim.post("/Users", {"schemas": [USER], "userName": "\u212ai\u017fs@x.org"}), 409, "uniqueness")


@pytest.mark.rfc("PUT-01", "PUT-03", "PUT-04", "PUT-13")
def test_put_replaces_the_whole_and_keeps_what_the_rfc_lets_it_keep(scim: Client, make_user: Make) -> None:
    user = make_user(
        "ada",
        title="Countess",
        emails=[{"value": "a@x.org"}],
        externalId="7",
        active=False,
        **{ENTERPRISE: {"department": "x"}},
    )
    answer = scim.put(f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada", "nickName": "A"})
    replaced = answer.json
    assert (answer.status, replaced["id"], replaced["nickName"]) == (200, user["id"], "A")
    assert not {"title", "emails", ENTERPRISE} & set(replaced)
    assert ENTERPRISE not in replaced["schemas"]
    assert replaced["active"] is False, "a directory that leaves active out must not reactivate anybody"
    assert replaced["meta"]["created"] == user["meta"]["created"]
    assert replaced["meta"]["lastModified"] > user["meta"]["lastModified"]
    assert scim.get(f"/Users/{user['id']}").json == replaced


@pytest.mark.rfc("SCH-23", "PAT-19", "PRM-11")
def test_a_put_or_patch_that_changes_nothing_leaves_the_resource_as_it_was(scim: Client, make_user: Make) -> None:
    user = make_user("ada", title="Countess", emails=[{"value": "a@x.org", "type": "work"}])
    assert scim.put(f"/Users/{user['id']}", user).json == user
    assert scim.patch(f"/Users/{user['id']}", {"op": "replace", "path": "title", "value": "Countess"}).json == user
    assert scim.patch(f"/Users/{user['id']}", {"op": "remove", "path": "nickName"}).json == user
    assert scim.get(f"/Users/{user['id']}").json == user


@pytest.mark.rfc("DEL-01", "DEL-02", "DEL-04", "LST-08", "REP-20", "NEW-15")
def test_a_deleted_user_is_gone_everywhere_and_its_name_is_free(
    scim: Client, make_user: Make, make_group: Make
) -> None:
    user = make_user("ada")
    group = make_group("Engineers", user["id"])
    answer = scim.delete(f"/Users/{user['id']}")
    assert (answer.status, answer.content) == (204, b"")
    for method, body in (("GET", None), ("PUT", {"schemas": [USER], "userName": "ada"}), ("DELETE", None)):
        refusal(scim.send(method, f"/Users/{user['id']}", body), 404)
    assert names(scim.get("/Users")) == names(scim.get("/Users", filter='userName eq "ada"')) == []
    assert not scim.get(f"/Groups/{group['id']}").json.get("members")
    assert make_user("ada")["id"] != user["id"]


@pytest.mark.rfc("USR-08", "USR-11", "PUT-12")
def test_a_password_is_taken_and_appears_nowhere(scim: Client, make_user: Make) -> None:
    user = make_user("ada", password="correct horse battery")
    read = [
        scim.get("/Users"),
        scim.get(f"/Users/{user['id']}", attributes="password"),
        scim.get("/Users", attributes="password"),
    ]
    read += [scim.patch(f"/Users/{user['id']}", {"op": "add", "path": "password", "value": "correct horse battery 2"})]
    read += [
        scim.put(f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada", "password": "correct horse battery 3"})
    ]
    assert "password" not in user
    assert not [answer for answer in read if b"password" in answer.content or b"correct horse" in answer.content]
    assert {answer.status for answer in read} == {200}
