"""Requests → values: one strict reader of bodies and one of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Request, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from scim_app.protocol import strict_json
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.discovery import MAX_PAYLOAD
from scim_app.protocol.errors import InvalidValue, PayloadTooLarge, UnsupportedMediaType
from scim_app.protocol.projection import Projection, projection

MAX_PARAMETER = 10_000
"""Characters of a list of attributes: every attribute there is can be named in fewer."""
MEDIA_TYPES = frozenset({"", "application/scim+json", "application/json"})


def body() -> Any:
    """The JSON value in the body. Raises UnsupportedMediaType, PayloadTooLarge or InvalidSyntax."""
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
    return strict_json.loads(data)


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
