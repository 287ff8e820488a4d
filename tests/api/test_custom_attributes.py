"""An attribute is one line of the catalog: whatever its type and characteristics, all of SCIM follows (RFC 7643 §2.2, §7)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Make
from tests.api.custom import BADGES, OF_BADGES, OF_USERS, extend
from tests.api.wire import Client
from tests.api.words import USER, names, refusal


@pytest.fixture(autouse=True)
def extended(app: Flask) -> None:
    extend(app)


def change(scim: Client, user: dict[str, Any], op: str, path: str | None = None, *value: Any) -> Any:
    sent = {"op": op} | ({"path": path} if path else {}) | ({"value": value[0]} if value else {})
    return scim.patch(f"/Users/{user['id']}", sent)


@pytest.mark.rfc("REP-05", "DSC-08", "CHR-29", "CHR-30")
def test_a_line_in_the_catalog_is_described_and_says_every_characteristic(scim: Client) -> None:
    schemas = {schema["id"]: schema for schema in scim.get("/Schemas").json["Resources"]}
    assert [each["name"] for each in schemas[BADGES]["attributes"]] == [each.name for each in OF_BADGES]
    described = {each["name"]: each for each in schemas[USER]["attributes"]}
    for attribute in OF_USERS:
        assert described[attribute.name] == attribute.describe()
    assert described["label"] == {
        "name": "label",
        "type": "string",
        "multiValued": False,
        "description": "A text.",
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    [user] = [each for each in scim.get("/ResourceTypes").json["Resources"] if each["id"] == "User"]
    assert {"schema": BADGES, "required": False} in user["schemaExtensions"]


GOOD = [
    ("label", "MiXeD"),
    ("code", "MiXeD"),
    ("flagged", False),
    ("shoeSize", 42),
    ("shoeSize", -(2**63)),
    ("height", 1.5),
    ("height", 2),
    ("born", "2008-01-23T04:56:22Z"),
    ("born", "2008-01-23T04:56:22.5+02:00"),
    ("born", "2008-01-23T04:56:22"),
    ("print", "YWE="),
    ("print", "YQ"),
    ("page", "HTTP://X/Y"),
    ("page", "../Users/7"),
    ("tags", ["a", "B"]),
    ("card", {"shoeSize": 1, "label": "x"}),
    ("parts", [{"label": "x", "value": "1"}, {"flagged": True, "value": "2"}]),
]


@pytest.mark.rfc("REP-08", "REP-11", "REP-12", "REP-13", "REP-14", "REP-16", "REP-17", "CHR-26")
def test_a_value_of_the_right_type_comes_back_as_sent(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for number, (name, value) in enumerate(GOOD):
        with subtests.test(attribute=name, value=value):
            user = make_user(f"good{number}", **{name: value})
            assert user[name] == value
            assert change(scim, user, "replace", name, value).json == user
            assert scim.put(f"/Users/{user['id']}", user).json == user


BAD = [
    ("label", True),
    ("label", ["x"]),
    ("flagged", "yes"),
    ("shoeSize", 1.5),
    ("shoeSize", 1e3),
    ("shoeSize", "5"),
    ("shoeSize", True),
    ("shoeSize", 2**63),
    ("height", "1.5"),
    ("born", "2024-01-01"),
    ("born", "yesterday"),
    ("born", "2024-02-30T10:00:00Z"),
    ("born", 7),
    ("print", "###"),
    ("print", "YQ==YQ=="),
    ("page", "http://exa mple"),
    ("tags", "a"),
    ("tags", [True]),
    ("tags", [["a"]]),
    ("card", "x"),
    ("card", {"label": {"a": 1}}),
    ("parts", [{"label": "no value"}]),
    (BADGES, {"issued": "2024-01-01T00:00:00Z"}),
]


@pytest.mark.rfc("REP-09", "REP-12", "REP-13", "REP-15", "REP-17", "REP-22", "CHR-28", "CHR-29", "CHR-30", "PAT-22")
def test_a_value_of_another_type_is_refused_by_name(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    user = make_user("ada")
    for name, value in BAD:
        with subtests.test(attribute=name, value=value):
            body = {"schemas": [USER], "userName": "bob", name: value}
            said = [
                refusal(scim.post("/Users", body), 400, "invalidValue"),
                refusal(scim.put(f"/Users/{user['id']}", body | {"userName": "ada"}), 400, "invalidValue"),
                refusal(change(scim, user, "replace", name, value), 400, "invalidValue"),
            ]
            assert all(name in each for each in said), said
    assert scim.get("/Users").json["Resources"] == [user]


@pytest.mark.rfc("CHR-28", "PRM-08", "DSC-20")
def test_what_an_extension_requires_is_required_where_the_extension_is_used(scim: Client, make_user: Make) -> None:
    plain = make_user("plain")
    assert BADGES not in plain["schemas"]
    user = make_user("ada", **{BADGES: {"level": "gold"}})
    assert BADGES in user["schemas"]
    refusal(change(scim, user, "remove", f"{BADGES}:level"), 400, "mutability")
    refusal(change(scim, user, "replace", f"{BADGES}:level", ""), 400, "invalidValue")
    assert BADGES not in change(scim, user, "remove", BADGES).json["schemas"]


@pytest.mark.rfc("CHR-01", "CHR-02", "CHR-03", "PRM-09", "PRP-12", "PAD-13")
def test_what_only_the_service_writes_is_ignored_in_a_body_and_refused_in_a_patch(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    user = make_user("ada", number="7", label="x")
    assert "number" not in user
    assert "number" not in scim.put(f"/Users/{user['id']}", user | {"number": "7", "label": "y"}).json
    before = scim.get(f"/Users/{user['id']}").json
    for path in ("number", "id", "meta", "meta.created", "groups", "groups.value", 'groups[value eq "x"]'):
        for op in ("add", "replace", "remove"):
            with subtests.test(op=op, path=path):
                value = [] if op == "remove" else ["x"]
                refusal(change(scim, user, op, path, *value), 400, "mutability")
    assert scim.get(f"/Users/{user['id']}").json == before


@pytest.mark.rfc("CHR-04", "CHR-05", "CHR-06", "CHR-07", "CHR-08", "PUT-06", "PUT-07", "ERR-09")
def test_what_is_set_once_is_set_by_post_or_put_and_outlives_every_put(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    once: list[tuple[str, Any, Any]] = [
        ("seat", "A1", "B2"),
        ("box", {"lid": "red", "note": "n"}, {"lid": "blue", "note": "n"}),
        (
            BADGES,
            {"level": "gold", "issued": "2024-01-01T00:00:00Z"},
            {"level": "gold", "issued": "2025-01-01T00:00:00Z"},
        ),
    ]
    for number, (name, value, other) in enumerate(once):
        with subtests.test(attribute=name):
            bare = make_user(f"ada{number}")
            path, body = f"/Users/{bare['id']}", {"schemas": [USER], "userName": bare["userName"]}
            assert make_user(f"bob{number}", **{name: value})[name] == value
            assert scim.put(path, body | {name: value}).json[name] == value
            whole = scim.put(path, body | {name: value}).json
            refusal(scim.put(path, body | {name: other}), 400, "mutability")
            assert scim.get(path).json == whole
            left_out = scim.put(path, body).json
            kept = {"lid": "red"} if name == "box" else {"issued": value["issued"]} if name == BADGES else value
            assert left_out[name] == kept
            assert (BADGES in left_out["schemas"]) is (name == BADGES)


@pytest.mark.rfc("CHR-09", "CHR-10", "PAD-14", "PRP-13")
def test_what_is_set_once_is_set_by_a_patch_while_it_is_not_set(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    assert change(scim, user, "remove", "seat").json == user
    seated = change(scim, user, "add", "seat", "A1").json
    assert seated["seat"] == "A1"
    assert change(scim, user, "replace", "seat", "A1").json == seated
    assert change(scim, user, "add", None, {"seat": "A1"}).json == seated
    for op, value in (("add", ["B2"]), ("replace", ["B2"]), ("replace", [None]), ("remove", [])):
        refusal(change(scim, user, op, "seat", *value), 400, "mutability")
    boxed = change(scim, user, "add", "box.lid", "red").json
    refusal(change(scim, user, "replace", "box", {"lid": "blue"}), 400, "mutability")
    refusal(change(scim, user, "remove", "box"), 400, "mutability")
    assert scim.get(f"/Users/{user['id']}").json == boxed


@pytest.mark.rfc("CHR-11", "CHR-12", "SRT-11", "PUT-03")
def test_what_is_never_returned_is_nowhere_to_be_read_or_guessed(scim: Client, make_user: Make) -> None:
    user = make_user("ada", pin="1234", mixed={"open": "o", "shut": "s"})
    answers = [
        scim.get(f"/Users/{user['id']}", attributes="pin,mixed.shut"),
        scim.get("/Users", attributes="pin,mixed"),
        change(scim, user, "replace", "pin", "1235"),
        scim.put(f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada", "pin": "1236"}),
    ]
    assert {answer.status for answer in answers} == {200}
    assert not [answer for answer in answers if b"pin" in answer.content or b"shut" in answer.content]
    for sent in ('pin eq "1234"', "pin pr", "not (pin pr)", 'mixed.shut eq "s"'):
        refusal(scim.get("/Users", filter=sent), 403, "sensitive")
    refusal(scim.get("/Users", sortBy="pin"), 403, "sensitive")


@pytest.mark.rfc("CHR-13", "CHR-15", "CHR-16", "CHR-17", "CHR-18")
def test_each_attribute_is_returned_in_its_own_way(scim: Client, make_user: Make) -> None:
    parts = {"open": "o", "shy": "s"}
    created = make_user("ada", quiet="q", loud="l", mixed=parts)
    path = f"/Users/{created['id']}"
    assert (created["quiet"], created["loud"], created["mixed"]) == ("q", "l", parts), "shown to who has written it"
    read = scim.get(path).json
    assert ("quiet" in read, read["loud"], read["mixed"]) == (False, "l", {"open": "o"})
    assert scim.get("/Users").json["Resources"] == [read]
    asked = scim.get(path, attributes="quiet,mixed.shy").json
    assert (asked["quiet"], asked["mixed"], asked["loud"]) == ("q", {"shy": "s"}, "l")
    for excluded in ("loud,id,schemas", "userName,LOUD"):
        assert {"loud", "id", "schemas"} <= set(scim.get(path, excludedAttributes=excluded).json)
    assert change(scim, created, "replace", "quiet", "r").json["quiet"] == "r"
    assert "quiet" not in change(scim, created, "replace", "label", "x").json
    assert change(scim, created, "add", None, {"mixed": {"shy": "t"}}).json["mixed"] == {"open": "o", "shy": "t"}
    body = {"schemas": [USER], "userName": "ada", "quiet": "z"}
    assert scim.put(path, body).json["quiet"] == "z"
    assert "quiet" not in scim.put(path, {"schemas": [USER], "userName": "ada"}).json


@pytest.mark.rfc("CHR-25", "CHR-27", "SRT-03", "PRP-07", "PPA-14")
def test_a_line_in_the_catalog_is_filtered_sorted_and_patched_like_any_other(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    make_user("a", label="ß", code="a", shoeSize=9, height=1.5, flagged=True, born="2024-05-01T10:00:00+02:00")
    make_user("b", label="SR", code="B", shoeSize=10, height=-2, flagged=False, born="2024-05-01T09:00:00Z")
    make_user("c", tags=["x", "y"], **{BADGES: {"level": "gold"}})
    for sort_by, expected in (
        ("label", "bac"), ("code", "bac"), ("shoeSize", "abc"), ("height", "bac"), ("flagged", "bac"), ("born", "abc"),
        ("tags", "cab"), (f"{BADGES}:level", "cab"), ("level", "cab"),
    ):  # fmt: skip
        with subtests.test(sortBy=sort_by):
            assert "".join(names(scim.get("/Users", sortBy=sort_by))) == expected
    for sent, expected in (
        ('label eq "SS"', "a"), ('code eq "A"', ""), ("shoeSize gt 9", "b"), ("height lt 0", "b"), ('tags eq "Y"', "c"),
        (f'{BADGES}:level eq "Gold"', "c"), ('level eq "gold"', "c"), (f'schemas eq "{BADGES}"', "c"),
    ):  # fmt: skip
        with subtests.test(filter=sent):
            assert "".join(names(scim.get("/Users", filter=sent))) == expected
    user = make_user("d", tags=["x", "y"], parts=[{"value": "1"}, {"value": "2", "label": "two"}])
    assert change(scim, user, "add", "tags", ["y", "z"]).json["tags"] == ["x", "y", "z"]
    assert change(scim, user, "replace", 'parts[label eq "TWO"]', {"value": "3"}).json["parts"] == [
        {"value": "1"},
        {"label": "two", "value": "3"},
    ]
    refusal(change(scim, user, "remove", 'tags[value eq "x"]'), 400, "invalidPath")
    assert "tags" not in change(scim, user, "remove", "tags").json
