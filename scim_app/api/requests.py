"""Requests → values: one strict reader of bodies and one of parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from flask import Request, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.discovery import MAX_PAYLOAD
from scim_app.protocol.errors import InvalidSyntax, InvalidValue, PayloadTooLarge, UnsupportedMediaType
from scim_app.protocol.projection import Projection, projection

MAX_DEPTH = 32
MAX_NAMES = 1_000
"""Names in one object: no resource has as many attributes."""
MAX_PARAMETER = 10_000
"""Characters of a list of attributes: every attribute there is can be named in fewer."""
MEDIA_TYPES = frozenset({"", "application/scim+json", "application/json"})


def body() -> Any:
    """The JSON value in the body. Raises UnsupportedMediaType, PayloadTooLarge or InvalidSyntax.

    Read twice: by orjson, which takes nothing but RFC 8259 JSON in UTF-8, and by json, which notices repeated names.
    """
    if request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType("Send the body as application/scim+json.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without compression.")
    # A body in chunks ends at the limit without a word: one byte more is read, so that it can be told from one that fits.
    request.max_content_length = MAX_PAYLOAD + 1
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge:
        data = None
    if data is None or len(data) > MAX_PAYLOAD:
        raise PayloadTooLarge(f"The body is larger than {MAX_PAYLOAD:,} bytes. Send less at a time.")
    g.request_bytes = data
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


def parameters() -> dict[str, str]:
    """The parameters of the query by their names in lower case. Raises InvalidValue when one is given twice, or no text.

    `attributes` and `excludedAttributes` may be given twice: their lists are joined.
    """
    found: dict[str, str] = {}
    for name, value in utf8(request).items(multi=True):
        name = name.lower()
        if name in found and name not in {"attributes", "excludedattributes"}:
            raise InvalidValue(f"The parameter {name[:40]} is given twice.")
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def utf8(asked: Request) -> MultiDict[str, str]:
    """The parameters as they stand in the query. Raises InvalidValue unless they are UTF-8.

    Werkzeug leaves what is not as it came: a percent sign is where to look closer.
    """
    try:
        given = asked.args
        if any("%" in name or "%" in value for name, value in given.items(multi=True)):
            unquote_to_bytes(asked.query_string).decode()
    except UnicodeDecodeError:
        raise InvalidValue("What follows the ? of the address must be UTF-8, percent-encoded.") from None
    return given


def projection_of(kind: ResourceType, given: Mapping[str, str]) -> Projection:
    """What the parameters ask to see. Raises InvalidValue."""
    for name in ("attributes", "excludedAttributes"):
        if len(given.get(name.lower(), "")) > MAX_PARAMETER:
            raise InvalidValue(f"{name} is longer than {MAX_PARAMETER:,} characters. Name fewer attributes.")
    return projection(kind, [given.get("attributes", "")], [given.get("excludedattributes", "")])


def conditions() -> Conditions:
    """The conditions in the headers."""
    return Conditions(request.headers.get("If-Match"), request.headers.get("If-None-Match"))
