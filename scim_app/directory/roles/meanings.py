"""What a pushed group can be bound to: every role in the organisation but Owner, in every project and in every team."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Scope
from scim_app.protocol.catalog import OWNER


@dataclass(frozen=True)
class Meaning:
    """A role in a scope. `path` is the names from the project down; of the organisation, its own."""

    scope_id: str
    role_id: str
    kind: str
    path: tuple[str, ...]
    role: str

    @property
    def id(self) -> str:
        """How a form names it."""
        return f"{self.scope_id}:{self.role_id}"

    @property
    def place(self) -> str:
        """Where it is, as people say it: `the organization`, `Mobile`, `Mobile / iOS`."""
        return "the organization" if self.kind == "organization" else " / ".join(self.path)


def all_of(store: Store) -> list[Meaning]:
    """Everything a group can be bound to: the organisation first, then projects and teams by name, roles by rank."""
    own = Scope.organization_id == store.organization_id
    found = {scope.id: scope for scope in store.session.scalars(select(Scope).where(own).order_by(Scope.name_key))}
    roles = {kind: scopes.roles(store, kind) for kind in ("organization", "project", "team")}
    roles["organization"] = [role for role in roles["organization"] if role.name != OWNER]
    paths = {each: path(found, scope) for each, scope in found.items()}
    ordered = sorted(
        found.values(), key=lambda scope: (tuple(roles).index(scope.kind), [*map(str.casefold, paths[scope.id])])
    )
    return [
        Meaning(scope.id, role.id, scope.kind, paths[scope.id], role.name)
        for scope in ordered
        for role in roles[scope.kind]
    ]


def path(scopes_by_id: dict[str, Scope], scope: Scope) -> tuple[str, ...]:
    """The names from the project down."""
    if scope.kind == "team" and scope.parent_id:
        return scopes_by_id[scope.parent_id].name, scope.name
    return (scope.name,)
