"""Roles given to a user by name, through `roles` and `entitlements`: the value is the id of the group that is the pair."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from scim_app.directory.store import ID, Store
from scim_app.directory.tables import Assignment, Binding, SearchValue

ATTRIBUTES = ("roles", "entitlements")


def sync(store: Store, user_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Make the assignments of a user what the document says, and by which attribute. Whether any came, went or moved."""
    old, new = said(before), said(after)
    gone = {group_id for group_id, _ in old.items() - new.items()}
    fresh = {group_id for group_id, _ in new.items() - old.items()}
    if gone:
        own = Assignment.organization_id == store.organization_id, Assignment.user_id == user_id
        store.session.execute(delete(Assignment).where(*own, Assignment.group_id.in_(gone)))
    rows = [assignment(store, user_id, group_id, new[group_id]) for group_id in pairs(store, fresh)]
    if rows:
        store.session.execute(insert(Assignment), rows)
    return bool(gone or rows)


def renew(store: Store, group_id: str) -> list[str]:
    """Assign a pair that is there again to everybody whose document still names it; who they are."""
    paths = {f"{attribute}.value": attribute for attribute in ATTRIBUTES}
    statement = select(SearchValue.resource_id, SearchValue.path).where(
        SearchValue.organization_id == store.organization_id,
        SearchValue.kind == "User",
        SearchValue.path.in_(paths),
        SearchValue.key == group_id,
    )
    named = {user_id: paths[path] for user_id, path in store.session.execute(statement.order_by(SearchValue.path))}
    rows = [assignment(store, user_id, group_id, attribute) for user_id, attribute in named.items()]
    if rows:
        store.session.execute(insert(Assignment), rows)
    return list(named)


def assignment(store: Store, user_id: str, group_id: str, attribute: str) -> dict[str, Any]:
    """A row."""
    return {
        "organization_id": store.organization_id,
        "user_id": user_id,
        "group_id": group_id,
        "attribute": attribute,
        "added_at": datetime.now(UTC),
        "request_id": store.actor.request_id,
    }


def said(document: Mapping[str, Any]) -> dict[str, str]:
    """The ids that a document names, each with the attribute that does."""
    return {
        each["value"]: attribute
        for attribute in reversed(ATTRIBUTES)
        for each in document.get(attribute, [])
        if ID.fullmatch(each.get("value", ""))
    }


def pairs(store: Store, ids: Any) -> list[str]:
    """Those of the ids that are pairs of a scope and a role in this organisation."""
    if not ids:
        return []
    own = Binding.organization_id == store.organization_id, Binding.fixed
    return list(
        store.session.scalars(
            select(Binding.group_id).where(*own, Binding.group_id.in_(ids)).order_by(Binding.group_id)
        )
    )
