"""What of a resource an answer holds: `returned`, `attributes`, `excludedAttributes` (RFC 7643 §7, RFC 7644 §3.9)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_app.protocol.errors import InvalidValue
from scim_app.protocol.projection import names_in, projection
from tests.protocol.generated import GROUP, TEST_SCHEMA, USER, complex_paths, documents, examples, simple_paths

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MANAGER = {"value": "7", "displayName": "Boss"}
ADA: dict[str, Any] = {
    "schemas": [CORE, ENTERPRISE],
    "id": "1",
    "externalId": "e",
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "King"},
    "password": "secret",
    "emails": [{"value": "a", "type": "work"}, {"type": "home"}],
    ENTERPRISE: {"department": "Tours", "manager": MANAGER},
    "meta": {"resourceType": "User", "location": "https://x/1"},
}
ALWAYS = {"schemas": ADA["schemas"], "id": "1"}


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ("userName", {"userName": "ada"}),
        ("USERNAME , name", {"userName": "ada", "name": ADA["name"]}),
        ("name.givenName", {"name": {"givenName": "Ada"}}),
        ("name.givenName,name", {"name": ADA["name"]}),
        ("emails.value", {"emails": [{"value": "a"}]}),
        ('emails[type eq "work"]', {"emails": ADA["emails"]}),
        (f"{CORE}:userName", {"userName": "ada"}),
        (f"{CORE.upper()}:USERNAME", {"userName": "ada"}),
        (f"{ENTERPRISE}:manager.value", {ENTERPRISE: {"manager": {"value": "7"}}}),
        (ENTERPRISE, {ENTERPRISE: ADA[ENTERPRISE]}),
        ("department", {ENTERPRISE: {"department": "Tours"}}),
        ("meta.location", {"meta": {"location": "https://x/1"}}),
        ("nope", {}),
        ("id", {}),
        ("password", {}),
        ("title", {}),
        ("name.middleName", {}),
    ],
)
def test_attributes_are_what_an_answer_holds_beside_what_it_always_holds(
    attributes: str, shown: dict[str, Any]
) -> None:
    assert projection(USER, [attributes], []).apply(ADA) == ALWAYS | shown


@pytest.mark.parametrize(
    ("excluded", "gone"),
    [
        ("emails", {"emails": None}),
        ("name.familyName,emails.type", {"name": {"givenName": "Ada"}, "emails": [{"value": "a"}]}),
        ("name.givenName, name.familyName", {"name": None}),
        (ENTERPRISE, {ENTERPRISE: None}),
        (f"{ENTERPRISE}:manager", {ENTERPRISE: {"department": "Tours"}}),
        ("id,schemas", {}),
        ("meta", {"meta": None}),
        ("nope", {}),
    ],
)
def test_excluded_attributes_are_what_an_answer_does_not_hold(excluded: str, gone: dict[str, Any]) -> None:
    expected = {k: v for k, v in (ADA | gone).items() if v is not None and k != "password"}
    assert projection(USER, [], [excluded]).apply(ADA) == expected


@pytest.mark.parametrize("nothing", [[], [""], [" , "]])
def test_asking_for_nothing_in_particular_is_asking_for_the_default(nothing: list[str]) -> None:
    chosen = projection(USER, nothing, nothing)
    assert chosen.is_default
    assert chosen.apply(ADA) == {name: value for name, value in ADA.items() if name != "password"}


def test_asking_with_both_is_refused() -> None:
    with pytest.raises(InvalidValue, match="not with both"):
        projection(USER, ["userName"], ["emails"])


def test_several_parameters_are_one_list() -> None:
    assert names_in(["a, b", "c", ""]) == ["a", "b", "c"]


GROUP_OF_ONE = {"schemas": ["urn:g"], "id": "1", "displayName": "G", "members": [{"value": "7", "display": "Ada"}]}


def test_what_is_returned_on_request_is_returned_when_it_is_named() -> None:
    assert projection(GROUP, [], []).apply(GROUP_OF_ONE)["members"] == [{"value": "7"}]
    assert projection(GROUP, ["members"], []).apply(GROUP_OF_ONE)["members"] == [{"value": "7"}]
    for both in (["members,members.display"], ["members.display,members"]):
        assert projection(GROUP, both, []).apply(GROUP_OF_ONE)["members"] == [{"value": "7", "display": "Ada"}]
    assert projection(GROUP, ["members.display"], []).apply(GROUP_OF_ONE)["members"] == [{"display": "Ada"}]


def test_what_an_answer_will_not_hold_need_not_be_read() -> None:
    assert projection(USER, [], []).wants("groups")
    assert projection(USER, ["groups.value"], []).wants("groups")
    assert not projection(USER, ["userName"], []).wants("groups")
    assert not projection(USER, [], ["groups"]).wants("groups")
    assert projection(USER, [], ["groups.value"]).wants("groups")
    assert not projection(USER, [], []).wants("password") and not projection(USER, [], []).wants("shoeSize")


def within(part: Any, whole: Any) -> bool:
    """Whether a value is another one with some of its members left out."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(name in whole and within(part[name], whole[name]) for name in part)
    if isinstance(part, list) and isinstance(whole, list):
        rest = iter(whole)
        return all(any(within(one, other) for other in rest) for one in part)
    return bool(part == whole)


NAMES = st.lists(st.sampled_from([str(path) for path in (*simple_paths(USER), *complex_paths(USER))]), max_size=4)


@examples(300)
@given(documents(), NAMES, st.booleans())
def test_an_answer_holds_part_of_the_resource_and_always_its_schemas_and_id(
    document: dict[str, Any], names: list[str], excluding: bool
) -> None:
    resource = document | {"id": "7", "meta": ADA["meta"]}
    before = deepcopy(resource)
    chosen = projection(USER, [], [",".join(names)]) if excluding else projection(USER, [",".join(names)], [])
    shown = chosen.apply(resource)
    assert resource == before
    assert within(shown, resource)
    assert (shown["schemas"], shown["id"]) == (resource["schemas"], "7")
    assert all(chosen.wants(name) for name in shown)
    assert chosen.apply(shown) == shown
    if names and not excluding:
        tops = {USER.find(name).top.name for name in names}  # type: ignore[union-attr]
        assert set(shown) <= tops | {"schemas", "id"}
        assert {top for top in tops if top in resource and top in names} <= set(shown)
    if excluding:
        assert not set(names) - {"schemas", "id"} & set(shown)


def test_within_notices_what_was_not_there() -> None:
    assert within({"a": [{"b": 1}]}, {"a": [{"c": 2}, {"b": 1, "d": 3}]})
    assert not within({"a": 1}, {"a": 2}) and not within({"a": [1, 1]}, {"a": [1]}) and not within({TEST_SCHEMA: 1}, {})
