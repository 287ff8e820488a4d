"""`attributes` and `excludedAttributes` on every answer that holds a resource (RFC 7644 §3.4.2.5, §3.9, §3.10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import ENTERPRISE, USER, refusal

ALWAYS = {"id", "schemas"}
ADA = {
    "displayName": "Ada King",
    "name": {"givenName": "Ada", "familyName": "King"},
    "emails": [{"value": "a@x.org", "type": "work"}, {"value": "b@x.org", "type": "home"}],
    ENTERPRISE: {"department": "Tours", "manager": {"value": "b"}},
}


@pytest.fixture
def ada(make_user: Make) -> dict[str, Any]:
    return make_user("ada", **ADA)


SELECTED = [
    ("userName", {"userName": "ada"}),
    ("USERNAME", {"userName": "ada"}),
    ("userName,displayName", {"userName": "ada", "displayName": "Ada King"}),
    ("userName, displayName", {"userName": "ada", "displayName": "Ada King"}),
    ("id", {}),
    ("name.givenName", {"name": {"givenName": "Ada"}}),
    ("name", {"name": ADA["name"]}),
    ("emails.value", {"emails": [{"value": "a@x.org"}, {"value": "b@x.org"}]}),
    (f"{USER}:userName", {"userName": "ada"}),
    (f"{USER.upper()}:name.GIVENNAME", {"name": {"givenName": "Ada"}}),
    (f"{ENTERPRISE}:department", {ENTERPRISE: {"department": "Tours"}}),
    (f"{ENTERPRISE}:manager.value", {ENTERPRISE: {"manager": {"value": "b"}}}),
    ("shoeSize", {}),
    ("userName,shoeSize", {"userName": "ada"}),
    ("title", {}),
]


@pytest.mark.rfc("GET-07", "GET-08", "GET-10", "GET-11", "GET-14", "GET-16", "CHR-14")
def test_attributes_selects(scim: Client, ada: dict[str, Any], subtests: pytest.Subtests) -> None:
    for selected, expected in SELECTED:
        with subtests.test(attributes=selected):
            one = scim.get(f"/Users/{ada['id']}", attributes=selected)
            assert one.status == 200
            assert {name: value for name, value in one.json.items() if name not in ALWAYS} == expected
            assert one.json["id"] == ada["id"]
            assert scim.get("/Users", attributes=selected).json["Resources"] == [one.json]


EXCLUDED = [
    ("emails", {"emails"}, {}),
    ("EMAILS,name", {"emails", "name"}, {}),
    ("name.familyName", set(), {"name": {"givenName": "Ada"}}),
    ("emails.type", set(), {"emails": [{"value": "a@x.org"}, {"value": "b@x.org"}]}),
    (f"{USER}:displayName", {"displayName"}, {}),
    (ENTERPRISE, {ENTERPRISE}, {}),
    ("meta", {"meta"}, {}),
    ("shoeSize", set(), {}),
    ("id", set(), {}),
]


@pytest.mark.rfc("GET-09", "CHR-13")
def test_excluded_attributes_leaves_out(scim: Client, ada: dict[str, Any], subtests: pytest.Subtests) -> None:
    for excluded, gone, changed in EXCLUDED:
        with subtests.test(excludedAttributes=excluded):
            one = scim.get(f"/Users/{ada['id']}", excludedAttributes=excluded)
            assert one.status == 200
            expected = {name: value for name, value in (ada | changed).items() if name not in gone}
            assert {**one.json, "schemas": None} == {**expected, "schemas": None}
            assert scim.get("/Users", excludedAttributes=excluded).json["Resources"] == [one.json]


@pytest.mark.rfc("CRE-10", "PUT-15", "PAT-07")
def test_every_answer_to_a_write_is_projected_too(scim: Client, ada: dict[str, Any]) -> None:
    body = {"schemas": [USER], "userName": "bob", "displayName": "Bob"}
    created = scim.send("POST", "/Users", body, query={"attributes": "userName"})
    assert (created.status, set(created.json) - ALWAYS) == (201, {"userName"})
    path = f"/Users/{ada['id']}"
    assert set(scim.put(path, body | {"userName": "ada"}, attributes="displayName").json) - ALWAYS == {"displayName"}
    patched = scim.patch(path, {"op": "replace", "path": "title", "value": "T"}, excludedAttributes="displayName,meta")
    assert "displayName" not in patched.json and patched.json["title"] == "T"


@pytest.mark.rfc("GET-06")
def test_both_parameters_together_contradict_each_other(scim: Client, ada: dict[str, Any]) -> None:
    refusal(scim.get(f"/Users/{ada['id']}", attributes="userName", excludedAttributes="name"), 400, "invalidValue")


@pytest.mark.rfc("GET-15")
def test_an_empty_list_of_attributes_is_no_list(scim: Client, ada: dict[str, Any]) -> None:
    assert scim.get(f"/Users/{ada['id']}", attributes="").json == ada


def test_members_are_left_out_or_asked_for(scim: Client, ada: dict[str, Any], make_group: Make) -> None:
    group = make_group("Engineers", ada["id"])
    without = scim.get(f"/Groups/{group['id']}", excludedAttributes="members").json
    assert without == {name: value for name, value in group.items() if name != "members"}
    assert scim.get("/Groups", excludedAttributes="members").json["Resources"] == [without]
    only = scim.get("/Groups", attributes="members.value").json["Resources"]
    assert [{name: value for name, value in found.items() if name not in ALWAYS} for found in only] == [
        {"members": [{"value": ada["id"]}]}
    ]
    assert set(scim.get("/Groups", attributes="displayName").json["Resources"][0]) - ALWAYS == {"displayName"}
