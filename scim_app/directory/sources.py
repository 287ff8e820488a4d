"""Where the values of a path stand in the database: in the index of leaves, in a column, or in rows of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, String, bindparam, cast, exists, func, literal, select
from sqlalchemy.sql.selectable import FromClause

from scim_app.directory.tables import EffectiveRole, Group, GroupMember, Role, Scope, SearchValue, User
from scim_app.directory.tables.columns import Id
from scim_app.protocol.attributes import Path, ResourceType
from scim_app.protocol.catalog import ENTERPRISE_USER, MEMBER, Catalog
from scim_app.protocol.comparison import folded
from scim_app.protocol.errors import InvalidFilter

TABLES: dict[str, FromClause] = {"User": User.__table__, "Group": Group.__table__}
LEAVES: FromClause = SearchValue.__table__
ORGANIZATION: BindParameter[str] = bindparam("organization_id", type_=Id)
"""The organisation whose values they are: statements are made for all of them, and run for one."""
MANAGER = f"{ENTERPRISE_USER}:manager"


@dataclass(frozen=True)
class Source:
    """Values: whose they are, the position in a list, and their comparison form."""

    resource_id: ColumnElement[Any]
    item: ColumnElement[Any]
    key: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...]
    of_row: bool = False
    """Whether the values are columns of the resource's own row, which then need no subquery."""

    def ids(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select(self.resource_id).where(*self.where, *conditions)

    def items(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select(self.resource_id, self.item).where(*self.where, *conditions)


@dataclass(frozen=True)
class RowList:
    """A list whose values are rows: the parts of one value are columns of one row, some through a join."""

    resource_id: ColumnElement[Any]
    item: ColumnElement[Any]
    keys: Mapping[str, ColumnElement[Any]]
    where: tuple[ColumnElement[bool], ...]
    joins: Mapping[str, tuple[ColumnElement[bool], ...]] = field(default_factory=dict)
    narrows: Mapping[str, Callable[[str], ColumnElement[bool]]] = field(default_factory=dict)
    """What besides follows for the columns of the row from a part that equals a key: a place for a database to begin."""

    def key(self, part: str) -> ColumnElement[Any]:
        """The column of a part. Raises InvalidFilter for one that is made up when it is shown."""
        if part not in self.keys:
            raise InvalidFilter(f"Nobody can search by {part}: it is made when it is shown.")
        return self.keys[part]

    def joined(self, parts: Iterable[str]) -> list[ColumnElement[bool]]:
        """The conditions of the rows, with the joins that these parts need."""
        return [*self.where, *(condition for part in sorted(set(parts)) for condition in self.joins.get(part, ()))]

    def source(self, part: str) -> Source:
        return Source(self.resource_id, self.item, self.key(part), tuple(self.joined([part])))


@dataclass(frozen=True)
class Sources:
    """Finds where values stand, for one resource type in one organisation. Each answer is a new alias, to be nested."""

    catalog: Catalog
    kind: ResourceType

    @property
    def table(self) -> FromClause:
        return TABLES[self.kind.name]

    def of(self, path: Path) -> list[Source]:
        """Where the values of a path stand: rows of roles in two places, everything else in one."""
        lists = self.row_lists(parent(path))
        if lists:
            return [each.source(path.attribute.name) for each in lists]
        leaves = LEAVES.alias()
        return [self.row_source(path.text) or self.leaf_source(leaves, leaves.c.path == path.text)]

    def below(self, path: Path) -> Iterator[Source]:
        """Where there are plain values at and below a path: for leaves of documents all in one, and any row has them all."""
        stored = []
        for list_path in dict.fromkeys(parent(each) for each in path.simple()):
            for rows in self.row_lists(list_path):
                yield Source(rows.resource_id, rows.item, rows.item, rows.where)
        for each in path.simple():
            source = self.row_source(each.text)
            if source:
                yield source
            elif not self.row_lists(parent(each)):
                stored.append(each.text)
        if stored:
            leaves = LEAVES.alias()
            yield self.leaf_source(leaves, leaves.c.path.in_(stored))

    def leaf_source(self, leaves: FromClause, where: ColumnElement[bool]) -> Source:
        own = leaves.c.organization_id == ORGANIZATION, leaves.c.kind == self.kind.name
        return Source(leaves.c.resource_id, leaves.c.item, leaves.c.key, (*own, where))

    def row_source(self, path: str) -> Source | None:
        """Where a single value stands that is in a column, or not part of the stored document."""
        if path == "id" or path.startswith("meta."):
            return self.column_source(path)
        if self.kind.name == "User" and path == "userName":
            return Source(self.table.c.id, literal(0), self.table.c.user_name_key, (), of_row=True)
        if self.kind.name == "User" and path in {f"{MANAGER}.$ref", f"{MANAGER}.displayName"}:
            return self.manager_source(path)
        if self.kind.name == "User" and path == f"{self.catalog.access_urn}:organizationRole":
            return self.organization_role_source()
        return None

    def true_column(self, path: Path) -> ColumnElement[bool] | None:
        """The column of the row that is true where the value at a path is, if there is one."""
        active: ColumnElement[bool] | None = self.table.c.active if self.kind.name == "User" else None
        return active if path.text == "active" else None

    def column_source(self, path: str) -> Source:
        own = self.table.c
        keys: dict[str, ColumnElement[Any]] = {
            "id": own.id,
            "meta.created": own.created_at,
            "meta.lastModified": own.updated_at,
            "meta.resourceType": literal(self.kind.name),
            "meta.location": literal(self.catalog.location(self.kind.name, "")) + own.id,
            "meta.version": literal('W/"') + cast(own.version, String) + literal('"'),
        }
        return Source(own.id, literal(0), keys[path], (), of_row=True)

    def manager_source(self, path: str) -> Source:
        """What is said of a manager who is a user of the organisation; documents hold the id alone."""
        leaves, named = LEAVES.alias(), TABLES["User"].alias()
        source = self.leaf_source(leaves, leaves.c.path == f"{MANAGER}.value")
        where = named.c.organization_id == ORGANIZATION, named.c.id == leaves.c.key
        location = literal(self.catalog.location("User", "")) + named.c.id
        key = location if path.endswith(".$ref") else named.c.display_key
        return Source(source.resource_id, source.item, key, (*source.where, *where))

    def row_lists(self, path: Path) -> list[RowList]:
        """The rows that are the values of a list; none when the list is part of the document."""
        if not path.steps:
            return []
        text, access = path.text, self.catalog.access_urn
        if self.kind.name == "Group":
            return [self.memberships("group_id", "user_id", "User", "user")] if text == "members" else []
        if text == "groups":
            return [self.memberships("user_id", "group_id", "Group", "direct")]
        if text in {f"{access}:projectRoles", f"{access}:teamRoles"}:
            kind = "project" if text.endswith("projectRoles") else "team"
            return [self.effective_roles(kind), *([self.default_roles()] if kind == "project" else [])]
        return []

    def memberships(self, of: str, other: str, kind: str, type: str) -> RowList:
        """Members of groups, or groups of users."""
        rows, named = GroupMember.__table__.alias(), TABLES[kind].alias()
        keys: dict[str, ColumnElement[Any]] = {
            "value": rows.c[other],
            "$ref": literal(self.catalog.location(kind, "")) + rows.c[other],
            "display": named.c.display_key,
            "type": literal(type),
        }
        same = named.c.organization_id == rows.c.organization_id, named.c.id == rows.c[other]
        own = (rows.c.organization_id == ORGANIZATION,)
        return RowList(rows.c[of], rows.c[other], keys, own, {"display": same})

    def effective_roles(self, kind: str) -> RowList:
        """Roles that active users have because somebody granted them."""
        rows = EffectiveRole.__table__.alias()
        scopes, roles, parents = Scope.__table__.alias(), Role.__table__.alias(), Scope.__table__.alias()
        where = (
            rows.c.organization_id == ORGANIZATION, scopes.c.organization_id == ORGANIZATION,
            scopes.c.id == rows.c.scope_id, scopes.c.kind == kind,
        )  # fmt: skip
        keys = {"value": rows.c.scope_id, "display": scopes.c.name_key, "role": roles.c.name_key}
        joins: dict[str, tuple[ColumnElement[bool], ...]] = {
            "role": (roles.c.organization_id == ORGANIZATION, roles.c.id == rows.c.role_id)
        }
        if kind == "team":
            keys["project"], joins["project"] = parents.c.name_key, (parents.c.id == scopes.c.parent_id,)
        narrows = {
            "display": lambda key: rows.c.scope_id.in_(self.called(Scope, key)),
            "role": lambda key: rows.c.role_id.in_(self.called(Role, key)),
        }
        return RowList(rows.c.user_id, rows.c.scope_id, keys, where, joins, narrows)

    def called(self, table: type[Scope | Role], key: str) -> Select[Any]:
        """The ids of the organisation's scopes or roles of that name."""
        return select(table.id).where(table.organization_id == ORGANIZATION, table.name_key == key)

    def default_roles(self) -> RowList:
        """Roles that active users have in projects where nobody granted them any."""
        users, scopes, roles = User.__table__.alias(), Scope.__table__.alias(), Role.__table__.alias()
        granted = EffectiveRole.__table__.alias()
        none = ~exists().where(
            granted.c.organization_id == ORGANIZATION,
            granted.c.user_id == users.c.id,
            granted.c.scope_id == scopes.c.id,
        )
        where = (
            scopes.c.organization_id == ORGANIZATION, scopes.c.default_role_id.is_not(None),
            users.c.organization_id == scopes.c.organization_id, users.c.active, none,
        )  # fmt: skip
        keys = {"value": scopes.c.id, "display": scopes.c.name_key, "role": roles.c.name_key}
        return RowList(users.c.id, scopes.c.id, keys, where, {"role": (roles.c.id == scopes.c.default_role_id,)})

    def organization_role_source(self) -> Source:
        """The effective role in the organisation, of active users: what was granted, or else the first."""
        rows, roles, users = EffectiveRole.__table__.alias(), Role.__table__.alias(), User.__table__.alias()
        granted = select(roles.c.name_key).where(
            rows.c.organization_id == ORGANIZATION,
            rows.c.scope_id == ORGANIZATION,
            rows.c.user_id == users.c.id,
            roles.c.id == rows.c.role_id,
        )
        role = func.coalesce(granted.correlate(users).scalar_subquery(), literal(folded(MEMBER)))
        return Source(users.c.id, literal(0), role, (users.c.organization_id == ORGANIZATION, users.c.active))


def parent(path: Path) -> Path:
    """The path above."""
    return Path(path.steps[:-1])
