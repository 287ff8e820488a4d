"""Acme with its directory, and everything that can happen to roles there, each a line: one transaction, ids back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.parameters import form
from scim_app.directory.policy import KEEP, Policy
from scim_app.directory.roles import bindings, pairs, scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Change, EffectiveRole, FormerName, Group, Role, RoleChange, Scope, Table, User
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol import patch_op, payload
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.grammar import parse_filter

CATALOG = Catalog(base_url="https://scim.example/scim/v2")
ACCESS = CATALOG.access_urn
T = TypeVar("T")
Where = tuple[str, ...]
"""`()` for the organisation, (project,), or (project, team)."""


@dataclass(frozen=True)
class Acme:
    """One organisation."""

    directory: Directory

    @property
    def session(self) -> Any:
        return self.directory.session

    @property
    def store(self) -> Store:
        return self.directory.store

    def do(self, work: Callable[[], T]) -> T:
        return transact(self.session, work)

    def scope(self, where: Where) -> Scope:
        if not where:
            return self.session.get_one(Scope, self.directory.organization_id)
        project = scopes.project_called(self.store, where[0])
        return scopes.team_called(self.store, project, where[1]) if where[1:] else project

    def meant(self, role: str, where: Where) -> tuple[Scope, Role]:
        scope = self.scope(where)
        return scope, scopes.role_called(self.store, scope.kind, role)

    def project(self, name: str) -> str:
        return self.do(lambda: scopes.create_project(self.store, name).id)

    def team(self, project: str, name: str) -> str:
        return self.do(lambda: scopes.create_team(self.store, self.scope((project,)), name).id)

    def role(self, name: str, rank: int | None = None) -> str:
        return self.do(lambda: scopes.create_role(self.store, name, rank).id)

    def rename(self, where: Where, name: str) -> None:
        self.do(lambda: scopes.rename(self.store, self.scope(where), name))

    def rename_role(self, role: str, name: str) -> None:
        self.do(lambda: scopes.rename_role(self.store, scopes.role_called(self.store, "project", role), name))

    def remove(self, *where: str) -> None:
        self.do(lambda: scopes.delete_scope(self.store, self.scope(where)))

    def remove_role(self, role: str) -> None:
        self.do(lambda: scopes.delete_role(self.store, scopes.role_called(self.store, "project", role)))

    def default(self, project: str, role: str | None) -> None:
        def work() -> None:
            found = scopes.role_called(self.store, "project", role) if role else None
            scopes.set_default_role(self.store, self.scope((project,)), found)

        self.do(work)

    def bind(self, group_id: str, role: str, *where: str) -> int:
        return self.do(lambda: len(bindings.bind(self.store, group_id, *self.meant(role, where))))

    def unbind(self, group_id: str, role: str, *where: str) -> int:
        return self.do(lambda: len(bindings.unbind(self.store, group_id, *self.meant(role, where))))

    def people(self, *names: str, **more: Any) -> list[str]:
        schemas = [CATALOG["User"].schema.id]
        documents = [{"schemas": schemas, "userName": name} | more for name in names]
        return [each["id"] for each in self.directory.create_all("User", documents, wants=nothing)]

    def person(self, name: str, **more: Any) -> str:
        return self.people(name, **more)[0]

    def group(self, name: str, *member_ids: str, **more: Any) -> str:
        members = {"members": [{"value": each} for each in member_ids]} if member_ids else {}
        document = {"schemas": [CATALOG["Group"].schema.id], "displayName": name} | members | more
        return str(self.directory.create("Group", document)["id"])

    def pair(self, role: str, *where: str) -> str:
        """The id of the group that is the pair."""
        scope, wanted = self.meant(role, where)
        return next(each.group_id for each in pairs.of_scopes(self.store, [scope.id]) if each.role.id == wanted.id)

    def change(self, kind: str, resource_id: str, *operations: dict[str, Any]) -> dict[str, Any]:
        message = {"schemas": [patch_op.PATCH_OP], "Operations": list(operations)}
        return self.directory.patch(kind, resource_id, patch_op.read(CATALOG[kind], message), wants=nothing)

    def set(self, user_id: str, **attributes: Any) -> dict[str, Any]:
        return self.change("User", user_id, {"op": "replace", "value": attributes})

    def join(self, group_id: str, *user_ids: str) -> None:
        self.change("Group", group_id, {"op": "add", "path": "members", "value": [{"value": one} for one in user_ids]})

    def leave(self, group_id: str, *user_ids: str) -> None:
        removals = [{"op": "remove", "path": f'members[value eq "{one}"]'} for one in user_ids]
        self.change("Group", group_id, *removals)

    def put(self, kind: str, resource_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.directory.replace(kind, resource_id, payload.load(CATALOG[kind], body))

    def names(self) -> list[str]:
        """The names of all groups, as they are now."""
        self.session.rollback()
        own = Group.organization_id == self.directory.organization_id
        return sorted(self.session.scalars(select(Group.display_name).where(own)))

    def name(self, group_id: str) -> str:
        return str(self.directory.get("Group", group_id)["displayName"])

    def found(self, kind: str, filter: str) -> list[str]:
        """The ids of what a filter finds."""
        table = User if kind == "User" else Group
        wanted, values = form(parse_filter(filter, CATALOG[kind]))
        own = table.organization_id == self.directory.organization_id
        statement = select(table.id).where(own, self.store.compiler(kind).condition(wanted)).order_by(table.id)
        return list(self.session.scalars(statement, values | {"organization_id": self.directory.organization_id}))

    def roles(self, user_id: str) -> dict[str, str]:
        """The rows of effective roles of one user: the name of the role by `Project`, `Project/Team` or `-`."""
        paths = {scope.id: scope for scope in self.session.scalars(select(Scope))}
        statement = select(EffectiveRole.scope_id, Role.name).join(Role).where(EffectiveRole.user_id == user_id)
        return {self.path(paths, scope_id): name for scope_id, name in self.session.execute(statement)}

    def path(self, paths: dict[str, Scope], scope_id: str) -> str:
        scope = paths[scope_id]
        if scope.kind == "organization":
            return "-"
        return f"{paths[scope.parent_id or ''].name}/{scope.name}" if scope.kind == "team" else scope.name

    def history(self, action: str = "") -> Sequence[Change]:
        """The entries whose action begins so, oldest first."""
        own = Change.organization_id == self.directory.organization_id, Change.action.startswith(action)
        return self.session.scalars(select(Change).where(*own).order_by(Change.id)).all()

    def moves(self, change_id: str) -> set[tuple[str, str, str | None, str | None]]:
        """The list of an entry: user, scope, before, after."""
        columns = RoleChange.user_name, RoleChange.scope_name, RoleChange.before, RoleChange.after
        found = self.session.execute(select(*columns).where(RoleChange.change_id == change_id))
        return {(user, scope, before, after) for user, scope, before, after in found}

    def former_names(self) -> dict[str, str]:
        """Former names, and the groups that had them."""
        found = self.session.execute(select(FormerName.display_name, FormerName.group_id))
        return {name: group_id for name, group_id in found}

    def rows(self) -> dict[str, int]:
        """How many rows each table has, but for the history, which keeps what happened."""
        tables = [each for each in Table.metadata.sorted_tables if each.name not in {"changes", "role_changes"}]
        return {each.name: self.session.scalar(select(func.count()).select_from(each)) for each in tables}


def nothing(_name: str) -> bool:
    """Wants no attribute."""
    return False


def acme_of(session: scoped_session[Session], organization_id: str, policy: Policy = KEEP) -> Acme:
    return Acme(Directory(session, organization_id, OPERATOR, CATALOG, policy))


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements sent to the database inside, but for BEGIN and its like, with the number of rows written at once."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}:
            sent.append(f"{statement} ×{len(parameters) if many else 1}")

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
