"""Replays one recorded conversation between an identity provider and this service.

A conversation is a JSON file, so a report from the field becomes a test without a line of code:

    {"name": a sentence, "client": "okta", "entra" or another, "source": where the shape comes from,
     "projects": ["Mobile"], "steps": [
        {"title": …, "times": 3, "request": {"method", "path", "query", "headers", "body"},
         "response": {"status": 200 or [200, 204], "headers": {…}, "body": …, "absent": ["/password"],
                      "none of": {"/Resources/*/id": ["{{first}}"]}, "capture": {"first": "/id"}}}]}

- `projects`, which may be left out, are what an administrator had made before: the organisation has them at the first step.
- Paths into an answer are JSON Pointers (RFC 6901), where `*` means every element; "" is the whole answer.
- `{{name}}` stands for a captured value; `key` is given, and `n` counts from 1 in a step that is sent several times.
- A request body `{"...": "user", "active": false}` is the captured `user` with these changes laid over it: what a
  client does that reads a resource and puts it back.
- A response body is what must be there: objects may hold more, arrays are exact. `{"<in any order>": […]}` matches an
  array in any order; "<string>", "<integer>" and "<containing …>" match what they say.
- `okta.json`, `entra.json` and their like hold what each client sends with every request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.api.wire import SCIM, Answer, Client
from tests.conversations.matching import at, mismatches

HERE = Path(__file__).parent
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def replay(file: Path, base_url: str, key: str) -> None:
    """Send every step, and raise AssertionError, a sentence, at the first answer that is not as recorded."""
    conversation = json.loads(file.read_text())
    names: dict[str, Any] = {"key": key}
    defaults = substitute(json.loads((HERE / f"{conversation['client']}.json").read_text()), names)
    for number, step in enumerate(conversation["steps"], 1):
        for time in range(1, step.get("times", 1) + 1):
            names["n"] = time
            answer = send(base_url, defaults, substitute(step["request"], names))
            expected = substitute(step["response"], names)
            said = [*anywhere(answer), *differences(answer, expected)]
            where = f"{file.relative_to(HERE)}, step {number} ({step['title']})"
            assert not said, f"{where}: {'; '.join(said)}. It answered {answer.status} {answer.content.decode()[:2000]}"
            for name, path in expected.get("capture", {}).items():
                [names[name]] = at(answer.json, path)


def send(base_url: str, defaults: dict[str, Any], request: dict[str, Any]) -> Answer:
    headers = defaults["headers"] | (defaults["headers with a body"] if "body" in request else {})
    return Client(base_url, headers | request.get("headers", {})).send(
        request["method"], request["path"], request.get("body"), query=request.get("query"), space=defaults["space"]
    )


def substitute(value: Any, names: dict[str, Any]) -> Any:
    """The value with every `{{name}}` replaced, and every `...` spread."""
    match value:
        case str():
            whole = re.fullmatch(r"{{(\w+)}}", value)
            return names[whole[1]] if whole else re.sub(r"{{(\w+)}}", lambda found: str(names[found[1]]), value)
        case list():
            return [substitute(item, names) for item in value]
        case {"...": name, **changes}:
            return overlay(names[name], substitute(changes, names))
        case dict():
            return {substitute(key, names): substitute(item, names) for key, item in value.items()}
    return value


def overlay(value: Any, changes: Any) -> Any:
    if isinstance(value, dict) and isinstance(changes, dict):
        return value | {key: overlay(value.get(key), change) for key, change in changes.items()}
    return changes


def anywhere(answer: Answer) -> Iterator[str]:
    """What is wrong with an answer to any request whatever."""
    if answer.status == 204:
        if answer.content:
            yield "204 came with a body"
        return
    if answer.headers["Content-Type"] != SCIM:
        yield f"expected Content-Type {SCIM}, came {answer.headers['Content-Type']}"
    elif b'"password"' in answer.content:
        yield "the answer holds a password"
    elif answer.status >= 400:
        error = {"schemas": [ERROR], "status": str(answer.status), "detail": "<string>"}
        yield from mismatches(answer.json, error, "")


def differences(answer: Answer, expected: dict[str, Any]) -> Iterator[str]:
    """What the step expected of this answer and did not get."""
    statuses = expected["status"] if isinstance(expected["status"], list) else [expected["status"]]
    if answer.status not in statuses:
        yield f"expected status {' or '.join(map(str, statuses))}, came {answer.status}"
        return
    for name, value in expected.get("headers", {}).items():
        yield from mismatches(answer.headers[name], value, f"header {name}")
    if "body" in expected:
        yield from mismatches(answer.json, expected["body"], "")
    for path in expected.get("absent", []):
        yield from (f"{path} is {value!r} and should be absent" for value in at(answer.json, path))
    for name, path in expected.get("capture", {}).items():
        if len(at(answer.json, path)) != 1:
            yield f"there is no {name} to capture at {path}"
    for path, values in expected.get("none of", {}).items():
        yield from (f"{value!r} at {path} came before" for value in at(answer.json, path) if value in values)
