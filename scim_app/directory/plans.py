"""The statements of a list: made once for all lists of one form, and run for an organisation, values and a place.

A sorted list is two lists in a row: those that have a value, in the order of values, and those that have none, in the
order of ids. Both are read along an index: a page costs what it shows, wherever it starts (by number it costs what it
skips, too, in the database alone).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.sql.selectable import FromClause

from scim_app.directory import population
from scim_app.directory.beside import shown
from scim_app.directory.parameters import INSTANTS
from scim_app.directory.query import Compiler
from scim_app.directory.sources import ORGANIZATION, TABLES, Source, Sources
from scim_app.directory.tables.columns import Id
from scim_app.protocol.attributes import Path
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.comparison import instant
from scim_app.protocol.cursors import Position
from scim_app.protocol.expressions import Comparison, Expression, paths_of
from scim_app.protocol.ordering import Sort, primary_path

KEPT = 200
"""Forms of lists whose statements are kept: what identity providers ask for are a few dozen."""
SMALL = 5
"""Names of attributes in a filter of a form that is kept. Of larger ones there are too many, and each takes megabytes."""
LIMIT, OFFSET = bindparam("limit", type_=Integer), bindparam("offset", type_=BigInteger)
AT_ID: Any = bindparam("at_id", type_=Id)


@lru_cache(KEPT)
def plan(
    catalog: Catalog,
    kind: str,
    filter: Expression | None,
    sort: Sort | None,
    descending: bool,
    beside: str | None,
) -> Plan:
    """The plan of lists of this type with a filter of this form, in this order, and with what is wanted beside documents.

    It is kept; `plan.__wrapped__` makes one for this once.
    """
    return Plan(Compiler(Sources(catalog, catalog[kind])), filter, sort, descending, beside)


def is_small(filter: Expression | None) -> bool:
    """Whether the plans of lists with a filter of this form are kept."""
    return filter is None or next(islice(paths_of(filter), SMALL, None), None) is None


@dataclass(frozen=True)
class Segment:
    """One of the lists in a row: rows that have a value to be sorted by, or rows that have none."""

    kind: str
    statement: Select[Any]
    id: ColumnElement[Any]
    key: ColumnElement[Any] | None
    descending: bool
    beside: str | None
    by_moment: bool = False
    """Whether the values are moments."""
    direct: bool = False
    """Whether the rows are found one after the other, or are few: then nothing is made of any that is not shown."""
    made: dict[tuple[bool, bool], Select[Any]] = field(default_factory=dict)

    @cached_property
    def by_number(self) -> Select[Any]:
        """At most `limit` rows from the `offset`th on, in order. Of those that are skipped no more is read than the order."""
        return self.behind(self.ordered(False))

    @cached_property
    def by_number_from_end(self) -> Select[Any]:
        """The same, in the same order, where `offset` says how many are skipped from the end; and how many there are."""
        there_are = population.count(self.kind).scalar_subquery().label("there_are")
        return self.behind(self.ordered(True)).add_columns(there_are)

    def behind(self, ordered: Select[Any]) -> Select[Any]:
        """Of rows in some order those behind the `offset`th, in the order of this list."""
        key: ColumnElement[Any] = null() if self.key is None else self.key
        ids = ordered.with_only_columns(self.id.label("id"), key.label("sort_key"), maintain_column_froms=True)
        page = ids.limit(LIMIT).offset(OFFSET).subquery("page")
        columns = shown(self.kind, self.beside)
        statement = select(*columns, page.c.sort_key, literal(self.kind).label("kind"))
        table = TABLES[self.kind]
        joined = statement.join_from(table, page, table.c.id == page.c.id)
        if self.key is None:
            return joined.order_by(page.c.id)
        return joined.order_by(page.c.sort_key.desc() if self.descending else page.c.sort_key.asc(), page.c.id)

    @cached_property
    def first(self) -> Select[Any]:
        """At most `limit` rows from the first on, as `by_number` has them."""
        return self.from_place(False, False) if self.direct else self.by_number

    @cached_property
    def length(self) -> Select[Any]:
        """How many rows there are."""
        return self.statement.with_only_columns(func.count(), maintain_column_froms=True)

    def from_place(self, backwards: bool, behind: bool) -> Select[Any]:
        """At most `limit` rows in order, or from the end; those behind, or before, a position, if it is in this list."""
        statement = self.made.get((backwards, behind))
        if statement is None:
            statement = self.ordered(backwards).limit(LIMIT)
            if behind:
                statement = statement.where(self.beyond(backwards))
            self.made[backwards, behind] = statement
        return statement

    def place(self, position: Position) -> dict[str, Any]:
        """The position as statements have it."""
        key: Any = position.key
        return {"at_id": position.id, "at_key": instant(key) if self.by_moment and key is not None else key}

    def ordered(self, backwards: bool) -> Select[Any]:
        """The rows in order, or from the end."""
        by_id = self.id.desc() if backwards else self.id.asc()
        if self.key is None:
            return self.statement.order_by(by_id)
        return self.statement.order_by(self.key.desc() if self.descending != backwards else self.key.asc(), by_id)

    def beyond(self, backwards: bool) -> ColumnElement[bool]:
        """The condition under which a row lies behind the position, or before it when that looks backwards."""
        beyond_id: ColumnElement[bool] = self.id < AT_ID if backwards else self.id > AT_ID
        if self.key is None:
            return beyond_id
        key: Any = bindparam("at_key", type_=self.key.type)
        beyond: ColumnElement[bool] = self.key < key if self.descending != backwards else self.key > key
        return or_(beyond, and_(self.key == key, beyond_id))


@dataclass(frozen=True)
class Plan:
    """The statements for the rows of one resource type that match, in order."""

    compiler: Compiler
    filter: Expression | None
    sort: Sort | None
    descending: bool
    beside: str | None

    @cached_property
    def options(self) -> Mapping[str, Any]:
        """With which its statements are run: of one that is not kept, what SQLAlchemy makes of them is not kept either."""
        return {} if is_small(self.filter) else {"compiled_cache": None}

    @property
    def kind(self) -> str:
        return self.compiler.sources.kind.name

    @property
    def table(self) -> FromClause:
        return self.compiler.table

    @property
    def everything(self) -> bool:
        """Whether it is all rows there are, in the order of ids."""
        return self.filter is None and self.sort is None

    @cached_property
    def total(self) -> Select[Any]:
        """How many rows match. How many there are in all is known: nothing has to be counted."""
        if self.filter is None:
            return population.count(self.kind)
        return select(func.count()).select_from(self.table).where(*self.matching())

    @cached_property
    def segments(self) -> Sequence[Segment]:
        """The lists in a row: what has no value comes last, and first when the order is descending."""
        if self.sort is None:
            return [self.without_value(None)]
        path = self.sort.path
        source = self.compiler.sources.of(path)[0]
        if source.of_row:
            # Every row has the value; a row of another type may have none, and these then come before or behind it.
            both = [self.segment(source.key, by_moment=path.text in INSTANTS), self.segment(None, false())]
        else:
            both = [self.with_value(path, source), self.without_value(path)]
        return both[::-1] if self.descending else both

    def with_value(self, path: Path, source: Source) -> Segment:
        conditions = [*source.where, source.resource_id == self.table.c.id]
        # A group that was renamed has its former names beside its name, at other positions.
        conditions.append(source.item == (0 if path.list_at is None else self.chosen_item(path, source)))
        return self.segment(source.key, *conditions, at=source.resource_id)

    def without_value(self, path: Path | None) -> Segment:
        if path is None:
            return self.segment(None)
        return self.segment(None, self.table.c.id.not_in(self.compiler.sources.of(path)[0].ids()))

    def segment(
        self,
        key: ColumnElement[Any] | None,
        *conditions: ColumnElement[bool],
        at: ColumnElement[Any] | None = None,
        by_moment: bool = False,
    ) -> Segment:
        sort_key = null() if key is None else key
        kind = literal(self.kind).label("kind")
        statement = select(*shown(self.kind, self.beside), sort_key.label("sort_key"), kind)
        # Of two columns that are equal, the one beside the key: then an index has the order.
        row_id = self.table.c.id if at is None else at
        matching = statement.where(*self.matching(), *conditions)
        direct = self.everything or (self.sort is None and self.filter is not None and names_one(self.filter))
        return Segment(self.kind, matching, row_id, key, self.descending, self.beside, by_moment, direct)

    def chosen_item(self, path: Path, source: Source) -> ColumnElement[Any]:
        """The position of the value that is sorted by: the primary one that has it, or else the first."""
        first = self.compiler.sources.of(path)[0]
        of_resource = first.resource_id == source.resource_id
        at_first = (
            select(func.min(first.item))
            .where(*first.where, of_resource)
            .correlate(source.resource_id.table)
            .scalar_subquery()
        )
        primary = primary_path(path)
        if primary is None:
            return at_first
        preferred, valued = self.compiler.sources.of(primary)[0], self.compiler.sources.of(path)[0]
        at_primary = (
            select(func.min(preferred.item))
            .where(*preferred.where, preferred.key == "true", preferred.resource_id == source.resource_id)
            .where(*valued.where, valued.resource_id == preferred.resource_id, valued.item == preferred.item)
            .correlate(source.resource_id.table)
            .scalar_subquery()
        )
        return func.coalesce(at_primary, at_first)

    def matching(self) -> list[ColumnElement[bool]]:
        """The conditions that the rows meet, whatever the order."""
        own = [self.table.c.organization_id == ORGANIZATION]
        return own if self.filter is None else [*own, self.compiler.condition(self.filter)]


def names_one(expression: Expression) -> bool:
    """Whether the expression says what identifies a resource: a handful match at most."""
    if not isinstance(expression, Comparison) or expression.operator != "eq":
        return False
    return expression.path.attribute.uniqueness != "none" or expression.path.text == "externalId"
