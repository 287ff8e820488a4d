"""Projects and their teams by roles: for each pair its group, and how many people effectively have the role."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from scim_app.directory.roles import pairs, scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import EffectiveRole, Role, Scope


@dataclass(frozen=True)
class Cell:
    """One pair."""

    role: Role
    group_id: str
    group: str
    people: int


@dataclass(frozen=True)
class Row:
    """A project or a team, with its pairs by the comparison form of the role's name, and the teams below a project."""

    scope: Scope
    cells: dict[str, Cell]
    default_role: str | None
    teams: tuple[Row, ...] = ()

    @property
    def groups(self) -> int:
        """How many groups it has."""
        return len(self.cells)

    @property
    def people(self) -> int:
        """How many people have a role here: each has one."""
        return sum(cell.people for cell in self.cells.values())


def rows(store: Store, project_id: str | None = None) -> list[Row]:
    """The projects of the organisation by name, or the one of that id."""
    own = Scope.organization_id == store.organization_id, Scope.kind != "organization"
    statement = select(Scope).where(*own).order_by(Scope.name_key)
    if project_id is not None:
        statement = statement.where((Scope.id == project_id) | (Scope.parent_id == project_id))
    found = list(store.session.scalars(statement))
    ids = [scope.id for scope in found]
    people = scopes.counts(store, ids)
    cells: dict[str, dict[str, Cell]] = {each: {} for each in ids}
    found_pairs = pairs.of_scopes(store, ids)
    groups = pairs.names_of(store, found_pairs)
    for pair in found_pairs:
        number = people.get((pair.scope.id, pair.role.id), 0)
        cells[pair.scope.id][pair.role.name_key] = Cell(pair.role, pair.group_id, groups[pair.group_id], number)
    names = {role.id: role.name for role in scopes.roles(store, "project")}
    made = {scope.id: Row(scope, cells[scope.id], names.get(scope.default_role_id or "")) for scope in found}
    return [
        Row(scope, made[scope.id].cells, made[scope.id].default_role, tuple(
            made[team.id] for team in found if team.parent_id == scope.id
        ))
        for scope in found
        if scope.kind == "project"
    ]  # fmt: skip


def people_by_role(store: Store) -> dict[str, int]:
    """How many people have each role anywhere, by role."""
    own = EffectiveRole.organization_id == store.organization_id
    statement = select(EffectiveRole.role_id, func.count(EffectiveRole.user_id.distinct())).where(own)
    return {role: number for role, number in store.session.execute(statement.group_by(EffectiveRole.role_id))}
