"""The role in the organisation: what a document says, and that there is never more than one owner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from scim_app.directory.store import SEVERAL_OWNERS, Store
from scim_app.directory.tables import User
from scim_app.protocol.catalog import OWNER
from scim_app.protocol.errors import InvalidValue, Mutability

PROTECTED = "Owner cannot be modified: transfer the ownership in the panel first."


def check(store: Store, user_id: str, before: Mapping[str, Any], after: Mapping[str, Any] | None) -> None:
    """Raises InvalidValue for a second owner, and Mutability for an owner demoted, deactivated or, after None, deleted.

    Both are columns of a row as `records.columns` makes them. A new user who would be a second owner never gets this far:
    the row itself is refused (`store.py`).
    """
    if before.get("org_role") == OWNER:
        deactivated = after is not None and before["active"] and not after["active"]
        if after is None or after["org_role"] != OWNER or deactivated:
            raise Mutability(PROTECTED)
    if after is not None and after["org_role"] == OWNER != before.get("org_role"):
        other = select(User.id).where(User.owner_of == store.organization_id, User.id != user_id)
        if store.session.scalar(other):
            raise InvalidValue(SEVERAL_OWNERS)
