"""Bytes → a JSON value that every reader would see alike: RFC 8259 in UTF-8, no name twice, no deeper than any resource."""

from __future__ import annotations

import json
from typing import Any

import orjson

from scim_app.protocol.errors import InvalidSyntax

MAX_DEPTH = 32
MAX_NAMES = 1_000
"""Names in one object: no resource has as many attributes."""


def loads(data: bytes) -> Any:
    """The value, read twice: by orjson, which takes nothing else, and by json, which notices repeated names.

    Raises InvalidSyntax.
    """
    check_depth(data)
    try:
        orjson.loads(data)
        return json.loads(data, object_pairs_hook=without_repetition)
    except (ValueError, RecursionError):
        raise InvalidSyntax("The body must be one JSON value in UTF-8, and this is not.") from None


def without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The pairs as a dictionary. Raises InvalidSyntax for a name that stands twice: readers differ in which one they see."""
    if len(pairs) > MAX_NAMES:
        raise InvalidSyntax(f"An object in the body has more than {MAX_NAMES:,} names.")
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidSyntax(f'The body has the name "{name[:100]}" twice in one object.')
        found[name] = value
    return found


def check_depth(data: bytes) -> None:
    """Raises InvalidSyntax for brackets nested deeper than any resource: looked at before anything is built."""
    if data.count(b"[") + data.count(b"{") <= MAX_DEPTH:
        return
    depth, inside_text, escaped = 0, False, False
    for byte in data:
        if inside_text:
            inside_text, escaped = escaped or byte != 0x22, not escaped and byte == 0x5C
        elif byte == 0x22:
            inside_text = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidSyntax(f"The body is nested more than {MAX_DEPTH} deep.")
        elif byte in b"]}":
            depth -= 1
