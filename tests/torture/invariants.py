"""What must be true of every answer, and of a directory whatever has been asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from scim_app.protocol.catalog import Catalog
from scim_app.protocol.grammar import parse_filter
from scim_app.protocol.matching import matches
from tests.api.direct import Reply, Request, written
from tests.api.parties import Party
from tests.api.wire import SCIM
from tests.api.words import ERROR

NOT_SERVED = "/me"
"""The one address that answers a 5xx, 501, as RFC 7644 §3.11 has it."""
INSIDE = (b"Traceback", b"sqlalchemy", b"psycopg", b"sqlite3", b"<html", b"<!doctype", b"site-packages")
FILTERS = ("active eq true", "not (active eq true)", "displayName pr", "emails pr", 'userName co "a"', "externalId pr",
           'emails[type eq "work"]', 'name.familyName sw "K"', 'roles.value eq "Member"', 'displayName ge "m"')  # fmt: skip


def fault(request: Request, reply: Reply) -> str | None:
    """What is wrong with an answer to any request whatever; None if nothing is."""
    served = request.target.partition("?")[0].rstrip("/").lower().endswith(NOT_SERVED)
    if reply.status >= 500 and not (served and reply.status == 501):
        return f"answered {reply.status}"
    if reply.status >= 400 and any(each in reply.body for each in INSIDE if each not in (request.body or b"")):
        return "shows something of the inside"
    if request.method == "HEAD" or reply.status in {204, 304} or (request.method == "OPTIONS" and reply.status == 200):
        return None if not reply.body else "came with a body"
    if 300 <= reply.status < 400:
        return "sends somewhere else"
    if reply.header("content-type") != SCIM:
        return f"is {reply.header('content-type')}"
    body = json.loads(reply.body)
    if reply.status < 400:
        return None if isinstance(body, dict) and "schemas" in body else "is no resource"
    right = body["schemas"] == [ERROR] and body["status"] == str(reply.status) and body["detail"]
    return None if right and body.keys() <= {"schemas", "status", "scimType", "detail"} else "is no error of SCIM"


def everybody(party: Party, endpoint: str) -> Iterator[dict[str, Any]]:
    """Every resource of an endpoint, page by page."""
    cursor = ""
    while True:
        page = party.send(written("GET", f"/{endpoint}?count=200&cursor={cursor}")).json
        yield from page["Resources"]
        cursor = page.get("nextCursor")
        if not cursor:
            return


def inconsistencies(party: Party, catalog: Catalog) -> Iterator[str]:
    """Where the directory contradicts itself: what is listed cannot be read, or a filter finds others than memory does."""
    for kind in catalog.written:
        listed = list(everybody(party, kind.endpoint[1:]))
        for each in listed:
            read = party.send(written("GET", f"{kind.endpoint}/{each['id']}"))
            if read.status != 200 or read.json != each:
                yield f"{each['id']} is listed as {each} and read as {read}"
        for text in FILTERS:
            if any(kind.find(word) is None for word in text.replace("not (", "").partition(" ")[0].partition("[")[:1]):
                continue
            expression = parse_filter(text, kind)
            meant = {each["id"] for each in listed if matches(expression, kind, each)}
            query = f"filter={quote(text)}&count=1000&attributes=id"
            reply = party.send(written("GET", f"{kind.endpoint}?{query}"))
            if reply.status != 200 or reply.json["totalResults"] != len(meant):
                yield f"{text} is answered {reply} where memory finds {len(meant)}"
            elif not {each["id"] for each in reply.json["Resources"]} <= meant:
                yield f"{text} finds others than memory does"
