"""Expressions → SELECT. A comparison becomes "some value of that path compares so", be the value a leaf, a column or a row.

`protocol.matching` says what an expression means; this finds the same resources on both databases. Keys are compared as
they are, by code point: there is no NULL logic, no LIKE, and no database's idea of case.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.sql.selectable import FromClause

from scim_app.directory.tables import Group, GroupMember, SearchValue, User
from scim_app.protocol.attributes import Path, ResourceType, instant
from scim_app.protocol.catalog import ENTERPRISE_USER, Catalog
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, ValuePath

USERS: FromClause = User.__table__
GROUPS: FromClause = Group.__table__
TABLES = {"User": USERS, "Group": GROUPS}
MEMBERS: FromClause = GroupMember.__table__
LEAVES: FromClause = SearchValue.__table__
MANAGER = f"{ENTERPRISE_USER}:manager"


@dataclass(frozen=True)
class Source:
    """Where the values of a path stand: whose they are, the position in a list, and their comparison form."""

    resource_id: ColumnElement[Any]
    item: ColumnElement[Any]
    key: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...]
    of_row: bool = False
    """Whether the values are columns of the resource's own row, which then need no subquery."""
    read: Callable[[str], Any] = str
    """The comparison form of a value as the column has it."""

    def ids(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select(self.resource_id).where(*self.where, *conditions)

    def items(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select(self.resource_id, self.item).where(*self.where, *conditions)

    def compared(self, comparison: Comparison) -> ColumnElement[bool]:
        return compared(self.key, comparison.operator, self.read(comparison.key))


@dataclass(frozen=True)
class Compiler:
    """Makes conditions on the rows of one resource type in one organisation."""

    catalog: Catalog
    kind: ResourceType
    organization_id: str

    @property
    def table(self) -> FromClause:
        return TABLES[self.kind.name]

    def condition(self, expression: Expression) -> ColumnElement[bool]:
        """The condition under which a row of the resource type's table matches."""
        match expression:
            case Comparison():
                return self.comparison(expression)
            case Present(path):
                return or_(false(), *(self.present(source) for source in self.sources_below(path)))
            case Not(inner):
                return not_(self.condition(inner))
            case And(parts):
                return and_(true(), *map(self.condition, parts))
            case Or(parts):
                return or_(false(), *map(self.condition, parts))
            case ValuePath(path, inner):
                found = self.items(inner, path).subquery()
                return self.table.c.id.in_(select(found.c[0]))

    def comparison(self, comparison: Comparison) -> ColumnElement[bool]:
        source = self.source(comparison.path)
        if source.of_row:
            return source.compared(comparison)
        if comparison.operator != "ne":
            return self.table.c.id.in_(source.ids(source.compared(comparison)))
        if comparison.path.list_at is None:
            return self.table.c.id.not_in(source.ids(compared(source.key, "eq", source.read(comparison.key))))
        other = self.source(comparison.path)
        return or_(self.table.c.id.in_(source.ids(source.compared(comparison))), self.table.c.id.not_in(other.ids()))

    def present(self, source: Source) -> ColumnElement[bool]:
        return true() if source.of_row else self.table.c.id.in_(source.ids())

    def items(self, expression: Expression, path: Path) -> Any:
        """The values of a multi-valued attribute that match, as pairs of resource and position."""
        match expression:
            case Comparison() if expression.operator != "ne":
                source = self.source(expression.path)
                return source.items(source.compared(expression))
            case And(parts):
                first, *rest = sorted(parts, key=cost)
                found = self.items(first, path).subquery()
                columns = list(found.c)
                return select(*columns).where(*(self.item_condition(part, path, columns) for part in rest))
            case Or(parts):
                # SQLite has no parentheses around a union in a union: each part is a select of its own.
                found_by_part = [self.items(part, path).subquery() for part in parts]
                return union_all(*(select(*each.c) for each in found_by_part))
            case _:
                found = union_all(*(source.items() for source in self.sources_below(path))).subquery()
                return select(*found.c).where(self.item_condition(expression, path, list(found.c)))

    def item_condition(self, expression: Expression, path: Path, columns: list[Any]) -> ColumnElement[bool]:
        """The condition under which one value of a multi-valued attribute matches."""
        pair = tuple_(*columns)
        match expression:
            case Comparison(operator="ne"):
                source = self.source(expression.path)
                return not_(pair.in_(source.items(compared(source.key, "eq", source.read(expression.key)))))
            case Present(inner):
                return or_(false(), *(pair.in_(source.items()) for source in self.sources_below(inner)))
            case Not(part):
                return not_(self.item_condition(part, path, columns))
            case And(parts):
                return and_(true(), *(self.item_condition(part, path, columns) for part in parts))
            case Or(parts):
                return or_(false(), *(self.item_condition(part, path, columns) for part in parts))
            case _:
                return pair.in_(self.items(expression, path))

    def sources_below(self, path: Path) -> Iterator[Source]:
        """Where the plain values at and below a path stand: for leaves of documents all in one."""
        simple = [each.text for each in path.simple()]
        rows = {each: source for each in simple if (source := self.row_source(each))}
        yield from rows.values()
        if len(rows) < len(simple):
            leaves = LEAVES.alias()
            yield self.leaf_source(leaves, leaves.c.path.in_([each for each in simple if each not in rows]))

    def source(self, path: Path) -> Source:
        """Where the values of a path stand. A new alias each time, so that sources can be nested."""
        leaves = LEAVES.alias()
        return self.row_source(path.text) or self.leaf_source(leaves, leaves.c.path == path.text)

    def leaf_source(self, leaves: FromClause, where: ColumnElement[bool]) -> Source:
        own = leaves.c.organization_id == self.organization_id, leaves.c.kind == self.kind.name
        return Source(leaves.c.resource_id, leaves.c.item, leaves.c.key, (*own, where))

    def row_source(self, path: str) -> Source | None:
        """Where a value stands that is not part of the stored document."""
        if path == "id" or path.startswith("meta."):
            return self.column_source(path)
        if self.kind.name == "Group" and path.startswith("members."):
            return self.membership_source(path.removeprefix("members."), "group_id", "user_id", "User")
        if self.kind.name == "User" and path.startswith("groups."):
            return self.membership_source(path.removeprefix("groups."), "user_id", "group_id", "Group")
        if self.kind.name == "User" and path in {f"{MANAGER}.$ref", f"{MANAGER}.displayName"}:
            return self.manager_source(path)
        return None

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
        read = instant if path in {"meta.created", "meta.lastModified"} else str
        return Source(own.id, literal(0), keys[path], (), of_row=True, read=read)

    def membership_source(self, path: str, of: str, other: str, kind: str) -> Source:
        rows = MEMBERS.alias()
        named = TABLES[kind].alias()
        where: tuple[ColumnElement[bool], ...] = (rows.c.organization_id == self.organization_id,)
        if path == "display":
            where += (named.c.organization_id == rows.c.organization_id, named.c.id == rows.c[other])
        keys: dict[str, ColumnElement[Any]] = {
            "value": rows.c[other],
            "$ref": literal(self.catalog.location(kind, "")) + rows.c[other],
            "display": named.c.display_key,
            "type": literal("user" if kind == "User" else "direct"),
        }
        return Source(rows.c[of], rows.c[other], keys[path], where)

    def manager_source(self, path: str) -> Source:
        """What is said of a manager who is a user of the organisation; documents hold the id alone."""
        leaves, named = LEAVES.alias(), USERS.alias()
        source = self.leaf_source(leaves, leaves.c.path == f"{MANAGER}.value")
        where = named.c.organization_id == self.organization_id, named.c.id == leaves.c.key
        location = literal(self.catalog.location("User", "")) + named.c.id
        key = location if path.endswith(".$ref") else named.c.display_key
        return Source(source.resource_id, source.item, key, (*source.where, *where))


def compared(key: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    """The column compared with a value, both in comparison form."""
    return OPERATORS[operator](key, value)


def contains(key: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """What is left without the value is something else."""
    return func.replace(key, value, "") != key if value else true()


def begins(key: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """A range of keys, which an index finds."""
    end = after_prefix(value)
    return and_(key >= value, key < end) if end else key >= value


def ends(key: ColumnElement[Any], value: str) -> ColumnElement[bool]:
    """The last characters, as many as the value has."""
    return func.substr(key, func.length(key) - len(value) + 1) == value if value else true()


OPERATORS: dict[str, Callable[[ColumnElement[Any], Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "co": contains,
    "sw": begins,
    "ew": ends,
}


def after_prefix(prefix: str) -> str:
    """The least text above all that begin with the prefix; empty when there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < sys.maxunicode:
            return prefix[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        prefix = prefix[:-1]
    return ""


def cost(expression: Expression) -> int:
    """A guess at how many values a part of a conjunction selects: the most selective is looked up first."""
    match expression:
        case Comparison(path, "eq"):
            return 1 if path.attribute.canonical_values or path.attribute.type == "boolean" else 0
        case Comparison() if expression.operator != "ne":
            return 2
        case _:
            return 3
