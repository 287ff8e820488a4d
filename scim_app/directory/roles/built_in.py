"""The roles every organisation has, and their ranks: of several roles the highest counts."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert

from scim_app.directory.ids import new_id
from scim_app.directory.tables import Role, Scope
from scim_app.directory.transaction import AnySession
from scim_app.protocol.catalog import ORGANIZATION_ROLES
from scim_app.protocol.comparison import folded

BUILT_IN = {
    "organization": ORGANIZATION_ROLES,
    "project": ("Read-Only", "Member", "Admin", "Owner"),
    "team": ("Member", "Admin"),
}
STEP = 100
"""Between the ranks of built-in roles, so that custom ones fit in."""


def found(session: AnySession, organization_id: str, name: str) -> None:
    """Give a new organisation its own scope and the built-in roles."""
    now = datetime.now(UTC)
    session.execute(
        insert(Scope).values(
            id=organization_id,
            organization_id=organization_id,
            kind="organization",
            name=name,
            name_key=folded(name),
            created_at=now,
        )
    )
    session.execute(
        insert(Role),
        [
            {
                "id": new_id(),
                "organization_id": organization_id,
                "kind": kind,
                "name": role,
                "name_key": folded(role),
                "rank": position * STEP,
                "built_in": True,
                "created_at": now,
            }
            for kind, names in BUILT_IN.items()
            for position, role in enumerate(names, 1)
        ],
    )
