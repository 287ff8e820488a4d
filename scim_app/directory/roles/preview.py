"""What a change of bindings would do to effective roles, counted in SQL before anything is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, func, select

from scim_app.directory.batches import batches
from scim_app.directory.roles import scopes
from scim_app.directory.roles.built_in import BUILT_IN
from scim_app.directory.roles.effective import GRANTS
from scim_app.directory.store import Store
from scim_app.directory.tables import Binding, EffectiveRole, GroupMember, Role, Scope, User


@dataclass(frozen=True)
class Shift:
    """So many people whose effective role in a scope would become another; None is no role."""

    before: str | None
    after: str | None
    people: int


@dataclass(frozen=True)
class Preview:
    """What would follow for the members of a group: who moves, how many stay, and how many are not active."""

    shifts: tuple[Shift, ...]
    staying: int
    inactive: int


def of_binding(store: Store, group_id: str, scope: Scope, role: Role) -> Preview:
    """What binding a pushed group to a role in a scope would do: of its members who is below the role there gets it."""
    held, members = _held(store, scope), _members(store, group_id)
    statement = (
        select(held.c.rank, func.count())
        .select_from(members.outerjoin(held, held.c.user_id == members.c.user_id))
        .group_by(held.c.rank)
    )
    found = store.session.execute(statement).all()
    return _preview(store, group_id, scope, [(rank, max(rank or 0, role.rank), people) for rank, people in found])


def of_unbinding(store: Store, group_id: str, scope: Scope, role: Role) -> Preview:
    """What removing the binding would do: its members keep the highest of what else they were granted there."""
    own = Binding.organization_id == store.organization_id, Binding.group_id == group_id
    this = select(Binding.id).where(*own, Binding.scope_id == scope.id, Binding.role_id == role.id).scalar_subquery()
    left = (
        select(GRANTS.c.user_id, func.max(Role.rank))
        .join(Role, Role.id == GRANTS.c.role_id)
        .where(GRANTS.c.scope_id == scope.id, GRANTS.c.binding_id.is_distinct_from(this))
        .group_by(GRANTS.c.user_id)
    )
    held, members = _held(store, scope), _members(store, group_id)
    moves: Counter[tuple[int | None, int | None]] = Counter()
    for ids in batches(store.session.scalars(select(members.c.user_id)).all()):
        about = {"organization_id": store.organization_id, "user_ids": ids}
        before = _ranks(store.session.execute(select(held).where(held.c.user_id.in_(ids))))
        after = _ranks(store.session.execute(left, about))
        moves.update((before.get(each), after.get(each)) for each in ids)
    return _preview(store, group_id, scope, [(before, after, people) for (before, after), people in moves.items()])


def people_with_a_role(store: Store, scope_ids: Sequence[str]) -> int:
    """How many people have a role in any of these scopes."""
    own = EffectiveRole.organization_id == store.organization_id, EffectiveRole.scope_id.in_(scope_ids)
    return store.session.scalar(select(func.count(EffectiveRole.user_id.distinct())).where(*own)) or 0


def people_without_a_role(store: Store, scope_id: str) -> int:
    """How many active people have no role in a scope but its default."""
    own = User.organization_id == store.organization_id, User.active
    active = store.session.scalar(select(func.count()).select_from(User).where(*own)) or 0
    return active - people_with_a_role(store, [scope_id])


def floor(store: Store, scope: Scope) -> str | None:
    """The role of an active person who was granted none in a scope: in a project its default role."""
    if scope.kind == "organization":
        return BUILT_IN["organization"][0]
    role = store.session.get(Role, scope.default_role_id) if scope.default_role_id else None
    return role.name if role else None


def _members(store: Store, group_id: str) -> Subquery:
    own = GroupMember.organization_id == store.organization_id, GroupMember.group_id == group_id
    return select(GroupMember.user_id).join(User, User.id == GroupMember.user_id).where(*own, User.active).subquery()


def _held(store: Store, scope: Scope) -> Subquery:
    own = EffectiveRole.organization_id == store.organization_id, EffectiveRole.scope_id == scope.id
    return (
        select(EffectiveRole.user_id, Role.rank)
        .join(Role, Role.id == EffectiveRole.role_id)
        .where(*own)
        .subquery("held")
    )


def _ranks(rows: Iterable[Any]) -> dict[str, int]:
    return {user_id: rank for user_id, rank in rows}


def _preview(store: Store, group_id: str, scope: Scope, moves: Sequence[tuple[int | None, int | None, int]]) -> Preview:
    """The counts of people by rank before and after, as roles: those who gain first, those who lose last."""
    lowest = floor(store, scope)
    names = {role.rank: role.name for role in scopes.roles(store, scope.kind)}
    counted: Counter[tuple[str | None, str | None]] = Counter()
    for before, after, people in sorted(moves, key=lambda move: (-(move[1] or 0), move[0] or 0)):
        counted[names.get(before or 0, lowest), names.get(after or 0, lowest)] += people
    told = [Shift(was, becomes, people) for (was, becomes), people in counted.items() if was != becomes]
    told.sort(key=lambda shift: (shift.before is not None, shift.after is None))
    staying = counted.total() - sum(shift.people for shift in told)
    own = GroupMember.organization_id == store.organization_id, GroupMember.group_id == group_id
    everybody = store.session.scalar(select(func.count()).select_from(GroupMember).where(*own)) or 0
    return Preview(tuple(told), staying, everybody - counted.total())
