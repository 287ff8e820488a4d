"""What identity providers send, and what they mean by it: the only package below the doors that knows a vendor's name.

A quirk is a function that rewrites one thing to the form of the RFC, or leaves it alone. Its name is the quirk's name, its
docstring says what is meant, and its registration who sends it and where that was seen. `tests/conversations/` holds a
conversation that fails without it, and docs/dialects.md lists them all.
"""

from __future__ import annotations

from typing import Any

from scim_app.protocol.attributes import Attribute, ResourceType
from scim_app.protocol.dialects import bodies, credentials, names, operations, values
from scim_app.protocol.dialects.clients import CLIENTS, ENTITLEMENT_SCHEMA, ROLE_SCHEMA, client
from scim_app.protocol.dialects.registries import BODIES, COMPARISONS, CREDENTIALS, NAMES, OPERATIONS, VALUES

__all__ = [
    "BODIES",
    "CLIENTS",
    "COMPARISONS",
    "CREDENTIALS",
    "ENTITLEMENT_SCHEMA",
    "NAMES",
    "OPERATIONS",
    "ROLE_SCHEMA",
    "VALUES",
    "attribute_name",
    "bearer_token",
    "bodies",
    "client",
    "comparison_value",
    "credentials",
    "names",
    "operations",
    "standard_body",
    "standard_operations",
    "standard_value",
    "values",
]


def standard_value(attribute: Attribute, value: Any) -> Any:
    """A value as the RFC would have it. Whether it is one the attribute takes is decided elsewhere."""
    for each in VALUES.values():
        value = each.rewrite(attribute, value)
    return value


def comparison_value(attribute: Attribute, value: Any) -> Any:
    """The value that a filter compares an attribute with, as the RFC would have it."""
    for each in COMPARISONS.values():
        value = each.rewrite(attribute, value)
    return value


def attribute_name(kind: ResourceType, name: str) -> str:
    """The name of an attribute in a filter or a path, as the RFC would have it, when the resource type has none of it."""
    for each in NAMES.values():
        name = each.rewrite(kind, name)
    return name


def standard_operations(kind: ResourceType, operation: dict[str, Any]) -> list[dict[str, Any]]:
    """A PATCH operation as the RFC would have it: one, or several in its place."""
    found = [operation]
    for each in OPERATIONS.values():
        found = [rewritten for one in found for rewritten in each.rewrite(kind, one)]
    return found


def standard_body(kind: ResourceType, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a POST or PUT as the RFC would have it."""
    for each in BODIES.values():
        body = each.rewrite(kind, body)
    return body


def bearer_token(header: str) -> str | None:
    """The token in an Authorization header (RFC 6750 §2.1), or None if the header is of another scheme."""
    for each in CREDENTIALS.values():
        header = each.rewrite(header)
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
