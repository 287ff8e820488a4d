"""Is a JSON value what a conversation expects of it? The notation is described in `replay.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def mismatches(came: Any, expected: Any, path: str) -> Iterator[str]:
    """Where the value that came is not what was expected, one sentence each."""
    match expected:
        case "<string>" if isinstance(came, str) and came:
            return
        case "<integer>" if type(came) is int:
            return
        case str() if expected.startswith("<containing ") and expected[12:-1] in str(came):
            return
        case {"<in any order>": list(items)} if isinstance(came, list) and len(came) == len(items):
            for item in items:
                if all([*mismatches(other, item, path)] for other in came):
                    yield f"{path} lacks {item!r}"
        case dict() if isinstance(came, dict) and "<in any order>" not in expected:
            for key, value in expected.items():
                yield from mismatches(came.get(key), value, f"{path}/{key}")
        case list() if isinstance(came, list) and len(came) == len(expected):
            for index, pair in enumerate(zip(came, expected, strict=True)):
                yield from mismatches(*pair, f"{path}/{index}")
        case _ if type(came) is not type(expected) or came != expected:
            yield f"expected {expected!r} at {path or 'the top'}, came {came!r}"


def at(value: Any, path: str) -> list[Any]:
    """The values at a JSON Pointer: none, one, or with `*` several."""
    found = [value]
    for token in path.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        found = [inner for outer in found for inner in children(outer, token)]
    return found


def children(value: Any, token: str) -> list[Any]:
    if isinstance(value, list):
        return value if token == "*" else value[int(token) :][:1]
    return [value[token]] if isinstance(value, dict) and token in value else []
