"""What follows from grants: the role an active user effectively has in each scope, computed in SQL and kept as rows.

A grant is a fact: a group with a binding has the user as a member, a pair was assigned to the user by name, or the
document says a role in the organisation. Of several grants in one scope the highest role counts. Rows are always made
anew from all facts about the users that a change touches, so the order in which facts arrived cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
)

from scim_app.directory import held
from scim_app.directory.batches import batches
from scim_app.directory.sources import ORGANIZATION
from scim_app.directory.tables import Assignment, Binding, EffectiveRole, GroupMember, Role, User
from scim_app.directory.transaction import AnySession, over
from scim_app.protocol.catalog import MEMBER


@dataclass(frozen=True)
class Move:
    """A user whose effective role in a scope became another; None is no role."""

    user_id: str
    scope_id: str
    before: str | None
    after: str | None


USERS: BindParameter[Any] = bindparam("user_ids", expanding=True)
"""The statements are made once: to make them takes longer than to run them."""


def grants(organization_id: str | BindParameter[str], users: Callable[[Any], ColumnElement[bool]]) -> Subquery:
    """Every grant to some users: user, scope, role, group, binding, kind of grant, since when, by which request.

    `users` makes a condition of a column of user ids.
    """
    own = literal(organization_id) if isinstance(organization_id, str) else organization_id
    columns = Binding.scope_id, Binding.role_id, Binding.group_id, Binding.id.label("binding_id")
    through_groups = (
        select(
            GroupMember.user_id, *columns,
            literal("group").label("kind"), GroupMember.added_at.label("since"), GroupMember.request_id,
        )
        .join(Binding, and_(
            Binding.organization_id == GroupMember.organization_id, Binding.group_id == GroupMember.group_id
        ))
        .where(GroupMember.organization_id == own, users(GroupMember.user_id))
    )  # fmt: skip
    by_name = (
        select(
            Assignment.user_id, *columns,
            Assignment.attribute.label("kind"), Assignment.added_at.label("since"), Assignment.request_id,
        )
        .join(Binding, and_(
            Binding.organization_id == Assignment.organization_id, Binding.group_id == Assignment.group_id, Binding.fixed
        ))
        .where(Assignment.organization_id == own, users(Assignment.user_id))
    )  # fmt: skip
    nothing = literal(None, User.id.type)
    said = (
        select(
            User.id.label("user_id"), own.label("scope_id"), Role.id.label("role_id"),
            nothing.label("group_id"), nothing.label("binding_id"),
            literal("attribute").label("kind"), User.updated_at.label("since"), nothing.label("request_id"),
        )
        .join(Role, and_(
            Role.organization_id == User.organization_id, Role.kind == "organization", Role.name == User.org_role
        ))
        .where(User.organization_id == own, users(User.id), User.org_role != MEMBER)
    )  # fmt: skip
    return union_all(through_groups, by_name, said).subquery("grants")


GRANTS = grants(ORGANIZATION, lambda column: column.in_(USERS))


def _highest() -> Select[Any]:
    place = func.row_number().over(
        partition_by=(GRANTS.c.user_id, GRANTS.c.scope_id), order_by=(Role.rank.desc(), Role.id)
    )
    ranked = (
        select(GRANTS.c.user_id, GRANTS.c.scope_id, GRANTS.c.role_id, place.label("place"))
        .join(Role, Role.id == GRANTS.c.role_id)
        .join(User, User.id == GRANTS.c.user_id)
        .where(User.organization_id == ORGANIZATION, User.active)
        .subquery("ranked")
    )
    return select(ranked.c.user_id, ranked.c.scope_id, ranked.c.role_id).where(ranked.c.place == 1)


HIGHEST = _highest()
"""User, scope and role for each scope in which one of some users, if active, has a grant."""
HELD = select(EffectiveRole.user_id, EffectiveRole.scope_id, EffectiveRole.role_id).where(
    EffectiveRole.organization_id == ORGANIZATION, EffectiveRole.user_id.in_(USERS)
)
"""The rows of some users."""


def refresh(
    session: AnySession, organization_id: str, user_ids: Iterable[str], *, locked: bool = False, active: bool = True
) -> list[Move]:
    """Bring the rows of these users in line with the facts, and say what moved. Those who are not `active` have no roles.

    The users are held first, unless they are `locked` already: of two who change facts about one user, the second sees
    what the first has done.
    """
    session.flush()
    moves: list[Move] = []
    concerned = sorted(set(user_ids))
    if not locked:
        held.users(session, organization_id, concerned)
    for ids in batches(concerned):
        about, connection = {"organization_id": organization_id, "user_ids": ids}, over(session)
        before = {(user, scope): role for user, scope, role in connection.execute(HELD, about)}
        highest = connection.execute(HIGHEST, about) if active else ()
        after = {(user, scope): role for user, scope, role in highest}
        moves += [
            Move(user, scope, before.get((user, scope)), after.get((user, scope)))
            for user, scope in dict.fromkeys((*before, *after))
            if before.get((user, scope)) != after.get((user, scope))
        ]
    write(session, organization_id, moves)
    return moves


def write(session: AnySession, organization_id: str, moves: Sequence[Move]) -> None:
    """Write the rows that moved."""
    for scope_id in dict.fromkeys(move.scope_id for move in moves if move.before is not None):
        for ids in batches(move.user_id for move in moves if move.scope_id == scope_id and move.before is not None):
            own = EffectiveRole.organization_id == organization_id, EffectiveRole.scope_id == scope_id
            over(session).execute(delete(EffectiveRole).where(*own, EffectiveRole.user_id.in_(ids)))
    rows = [
        {
            "organization_id": organization_id,
            "user_id": move.user_id,
            "scope_id": move.scope_id,
            "role_id": move.after,
        }
        for move in moves
        if move.after is not None
    ]
    if rows:
        over(session).execute(insert(EffectiveRole), rows)
