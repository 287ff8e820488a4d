"""The groups that are pairs of a project or team and a role: made, named and removed with what they are pairs of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select

from scim_app.directory import changes, former_names
from scim_app.directory.ids import new_id
from scim_app.directory.records import group_key
from scim_app.directory.roles.labels import label
from scim_app.directory.store import Store, Written
from scim_app.directory.tables import Assignment, Binding, Group, GroupMember, Role, Scope
from scim_app.protocol.catalog import CORE_GROUP
from scim_app.protocol.errors import Uniqueness


@dataclass(frozen=True)
class Pair:
    """A group that is the pair of a scope and a role."""

    group_id: str
    scope: Scope
    role: Role


def of_group(store: Store, group_id: str) -> Pair | None:
    """The pair that a group is, or None for a group that a directory pushed."""
    statement = (
        select(Scope, Role)
        .join(Binding, Binding.scope_id == Scope.id)
        .join(Role, Role.id == Binding.role_id)
        .where(Binding.organization_id == store.organization_id, Binding.group_id == group_id, Binding.fixed)
    )
    found = store.session.execute(statement).one_or_none()
    return Pair(group_id, *found) if found else None


def of_scopes(store: Store, scope_ids: Iterable[str]) -> list[Pair]:
    """The pairs of these scopes, in the order of ranks."""
    return _pairs(store, Binding.scope_id.in_(list(scope_ids)))


def of_role(store: Store, role_id: str) -> list[Pair]:
    """The pairs of a role."""
    return _pairs(store, Binding.role_id == role_id)


def _pairs(store: Store, condition: Any) -> list[Pair]:
    statement = (
        select(Binding.group_id, Scope, Role)
        .join(Scope, Scope.id == Binding.scope_id)
        .join(Role, Role.id == Binding.role_id)
        .where(Binding.organization_id == store.organization_id, Binding.fixed, condition)
        .order_by(Scope.id, Role.rank)
    )
    return [Pair(*found) for found in store.session.execute(statement)]


def names_of(store: Store, pairs: Sequence[Pair]) -> dict[str, str]:
    """The names of the groups of pairs, by id."""
    own = Group.organization_id == store.organization_id, Group.id.in_([pair.group_id for pair in pairs])
    return {each: name for each, name in store.session.execute(select(Group.id, Group.display_name).where(*own))}


def name_of(store: Store, scope: Scope, role: Role) -> str:
    """The label of a pair."""
    product = store.catalog.product_name
    if scope.kind == "project":
        return label(product, scope.name, role.name)
    project = store.session.get_one(Scope, scope.parent_id)
    return label(product, project.name, scope.name, role.name)


def make(store: Store, pairs: Sequence[tuple[Scope, Role]], ids: Mapping[str, str] | None = None) -> list[Written]:
    """The groups of these pairs, under ids given by role or new ones.

    Raises ValueError when one would have the name of another group.
    """
    if not pairs:
        return []
    names = [name_of(store, scope, role) for scope, role in pairs]
    refuse_collisions(store, names, ())
    documents = [{"schemas": [CORE_GROUP], "displayName": name} for name in names]
    written = store.insert("Group", documents, [(ids or {}).get(role.name) or new_id() for _, role in pairs])
    rows = [
        {
            "id": new_id(),
            "organization_id": store.organization_id,
            "group_id": group.id,
            "scope_id": scope.id,
            "role_id": role.id,
            "fixed": True,
            "created_at": datetime.now(UTC),
            "created_by": store.actor.name,
        }
        for group, (scope, role) in zip(written, pairs, strict=True)
    ]
    store.session.execute(insert(Binding), rows)
    return written


def rename(store: Store, pairs: Sequence[Pair]) -> None:
    """Give the groups of pairs the names that follow from their scopes and roles now; they are found by the old ones too."""
    names = {pair.group_id: name_of(store, pair.scope, pair.role) for pair in pairs}
    refuse_collisions(store, list(names.values()), list(names))
    rows = sorted(
        (store.alone("Group", each) for each in sorted(names)), key=lambda row: len(row.document["displayName"])
    )
    # A new name may be the one that another of them has until now: when names grow, that is the one of a longer name.
    grow = any(len(names[row.id]) > len(row.document["displayName"]) for row in rows)
    for row in reversed(rows) if grow else rows:
        group_id, name = row.id, names[row.id]
        before = row.document["displayName"]
        if name == before:
            continue
        after = row.document | {"displayName": name}
        store.update("Group", row, after)
        key = group_key(store.catalog, before)
        if key != group_key(store.catalog, name):
            former_names.keep(store.session, store.organization_id, group_id, before, key)
        store.record("Group", "group:renamed", [(group_id, after, changes.difference(row.document, after))])


def refuse_collisions(store: Store, names: Sequence[str], own: Sequence[str]) -> None:
    """Raises ValueError when a group that is not one of these has one of the names, or two names are one."""
    keys = [group_key(store.catalog, name) for name in names]
    twice = next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None)
    if twice:
        raise ValueError(f'Two groups would be called "{twice}". Choose another name.')
    taken = select(Group.display_name).where(
        Group.organization_id == store.organization_id, Group.display_key.in_(keys), Group.id.not_in(own)
    )
    name = store.session.scalars(taken).first()
    if name is not None:
        raise ValueError(f'There is a group called "{name}" already. Choose another name, or rename that group.')


def people_in(store: Store, group_ids: Sequence[str]) -> list[str]:
    """The users whose roles depend on these groups, which nobody joins or leaves any more before the transaction ends."""
    locked = select(Group.id).where(Group.organization_id == store.organization_id, Group.id.in_(group_ids))
    store.session.execute(locked.order_by(Group.id).with_for_update()).all()
    own = GroupMember.organization_id == store.organization_id, GroupMember.group_id.in_(group_ids)
    members = store.session.scalars(select(GroupMember.user_id).where(*own))
    assigned = select(Assignment.user_id).where(
        Assignment.organization_id == store.organization_id, Assignment.group_id.in_(group_ids)
    )
    return list(dict.fromkeys((*members, *store.session.scalars(assigned))))


def drop(store: Store, pairs: Sequence[Pair]) -> None:
    """Remove the groups of pairs, with their bindings and members."""
    ids = [pair.group_id for pair in pairs]
    store.session.execute(
        delete(Binding).where(Binding.organization_id == store.organization_id, Binding.group_id.in_(ids))
    )
    store.remove("Group", ids)


def taken(store: Store, name: str) -> Uniqueness | None:
    """The refusal of a new group whose name another has: it names that one's id."""
    group_id = store.group_named(name)
    if group_id is None:
        return None
    return Uniqueness(f'The displayName "{name[:200]}" is taken by the group {group_id}. Link to that one instead.')
