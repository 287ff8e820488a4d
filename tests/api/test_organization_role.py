"""The organisation role inside the access extension: another name of the attribute in the core schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.conftest import Make
from tests.api.roles import ACCESS
from tests.api.wire import Answer, Client
from tests.api.words import USER, names, refusal

WRITES: dict[str, Callable[[Client, str, Any], Answer]] = {
    "put": lambda scim, path, role: scim.put(
        path, {"schemas": [USER, ACCESS], "userName": "a", ACCESS: {"orgRole": role}}
    ),
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
