"""A request of the log as a sentence: who did what to whom, and if not, why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scim_app.directory.journal import KEY_REFUSED
from scim_app.directory.tables import ScimKey, ScimRequest
from scim_app.panel.words import day

DONE = {
    "user:created": "created",
    "user:updated": "updated",
    "user:deactivated": "deactivated",
    "user:reactivated": "reactivated",
    "user:deleted": "deleted",
    "user:unchanged": "sent nothing new about",
    "user:read": "read",
    "users:listed": "listed the users",
    "users:looked for": "looked for a user",
    "group:created": "created the group",
    "group:updated": "updated the group",
    "group:deleted": "deleted the group",
    "group:members:changed": "changed the members of",
    "group:members:skipped": "pushed",
    "group:unchanged": "sent nothing new about the group",
    "group:read": "read the group",
    "groups:listed": "listed the groups",
    "groups:looked for": "looked for a group",
    "team:created": "created the team",
    "team:deleted": "deleted the team",
    "bulk:done": "sent many operations at once",
    "service:described": "asked what this service can do",
    "everything:searched": "searched users and groups",
}
TRIED = {
    "user:create": "could not create",
    "user:replace": "could not update",
    "user:change": "could not update",
    "user:delete": "could not delete",
    "user:read": "asked for a user who is not here",
    "users:listed": "could not list the users",
    "users:looked for": "could not look for a user",
    "group:create": "could not create the group",
    "group:replace": "could not update the group",
    "group:change": "could not update the group",
    "group:delete": "could not delete the group",
    "group:read": "asked for a group that is not here",
    "groups:listed": "could not list the groups",
    "groups:looked for": "could not look for a group",
    "bulk:try": "could not do many operations at once",
}
BESIDES = {"group:members:skipped": "with unknown members, who were skipped"}
"""What a sentence says behind the name."""
NAMELESS = {"user": "a user", "group": "a group", "team": "a team"}
REFUSALS = {
    "expired": "the key expired",
    "deactivated": "the key was deactivated",
    "replaced": "the key was replaced",
    "wrong secret": "the key has another secret than the one made here",
    "bearer twice": "the word Bearer stands before the key twice",
    "not a bearer": "the Authorization header is malformed",
    "address": "the key may not be used from that address",
    "too many requests": "the rate limit was exceeded",
}


@dataclass(frozen=True)
class Sentence:
    """`who` and `whom` are somebody else's words; `what` and `rest` are ours."""

    who: str
    what: str
    whom: str = ""
    rest: str = ""


def sentence(request: ScimRequest, keys: Mapping[str, ScimKey]) -> Sentence:
    """The sentence. `keys` are those of the organisation by id: they know since when one is refused."""
    who = request.client or f"A client with the key {request.key_name}"
    if request.action == KEY_REFUSED:
        key = keys.get(request.key_id or "")
        since = None if key is None else ended(key, request.scim_type or "")
        why = REFUSALS.get(request.scim_type or "", "the key is not valid")
        return Sentence(who, "was refused:", rest=why + (f" on {day(since)}" if since else ""))
    return Sentence(who, words(request), whom(request), "" if request.failed else BESIDES.get(request.action, ""))


def whom(request: ScimRequest) -> str:
    """Whom it is about: by name, or, if the log knows none, what it is; nothing where the words before it say that already."""
    kind, said = request.action.partition(":")[0], words(request)
    if kind not in NAMELESS or said.endswith(" not here"):
        return ""
    return request.target_name or ("" if said.endswith(f" the {kind}") else NAMELESS[kind])


def words(request: ScimRequest) -> str:
    """What it did, or could not do."""
    if request.failed:
        if request.status == 403:
            return "may only read, and tried to change"
        return TRIED.get(request.action, "was refused")
    return DONE.get(request.action, request.action.replace(":", " "))


def ended(key: ScimKey, reason: str) -> datetime | None:
    """Since when the key is refused for that reason."""
    return {"expired": key.expires_at, "deactivated": key.deactivated_at, "replaced": key.retires_at}.get(reason)
