"""Projects, teams and custom roles: made, renamed and deleted, with the groups that are their pairs.

Each function is for a caller's transaction. ValueErrors are sentences for an administrator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from scim_app.directory import changes
from scim_app.directory.changes import Target
from scim_app.directory.ids import new_id
from scim_app.directory.roles import consequences, pairs
from scim_app.directory.roles.labels import checked
from scim_app.directory.store import ID, Store
from scim_app.directory.tables import Binding, EffectiveRole, Role, Scope
from scim_app.protocol.comparison import folded
from scim_app.protocol.errors import NotFound


def projects(store: Store) -> list[Scope]:
    """The projects of the organisation, by name."""
    return list(store.session.scalars(_scopes(store, "project")))


def teams(store: Store, project_id: str) -> list[Scope]:
    """The teams of a project, by name."""
    return list(store.session.scalars(_scopes(store, "team").where(Scope.parent_id == project_id)))


def _scopes(store: Store, kind: str) -> Any:
    own = Scope.organization_id == store.organization_id, Scope.kind == kind
    return select(Scope).where(*own).order_by(Scope.name_key)


def roles(store: Store, kind: str) -> list[Role]:
    """The roles of a kind of scope, lowest first."""
    own = Role.organization_id == store.organization_id, Role.kind == kind
    return list(store.session.scalars(select(Role).where(*own).order_by(Role.rank)))


def project_called(store: Store, name: str) -> Scope:
    """The project of that name, in any case. Raises ValueError."""
    return _one(store, _scopes(store, "project").where(Scope.name_key == folded(name)), f'project called "{name}"')


def team_called(store: Store, project: Scope, name: str) -> Scope:
    """The team of that name in a project, in any case. Raises ValueError."""
    statement = _scopes(store, "team").where(Scope.parent_id == project.id, Scope.name_key == folded(name))
    return _one(store, statement, f'team called "{name}" in {project.name}')


def role_called(store: Store, kind: str, name: str) -> Role:
    """The role of that name for a kind of scope, in any case. Raises ValueError naming those there are."""
    found = next((role for role in roles(store, kind) if role.name_key == folded(name)), None)
    if found is None:
        known = ", ".join(role.name for role in roles(store, kind))
        raise ValueError(f'There is no {kind} role called "{name}". There are {known}.')
    return found


def get(store: Store, scope_id: str, kind: str | None = None, parent_id: str | None = None) -> Scope:
    """The scope of that id, of that kind and in that project if given. Raises NotFound."""
    statement = select(Scope).where(Scope.organization_id == store.organization_id, Scope.id == scope_id)
    if kind is not None:
        statement = statement.where(Scope.kind == kind)
    if parent_id is not None:
        statement = statement.where(Scope.parent_id == parent_id)
    found = store.session.scalars(statement).one_or_none() if ID.fullmatch(scope_id) else None
    if found is None:
        raise NotFound("There is no project or team with this id.")
    return found


def get_role(store: Store, role_id: str, kind: str = "project") -> Role:
    """The role of that id. Raises NotFound."""
    own = Role.organization_id == store.organization_id, Role.kind == kind, Role.id == role_id
    found = store.session.scalars(select(Role).where(*own)).one_or_none() if ID.fullmatch(role_id) else None
    if found is None:
        raise NotFound("There is no such role.")
    return found


def _one(store: Store, statement: Any, what: str) -> Scope:
    found: Scope | None = store.session.scalars(statement).one_or_none()
    if found is None:
        raise ValueError(f"There is no {what}.")
    return found


def create_project(store: Store, name: str) -> Scope:
    """A new project, with a group for each project role."""
    return _create(store, "project", store.organization_id, checked("project", name))


def create_team(store: Store, project: Scope, name: str, ids: Mapping[str, str] | None = None) -> Scope:
    """A new team of a project, with a group for each team role; one restored gives the groups their ids, by role."""
    hold(store, project)
    return _create(store, "team", project.id, checked("team", name), ids)


def _create(store: Store, kind: str, parent_id: str, name: str, ids: Mapping[str, str] | None = None) -> Scope:
    hold(store)
    refuse_taken(store, kind, parent_id, name)
    made = Scope(
        id=new_id(), organization_id=store.organization_id, parent_id=parent_id, kind=kind,
        name=name, name_key=folded(name), created_at=datetime.now(UTC),
    )  # fmt: skip
    add(store, made, f'There is a {kind} called "{name}" already.')
    groups = pairs.make(store, [(made, role) for role in roles(store, kind)], ids)
    told = [{"attribute": "groups", "before": None, "after": [group.document["displayName"] for group in groups]}]
    _record(store, f"{kind}:created", made, told)
    return made


def add(store: Store, made: Scope | Role, refusal: str) -> None:
    """Store something new. Raises ValueError when somebody else was quicker to give the name."""
    try:
        store.session.add(made)
        store.session.flush()
    except IntegrityError:
        raise ValueError(refusal) from None


def refuse_taken(store: Store, kind: str, parent_id: str, name: str, own: str = "") -> None:
    """Raises ValueError for a name that another project, or another team of the project, has."""
    same = Scope.organization_id == store.organization_id, Scope.parent_id == parent_id, Scope.name_key == folded(name)
    if store.session.scalar(select(exists().where(*same, Scope.id != own))):
        raise ValueError(f'There is a {kind} called "{name}" already.')


def rename(store: Store, scope: Scope, name: str) -> None:
    """The project or team, and its groups, under another name; the groups keep their ids and are found by the old names."""
    name = checked(scope.kind, name)
    if name == scope.name:
        return
    above = [store.session.get_one(Scope, scope.parent_id)] if scope.kind == "team" else []
    hold(store, scope, *above)
    refuse_taken(store, scope.kind, scope.parent_id or "", name, scope.id)
    told = [{"attribute": "name", "before": scope.name, "after": name}]
    scope.name, scope.name_key = name, folded(name)
    store.session.flush()
    pairs.rename(store, pairs.of_scopes(store, [scope.id, *(team.id for team in teams(store, scope.id))]))
    _record(store, f"{scope.kind}:renamed", scope, told)


def delete_scope(store: Store, scope: Scope) -> None:
    """No such project or team any more, nor its groups, nor any role in it."""
    hold(store, scope)
    inside = [scope.id, *(team.id for team in teams(store, scope.id))]
    gone = pairs.of_scopes(store, inside)
    bound = list(store.session.scalars(select(Binding.group_id).where(Binding.scope_id.in_(inside))))
    people = pairs.people_in(store, bound)
    name, kind = scope.name, scope.kind
    pairs.drop(store, gone)
    store.session.execute(delete(Binding).where(Binding.scope_id.in_(inside)))
    cause = _record(store, f"{kind}:deleted", scope, [{"attribute": "name", "before": name, "after": None}])
    consequences.draw(store, people, cause, Target(kind.title(), scope.id, name))
    store.session.expunge(scope)
    store.session.execute(delete(Scope).where(Scope.organization_id == store.organization_id, Scope.id == scope.id))


def set_default_role(store: Store, project: Scope, role: Role | None) -> None:
    """What everybody active has in a project who has no other role there: a role, or none."""
    before = store.session.get(Role, project.default_role_id) if project.default_role_id else None
    if (before.id if before else None) == (role.id if role else None):
        return
    project.default_role_id = role.id if role else None
    store.session.flush()
    told = {
        "attribute": "default role",
        "before": before.name if before else None,
        "after": role.name if role else None,
    }
    _record(store, "project:default-role:changed", project, [told])


def create_role(store: Store, name: str, rank: int | None = None) -> Role:
    """A new project role, with a group in each project. Without a rank it stands right above the lowest."""
    name = checked("role", name)
    hold(store)
    there = roles(store, "project")
    if any(role.name_key == folded(name) for role in there):
        raise ValueError(f'There is a role called "{name}" already.')
    ranks = {role.rank for role in there}
    if rank is None:
        rank = next(candidate for candidate in range(min(ranks) + 10, 10**9) if candidate not in ranks)
    if rank in ranks or not 0 < rank < 10**9:
        raise ValueError(f"The rank {rank} is taken or out of range: of two roles the higher rank counts.")
    made = Role(
        id=new_id(), organization_id=store.organization_id, kind="project", name=name, name_key=folded(name),
        rank=rank, built_in=False, created_at=datetime.now(UTC),
    )  # fmt: skip
    add(store, made, f'There is a role called "{name}", or of that rank, already.')
    pairs.make(store, [(project, made) for project in projects(store)])
    _record_role(store, "role:created", made, [{"attribute": "rank", "before": None, "after": rank}])
    return made


def rename_role(store: Store, role: Role, name: str) -> None:
    """The custom role, and its groups, under another name."""
    refuse_built_in(role)
    name = checked("role", name)
    if name == role.name:
        return
    hold(store, role)
    if any(other.name_key == folded(name) for other in roles(store, role.kind) if other.id != role.id):
        raise ValueError(f'There is a role called "{name}" already.')
    told = [{"attribute": "name", "before": role.name, "after": name}]
    role.name, role.name_key = name, folded(name)
    store.session.flush()
    pairs.rename(store, pairs.of_role(store, role.id))
    _record_role(store, "role:renamed", role, told)


def delete_role(store: Store, role: Role) -> None:
    """No such custom role any more, nor its groups: people fall back to what else they were granted."""
    refuse_built_in(role)
    hold(store, role)
    bound = list(store.session.scalars(select(Binding.group_id).where(Binding.role_id == role.id)))
    people = pairs.people_in(store, bound)
    pairs.drop(store, pairs.of_role(store, role.id))
    store.session.execute(delete(Binding).where(Binding.role_id == role.id))
    cause = _record_role(store, "role:deleted", role, [{"attribute": "name", "before": role.name, "after": None}])
    consequences.draw(store, people, cause, Target("Role", role.id, role.name))
    store.session.expunge(role)
    store.session.execute(delete(Role).where(Role.organization_id == store.organization_id, Role.id == role.id))


def refuse_built_in(role: Role) -> None:
    """Raises ValueError for a role that every organisation has."""
    if role.built_in:
        raise ValueError(f"{role.name} is built in: it cannot be renamed or deleted.")


def hold(store: Store, *things: Scope | Role) -> None:
    """Let nobody else make, name or delete projects, teams and roles until the transaction ends, and look at these again.

    Two that are made at once could bear one name, and a role and a project made at once would not know of each other.
    Raises ValueError when one of the things has just gone.
    """
    own = Scope.organization_id == store.organization_id, Scope.id == store.organization_id
    store.session.execute(select(Scope.id).where(*own).with_for_update(key_share=True))
    for thing in things:
        kind, thing_id, name = type(thing), thing.id, thing.name
        if store.session.get(kind, thing_id, populate_existing=True) is None:
            raise ValueError(f'"{name}" has just been deleted.')


def has_projects(store: Store) -> bool:
    """Whether there is any project."""
    own = Scope.organization_id == store.organization_id, Scope.kind == "project"
    return bool(store.session.scalar(select(exists().where(*own))))


def counts(store: Store, scope_ids: Sequence[str]) -> dict[tuple[str, str], int]:
    """How many people effectively have each role in each of these scopes, by scope and role."""
    own = EffectiveRole.organization_id == store.organization_id, EffectiveRole.scope_id.in_(scope_ids)
    statement = select(EffectiveRole.scope_id, EffectiveRole.role_id, func.count()).where(*own)
    grouped = statement.group_by(EffectiveRole.scope_id, EffectiveRole.role_id)
    return {(scope, role): number for scope, role, number in store.session.execute(grouped)}


def _record(store: Store, action: str, scope: Scope, told: list[dict[str, Any]]) -> str:
    target = Target(scope.kind.title(), scope.id, scope.name)
    return changes.record(store.session, store.organization_id, store.actor, action, target, told)


def _record_role(store: Store, action: str, role: Role, told: list[dict[str, Any]]) -> str:
    target = Target("Role", role.id, role.name)
    return changes.record(store.session, store.organization_id, store.actor, action, target, told)
