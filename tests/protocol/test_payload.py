"""Bodies → documents: spelling, types, emptiness, lists, and sentences that name what is wrong (RFC 7643 §2)."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_app.protocol import payload
from scim_app.protocol.errors import InvalidSyntax, InvalidValue
from tests.protocol.generated import GROUP, TEST_SCHEMA, USER, body, documents, examples

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def load(**attributes: Any) -> dict[str, Any]:
    return payload.load(USER, {"schemas": [CORE], "userName": "ada"} | attributes)


LOADED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "REP-02",
        {"Name": {"GIVENNAME": "Ada"}, "EMAILS": [{"VALUE": "a"}]},
        {"name": {"givenName": "Ada"}, "emails": [{"value": "a"}]},
    ),
    ("SCH-09", {ENTERPRISE.upper(): {"DEPARTMENT": "x"}}, {ENTERPRISE: {"department": "x"}}),
    ("REP-31", {"title": None, "nickName": "", "emails": [], "name": {}, "roles": [None, {}]}, {}),
    ("REP-31", {"name": {"givenName": None}, ENTERPRISE: {"manager": {"value": ""}}}, {}),
    (
        "REP-33",
        {"shoeSize": 5, "name": {"nick": "A", "givenName": "Ada"}, "urn:example:other": {"x": 1}},
        {"name": {"givenName": "Ada"}},
    ),
    ("SCH-12, SCH-19, PUT-05", {"id": "mine", "meta": {"created": "x"}, "groups": [{"value": "7"}]}, {}),
    ("USR-08", {"password": "secret"}, {}),
    (
        "ENT",
        {ENTERPRISE: {"manager": {"value": "7", "displayName": "Boss", "$ref": "x"}}},
        {ENTERPRISE: {"manager": {"value": "7"}}},
    ),
    (
        "REP-29",
        {"emails": [{"value": "A", "type": "work"}, {"value": "a", "type": "Work"}]},
        {"emails": [{"value": "A", "type": "work"}]},
    ),
    (
        "REP-30",
        {"emails": [{"value": "a", "type": "work"}, {"value": "a"}]},
        {"emails": [{"value": "a", "type": "work"}, {"value": "a"}]},
    ),
    ("REP-08", {"emails": [{"value": "a", "type": "custom"}]}, {"emails": [{"value": "a", "type": "custom"}]}),
    ("REP-34", {"displayName": "Zoë 🦊 עברית"}, {"displayName": "Zoë 🦊 עברית"}),
    ("SCH-08", {"schemas": [CORE], ENTERPRISE: {"department": "x"}}, {ENTERPRISE: {"department": "x"}}),
    ("SCH-04, SCH-05", {"schemas": [ENTERPRISE, CORE, CORE]}, {}),
    ("REP-13", {TEST_SCHEMA: {"moment": "2008-01-23T04:56:22Z"}}, {TEST_SCHEMA: {"moment": "2008-01-23T04:56:22Z"}}),
    ("REP-16", {TEST_SCHEMA: {"bytes": "YQ"}}, {TEST_SCHEMA: {"bytes": "YQ"}}),
    (
        "REP-11",
        {TEST_SCHEMA: {"number": 1.5, "whole": 42, "flag": False}},
        {TEST_SCHEMA: {"number": 1.5, "whole": 42, "flag": False}},
    ),
    ("REP-17", {"profileUrl": "HTTP://X/Y"}, {"profileUrl": "HTTP://X/Y"}),
    ("default", {"active": None}, {}),
]


@pytest.mark.parametrize(
    ("check", "sent", "expected"), LOADED, ids=[f"{check}-{n}" for n, (check, *_) in enumerate(LOADED)]
)
def test_a_body_becomes_a_document_in_canonical_form(
    check: str, sent: dict[str, Any], expected: dict[str, Any]
) -> None:
    used = [CORE, *(urn for urn in (ENTERPRISE, TEST_SCHEMA) if urn in expected)]
    assert load(**sent) == {"schemas": used, "userName": "ada"} | expected


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("REP-07", {"displayName": True}, "displayName must be a text."),
    ("REP-09", {"active": "yes"}, "active must be true or false."),
    ("REP-09", {"active": 1}, "active must be true or false."),
    ("REP-12", {TEST_SCHEMA: {"whole": 1.5}}, f"{TEST_SCHEMA}:whole must be a whole number."),
    ("REP-12", {TEST_SCHEMA: {"whole": True}}, f"{TEST_SCHEMA}:whole must be a whole number."),
    ("64 bits", {TEST_SCHEMA: {"number": 2**63}}, f"{TEST_SCHEMA}:number must be a number of at most 64 bits."),
    (
        "REP-13",
        {TEST_SCHEMA: {"moment": "2024-01-01"}},
        f"{TEST_SCHEMA}:moment must be a time such as 2026-11-25T09:30:00Z.",
    ),
    ("REP-15", {"x509Certificates": [{"value": "###"}]}, "x509Certificates[0].value must be base64."),
    ("REP-17", {"profileUrl": "http://exa mple"}, "profileUrl must be a URI without spaces."),
    ("REP-22", {"name": {"givenName": {"x": 1}}}, "name.givenName must be a text."),
    ("REP-22", {"name": 5}, "name must be an object."),
    ("REP-24", {"emails": "a@b"}, "emails must be a list."),
    ("REP-24", {"emails": [5]}, "emails[0] must be an object."),
    ("CHR-30", {"displayName": ["a"]}, "displayName must be a text."),
    (
        "REP-26",
        {"emails": [{"value": "a", "primary": True}, {"value": "b", "primary": True}]},
        "emails has several primary values; at most one can be.",
    ),
    ("USR-01", {"userName": ""}, "userName must not be empty."),
    ("USR-01", {"userName": " \t"}, "userName must not be empty."),
    ("USR-01", {"userName": None}, "userName must not be null."),
    ("NUL", {"title": "a\0b"}, "title must not contain the character NUL."),
]


@pytest.mark.parametrize(
    ("check", "sent", "detail"), REFUSED, ids=[f"{check}-{n}" for n, (check, *_) in enumerate(REFUSED)]
)
def test_a_value_that_will_not_do_is_refused_in_a_sentence_that_names_it(
    check: str, sent: dict[str, Any], detail: str
) -> None:
    with pytest.raises(InvalidValue) as refused:
        load(**sent)
    assert refused.value.detail == detail


def test_what_is_required_is_missed_by_name() -> None:
    with pytest.raises(InvalidValue, match=r"^userName is missing: a User cannot be without it\.$"):
        payload.load(USER, {"schemas": [CORE]})
    with pytest.raises(InvalidValue, match=r"^displayName is missing: a Group cannot be without it\.$"):
        payload.load(GROUP, {})
    with pytest.raises(InvalidValue, match=r"^members\[0\]\.value is missing\.$"):
        payload.load(GROUP, {"displayName": "x", "members": [{"display": "Ada"}]})


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        "x",
        {"userName": "a", "USERNAME": "b"},
        {"userName": "a", "name": {"givenName": "x", "GivenName": "y"}},
        {"userName": "a", "schemas": "x"},
        {"userName": "a", "schemas": [5]},
        {"userName": "a", "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]},
        {"userName": "a", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]},
    ],
)
def test_what_is_no_resource_of_this_type_is_refused(sent: Any) -> None:
    with pytest.raises(InvalidSyntax):
        payload.load(USER, sent)


def test_schemas_may_be_left_out_and_say_what_is_used() -> None:
    assert payload.load(USER, {"userName": "ada"})["schemas"] == [CORE]
    assert load(schemas=[CORE, ENTERPRISE, "urn:example:unknown"])["schemas"] == [CORE]


def test_what_a_put_keeps_unless_it_is_mentioned_is_there_as_none_when_it_is_mentioned_and_empty() -> None:
    group = {"displayName": "x"}
    assert "members" not in payload.load(GROUP, group)
    for empty in (None, []):
        loaded = payload.load(GROUP, group | {"members": empty})
        assert "members" in loaded and loaded["members"] is None
    assert load(orgRole=None)["orgRole"] is None and "orgRole" not in load()


SEEDS = st.integers(0, 2**32)


@examples(200)
@given(SEEDS)
def test_a_document_is_its_own_canonical_form(seed: int) -> None:
    sent = body(USER, random.Random(seed))
    before = deepcopy(sent)
    loaded = payload.load(USER, sent)
    assert sent == before, "the body that was given is changed"
    kept = {name: value for name, value in loaded.items() if value is not None}
    assert payload.load(USER, kept) == kept


def recased(value: Any, chance: random.Random) -> Any:
    """The value with the names of its members in any case and order."""
    if isinstance(value, dict):
        pairs = [
            (chance.choice((name.upper(), name.lower(), name)), recased(each, chance)) for name, each in value.items()
        ]
        chance.shuffle(pairs)
        return dict(pairs)
    return [recased(each, chance) for each in value] if isinstance(value, list) else value


@examples(150)
@given(documents(), SEEDS)
def test_neither_the_case_of_names_nor_their_order_matters(document: dict[str, Any], seed: int) -> None:
    loaded = payload.load(USER, recased(document, random.Random(seed)))
    assert loaded == document
    assert list(loaded) == list(document), "attributes are in the order of the catalog"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["value", "type", "primary", "x"]), inner)
    ),
    max_leaves=6,
)


@examples(400)
@given(st.sampled_from([each.name for each in USER.attributes]), JSON)
def test_any_json_is_loaded_or_refused_and_never_breaks_anything(name: str, value: Any) -> None:
    try:
        loaded = payload.load(USER, {"userName": "ada"} | {name: value})
    except (InvalidValue, InvalidSyntax) as refused:
        assert refused.detail.endswith(".")
        return
    kept = {each: inner for each, inner in loaded.items() if inner is not None}
    assert payload.load(USER, kept) == kept
