"""Who owns the organisation: one person whom the directory told about, until the ownership is transferred."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from scim_app.directory import changes
from scim_app.directory.changes import Target, difference
from scim_app.directory.records import columns, organization_role
from scim_app.directory.roles import consequences
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization, User
from scim_app.protocol import payload
from scim_app.protocol.catalog import ADMIN, OWNER

AFTERWARDS = ADMIN
"""The role of somebody who gave the ownership away."""
MOVED_ON = "The organization has another owner since this page was shown. Look again before you transfer it."


def owner(store: Store) -> User | None:
    """The person who owns the organisation, if anybody does."""
    own = User.organization_id == store.organization_id, User.owner_of == store.organization_id
    return store.session.scalars(select(User).where(*own)).one_or_none()


def transfer(store: Store, to_id: str, from_id: str | None) -> None:
    """Make one user the owner, and whoever was it until now an Admin. `from_id` is whom the caller believes to own it.

    Raises ValueError when somebody else does, and for a user who cannot own it; NotFound for one who is not there.
    """
    store.session.execute(
        select(Organization.id).where(Organization.id == store.organization_id).with_for_update(key_share=True)
    )
    now = owner(store)
    if (now.id if now else None) != (from_id or None):
        raise ValueError(MOVED_ON)
    row = store.locked("User", to_id)
    if now and now.id == to_id:
        raise ValueError(f"{row.document['userName']} owns the organization already.")
    if not row.document.get("active"):
        raise ValueError(f"{row.document['userName']} is not active. Only somebody active can own the organization.")
    target = Target("User", row.id, row.document["userName"])
    told = [{"attribute": "owner", "before": now.user_name if now else None, "after": target.name}]
    transferred = "organization:ownership:transferred"
    cause = changes.record(store.session, store.organization_id, store.actor, transferred, target, told)
    # The old one first: a constraint allows one owner at any moment.
    moved = [_write(store, store.locked("User", now.id), AFTERWARDS, cause)] if now else []
    moved.append(_write(store, row, OWNER, cause))
    consequences.draw(store, moved, cause, target)


def _write(store: Store, row: Any, role: str, cause_id: str) -> str:
    """Make the document of a user say the role, in its attribute and nowhere otherwise; the user's id."""
    before = row.document
    after = said(store, before, role)
    assert columns(store.catalog, "User", after)["org_role"] == role
    store.update("User", row, after)
    target = Target("User", row.id, before["userName"])
    differences = difference(before, after)
    changes.record(
        store.session, store.organization_id, store.actor, "user:updated", target, differences, cause_id=cause_id
    )
    return str(row.id)


def said(store: Store, document: dict[str, Any], role: str) -> dict[str, Any]:
    """The document with that organisation role. A higher one among its `roles` goes: of two that are said the higher counts."""
    after = document | {store.catalog.org_role_attribute: role}
    if organization_role(store.catalog, after) != role:
        after["roles"] = [
            each for each in after["roles"] if str(each.get("value", "")).lower() != OWNER.lower()
        ] or None
    return payload.ordered(store.catalog["User"], after)
