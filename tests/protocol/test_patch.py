"""(document, operations) → document: PATCH of RFC 7644 §3.5.2, by example and by its laws."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_app.protocol import patch, patch_op, payload
from scim_app.protocol.attributes import Path
from scim_app.protocol.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, ScimError, TooMany
from scim_app.protocol.grammar import parse_target
from scim_app.protocol.leaves import leaves
from tests.protocol import generated
from tests.protocol.generated import GROUP, TEST_SCHEMA, USER, documents, examples

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
EMAILS = [{"value": "a@work", "type": "work", "primary": True}, {"value": "a@home", "type": "home"}]


def message(*operations: Any) -> dict[str, Any]:
    return {"schemas": [patch_op.PATCH_OP], "Operations": list(operations)}


def person(**attributes: Any) -> dict[str, Any]:
    return payload.load(USER, {"userName": "ada", "active": True} | attributes)


def patched(document: dict[str, Any], *operations: dict[str, Any]) -> dict[str, Any]:
    """The document after the operations, which has not changed itself."""
    before = deepcopy(document)
    after = patch.apply(USER, document, patch_op.read(USER, message(*operations)))
    assert document == before, "the document that was given is changed"
    return after


def op(name: str, path: str | None = None, *value: Any) -> dict[str, Any]:
    """An operation, with a path and a value if there are any."""
    return {"op": name, **({} if path is None else {"path": path}), **({"value": value[0]} if value else {})}


BEFORE = person(
    title="Countess",
    name={"givenName": "Ada", "familyName": "King"},
    emails=EMAILS,
    **{ENTERPRISE: {"department": "Tours", "manager": {"value": "7"}}},
)
WORK, HOME = BEFORE["emails"]
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("PAD-05", op("add", "nickName", "A"), {"nickName": "A"}),
    ("PAD-06", op("add", "title", "Lady"), {"title": "Lady"}),
    ("PAD-07", op("add", "name", {"givenName": "Augusta"}), {"name": {"givenName": "Augusta", "familyName": "King"}}),
    ("PAD-08", op("add", "emails", [{"value": "c"}]), {"emails": [WORK, HOME, {"value": "c"}]}),
    ("PAD-09", op("add", "emails", {"value": "c"}), {"emails": [WORK, HOME, {"value": "c"}]}),
    (
        "PAD-10",
        op("add", "emails", [{"value": "A@WORK", "type": "work", "display": "W"}]),
        {"emails": [WORK | {"value": "A@WORK", "display": "W"}, HOME]},
    ),
    ("PAD-10", op("add", "emails", [WORK]), {}),
    (
        "PAD-02",
        op("add", None, {"title": "Lady", "emails": [{"value": "c"}]}),
        {"title": "Lady", "emails": [WORK, HOME, {"value": "c"}]},
    ),
    ("PAD-11", op("add", 'emails[type eq "work"].display', "W"), {"emails": [WORK | {"display": "W"}, HOME]}),
    (
        "PAD-12",
        op("add", 'emails[type eq "other"].value', "o"),
        {"emails": [WORK, HOME, {"type": "other", "value": "o"}]},
    ),
    ("PPA-02", op("replace", "name.familyName", "Byron"), {"name": {"givenName": "Ada", "familyName": "Byron"}}),
    (
        "PPA-05",
        op("replace", f"{ENTERPRISE}:department", "Maths"),
        {ENTERPRISE: {"department": "Maths", "manager": {"value": "7"}}},
    ),
    (
        "PPA-05",
        op("replace", f"{ENTERPRISE}:manager.value", "8"),
        {ENTERPRISE: {"department": "Tours", "manager": {"value": "8"}}},
    ),
    (
        "PPA-05",
        op("replace", f'{CORE}:emails[type eq "home"].value', "h"),
        {"emails": [WORK, {"value": "h", "type": "home"}]},
    ),
    (
        "PAT-18",
        op("replace", ENTERPRISE, {"department": "Maths"}),
        {ENTERPRISE: {"department": "Maths", "manager": {"value": "7"}}},
    ),
    (
        "PAT-12",
        op("replace", 'emails[type eq "home"].primary', True),
        {"emails": [WORK | {"primary": False}, HOME | {"primary": True}]},
    ),
    (
        "PAT-13",
        op("add", "emails", [{"value": "c", "primary": True}]),
        {"emails": [WORK | {"primary": False}, HOME, {"value": "c", "primary": True}]},
    ),
    ("PRM-02", op("remove", "title"), {"title": None}),
    ("PRM-03", op("remove", "emails"), {"emails": None}),
    ("PRM-04", op("remove", 'emails[type eq "work"]'), {"emails": [HOME]}),
    ("PRM-05", op("remove", "emails[value pr]"), {"emails": None}),
    ("PRM-06", op("remove", 'emails[type eq "work"].primary'), {"emails": [{"value": "a@work", "type": "work"}, HOME]}),
    ("PRM-07", op("remove", "name.givenName"), {"name": {"familyName": "King"}}),
    ("PRM-10", op("remove", 'emails[type eq "fax"]'), {}),
    ("PRM-11", op("remove", "nickName"), {}),
    ("PRP-01", op("replace", None, {"title": "Lady", "active": False}), {"title": "Lady", "active": False}),
    ("PRP-02", op("replace", None, {"emails": [{"value": "c"}]}), {"emails": [{"value": "c"}]}),
    ("PRP-05", op("replace", "nickName", "A"), {"nickName": "A"}),
    (
        "PRP-06",
        op("replace", "name", {"givenName": "Augusta"}),
        {"name": {"givenName": "Augusta", "familyName": "King"}},
    ),
    (
        "PRP-07",
        op("replace", 'emails[type eq "work"]', {"value": "y", "type": "work"}),
        {"emails": [{"value": "y", "type": "work"}, HOME]},
    ),
    (
        "what it was found by stays",
        op("replace", 'emails[type eq "work"]', {"value": "y"}),
        {"emails": [{"value": "y", "type": "work"}, HOME]},
    ),
    (
        "what it was found by stays",
        op("replace", 'emails[type eq "other"]', {"value": "y", "display": "Y"}),
        {"emails": [WORK, HOME, {"value": "y", "type": "other", "display": "Y"}]},
    ),
    ("nothing is no element", op("replace", 'emails[type eq "other"].value', ""), {}),
    ("nothing is no element", op("add", 'emails[type eq "other"].value', None), {}),
    ("nothing is no element", op("add", 'emails[type eq "other"]', {"value": ""}), {}),
    ("nothing is no element", op("add", "emails", [{"value": "", "type": "other", "primary": True}]), {}),
    ("nothing is no element", op("replace", 'emails[type eq "work"].value', ""), {"emails": [HOME]}),
    ("nothing is no element", op("replace", 'emails[type eq "work"]', None), {"emails": [HOME]}),
    ("adding nothing", op("add", "name", {}), {}),
    ("adding nothing", op("add", None, {"name": {}, "title": "Lady"}), {"title": "Lady"}),
    ("adding nothing", op("add", ENTERPRISE, {}), {}),
    (
        "a core URN without a path",
        op("replace", None, {CORE: {"active": False, "title": "Lady"}}),
        {"active": False, "title": "Lady"},
    ),
    (
        "an old URN without a path",
        op("replace", None, {"urn:scim:schemas:extension:enterprise:1.0": {"department": "Maths"}}),
        {ENTERPRISE: {"department": "Maths", "manager": {"value": "7"}}},
    ),
    (
        "of two that become one, the primary",
        op("replace", 'emails[type eq "home"]', {"value": "A@WORK", "type": "work", "primary": True}),
        {"emails": [WORK]},
    ),
    (
        "PRP-08",
        op("replace", "emails[value pr].display", "D"),
        {"emails": [WORK | {"display": "D"}, HOME | {"display": "D"}]},
    ),
    ("PRP-11", op("replace", "title", None), {"title": None}),
    ("PRP-11", op("replace", "emails", []), {"emails": None}),
    ("PRP-11", op("replace", "title", ""), {"title": None}),
    ("PRP-15", op("replace", None, {"id": "8", "title": "Lady"}), {"title": "Lady"}),
    ("2.5", op("replace", "name", {"givenName": None}), {"name": {"familyName": "King"}}),
    ("2.5", op("replace", "name", {"givenName": "", "familyName": "Byron"}), {"name": {"familyName": "Byron"}}),
    ("2.5", op("replace", None, {"name": {"givenName": None, "familyName": None}}), {"name": None}),
    ("2.5", op("replace", "name", {}), {"name": None}),
    ("2.5", op("replace", "name", {"shoeSize": "5"}), {}),
    ("2.5", op("replace", ENTERPRISE, {"manager": {"value": ""}}), {ENTERPRISE: {"department": "Tours"}}),
    ("2.5", op("replace", ENTERPRISE, {"department": "Maths", "manager": None}), {ENTERPRISE: {"department": "Maths"}}),
    ("2.5", op("add", "emails", []), {}),
    (
        "a part of every element",
        op("replace", "emails.display", "D"),
        {"emails": [WORK | {"display": "D"}, HOME | {"display": "D"}]},
    ),
    ("password", op("replace", "password", "secret"), {}),
    ("schemas follow", op("add", "schemas", [TEST_SCHEMA]), {}),
]


@pytest.mark.parametrize(
    ("check", "operation", "changed"), CHANGES, ids=[f"{check}-{n}" for n, (check, *_) in enumerate(CHANGES)]
)
def test_an_operation_changes_what_it_names_and_nothing_else(
    check: str, operation: dict[str, Any], changed: dict[str, Any]
) -> None:
    expected = {name: value for name, value in (BEFORE | changed).items() if value is not None}
    assert patched(BEFORE, operation) == expected


REFUSED: list[tuple[str, dict[str, Any], type[ScimError]]] = [
    ("PAT-03", op("move", "title", "x"), InvalidSyntax),
    ("PAT-03", {"path": "title", "value": "x"}, InvalidSyntax),
    ("PAD-01", op("add", "title"), InvalidValue),
    ("PAD-04", op("add", None, "x"), InvalidValue),
    ("PAD-13", op("add", "groups", [{"value": "7"}]), Mutability),
    ("PRM-01", op("remove"), NoTarget),
    ("PRM-08", op("remove", "userName"), Mutability),
    ("PRM-09", op("remove", "id"), Mutability),
    ("PRM-09", op("remove", "meta.created"), Mutability),
    ("PRP-09", op("replace", 'emails[type ne "home" and value ew "z"].value', "x"), NoTarget),
    ("PRP-10", op("replace", "title"), InvalidValue),
    ("PRP-12", op("replace", "id", "8"), Mutability),
    ("PRP-12", op("replace", f"{ENTERPRISE}:manager.displayName", "x"), Mutability),
    ("PAT-22", op("replace", "active", "maybe"), InvalidValue),
    ("PAT-22", op("replace", "active", None), InvalidValue),
    ("PAT-22", op("replace", "userName", ""), InvalidValue),
    ("PAT-22", op("replace", "userName", None), InvalidValue),
    ("PAT-22", op("replace", "title", ["x"]), InvalidValue),
    ("PAT-22", op("replace", "emails", "x"), InvalidValue),
    ("PAT-22", op("replace", f"{TEST_SCHEMA}:whole", 1.5), InvalidValue),
    (
        "two primaries",
        op("replace", "emails", [{"value": "a", "primary": True}, {"value": "b", "primary": True}]),
        InvalidValue,
    ),
    ("PPA-11", op("replace", "shoeSize", "5"), InvalidPath),
    ("PPA-12", op("replace", 'userName[value eq "x"]', "5"), InvalidPath),
    ("schemas", op("remove", "schemas"), Mutability),
]


@pytest.mark.parametrize(
    ("check", "operation", "refusal"), REFUSED, ids=[f"{check}-{n}" for n, (check, *_) in enumerate(REFUSED)]
)
def test_an_operation_that_cannot_be_meant_refuses_them_all(
    check: str, operation: dict[str, Any], refusal: type[ScimError]
) -> None:
    with pytest.raises(refusal):
        patched(BEFORE, op("replace", "title", "Lady"), operation)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {},
        {"Operations": [op("add", "title", "x")]},
        {"schemas": [CORE], "Operations": [op("add", "title", "x")]},
        {"schemas": patch_op.PATCH_OP, "Operations": [op("add", "title", "x")]},
        message(),
        {"schemas": [patch_op.PATCH_OP]},
        {"schemas": [patch_op.PATCH_OP], "Operations": {}},
        message("add"),
        message(op("add", "title", "x"), None),
    ],
)
def test_what_is_no_patch_message_is_refused(sent: Any) -> None:
    with pytest.raises(InvalidSyntax):
        patch_op.read(USER, sent)


def test_names_of_members_and_the_urn_are_read_in_any_case() -> None:
    sent = {"SCHEMAS": [patch_op.PATCH_OP.upper()], "operations": [{"OP": "Replace", "Path": "TITLE", "Value": "Lady"}]}
    assert patch.apply(USER, BEFORE, patch_op.read(USER, sent))["title"] == "Lady"


def test_a_request_may_hold_so_many_operations() -> None:
    for kind, many, operation in (
        (USER, patch_op.MAX_CHANGES, op("replace", "title", "x")),
        (GROUP, patch_op.MAX_CHANGES, op("remove", 'members[display eq "Ada"]')),
        (GROUP, patch_op.MAX_OPERATIONS, op("remove", 'members[value eq "1"]')),
        (GROUP, patch_op.MAX_OPERATIONS, op("add", "members", [{"value": "1"}])),
    ):
        assert len(patch_op.read(kind, message(*[operation] * many))) == many
        with pytest.raises(TooMany):
            patch_op.read(kind, message(*[operation] * (many + 1)))


def test_each_operation_sees_what_the_one_before_it_left() -> None:
    after = patched(
        BEFORE,
        op("add", "emails", [{"value": "c", "type": "other"}]),
        op("replace", 'emails[value eq "c"].type', "home"),
        op("remove", 'emails[type eq "home"]'),
    )
    assert after["emails"] == [WORK]


def test_replacing_what_a_filter_selects_once_more_replaces_it_once_more() -> None:
    after = person()
    for value in ("a", "b", "c"):
        sent = {"value": value, "primary": True}
        after = patched(after, op("replace", 'emails[type eq "work"]', sent))
    assert after["emails"] == [{"value": "c", "type": "work", "primary": True}]


def test_operations_stay_as_they_came_so_that_a_transaction_can_be_run_again() -> None:
    operations = patch_op.read(
        USER,
        message(
            op("replace", "emails", [{"value": "a", "type": "work", "primary": True}, {"value": "b"}]),
            op("replace", 'emails[value eq "a"].value', "c"),
            op("add", "emails", [{"value": "d", "primary": True}]),
        ),
    )
    assert patch.apply(USER, BEFORE, operations) == patch.apply(USER, BEFORE, operations)


def test_two_operations_with_one_filter_meet_in_one_element() -> None:
    selected = 'addresses[type eq "work"]'
    operations = op("add", f"{selected}.locality", "London"), op("add", f"{selected}.country", "GB")
    assert patched(BEFORE, *operations)["addresses"] == [{"type": "work", "locality": "London", "country": "GB"}]


def test_schemas_say_which_extensions_are_used() -> None:
    without = patched(BEFORE, op("remove", f"{ENTERPRISE}:department"), op("remove", f"{ENTERPRISE}:manager"))
    assert without["schemas"] == [CORE] and ENTERPRISE not in without
    assert patched(without, op("add", "department", "Maths"))["schemas"] == [CORE, ENTERPRISE]


def test_the_id_of_a_member_cannot_be_changed_and_can_be_removed() -> None:
    for operation in (op("replace", 'members[value eq "7"].value', "8"), op("remove", 'members[value eq "7"].value')):
        with pytest.raises(Mutability):
            patch_op.read(GROUP, message(operation))
    assert patch_op.read(GROUP, message(op("remove", 'members[value eq "7"]')))


WRITABLE = [
    path
    for each in USER.attributes
    if each.mutability == "readWrite" and each.name != "schemas"
    for path in [Path((each,)), *(Path((each, sub)) for sub in each.sub_attributes if sub.mutability == "readWrite")]
]
SEEDS = st.integers(0, 2**32)


def at(document: dict[str, Any], path: Path) -> Any:
    """The value at a path that leads through no list."""
    value: Any = document
    for step in path.steps:
        value = value.get(step.name) if isinstance(value, dict) else None
    return value


@examples(300)
@given(documents(), st.sampled_from(WRITABLE), st.sampled_from(["add", "replace"]))
def test_to_set_what_is_there_already_changes_nothing(document: dict[str, Any], path: Path, name: str) -> None:
    value = at(document, path)
    if value is not None:
        assert patched(document, op(name, str(path), value)) == document
        assert patched(document, op(name, None, {path.text: value})) == document


@st.composite
def operations(draw: st.DrawFn) -> dict[str, Any]:
    """An operation with a path of any form and a value that suits it, which is not to say that it can be applied."""
    path, chance = draw(st.sampled_from(WRITABLE)), random.Random(draw(SEEDS))
    name = draw(st.sampled_from(["add", "replace", "remove"]))
    text, aim = str(path), path
    if path.attribute.multi_valued and path.attribute.type == "complex" and draw(st.booleans()):
        sub = draw(st.sampled_from(path.attribute.sub_attributes))
        wanted = generated.value(path / sub, sub, chance, {})
        if sub.type not in {"dateTime", "integer", "decimal"}:
            text = str(patch.Target(path, generated.Comparison(path / sub, "eq", wanted, sub.key(wanted))))
        aim = Path((*path.steps[:-1], path.attribute.element))
        if text != str(path) and draw(st.booleans()):
            aim = path / draw(st.sampled_from(path.attribute.sub_attributes))
            text = f"{text}.{aim.attribute.name}"
    return op(name, text) if name == "remove" else op(name, text, generated.value(aim, aim.attribute, chance, {}))


@examples(600)
@given(documents(), st.lists(operations(), min_size=1, max_size=4))
def test_what_comes_out_is_a_document_as_a_client_could_have_sent_it(
    document: dict[str, Any], sent: list[dict[str, Any]]
) -> None:
    try:
        after = patched(document, *sent)
    except ScimError:
        return
    assert payload.load(USER, after) == after
    assert list(leaves(USER, after))
    named = {str(parse_target(each["path"], USER).path.top.name) for each in sent} | {"schemas"}
    assert {k: v for k, v in after.items() if k not in named} == {k: v for k, v in document.items() if k not in named}


@examples(400)
@given(documents(), operations())
def test_an_operation_twice_is_the_same_as_once(document: dict[str, Any], sent: dict[str, Any]) -> None:
    try:
        once = patched(document, sent)
    except ScimError:
        return
    try:
        assert patched(document, sent, sent) == patched(once, sent)
        if not sent["path"].partition("[")[2]:
            assert patched(once, sent) == once
    except NoTarget:
        assert "[" in sent["path"], "the first may have changed what the filter selects"
