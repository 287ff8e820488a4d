"""From what was noted of a request to the row that is kept of it, or that stands for many of its kind."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from scim_app.directory.ids import made_at
from scim_app.directory.journal import secrets
from scim_app.protocol.comparison import folded
from scim_app.protocol.dialects import client

READS = frozenset({"GET", "HEAD"})
KINDS = {"users": "User", "groups": "Group"}
VERBS = {"POST": "create", "PUT": "replace", "PATCH": "change", "DELETE": "delete"}
NAMES = ("userName", "displayName")
KEY_REFUSED = "key:refused"
OUTSIDE = "/../.."
"""How the path of a request begins that came beside the base URL, not below it."""
KEY_ALONE = "The key came without the word Bearer before it, and was understood."
SELF_TEST = "Self-test"
"""The client by which this service goes where it tries itself: the log has its requests, and nobody is connected by them."""
PLAIN_HTTP = "It came over http, not https: its key could be read on the way."


@dataclass(frozen=True)
class Made:
    """A change that a request made, as the history names it."""

    id: str
    action: str
    target_kind: str
    target_id: str | None
    target_name: str


@dataclass(frozen=True)
class Noted:
    """What the request's own thread notes: nothing that takes time, and bodies as they came."""

    request_id: str
    organization_id: str
    key_id: str
    key_name: str
    user_agent: str
    address: str
    method: str
    path: str
    query: str
    status: int
    duration: int
    request: bytes | None = field(default=None, repr=False)
    response: bytes | None = field(default=None, repr=False)
    refused_because: str | None = None
    remark: str = ""
    """What is worth a word though it was answered."""
    is_use: bool = False
    """Whether it is a use of its key that is worth noting there."""
    made: tuple[Made, ...] = ()
    """What it changed: the log has a row of such a request since then, and learns now how it was answered."""

    @property
    def weight(self) -> int:
        """The bytes that its bodies hold."""
        return len(self.request or b"") + len(self.response or b"")

    @property
    def is_read(self) -> bool:
        """Whether it asks and changes nothing."""
        return self.method in READS or self.path.rstrip("/").endswith("/.search")


@dataclass(frozen=True)
class Subject:
    """The user or group that a request is about, as far as it says."""

    kind: str | None
    id: str | None
    name: str | None


def row(noted: Noted, names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """The row of that request. `names` are of users and groups by organisation and id, where it says nothing of them."""
    asked, answered = secrets.body(noted.request), secrets.body(noted.response)
    kind, target_id = aim(noted)
    succeeded = noted.status < 400
    about = subject(noted, asked, answered if succeeded else None, names)
    return {
        "id": noted.request_id,
        "organization_id": noted.organization_id,
        "at": made_at(noted.request_id),
        "count": 1,
        "sum_key": sum_key(noted),
        "key_id": noted.key_id,
        "key_name": noted.key_name,
        "client": client(noted.user_agent),
        "user_agent": noted.user_agent[:200],
        "address": noted.address,
        "method": noted.method,
        "path": secrets.address(noted.path, noted.query),
        "request_body": asked,
        **answer(noted, answered),
        "action": noted.made[0].action if noted.made and succeeded else attempted(noted, kind, target_id),
        "target_kind": about.kind,
        "target_id": about.id,
        "target_name": about.name,
        "search_key": folded(about.name or ""),
        "change_ids": [each.id for each in noted.made],
    }


def subject(noted: Noted, asked: Any, answered: Any, names: Mapping[tuple[str, str], str]) -> Subject:
    """What the request is about: what it changed first, or else what its path, its bodies and the directory say."""
    kind, target_id = aim(noted)
    if noted.made and kind != "Bulk":
        change = noted.made[0]
        return Subject(change.target_kind, change.target_id, change.target_name or named(asked))
    name = named(answered) or names.get((noted.organization_id, target_id or "")) or named(asked)
    if kind not in KINDS.values():
        return Subject(None, None, name)
    if target_id is None and isinstance(answered, dict):
        target_id = answered.get("id")
    return Subject(kind, target_id if is_id(target_id) else None, name)


def answer(noted: Noted, answered: Any) -> dict[str, Any]:
    """What the row tells of how the request was answered, with this body as it may be kept."""
    failed = noted.status >= 400
    error = _error(noted.response) if failed else {}
    return {
        "status": noted.status,
        "failed": failed,
        "scim_type": noted.refused_because or error.get("scimType"),
        "detail": secrets.text(str(error["detail"])) if error.get("detail") else noted.remark or None,
        "duration": noted.duration,
        "response_body": answered,
    }


def aim(noted: Noted) -> tuple[str, str | None]:
    """Which resource type, or which endpoint, the request is about, and the id in its path."""
    first, _, rest = noted.path.strip("/").partition("/")
    kind = KINDS.get(first.lower(), first or "Everything")
    return kind, rest if rest and kind in {"User", "Group"} and not rest.startswith(".") else None


def attempted(noted: Noted, kind: str, target_id: str | None) -> str:
    """What it asked, or tried, as `subject:verb`."""
    if noted.refused_because:
        return KEY_REFUSED
    if noted.is_read:
        if kind not in {"User", "Group"}:
            return "everything:searched" if kind in {"Everything", ".search"} else "service:described"
        if target_id:
            return f"{kind.lower()}:read"
        looks_for = noted.path.endswith(".search") or "filter=" in noted.query.lower()
        return f"{kind.lower()}s:{'looked for' if looks_for else 'listed'}"
    if kind == "Bulk":
        return "bulk:done" if noted.status < 400 else "bulk:try"
    subject = kind.lower() if kind in {"User", "Group"} else "service"
    return f"{subject}:unchanged" if noted.status < 400 else f"{subject}:{VERBS.get(noted.method, 'ask')}"


def sum_key(noted: Noted) -> str | None:
    """What has one row together: reads of a kind, and refusals of a key, within an hour. None for a row of its own.

    Reads that fail are summed up by their address, and what comes beside the base URL altogether: a client that asks again
    and again fills no table.
    """
    outside = noted.path.startswith(OUTSIDE)
    if not noted.is_read and not noted.refused_because and not outside:
        return None
    action = attempted(noted, *aim(noted))
    hour = made_at(noted.request_id).strftime("%Y-%m-%dT%H")
    failed_at = f"{noted.status} {OUTSIDE if outside else f'{noted.path}?{noted.query}'}" if noted.status >= 400 else ""
    what = noted.refused_because or failed_at or noted.remark
    whole = "\n".join((noted.organization_id, noted.key_id, client(noted.user_agent), action, hour, what))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()


def summed(alike: Sequence[Noted], names: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    """One row for all of these: under the id of the first, as the last one was."""
    return row(alike[-1], names) | {"id": alike[0].request_id, "count": len(alike)}


def named(body: Any) -> str | None:
    """The name of the resource in a body."""
    if not isinstance(body, dict):
        return None
    found = (body.get(name) for name in NAMES)
    return next((value for value in found if isinstance(value, str)), None)


def _error(raw: bytes | None) -> dict[str, Any]:
    try:
        found = orjson.loads(raw or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def is_id(text: str | None) -> bool:
    """Whether a resource could have this id."""
    return text is not None and re.fullmatch(r"[0-9a-f-]{36}", text) is not None


def oldest_kept(now: datetime, days: int) -> datetime:
    """The moment before which nothing is kept."""
    return datetime.fromtimestamp(now.timestamp() - days * 86400, now.tzinfo)
