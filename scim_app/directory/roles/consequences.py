"""A change's consequences for effective roles, drawn and written into the history with the change as their cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, exists, insert, select

from scim_app.directory import changes
from scim_app.directory.batches import batches
from scim_app.directory.changes import Target
from scim_app.directory.members import Outcome
from scim_app.directory.roles import effective
from scim_app.directory.roles.effective import Move
from scim_app.directory.sources import ORGANIZATION
from scim_app.directory.store import Store
from scim_app.directory.tables import Binding, EffectiveRole, Role, RoleChange, Scope, User
from scim_app.directory.transaction import over

BOUND = select(exists().where(Binding.organization_id == ORGANIZATION, Binding.group_id == bindparam("group_id")))
"""Whether a group means anything."""


def draw(
    store: Store, user_ids: Iterable[str], cause_id: str, target: Target, *, locked: bool = False, active: bool = True
) -> list[Move]:
    """Refresh the roles of these users after a change, whose entry has this id, to this target; record what moved."""
    moves = effective.refresh(store.session, store.organization_id, user_ids, locked=locked, active=active)
    record(store, moves, cause_id, target)
    return moves


def draw_for_members(store: Store, group_id: str, outcome: Outcome, cause_id: str, name: str) -> None:
    """The consequences for people who joined or left a group, if it means anything. They are held then."""
    about = {"organization_id": store.organization_id, "group_id": group_id}
    if outcome.moved and (over(store.session).scalar(BOUND, about) if outcome.means is None else outcome.means):
        draw(store, outcome.moved, cause_id, Target("Group", group_id, name), locked=True)


def lose_all(store: Store, user_id: str, cause_id: str) -> None:
    """Record that a user who is about to be removed loses every role."""
    own = EffectiveRole.organization_id == store.organization_id, EffectiveRole.user_id == user_id
    held = over(store.session).execute(select(EffectiveRole.scope_id, EffectiveRole.role_id).where(*own)).all()
    record(
        store,
        [Move(user_id, scope_id, role_id, None) for scope_id, role_id in held],
        cause_id,
        Target("User", user_id, ""),
    )


def record(store: Store, moves: Sequence[Move], cause_id: str, target: Target) -> None:
    """One entry for all that moved: about the user if it is one, and about the cause, with counts, if they are many."""
    if not moves:
        return
    scopes, roles, users = names(store, moves)
    listed: list[dict[str, Any]] = [
        {
            "user_id": move.user_id,
            "scope_id": move.scope_id,
            "organization_id": store.organization_id,
            "user_name": users.get(move.user_id, move.user_id),
            "scope_name": scopes.get(move.scope_id, "a scope that is gone"),
            "before": roles.get(move.before or ""),
            "after": roles.get(move.after or ""),
        }
        for move in moves
    ]
    alone = len({move.user_id for move in moves}) == 1
    if alone:
        target = Target("User", moves[0].user_id, listed[0]["user_name"])
        told: list[dict[str, Any]] = [
            {"attribute": each["scope_name"], "before": each["before"], "after": each["after"]} for each in listed
        ]
    else:
        told = [{"attribute": "roles", **counts(listed)}]
    change_id = changes.record(
        store.session, store.organization_id, store.actor, action(moves), target, told, cause_id=cause_id
    )
    over(store.session).execute(insert(RoleChange), [{"change_id": change_id, **each} for each in listed])


def action(moves: Sequence[Move]) -> str:
    """What the consequence is called in the history."""
    kinds = {"gained" if move.before is None else "lost" if move.after is None else "changed" for move in moves}
    return f"role:{kinds.pop()}" if len(kinds) == 1 else "role:moved"


def counts(listed: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many gained a role, had it changed, and lost it."""
    gained = sum(each["before"] is None for each in listed)
    lost = sum(each["after"] is None for each in listed)
    return {"gainedCount": gained, "changedCount": len(listed) - gained - lost, "lostCount": lost}


def names(store: Store, moves: Sequence[Move]) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Scopes, roles and users as the history calls them, by id."""
    own = store.organization_id
    users: dict[str, str] = {}
    for ids in batches(dict.fromkeys(move.user_id for move in moves)):
        statement = select(User.id, User.user_name).where(User.organization_id == own, User.id.in_(ids))
        users |= {user_id: name for user_id, name in over(store.session).execute(statement)}
    roles = {
        each: name
        for each, name in over(store.session).execute(select(Role.id, Role.name).where(Role.organization_id == own))
    }
    return scope_names(store, {move.scope_id for move in moves}), roles, users


def scope_names(store: Store, scope_ids: Iterable[str]) -> dict[str, str]:
    """`Organization`, the name of a project, or `Project / Team`, by id."""
    parent = Scope.__table__.alias()
    statement = (
        select(Scope.id, Scope.kind, Scope.name, parent.c.name)
        .outerjoin(parent, parent.c.id == Scope.parent_id)
        .where(Scope.organization_id == store.organization_id, Scope.id.in_(list(scope_ids)))
    )
    return {
        scope_id: "Organization" if kind == "organization" else f"{project} / {name}" if kind == "team" else name
        for scope_id, kind, name, project in over(store.session).execute(statement)
    }
