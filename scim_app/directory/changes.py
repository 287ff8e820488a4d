"""The history: one row per change, added to the transaction that makes it and never committed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from scim_app.directory.ids import new_id
from scim_app.directory.tables import Change
from scim_app.directory.transaction import AnySession, over, recorded
from scim_app.protocol.comparison import folded


@dataclass(frozen=True)
class Actor:
    """Who makes a change: a key, an administrator, or the operator at the command line."""

    kind: str
    name: str
    id: str | None = None
    request_id: str | None = None


_changes: Any = Change.__table__
INSERT = insert(_changes)
OPERATOR = Actor("operator", "Command line")


@dataclass(frozen=True)
class Target:
    """What a change is about, under the name it has at that moment."""

    kind: str
    id: str | None
    name: str


def difference(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The attributes whose values differ, each with what it was and what it is; `schemas` follows from the rest."""
    old, new = before or {}, after or {}
    return [
        {"attribute": name, "before": old.get(name), "after": new.get(name)}
        for name in dict.fromkeys((*old, *new))
        if name != "schemas" and old.get(name) != new.get(name)
    ]


def action_of(kind: str, before: Mapping[str, Any], after: Mapping[str, Any], moved: bool = False) -> str:
    """What the change of a resource is called; of a group's members alone, whether anybody `moved`."""
    if kind == "User" and before.get("active", False) != after.get("active", False):
        return "user:reactivated" if after.get("active") else "user:deactivated"
    if before == after:
        return f"group:members:{'changed' if moved else 'skipped'}"
    return f"{kind.lower()}:updated"


def told(document: Mapping[str, Any], gone: bool = False) -> list[dict[str, Any]]:
    """The whole of a document as the difference that its creation or deletion made."""
    return difference(document, None) if gone else difference({}, document)


def entry(
    organization_id: str, actor: Actor, action: str, target: Target, changed: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    """One entry of the organisation's history, as a row."""
    return {
        "id": new_id(),
        "organization_id": organization_id,
        "at": datetime.now(UTC),
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": action,
        "target_kind": target.kind,
        "target_id": target.id,
        "target_name": target.name,
        "search_key": folded(f"{actor.name}\n{target.name}"),
        "difference": changed or [],
        "request_id": actor.request_id,
    }


def record(
    session: AnySession,
    organization_id: str,
    actor: Actor,
    action: str,
    target: Target,
    changed: list[dict[str, Any]] | None = None,
    cause_id: str | None = None,
) -> str:
    """Add one entry to the organisation's history, in the caller's transaction; its id. A consequence names its cause."""
    made = entry(organization_id, actor, action, target, changed)
    record_all(session, [made if cause_id is None else made | {"cause_id": cause_id}])
    return str(made["id"])


def record_all(session: AnySession, entries: list[dict[str, Any]]) -> None:
    """Add several entries, as `entry` makes them, in the caller's transaction."""
    over(session).execute(INSERT, entries)
    recorded(session).extend(entries)
