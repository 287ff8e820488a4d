"""Groups and their members: RFC 7643 §4.2, and what directories do to them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import GROUP, member_ids, names, refusal


@pytest.mark.rfc("GRP-02")
def test_a_created_group_is_returned_whole(scim: Client, make_user: Make) -> None:
    ada = make_user("ada", displayName="Ada King")
    answer = scim.post(
        "/Groups",
        {"schemas": [GROUP], "displayName": "Engineers", "externalId": "e-1", "members": [{"value": ada["id"]}]},
    )
    group = answer.json
    assert answer.status == 201
    assert group["meta"]["location"] == answer.headers["Location"] == f"{scim.base_url}/Groups/{group['id']}"
    assert (group["schemas"], group["displayName"], group["externalId"]) == ([GROUP], "Engineers", "e-1")
    [member] = group["members"]
    assert (member["value"], member["type"], member["$ref"]) == (ada["id"], "User", ada["meta"]["location"])
    assert scim.get(f"/Groups/{group['id']}").json == group
    assert [listed["id"] for listed in scim.get("/Groups").json["Resources"]] == [group["id"]]


@pytest.mark.rfc("GRP-01")
@pytest.mark.parametrize("name", [None, "", "  ", True, {}, []])
def test_a_group_needs_a_name(scim: Client, name: object) -> None:
    assert "displayName" in refusal(
        scim.post("/Groups", {"schemas": [GROUP], "displayName": name}), 400, "invalidValue"
    )


@pytest.mark.rfc("GRP-09")
@pytest.mark.parametrize("other", ["ENGINEERS", "engineers", "Ｅngineers"])
def test_a_name_is_taken_in_any_spelling(scim: Client, make_group: Make, other: str) -> None:
    first, second = make_group("Engineers"), make_group("Others")
    refusal(scim.post("/Groups", {"schemas": [GROUP], "displayName": other}), 409, "uniqueness")
    refusal(scim.put(f"/Groups/{second['id']}", {"schemas": [GROUP], "displayName": other}), 409, "uniqueness")
    refusal(
        scim.patch(f"/Groups/{second['id']}", {"op": "replace", "path": "displayName", "value": other}),
        409,
        "uniqueness",
    )
    assert scim.put(f"/Groups/{first['id']}", {"schemas": [GROUP], "displayName": other}).json["displayName"] == other


@pytest.mark.rfc("PAT-06", "PAT-08")
def test_a_group_is_answered_whole_unless_it_is_large_or_less_was_asked_for(
    scim: Client, make_user: Make, make_group: Make
) -> None:
    ada = make_user("ada")
    group = make_group("Engineers", ada["id"])
    path = f"/Groups/{group['id']}"
    rename = {"op": "replace", "path": "displayName", "value": "Builders"}
    assert member_ids(scim.put(path, {"schemas": [GROUP], "displayName": "Makers"}).json) == {ada["id"]}
    answer = scim.patch(path, rename)
    assert (answer.status, answer.json["displayName"], member_ids(answer.json)) == (200, "Builders", {ada["id"]})
    assert "members" not in scim.patch(path, rename, excludedAttributes="members").json
    assert member_ids(scim.patch(path, rename, attributes="members").json) == {ada["id"]}
    many = [{"value": make_user(f"user{number}")["id"]} for number in range(100)]
    large = scim.patch(path, {"op": "add", "path": "members", "value": many})
    assert (large.status, large.content) == (204, b"")
    assert large.headers["ETag"] == scim.get(path).headers["ETag"]
    assert len(scim.patch(path, rename, attributes="members").json["members"]) == 101


@pytest.mark.rfc("USR-18", "DEL-08")
def test_a_member_sees_its_groups(scim: Client, make_user: Make, make_group: Make) -> None:
    ada = make_user("ada")
    group = make_group("Engineers", ada["id"])
    [seen] = scim.get(f"/Users/{ada['id']}").json["groups"]
    assert (seen["value"], seen["display"], seen["$ref"]) == (group["id"], "Engineers", group["meta"]["location"])
    assert seen.get("type", "direct") == "direct"
    scim.delete(f"/Groups/{group['id']}")
    assert "groups" not in scim.get(f"/Users/{ada['id']}").json


def test_an_inactive_member_stays_a_member(scim: Client, make_user: Make, make_group: Make) -> None:
    ada = make_user("ada")
    group = make_group("Engineers", ada["id"])
    scim.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": False})
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == {ada["id"]}


ADDS = [
    lambda ids: {"op": "add", "path": "members", "value": [{"value": one} for one in ids]},
    lambda ids: {"op": "add", "value": {"members": [{"value": one, "display": "x", "$ref": None} for one in ids]}},
    lambda ids: {"op": "add", "path": "members", "value": {"members": [{"value": one} for one in ids]}},
    lambda ids: {"op": "add", "path": "members", "value": list(ids)},
    lambda ids: {"op": "replace", "path": "members", "value": [{"value": one, "type": "User"} for one in ids]},
    lambda ids: {"op": "replace", "value": {"members": [{"value": one} for one in ids]}},
]


@pytest.mark.rfc("PAD-08", "PRP-04")
@pytest.mark.parametrize("shape", range(len(ADDS)))
def test_members_are_added_in_every_shape_that_was_seen(
    scim: Client, make_user: Make, make_group: Make, shape: int
) -> None:
    ids = {make_user("ada")["id"], make_user("bob")["id"]}
    group = make_group("Engineers")
    assert scim.patch(f"/Groups/{group['id']}", ADDS[shape](ids)).status == 200
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == ids


@pytest.mark.rfc("PAD-09")
def test_one_member_is_added_as_one_object(scim: Client, make_user: Make, make_group: Make) -> None:
    ada, group = make_user("ada"), make_group("Engineers")
    assert (
        scim.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": {"value": ada["id"]}}).status
        == 200
    )
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == {ada["id"]}


REMOVES = [
    lambda one: {"op": "remove", "path": f'members[value eq "{one}"]'},
    lambda one: {"op": "remove", "path": f'members[value eq"{one}"]'},
    lambda one: {"op": "remove", "path": "members", "value": [{"value": one}]},
    lambda one: {"op": "remove", "path": "members", "value": {"value": one}},
    lambda one: {"op": "remove", "path": "members", "value": [one]},
    lambda one: {"op": "remove", "value": {"members": [{"value": one}]}},
    lambda one: {"op": "remove", "path": f'members[value eq "{one}" and type eq "User"]'},
]


@pytest.mark.rfc("PRM-04", "PRM-12", "PPA-08")
@pytest.mark.parametrize("shape", range(len(REMOVES)))
def test_a_member_is_removed_in_every_shape_that_was_seen_and_nobody_else_is(
    scim: Client, make_user: Make, make_group: Make, shape: int
) -> None:
    ada, bob = make_user("ada")["id"], make_user("bob")["id"]
    group = make_group("Engineers", ada, bob)
    assert scim.patch(f"/Groups/{group['id']}", REMOVES[shape](ada)).status == 200
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == {bob}


REFUSED = [
    {"op": "remove", "path": "members", "value": 7},
    {"op": "remove", "path": "members[", "value": []},
    {"op": "remove", "path": "displayName"},
    {"op": "replace", "path": "displayName", "value": ""},
    {"op": "add", "path": "members", "value": 7},
    {"op": "add", "path": "members", "value": [{"display": "nobody"}]},
    {"op": "replace", "path": "members", "value": [[]]},
    {"op": "replace", "path": "shoeSize", "value": 1},
    {"op": "replace", "path": "id", "value": "x"},
]


def test_what_nobody_could_mean_leaves_the_members_alone(
    scim: Client, make_user: Make, make_group: Make, subtests: pytest.Subtests
) -> None:
    ada = make_user("ada")["id"]
    group = make_group("Engineers", ada)
    for sent in REFUSED:
        with subtests.test(sent=sent):
            answer = scim.patch(
                f"/Groups/{group['id']}", {"op": "replace", "path": "displayName", "value": "Half"}, sent
            )
            refusal(answer, 400, answer.json.get("scimType"))
            assert scim.get(f"/Groups/{group['id']}").json == group


@pytest.mark.rfc("GRP-04", "GRP-05", "USR-19")
def test_a_group_in_a_group_is_refused(scim: Client, make_group: Make) -> None:
    inner, outer = make_group("Inner"), make_group("Outer")
    nested = [{"value": inner["id"], "type": "Group"}]
    refusal(scim.post("/Groups", {"schemas": [GROUP], "displayName": "New", "members": nested}), 400, "invalidValue")
    refusal(
        scim.patch(f"/Groups/{outer['id']}", {"op": "add", "path": "members", "value": nested}), 400, "invalidValue"
    )
    refusal(
        scim.patch(f"/Groups/{outer['id']}", {"op": "add", "path": "members", "value": [{"value": inner["id"]}]}),
        400,
        "invalidValue",
    )
    assert names(scim.get("/Groups", filter='displayName eq "New"')) == []


@pytest.mark.rfc("GRP-03")
def test_a_members_value_cannot_be_rewritten(scim: Client, make_user: Make, make_group: Make) -> None:
    ada, bob = make_user("ada")["id"], make_user("bob")["id"]
    group = make_group("Engineers", ada)
    sent = {"op": "replace", "path": f'members[value eq "{ada}"].value', "value": bob}
    refusal(scim.patch(f"/Groups/{group['id']}", sent), 400, "mutability")
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == {ada}


@pytest.mark.rfc("ETG-13")
def test_pushes_at_the_same_time_lose_nobody(scim: Client, make_user: Make, make_group: Make) -> None:
    ids = [make_user(f"user{number}")["id"] for number in range(16)]
    group = make_group("Engineers")

    def push(one: str) -> int:
        return scim.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": one}]}).status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(push, ids)) == {200}
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == set(ids)


@pytest.mark.rfc("CHR-24")
def test_of_many_creations_of_one_user_at_the_same_time_one_succeeds(scim: Client) -> None:
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"}
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: scim.post("/Users", body).status, range(16)))
    assert statuses == [201] + [409] * 15
    assert names(scim.get("/Users")) == ["ada"]


@pytest.mark.rfc("NEW-11")
def test_hundreds_of_members_are_pushed_in_one_request(scim: Client, make_user: Make, make_group: Make) -> None:
    ids = [make_user(f"user{number}")["id"] for number in range(60)]
    group = make_group("Engineers")
    one_by_one = [{"op": "add", "path": "members", "value": [{"value": one}]} for one in ids]
    assert scim.patch(f"/Groups/{group['id']}", *one_by_one).status == 200
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == set(ids)
    assert (
        scim.patch(
            f"/Groups/{group['id']}", *[{"op": "remove", "path": f'members[value eq "{one}"]'} for one in ids[:55]]
        ).status
        == 200
    )
    assert member_ids(scim.get(f"/Groups/{group['id']}").json) == set(ids[55:])
