"""Requests that nobody should send, made from ones that somebody does: wrong in one or several places, never everywhere."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from tests.api.direct import Request
from tests.api.references import FILTERS
from tests.api.wire import SCIM
from tests.torture.corpus import Draft, filled, seed

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X")
RAW = "raw:"
"""A text that begins so is written into the JSON without its quotes."""
NUMBERS = ("1e400", "-1e400", "9" * 19, "-9223372036854775809", "9" * 5000, "1e-999999", "1E+2", "-0", "0.1e1", "01", "+1",
           "NaN", "Infinity", "-Infinity", "18446744073709551616", "1" + "0" * 308, "0x10", "1_000")  # fmt: skip
TEXTS = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "a\udc00", "\ufeffx", "\u202eevil", "\u200b", "\x07", "\x85", "\x7f",
    "\r\nX-Evil: 1", "\n", "\u2028", "%00", "%s%n", "'; DROP TABLE users; --", '" or 1 eq 1 or "', "${jndi:ldap://x}",
    "<script>alert(1)</script>", "{{7*7}}", "=HYPERLINK(1)", "../../etc/passwd", "__class__", "_sa_instance_state",
    "constructor", "__proto__", "null", "True", "false", "ﬁ", "ADA", "ａｄａ", "\u212a", "ẞ", "İ", "e\u0301" * 200,
    "\U0001f98a", "\U0010ffff", "\uffff", "x" * 401, "x" * 3000, "é" * 70_000, "bulkId:1", "bulkId:", "bulkId:\0",
    "2026-13-45T99:00:00Z", "2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "W/\"1\"",
    "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:api:messages:2.0:PatchOp", "YQ==", "a b", "(", '"',
    "\\", "emails[", "emails[type eq", "members[value eq \"x\"]", "id", "meta", "meta.version", "groups", "schemas",
    "userName", "password", "name.givenName", "emails.value", "members", "members.value", "externalId", "active",
)  # fmt: skip
VALUES = (
    None, True, False, 0, 1, -1, 0.5, [], {}, [[]], [None], [{}], {"value": None}, {"": ""}, [1, "x", None], "Member",
    *TEXTS, *(RAW + number for number in NUMBERS), RAW + "[" * 40 + "]" * 40, RAW + '{"a":' * 33 + "1" + "}" * 33,
    RAW + '{"a":1,"a":2}', RAW + '{"value":"x","VALUE":"y"}', RAW + '"\\ud800"', RAW + '"\\u0000"', RAW + "'x'", RAW + "",
    [{"value": str(number)} for number in range(300)], {f"k{number}": number for number in range(300)},
)  # fmt: skip
SEGMENTS = (
    "%00", "%2F", "%2f..", "%5c", "%", "%zz", "%ff", "%c0%af", "%ed%a0%80", "..", ".", "", ";x", "Users", "Groups", "Bulk",
    ".search", "Me", "Schemas", "ResourceTypes", "ServiceProviderConfig", "Roles", "Entitlements", "%F0%9F%A6%8A", "*",
    "x" * 3000, "users", "Users.json", "é", "'", "%25", "null", "%0d%0aX-Evil:1", "{id}", "%7Bid%7D", "?", "#x",
)  # fmt: skip
PARAMETERS = (
    "filter", "FILTER", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes", "_method",
    "", "x",
)  # fmt: skip
HEADERS = (
    ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", "é/\xff"),
    ("Content-Type", "multipart/form-data; boundary=x"), ("Content-Type", ""), ("Content-Encoding", "gzip"),
    ("Content-Length", "5"), ("Content-Length", "999999999"), ("Content-Length", "-1"), ("Content-Length", "x"),
    ("Accept", "text/html"), ("Accept", "*/*;q=x"), ("Accept", "\xff"), ("If-Match", "*"), ("If-Match", 'W/"1"'),
    ("If-Match", '"'), ("If-None-Match", "*"), ("If-None-Match", '"\xff"'), ("X-HTTP-Method-Override", "DELETE"),
    ("Authorization", "Bearer x"), ("Authorization", "\xff"), ("Authorization", ""), ("Host", "evil.example"),
    ("Host", "a b\x00"), ("X-Forwarded-For", "'\xff"), ("X-Forwarded-Host", "evil"), ("User-Agent", "\xff\xfe" * 300),
    ("Cookie", "session=x; a=\xff"), ("Range", "bytes=0-1"), ("Expect", "100-continue"), ("Transfer-Encoding", "x"),
    ("If-Modified-Since", "x"), ("Origin", "null"), ("HX-Request", "true"), ("X-Request-Id", "x"),
)  # fmt: skip
JUNK = (
    b"\xff", b"\x00", b"\xef\xbb\xbf", b"{", b"]", b'"', b"\\", b",", b":", b"\xed\xa0\x80", b"\xc0\x80", b"NaN", b"/**/",
    b"\\ud800", b"\\u0000", b" " * 1000, b"[" * 500, b'"id":"x",', b"1e999",
)  # fmt: skip

Mutation = Callable[[Draft, random.Random], Draft]


def request(chance: random.Random) -> Request:
    """A request as somebody sends it, but for none to four mistakes."""
    draft = seed(chance)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        draft = chance.choice(MUTATIONS)(draft, chance)
    headers = draft.headers if dict(draft.headers).get("Content-Type") else (*draft.headers, ("Content-Type", SCIM))
    return Request(draft.method, draft.target, content(draft), headers)


def content(draft: Draft) -> bytes | None:
    if draft.raw is not None or draft.body is None:
        return draft.raw
    text = json.dumps(draft.body)
    for value in (each for each in VALUES if isinstance(each, str) and each.startswith(RAW)):
        text = text.replace(json.dumps(value), value.removeprefix(RAW))
    return text.encode()


def other_method(draft: Draft, chance: random.Random) -> Draft:
    return replace(draft, method=chance.choice(METHODS))


def other_value(draft: Draft, chance: random.Random) -> Draft:
    """Something in the body is another value, is gone, is there twice, or is wrapped."""
    body = deepcopy(draft.body)
    places = list(parents(body))
    if not places:
        return replace(draft, body=filled(chance.choice(VALUES), chance))
    parent = chance.choice(places)
    key = chance.choice(list(parent) if isinstance(parent, dict) else range(len(parent)))
    match chance.randrange(6):
        case 0:
            del parent[key]
        case 1:
            parent[key] = [parent[key]]
        case 2:
            parent[key] = {"value": parent[key]}
        case 3 if isinstance(parent, dict):
            parent[chance.choice((key.upper(), f"{key}.value", chance.choice(TEXTS)))] = parent[key]
        case 4 if isinstance(parent, list):
            parent *= chance.choice((2, 2, 20))
        case _:
            parent[key] = chance.choice(VALUES)
    return replace(draft, body=body)


def parents(value: Any) -> Iterator[Any]:
    """Every object and list in a value that holds something."""
    if isinstance(value, dict | list) and value:
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from parents(inner)


def other_bytes(draft: Draft, chance: random.Random) -> Draft:
    """The body has a place where bytes are missing or too many, or is in another encoding."""
    data = content(draft) or b"{}"
    at = chance.randrange(len(data) + 1)
    match chance.randrange(5):
        case 0:
            data = data[:at]
        case 1:
            data = data.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32", "utf-8-sig", "utf-16-le")))
        case 2:
            data = data[:at] + data[at + 1 :]
        case _:
            data = data[:at] + chance.choice(JUNK) + data[at:]
    return replace(draft, raw=data)


def other_path(draft: Draft, chance: random.Random) -> Draft:
    parts = draft.path.split("/")
    at = chance.randrange(len(parts) + 1)
    if chance.random() < 0.5:
        parts[at : at + 1] = [chance.choice(SEGMENTS)]
    else:
        parts.insert(at, chance.choice(SEGMENTS))
    return replace(draft, path="/".join(parts).replace("?", "%3F").replace("#", "%23"))


def other_query(draft: Draft, chance: random.Random) -> Draft:
    value = chance.choice((*TEXTS, *NUMBERS)).encode("utf-8", "surrogatepass").decode("latin-1")
    return replace(draft, query=(*draft.query, (chance.choice(PARAMETERS), value)))


def other_filter(draft: Draft, chance: random.Random) -> Draft:
    """A filter with a mistake in it: characters missing, doubled or foreign, too deep, or with a strange value."""
    text = filled(chance.choice(FILTERS), chance)
    at = chance.randrange(len(text))
    match chance.randrange(6):
        case 0:
            text = text[:at] + text[at + chance.randrange(1, 5) :]
        case 1:
            text = (
                text[:at]
                + chance.choice(('"', "(", ")", "[", "]", " and ", " or ", "not ", ".", ":", "\\", "\0", "é"))
                + text[at:]
            )
        case 2:
            text = text.partition('"')[0] + json.dumps(chance.choice(TEXTS), ensure_ascii=chance.random() < 0.5)
        case 3:
            text = text.partition('"')[0] + chance.choice((*NUMBERS, "true", "null", "{}", "[]"))
        case 4:
            depth = chance.choice((2, 10, 60, 3000))
            text = chance.choice(("(", "not (")) * depth + text + ")" * depth
        case _:
            text = chance.choice((" and ", " or ")).join([text] * chance.choice((2, 20, 300)))
    text = (
        text.encode("utf-8", "surrogatepass").decode("latin-1")
        if chance.random() < 0.2
        else text.encode("utf-8", "replace").decode()
    )
    if draft.body is not None and chance.random() < 0.3:
        return replace(draft, method="POST", path="/Users/.search", body={"schemas": [
            "urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text})  # fmt: skip
    kept = tuple(pair for pair in draft.query if pair[0] != "filter")
    return replace(
        draft, method="GET", path=chance.choice(("/Users", "/Groups", "/", "/Roles")), query=(*kept, ("filter", text))
    )


def other_header(draft: Draft, chance: random.Random) -> Draft:
    return replace(draft, headers=(*draft.headers, chance.choice(HEADERS)))


MUTATIONS: tuple[Mutation, ...] = (
    other_value, other_value, other_value, other_bytes, other_path, other_query, other_filter, other_header, other_method,
)  # fmt: skip
