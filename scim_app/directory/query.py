"""Expressions → SELECT. A comparison becomes "some value of that path compares so", be the value a leaf, a column or a row.

`protocol.matching` says what an expression means; this finds the same resources on both databases. Keys are compared as
they are, by code point: there is no NULL logic, no LIKE, and no database's idea of case. An expression comes as a `form`,
with parameters for its values.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true, tuple_, union_all
from sqlalchemy.sql.selectable import FromClause

from scim_app.directory.parameters import Parameter
from scim_app.directory.sources import RowList, Source, Sources
from scim_app.protocol.attributes import Path
from scim_app.protocol.comparison import KEY_LENGTH
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, ValuePath, paths_of


@dataclass(frozen=True)
class Compiler:
    """Makes conditions on the rows of one resource type in one organisation, of expressions in their form."""

    sources: Sources

    @property
    def table(self) -> FromClause:
        return self.sources.table

    def condition(self, expression: Expression) -> ColumnElement[bool]:
        """The condition under which a row of the resource type's table matches."""
        match expression:
            case Comparison():
                return self.comparison(expression)
            case Present(path):
                return or_(false(), *(self.present(source) for source in self.sources.below(path)))
            case Not(inner):
                return not_(self.condition(inner))
            case And(parts):
                return and_(true(), *map(self.condition, parts))
            case Or(parts):
                return or_(false(), *map(self.condition, parts))
            case ValuePath(path, inner):
                lists = self.sources.row_lists(path)
                if lists:
                    # One list of ids, and not a choice between lists: what is found is then where a database begins.
                    first, *rest = (select(each.resource_id).where(*row(inner, each)) for each in lists)
                    return self.table.c.id.in_(first.union_all(*rest) if rest else first)
                found = self.items(inner, path).subquery()
                return self.table.c.id.in_(select(found.c[0]))

    def comparison(self, comparison: Comparison) -> ColumnElement[bool]:
        """Some value compares so; for `ne` also: there is none."""
        own = self.table.c.id
        column = self.sources.true_column(comparison.path)
        if column is not None and comparison.operator == "eq" and parameter_of(comparison).boolean == "true":
            return column
        if comparison.operator == "ne" and comparison.path.list_at is None:
            return not_(self.comparison(replace(comparison, operator="eq")))
        some = or_(*(self.some(source, comparison) for source in self.sources.of(comparison.path)))
        if comparison.operator != "ne":
            return some
        return or_(some, and_(*(own.not_in(source.ids()) for source in self.sources.of(comparison.path))))

    def some(self, source: Source, comparison: Comparison) -> ColumnElement[bool]:
        condition = compared(source.key, comparison.operator, comparison.key)
        return condition if source.of_row else self.table.c.id.in_(source.ids(condition))

    def present(self, source: Source) -> ColumnElement[bool]:
        return true() if source.of_row else self.table.c.id.in_(source.ids())

    def items(self, expression: Expression, path: Path) -> Any:
        """The values of a list in the document that match, as pairs of resource and position."""
        match expression:
            case Comparison() if expression.operator != "ne":
                source = self.leaf(expression)
                return source.items(compared(source.key, expression.operator, expression.key))
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
                found = union_all(*(source.items() for source in self.sources.below(path))).subquery()
                return select(*found.c).where(self.item_condition(expression, path, list(found.c)))

    def item_condition(self, expression: Expression, path: Path, columns: list[Any]) -> ColumnElement[bool]:
        """The condition under which one value of a list in the document matches."""
        pair = tuple_(*columns)
        match expression:
            case Comparison(operator="ne"):
                return not_(pair.in_(self.items(replace(expression, operator="eq"), path)))
            case Present(inner):
                return or_(false(), *(pair.in_(source.items()) for source in self.sources.below(inner)))
            case Not(part):
                return not_(self.item_condition(part, path, columns))
            case And(parts):
                return and_(true(), *(self.item_condition(part, path, columns) for part in parts))
            case Or(parts):
                return or_(false(), *(self.item_condition(part, path, columns) for part in parts))
            case _:
                return pair.in_(self.items(expression, path))

    def leaf(self, comparison: Comparison) -> Source:
        return self.sources.of(comparison.path)[0]


def row(expression: Expression, rows: RowList) -> list[ColumnElement[bool]]:
    """The conditions under which a row that is a value of a list matches what stands in the brackets."""
    joined = rows.joined(path.attribute.name for path in paths_of(expression))
    narrowed = [
        rows.narrows[part.path.attribute.name](parameter_of(part).bound())
        for part in (expression.parts if isinstance(expression, And) else (expression,))
        if isinstance(part, Comparison) and part.operator == "eq" and part.path.attribute.name in rows.narrows
    ]
    return [*joined, *narrowed, row_condition(expression, rows)]


def parameter_of(comparison: Comparison) -> Parameter:
    """What stands in the place of the value that is compared with."""
    parameter: Any = comparison.key
    assert isinstance(parameter, Parameter)
    return parameter


def row_condition(expression: Expression, rows: RowList) -> ColumnElement[bool]:
    """The same without the joins: all parts of a value are columns of its row, and none is empty."""
    match expression:
        case Comparison(path, operator, _, key):
            return compared(rows.key(path.attribute.name), operator, key)
        case Not(inner):
            return not_(row_condition(inner, rows))
        case And(parts):
            return and_(true(), *(row_condition(part, rows) for part in parts))
        case Or(parts):
            return or_(false(), *(row_condition(part, rows) for part in parts))
        case _:
            # Always so. A constant would be folded, and the joins with it.
            return rows.item.is_not(None)


def compared(key: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    """The column compared with a parameter, both in comparison form."""
    return OPERATORS[operator](key, value)


def plain(compare: Callable[[Any, Any], ColumnElement[bool]]) -> Operator:
    """A comparison that the database has."""
    return lambda key, value: compare(key, value.bound())


def contains(key: ColumnElement[Any], value: Parameter) -> ColumnElement[bool]:
    """What is left without the value is something else. The digest of a longer text is none of it."""
    if value.empty:
        return key.is_not(None)
    text: ColumnElement[str] = func.substr(key, 1, KEY_LENGTH)
    return func.replace(text, value.bound(), "") != text


def begins(key: ColumnElement[Any], value: Parameter) -> ColumnElement[bool]:
    """A range of keys, which an index finds."""
    return and_(key >= value.bound(), true() if value.endless else key < value.end())


def ends(key: ColumnElement[Any], value: Parameter) -> ColumnElement[bool]:
    """The last characters, as many as the value has. The end of a longer text is not searchable."""
    if value.empty:
        return key.is_not(None)
    last: Any = func.substr(key, func.length(key) - value.length() + 1)
    return and_(last == value.bound(), func.length(key) <= KEY_LENGTH)


Operator = Callable[[ColumnElement[Any], Parameter], ColumnElement[bool]]
OPERATORS: dict[str, Operator] = {
    "eq": plain(operator.eq),
    "ne": plain(operator.ne),
    "gt": plain(operator.gt),
    "ge": plain(operator.ge),
    "lt": plain(operator.lt),
    "le": plain(operator.le),
    "co": contains,
    "sw": begins,
    "ew": ends,
}


def cost(expression: Expression) -> int:
    """A guess at how many values a part of a conjunction selects: the most selective is looked up first."""
    match expression:
        case Comparison(path, "eq"):
            return 1 if path.attribute.canonical_values or path.attribute.type == "boolean" else 0
        case Comparison() if expression.operator != "ne":
            return 2
        case _:
            return 3
