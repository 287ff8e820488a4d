"""A resource flattened: what stands where, in comparison form."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from scim_app.protocol.leaves import Leaf, leaves
from tests.protocol.generated import TEST_SCHEMA, USER, documents, examples, simple_paths

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_every_plain_value_is_a_leaf_with_its_path_and_its_place_in_the_list() -> None:
    resource = {
        "schemas": ["urn:a", "urn:b"],
        "userName": "Ada",
        "name": {"givenName": "ADA"},
        "active": False,
        "emails": [{"value": "A@B", "primary": True}, {"type": "Work"}],
        ENTERPRISE: {"department": "Tours", "manager": {"value": "Boss"}},
        TEST_SCHEMA: {"texts": ["One", "Two"], "parts": [{"whole": 1}, {"whole": 2}]},
    }
    assert list(leaves(USER, resource)) == [
        Leaf("schemas", 0, "urn:a"),
        Leaf("schemas", 1, "urn:b"),
        Leaf("userName", 0, "ada"),
        Leaf("name.givenName", 0, "ada"),
        Leaf("active", 0, "false"),
        Leaf("emails.value", 0, "a@b"),
        Leaf("emails.primary", 0, "true"),
        Leaf("emails.type", 1, "work"),
        Leaf(f"{ENTERPRISE}:department", 0, "tours"),
        Leaf(f"{ENTERPRISE}:manager.value", 0, "Boss"),
        Leaf(f"{TEST_SCHEMA}:texts", 0, "one"),
        Leaf(f"{TEST_SCHEMA}:texts", 1, "two"),
        Leaf(f"{TEST_SCHEMA}:parts.whole", 0, "p500011"),
        Leaf(f"{TEST_SCHEMA}:parts.whole", 1, "p500012"),
    ]


def test_what_is_empty_or_unknown_has_no_leaf() -> None:
    assert list(leaves(USER, {"title": "", "nickName": None, "emails": [], "name": {}, "shoeSize": "5"})) == []


def count(value: Any) -> int:
    """The plain values in a document."""
    if isinstance(value, dict):
        return sum(map(count, value.values()))
    return sum(map(count, value)) if isinstance(value, list) else 1


@examples(150)
@given(documents())
def test_no_value_is_lost_and_every_path_is_one_that_can_be_asked_for(document: dict[str, Any]) -> None:
    found = list(leaves(USER, document))
    assert len(found) == count(document)
    assert {leaf.path for leaf in found} <= {path.text for path in simple_paths(USER)}
