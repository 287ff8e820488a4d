"""PATCH on users: what is applied, what is refused, and that a refusal changes nothing (RFC 7644 §3.5.2)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import ENTERPRISE, PATCH_OP, refusal

EMAILS = [{"value": "a@x.org", "type": "work", "primary": True}, {"value": "b@x.org", "type": "home"}]


@pytest.fixture
def ada(make_user: Make) -> dict[str, Any]:
    return make_user("ada", title="Countess", name={"givenName": "Ada", "familyName": "King"}, emails=EMAILS)


def operation(op: str, path: str | None = None, *value: Any) -> dict[str, Any]:
    given = {"op": op, "path": path, "value": value[0] if value else None}
    return {
        name: item
        for name, item in given.items()
        if name == "op" or (name == "path" and path is not None) or (name == "value" and value)
    }


APPLIED = [
    ("add of a single value sets it", operation("add", "nickName", "A"), {"nickName": "A"}),
    ("add of a single value replaces it", operation("add", "title", "Lady"), {"title": "Lady"}),
    (
        "add to a complex value merges it",
        operation("add", "name", {"middleName": "B"}),
        {"name": {"givenName": "Ada", "familyName": "King", "middleName": "B"}},
    ),
    (
        "replace of a complex value merges it",
        operation("replace", "name", {"givenName": "Augusta"}),
        {"name": {"givenName": "Augusta", "familyName": "King"}},
    ),
    (
        "add to a list appends",
        operation("add", "emails", [{"value": "c@x.org"}]),
        {"emails": [*EMAILS, {"value": "c@x.org"}]},
    ),
    (
        "add of one object appends",
        operation("add", "emails", {"value": "c@x.org"}),
        {"emails": [*EMAILS, {"value": "c@x.org"}]},
    ),
    ("add of what is there changes nothing", operation("add", "emails", [EMAILS[1]]), {"emails": EMAILS}),
    (
        "replace of a list replaces it",
        operation("replace", "emails", [{"value": "c@x.org"}]),
        {"emails": [{"value": "c@x.org"}]},
    ),
    (
        "a new primary takes over",
        operation("add", "emails", [{"value": "c@x.org", "primary": True}]),
        {"emails": "primary c@x.org"},
    ),
    (
        "a primary by filter takes over",
        operation("replace", 'emails[value eq "b@x.org"].primary', True),
        {"emails": "primary b@x.org"},
    ),
    (
        "a filter finds its element",
        operation("replace", 'emails[type eq "home"].value', "h@x.org"),
        {"emails": [EMAILS[0], {"value": "h@x.org", "type": "home"}]},
    ),
    (
        "a filter with and and not",
        operation("remove", 'emails[type eq "work" and not (value ew "x.com")]'),
        {"emails": [EMAILS[1]]},
    ),
    (
        "a whole element is replaced",
        operation("replace", 'emails[type eq "home"]', {"value": "n@x.org", "type": "other"}),
        {"emails": [EMAILS[0], {"value": "n@x.org", "type": "other"}]},
    ),
    ("remove of an inner value", operation("remove", "name.givenName"), {"name": {"familyName": "King"}}),
    (
        "remove of an inner value by filter",
        operation("remove", 'emails[type eq "home"].type'),
        {"emails": [EMAILS[0], {"value": "b@x.org"}]},
    ),
    ("remove by filter", operation("remove", 'emails[type eq "work"]'), {"emails": [EMAILS[1]]}),
    ("remove of a list", operation("remove", "emails"), {"emails": None}),
    ("remove of nothing", operation("remove", "nickName"), {"title": "Countess"}),
    ("remove by a filter that finds nothing", operation("remove", 'emails[type eq "other"]'), {"emails": EMAILS}),
    ("null is no value", operation("replace", "title", None), {"title": None}),
    ("an empty list is no value", operation("replace", "emails", []), {"emails": None}),
    (
        "no path, several attributes",
        operation("replace", None, {"title": "T", "active": False}),
        {"title": "T", "active": False},
    ),
    (
        "no path, add appends to lists",
        operation("add", None, {"emails": [{"value": "c@x.org"}]}),
        {"emails": [*EMAILS, {"value": "c@x.org"}]},
    ),
    (
        "no path, replace replaces lists",
        operation("replace", None, {"emails": [{"value": "c@x.org"}]}),
        {"emails": [{"value": "c@x.org"}]},
    ),
    ("an extension attribute", operation("add", f"{ENTERPRISE}:department", "D"), {ENTERPRISE: {"department": "D"}}),
    ("a whole extension", operation("add", ENTERPRISE, {"division": "V"}), {ENTERPRISE: {"division": "V"}}),
    (
        "a core attribute by its URN",
        operation("add", "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", "G"),
        {"name": {"givenName": "G", "familyName": "King"}},
    ),
    (
        "names in any case",
        operation("Replace", 'EMAILS[TYPE Eq "work"].Value', "w@x.org"),
        {"emails": [EMAILS[0] | {"value": "w@x.org"}, EMAILS[1]]},
    ),
]


@pytest.mark.rfc(
    "PAT-04",
    "PAT-12",
    "PAT-13",
    "PPA-01",
    "PPA-02",
    "PPA-03",
    "PPA-04",
    "PPA-05",
    "PPA-06",
    "PPA-07",
    "PAD-02",
    "PAD-05",
    "PAD-06",
    "PAD-07",
    "PAD-10",
    "PRM-02",
    "PRM-05",
    "PRM-06",
    "PRM-07",
    "PRP-01",
    "PRP-02",
    "PRP-03",
    "PRP-06",
    "PRP-08",
    "PRP-11",
    "PRP-14",
)
def test_operations_do_what_the_rfc_says(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for number, (what, sent, expected) in enumerate(APPLIED):
        user = make_user(
            f"ada{number}", title="Countess", name={"givenName": "Ada", "familyName": "King"}, emails=EMAILS
        )
        with subtests.test(what):
            answer = scim.patch(f"/Users/{user['id']}", sent)
            assert answer.status == 200, answer.content
            for attribute, value in expected.items():
                if isinstance(value, str) and value.startswith("primary "):
                    primaries = [email["value"] for email in answer.json[attribute] if email.get("primary")]
                    assert primaries == [value.removeprefix("primary ")]
                else:
                    assert answer.json.get(attribute) == value
            assert scim.get(f"/Users/{user['id']}").json == answer.json


REFUSED = [
    ("an unknown attribute", operation("replace", "shoeSize", 1), "invalidPath"),
    ("an unknown inner attribute", operation("replace", "name.maidenName", "B"), "invalidPath"),
    ("an inner attribute of a plain one", operation("replace", "title.x", "B"), "invalidPath"),
    ("a filter on a single value", operation("replace", 'title[value eq "x"]', "B"), "invalidPath"),
    ("a name of Python's", operation("replace", "__class__", "x"), "invalidPath"),
    ("a name of the storage's", operation("replace", "_sa_instance_state", "x"), "invalidPath"),
    ("a constructor", operation("add", "constructor.prototype", "x"), "invalidPath"),
    ("an unclosed filter", operation("replace", "emails[", "x"), "invalidPath"),
    ("two dots", operation("replace", "name..givenName", "x"), "invalidPath"),
    ("a number", operation("replace", "1abc", "x"), "invalidPath"),
    ("an empty path", operation("replace", "", "x"), "invalidPath"),
    ("a filter without a value", operation("replace", "emails[type eq]", "x"), "invalidPath"),
    ("an operator that is none", operation("remove", 'emails[type is "work"]'), "invalidPath"),
    ("id", operation("replace", "id", "x"), "mutability"),
    ("meta", operation("replace", "meta.created", "2000-01-01T00:00:00Z"), "mutability"),
    ("groups", operation("add", "groups", [{"value": "x"}]), "mutability"),
    ("removing the userName", operation("remove", "userName"), "mutability"),
    ("a userName of null", operation("replace", "userName", None), "invalidValue"),
    ("an empty userName", operation("replace", "userName", ""), "invalidValue"),
    ("active maybe", operation("replace", "active", "maybe"), "invalidValue"),
    ("active null", operation("replace", "active", {}), "invalidValue"),
    ("a list of texts", operation("replace", "title", ["a"]), "invalidValue"),
    ("no value to add", operation("add", "title"), "invalidValue"),
    ("no value to replace", operation("replace", "title"), "invalidValue"),
    ("nothing to remove", operation("remove"), "noTarget"),
    ("a text without a path", operation("replace", None, "x"), "invalidValue"),
    (
        "an element that no filter like this can make",
        operation("replace", 'emails[type ne "work" and value sw "zz"].display', "x"),
        "noTarget",
    ),
    ("an operation that is none", operation("move", "title", "x"), "invalidSyntax"),
    ("an operation that is a number", {"op": 7, "path": "title", "value": "x"}, "invalidSyntax"),
    ("an operation without op", {"path": "title", "value": "x"}, "invalidSyntax"),
    ("an operation that is a text", "replace", "invalidSyntax"),
]


@pytest.mark.rfc(
    "PAT-03",
    "PAT-09",
    "PAT-22",
    "PPA-09",
    "PPA-10",
    "PPA-11",
    "PPA-12",
    "PPA-13",
    "PAD-01",
    "PAD-04",
    "PAD-13",
    "PRM-01",
    "PRM-08",
    "PRP-09",
    "PRP-10",
    "PRP-12",
    "CHR-03",
    "ERR-11",
    "ERR-12",
)
def test_what_nobody_could_mean_is_refused_and_nothing_of_the_request_is_done(
    scim: Client, ada: dict[str, Any], subtests: pytest.Subtests
) -> None:
    good = {"op": "replace", "path": "nickName", "value": "changed"}
    for what, sent, scim_type in REFUSED:
        with subtests.test(what):
            answer = scim.patch(f"/Users/{ada['id']}", good, sent)
            refusal(answer, 400, scim_type)
            assert scim.get(f"/Users/{ada['id']}").json == ada


@pytest.mark.rfc("PAT-01", "PAT-02")
@pytest.mark.parametrize(
    "message",
    [
        {"schemas": [PATCH_OP]},
        {"schemas": [PATCH_OP], "Operations": []},
        {"schemas": [PATCH_OP], "Operations": {}},
        {"schemas": [PATCH_OP], "Operations": None},
        {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "bob", "active": False},
        {"active": False},
    ],
)
def test_a_body_that_is_no_patch_is_refused(scim: Client, ada: dict[str, Any], message: dict[str, Any]) -> None:
    refusal(scim.send("PATCH", f"/Users/{ada['id']}", message), 400, "invalidSyntax")
    assert scim.get(f"/Users/{ada['id']}").json == ada


@pytest.mark.rfc("PAT-10")
def test_each_operation_sees_what_the_one_before_it_did(scim: Client, ada: dict[str, Any]) -> None:
    answer = scim.patch(
        f"/Users/{ada['id']}",
        {"op": "add", "path": "emails", "value": [{"value": "c@x.org", "type": "other"}]},
        {"op": "replace", "path": 'emails[value eq "c@x.org"].type', "value": "third"},
        {"op": "remove", "path": 'emails[type eq "work"]'},
    )
    assert answer.json["emails"] == [EMAILS[1], {"value": "c@x.org", "type": "third"}]


@pytest.mark.rfc("PAT-15", "PAT-17")
def test_the_extension_is_listed_exactly_while_it_has_values(scim: Client, ada: dict[str, Any]) -> None:
    there = scim.patch(f"/Users/{ada['id']}", {"op": "add", "path": f"{ENTERPRISE}:department", "value": "D"}).json
    gone = scim.patch(f"/Users/{ada['id']}", {"op": "remove", "path": f"{ENTERPRISE}:department"}).json
    assert (ENTERPRISE in there["schemas"], ENTERPRISE in gone["schemas"], ENTERPRISE in gone) == (True, False, False)


@pytest.mark.rfc("PAT-23")
def test_more_operations_than_anybody_needs_are_refused(scim: Client, ada: dict[str, Any]) -> None:
    answer = scim.patch(f"/Users/{ada['id']}", *[operation("replace", "title", str(n)) for n in range(20_000)])
    refusal(answer, 400, "tooMany")
    assert scim.get(f"/Users/{ada['id']}").json == ada
