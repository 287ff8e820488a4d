"""What operations on `members` ask for, as steps on a set of ids."""

from __future__ import annotations

from typing import Any

import pytest

from scim_app.protocol import membership, patch_op
from scim_app.protocol.errors import InvalidValue
from scim_app.protocol.membership import Add, Remove, RemoveMatching, Replace, Step
from tests.protocol.generated import GROUP

ADA, BOB = {"value": "ada"}, {"value": "bob", "display": "Bob", "type": "User"}


def steps(*operations: dict[str, Any]) -> list[Step]:
    return membership.steps(patch_op.read(GROUP, {"schemas": [patch_op.PATCH_OP], "Operations": list(operations)}))


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ({"op": "add", "path": "members", "value": [ADA, BOB]}, [Add(("ada", "bob"))]),
        ({"op": "add", "path": "members", "value": [ADA, BOB, ADA]}, [Add(("ada", "bob"))]),
        ({"op": "add", "value": {"members": [ADA]}}, [Add(("ada",))]),
        ({"op": "add", "path": "members", "value": []}, [Add(())]),
        ({"op": "replace", "path": "members", "value": [BOB]}, [Replace(("bob",))]),
        ({"op": "replace", "path": "members", "value": []}, [Replace(())]),
        ({"op": "replace", "path": "members", "value": None}, [Replace(())]),
        ({"op": "remove", "path": "members"}, [Replace(())]),
        ({"op": "remove", "path": 'members[value eq "ada"]'}, [Remove(("ada",))]),
        ({"op": "remove", "path": "members", "value": [ADA, BOB]}, [Remove(("ada",)), Remove(("bob",))]),
        ({"op": "replace", "path": 'members[value eq "ada"]', "value": BOB}, [Remove(("ada",)), Add(("bob",))]),
        ({"op": "add", "path": 'members[value eq "ada"]', "value": BOB}, [Add(("bob",))]),
    ],
)
def test_an_operation_asks_for(operation: dict[str, Any], asked: list[Step]) -> None:
    assert steps(operation) == asked


def test_a_filter_that_is_more_than_an_id_is_left_to_the_directory() -> None:
    for path in ('members[display sw "a"]', 'members[value ne "ada"]', 'members[value eq "a" or value eq "b"]'):
        [step] = steps({"op": "remove", "path": path})
        assert isinstance(step, RemoveMatching)


def test_the_order_of_operations_is_kept() -> None:
    both = {"op": "remove", "path": "members"}, {"op": "add", "path": "members", "value": [ADA]}
    assert steps(*both) == [Replace(()), Add(("ada",))]
    assert steps(*reversed(both)) == [Add(("ada",)), Replace(())]


@pytest.mark.parametrize("kind", ["Group", "group", "Device"])
def test_a_member_that_is_no_user_is_refused(kind: str) -> None:
    with pytest.raises(InvalidValue, match="Push its users instead"):
        steps({"op": "add", "path": "members", "value": [ADA, {"value": "x", "type": kind}]})


def test_a_member_without_an_id_is_refused() -> None:
    with pytest.raises(InvalidValue, match="value"):
        steps({"op": "add", "path": "members", "value": [{"display": "Ada"}]})
