"""What a directory can give to a user by name: roles in the organisation and in projects, and, as entitlements, in teams.

The id of what is offered is the value to put into `roles` or `entitlements` of the user.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from scim_app.directory.roles import pairs, scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Scope

OF = {"Role": "project", "Entitlement": "team"}


def resources(store: Store, kind: str) -> list[dict[str, Any]]:
    """Every Role, or every Entitlement, of the organisation."""
    own = Scope.organization_id == store.organization_id, Scope.kind == OF[kind]
    found = pairs.of_scopes(store, store.session.scalars(select(Scope.id).where(*own)))
    names = pairs.names_of(store, found)
    offered = [
        resource(store, kind, pair.group_id, names[pair.group_id], f"{pair.role.name} in {pair.scope.name}")
        for pair in found
    ]
    if kind == "Entitlement":
        return [each | {"type": kind} for each in offered]
    of_organization = [
        resource(store, kind, role.name, f"Organization {role.name}", f"{role.name} of the whole organization")
        for role in scopes.roles(store, "organization")
    ]
    return of_organization + offered


def resource(store: Store, kind: str, offered_id: str, name: str, description: str) -> dict[str, Any]:
    """One thing that is offered, as a resource."""
    return {
        "schemas": [store.catalog[kind].schema.id],
        "id": offered_id,
        "displayName": name,
        "description": description,
        "meta": {"resourceType": kind, "location": store.catalog.location(kind, offered_id)},
    }
