"""Why somebody has a role: every grant, where it came from, and what would remain without it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scim_app.directory.roles.built_in import BUILT_IN
from scim_app.directory.roles.consequences import scope_names
from scim_app.directory.roles.effective import GRANTS
from scim_app.directory.store import Store
from scim_app.directory.tables import Change, Group, Role, RoleChange, Scope, User

SCOPE = (Scope.id, Scope.kind, Scope.name, Scope.parent_id)
KINDS = {
    "group": "group",
    "roles": "roles of the user",
    "entitlements": "entitlements of the user",
    "attribute": "attribute",
}


@dataclass(frozen=True)
class Grant:
    """One fact that grants a role: by which group or attribute, since when, through which request."""

    role: str
    rank: int
    kind: str
    group_id: str | None
    group: str | None
    since: datetime
    request_id: str | None
    without: str | None = None
    """The role that would remain without this grant."""

    @property
    def via(self) -> str:
        """What granted it, as people call it."""
        return self.group if self.kind == "group" and self.group else KINDS[self.kind]


@dataclass(frozen=True)
class Held:
    """A role in a scope, with every grant there, the highest first. Without grants it is the default."""

    scope_id: str
    kind: str
    name: str
    scope: str
    project: str | None
    role: str
    grants: tuple[Grant, ...] = ()

    @property
    def via(self) -> str:
        """What gives the effective role: the first of the grants of that role."""
        return self.grants[0].via if self.grants else "default role"


def of_users(
    store: Store, user_ids: Sequence[str], kinds: Iterable[str] = ("organization", "project", "team")
) -> dict[str, list[Held]]:
    """What each of these users may do, by user: everything granted, the defaults of projects, and nothing if inactive."""
    active = select(User.id).where(User.organization_id == store.organization_id, User.id.in_(user_ids), User.active)
    found: dict[str, list[Held]] = {user_id: [] for user_id in store.session.scalars(active)}
    granted = facts(store, list(found))
    wanted, defaults = set(kinds), default_roles(store)
    scopes = {scope.id: scope for scope in scopes_of(store, {scope_id for _, scope_id in granted})}
    names = scope_names(store, scopes)
    projects = projects_of(store, scopes.values())
    for (user_id, scope_id), grants in granted.items():
        scope = scopes.get(scope_id)
        # A project or team may be deleted between two statements: then nobody has a role there any more.
        if scope is not None and scope.kind in wanted:
            remains = defaults[scope_id].role if scope_id in defaults else None
            project = projects.get(scope.parent_id or "") if scope.kind == "team" else None
            found[user_id].append(held(scope, names.get(scope_id, scope.name), project, grants, remains))
    for each in found.values():
        granted_in = {one.scope_id for one in each}
        each += [one for one in defaults.values() if one.kind in wanted and one.scope_id not in granted_in]
        each.sort(key=lambda one: (one.kind != "organization", one.scope.casefold()))
    return found


def held(scope: Any, name: str, project: str | None, grants: list[Grant], remains: str | None) -> Held:
    """The role that follows from the grants in one scope, and for each what would remain without it."""
    if scope.kind == "organization":
        remains = BUILT_IN["organization"][0]
    grants.sort(key=lambda grant: (-grant.rank, grant.since, grant.group_id or ""))
    told = []
    for position, grant in enumerate(grants):
        rest = [*grants[:position], *grants[position + 1 :]]
        told.append(replace(grant, without=rest[0].role if rest else remains))
    return Held(scope.id, scope.kind, scope.name, name, project, grants[0].role, tuple(told))


def facts(store: Store, user_ids: Sequence[str]) -> dict[tuple[str, str], list[Grant]]:
    """Every grant to these users, by user and scope."""
    statement = (
        select(GRANTS, Role.name.label("role"), Role.rank, Group.display_name.label("group"))
        .join(Role, Role.id == GRANTS.c.role_id)
        .outerjoin(Group, Group.id == GRANTS.c.group_id)
    )
    found: dict[tuple[str, str], list[Grant]] = {}
    about = {"organization_id": store.organization_id, "user_ids": user_ids}
    for row in store.session.execute(statement, about):
        grant = Grant(row.role, row.rank, row.kind, row.group_id, row.group, row.since, row.request_id)
        found.setdefault((row.user_id, row.scope_id), []).append(grant)
    return found


def said(store: Store, user_id: str, scope_id: str, role: str) -> tuple[datetime, str | None] | None:
    """When, and by which request, a user last came to the role that the document says: the history knows."""
    own = RoleChange.organization_id == store.organization_id, RoleChange.user_id == user_id
    statement = (
        select(Change.at, Change.request_id)
        .join(RoleChange, RoleChange.change_id == Change.id)
        .where(*own, RoleChange.scope_id == scope_id, RoleChange.after == role)
        .order_by(RoleChange.change_id.desc())
    )
    found = store.session.execute(statement.limit(1)).one_or_none()
    return (found.at, found.request_id) if found else None


def scopes_of(store: Store, scope_ids: Iterable[str]) -> list[Any]:
    """The scopes of these ids."""
    own = Scope.organization_id == store.organization_id, Scope.id.in_(list(scope_ids))
    return list(store.session.execute(select(*SCOPE).where(*own)))


def projects_of(store: Store, scopes: Iterable[Any]) -> dict[str, str]:
    """The names of the projects that teams are in, by id."""
    ids = {scope.parent_id for scope in scopes if scope.kind == "team" and scope.parent_id}
    return {scope.id: scope.name for scope in scopes_of(store, ids)}


def default_roles(store: Store) -> dict[str, Held]:
    """The roles that everybody active has in a project without any other, by project."""
    statement = (
        select(Scope.id, Scope.name, Role.name)
        .join(Role, Role.id == Scope.default_role_id)
        .where(Scope.organization_id == store.organization_id)
    )
    found = store.session.execute(statement)
    return {scope_id: Held(scope_id, "project", name, name, None, role) for scope_id, name, role in found}


def described(held: Held) -> dict[str, Any]:
    """A role and its grants as plain values, for JSON."""
    return {
        "scope": held.scope,
        "kind": held.kind,
        "role": held.role,
        "via": held.via,
        "grants": [
            {
                "role": grant.role,
                "via": grant.via,
                "group_id": grant.group_id,
                "since": grant.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "request_id": grant.request_id,
                "without": grant.without,
            }
            for grant in held.grants
        ],
    }
