"""What groups mean: bindings of a pushed group to any number of project roles, team roles and an organisation role."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, exists, func, select

from scim_app.directory import changes
from scim_app.directory.changes import Target
from scim_app.directory.ids import new_id
from scim_app.directory.roles import consequences, pairs
from scim_app.directory.roles.consequences import scope_names
from scim_app.directory.roles.effective import Move
from scim_app.directory.store import Store
from scim_app.directory.tables import Binding, Group, GroupMember, Role, Scope
from scim_app.protocol.catalog import OWNER


@dataclass(frozen=True)
class Bound:
    """A binding with what it binds to, as people call it."""

    id: str
    group_id: str
    group_name: str
    scope: Scope
    role: Role
    fixed: bool
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class Waiting:
    """A pushed group that means nothing yet."""

    id: str
    name: str
    members: int


def of_groups(store: Store, group_ids: Iterable[str]) -> list[Bound]:
    """The bindings of these groups, in the order they were made."""
    return listed(store, Binding.group_id.in_(list(group_ids)))


def of_scopes(store: Store, scope_ids: Iterable[str]) -> list[Bound]:
    """The bindings to roles in these scopes that somebody made, in the order they were made."""
    return listed(store, Binding.scope_id.in_(list(scope_ids)), ~Binding.fixed)


def listed(store: Store, *conditions: ColumnElement[bool]) -> list[Bound]:
    """The bindings of the organisation that meet the conditions."""
    statement = (
        select(
            Binding.id, Binding.group_id, Group.display_name, Scope, Role,
            Binding.fixed, Binding.created_at, Binding.created_by,
        )
        .join(Group, Group.id == Binding.group_id)
        .join(Scope, Scope.id == Binding.scope_id)
        .join(Role, Role.id == Binding.role_id)
        .where(Binding.organization_id == store.organization_id, *conditions)
        .order_by(Binding.id)
    )  # fmt: skip
    return [Bound(*found) for found in store.session.execute(statement)]


def bind(store: Store, group_id: str, scope: Scope, role: Role) -> list[Move]:
    """Give the role in the scope to whoever is in the group, now and later; what moved at once. Raises ValueError."""
    row = store.locked("Group", group_id)
    name = row.document["displayName"]
    refuse_unbindable(store, group_id, name, scope, role)
    store.session.add(
        Binding(
            id=new_id(), organization_id=store.organization_id, group_id=group_id, scope_id=scope.id, role_id=role.id,
            fixed=False, created_at=datetime.now(UTC), created_by=store.actor.name,
        )
    )  # fmt: skip
    store.session.flush()
    return follow(store, "group:bound", group_id, name, scope, role)


def refuse_unbindable(store: Store, group_id: str, name: str, scope: Scope, role: Role) -> None:
    """Raises ValueError for a group that is a pair itself, a binding that is there, and the one role that is one person's."""
    if role.kind == "organization" and role.name == OWNER:
        raise ValueError("A group cannot be bound to Owner: an organization has one. Transfer the ownership instead.")
    there = of_groups(store, [group_id])
    if any(each.fixed for each in there):
        raise ValueError(f'"{name}" is the group of a role itself, and means that role alone.')
    if any(each.scope.id == scope.id and each.role.id == role.id for each in there):
        raise ValueError(f'"{name}" is bound to that role already.')
    if scope.kind == "organization" and any(each.scope.kind == "organization" for each in there):
        raise ValueError(f'"{name}" is bound to an organization role already. Unbind it from that one first.')


def unbind(store: Store, group_id: str, scope: Scope, role: Role) -> list[Move]:
    """Take the role away from whoever has it through the group; what moved at once. Raises ValueError."""
    row = store.locked("Group", group_id)
    name = row.document["displayName"]
    found = next(
        (each for each in of_groups(store, [group_id]) if each.scope.id == scope.id and each.role.id == role.id), None
    )
    if found is None:
        raise ValueError(f'"{name}" is not bound to that role.')
    if found.fixed:
        raise ValueError(f'"{name}" is the group of a role itself: delete the project, team or role instead.')
    store.session.execute(delete(Binding).where(Binding.id == found.id))
    return follow(store, "group:unbound", group_id, name, scope, role)


def follow(store: Store, action: str, group_id: str, name: str, scope: Scope, role: Role) -> list[Move]:
    """Record a binding made or removed, and draw its consequences for the members."""
    target = Target("Group", group_id, name)
    place = scope_names(store, [scope.id])[scope.id]
    told = {"attribute": place, "before": None, "after": role.name}
    if action == "group:unbound":
        told = {"attribute": place, "before": role.name, "after": None}
    cause = changes.record(store.session, store.organization_id, store.actor, action, target, [told])
    return consequences.draw(store, pairs.people_in(store, [group_id]), cause, target)


def waiting(store: Store, at_most: int) -> tuple[list[Waiting], int]:
    """The first groups, by name, that mean nothing yet, with how many members they have, and how many there are in all."""
    bound = exists().where(Binding.organization_id == Group.organization_id, Binding.group_id == Group.id)
    statement = select(Group.id, Group.display_name).where(Group.organization_id == store.organization_id, ~bound)
    found = store.session.execute(statement.order_by(Group.display_key).limit(at_most)).all()
    own = GroupMember.organization_id == store.organization_id
    members = (
        select(GroupMember.group_id, func.count())
        .where(own, GroupMember.group_id.in_([group_id for group_id, _ in found]))
        .group_by(GroupMember.group_id)
    )
    counts = {group_id: number for group_id, number in store.session.execute(members)}
    total = store.session.scalar(select(func.count()).select_from(statement.subquery())) or 0
    return [Waiting(group_id, name, counts.get(group_id, 0)) for group_id, name in found], total
