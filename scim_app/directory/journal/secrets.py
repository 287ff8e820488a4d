"""What of a body may be kept: no secret, whatever shape it comes in, and no more than somebody would look at."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from scim_app.directory.keys.form import MASKED, PATTERN, masked

SECRET = ("password", "passwd", "secret", "token", "authorization")
"""What the names of values say that are kept nowhere, `userPassword` and `client_secret` too."""
ELEMENTS = 100
TEXT = 2_000
BODY = 64 * 1024
PATH = 1_000
PLAIN = frozenset(
    "filter attributes excludedattributes startindex count sortby sortorder cursor aadoptscim062020".split()
)
"""Parameters of a query that are kept as they came."""
ANSWER = 8 * 1024
_key_in_bytes = re.compile(PATTERN.encode())
SUSPICIOUS = (b"scim_", b"\\u", *(word.encode() for word in SECRET))
"""An escape may stand for any letter of any of the words, and for NUL."""


def body(raw: bytes | None) -> Any:
    """The JSON of a body without its secrets, cut to a size; a note in its place where it cannot be shown."""
    if not raw:
        return None
    try:
        value = orjson.loads(raw)
        shown = value if is_harmless(raw) else without_secrets(value)
    except (ValueError, RecursionError):
        return f"{len(raw):,} bytes that are not JSON"
    return shown if len(orjson.dumps(shown)) <= BODY else f"{len(raw):,} bytes of JSON, too many to keep"


def is_harmless(raw: bytes) -> bool:
    """Whether a body is short and has, however it is read, no word in it that a secret would have beside it."""
    lowered = raw[: TEXT + 1].lower()
    return len(lowered) <= TEXT and not any(word in lowered for word in SUSPICIOUS)


def answer(raw: bytes | None) -> Any:
    """The JSON of an answer of this service, which holds no secret but a key that somebody gave as a name; or a note.

    It is kept as it is: an answer may be long, and nobody looks at most of them.
    """
    if not raw:
        return None
    if len(raw) > ANSWER:
        return f"{len(raw):,} bytes of JSON, too many to keep"
    return orjson.Fragment(_key_in_bytes.sub(MASKED.encode(), raw))


def without_secrets(value: Any) -> Any:
    """The value without what is secret, at any depth, and with long lists and texts cut."""
    if isinstance(value, dict):
        kept = {text(name): without_secrets(inner) for name, inner in value.items() if not is_secret(name)}
        path = next((inner for name, inner in value.items() if name.lower() == "path"), "")
        if isinstance(path, str) and any(is_secret(part) for part in re.split(r"[\[\]\s]", path)):
            kept = {name: inner for name, inner in kept.items() if name.lower() != "value"}
        return kept
    if isinstance(value, list):
        shown = [without_secrets(each) for each in value[:ELEMENTS]]
        return shown if len(value) <= ELEMENTS else [*shown, f"… and {len(value) - ELEMENTS:,} more"]
    return text(value) if isinstance(value, str) else value


def is_secret(name: str) -> bool:
    """Whether what stands under that name, or at the end of that path, is secret."""
    last = re.split(r"[.:]", name.strip())[-1].lower()
    return any(word in last for word in SECRET)


def text(value: str) -> str:
    """The text without keys and NUL in it, and not too long. JSON in a text is looked into."""
    if value.lstrip()[:1] in {"{", "["} and any(name in value.lower() for name in SECRET):
        try:
            return orjson.dumps(without_secrets(orjson.loads(value))).decode()
        except ValueError:
            return "…"
    value = masked(value).replace("\0", "\ufffd")
    return value if len(value) <= TEXT else f"{value[:TEXT]}…"


def address(path: str, query: str) -> str:
    """The path and the parameters that say what was asked; whatever else stands in an address may be anything."""
    asked = [
        (name, value if name.lower() in PLAIN and not any(word in value.lower() for word in SECRET) else "…")
        for name, value in parse_qsl(query, keep_blank_values=True)
    ]
    shown = masked(path + (f"?{urlencode(asked)}" if asked else "")).replace("\0", "\ufffd")
    return shown if len(shown) <= PATH else f"{shown[:PATH]}…"
