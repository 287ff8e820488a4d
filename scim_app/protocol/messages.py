"""The messages that clients send (RFC 7644 §3.1): JSON objects whose `schemas` says which one they are."""

from __future__ import annotations

from typing import Any

from scim_app.protocol.errors import InvalidSyntax


def members(message: Any, urn: str) -> dict[str, Any]:
    """The members of a message by their names in lower case. Raises InvalidSyntax unless it is the message of that URN."""
    name = urn.rpartition(":")[2]
    if not isinstance(message, dict):
        raise InvalidSyntax(f"The body must be a {name} message, a JSON object.")
    found = {key.lower(): value for key, value in message.items()}
    schemas = found.get("schemas")
    if not isinstance(schemas, list) or urn.lower() not in [str(each).lower() for each in schemas]:
        raise InvalidSyntax(f"The body must be a {name} message: schemas must hold {urn}.")
    return found
