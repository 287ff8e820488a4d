"""Pages of rows: by number or behind a position, in the order that `protocol.ordering` defines.

A sorted list is two lists in a row: those that have a value, in the order of values, and those that have none, in the
order of ids. Both are read along an index: a page costs what it shows, wherever it starts (by number it costs what it
skips, too, in the database alone).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, or_, select
from sqlalchemy.sql.selectable import FromClause

from scim_app.directory.query import Compiler
from scim_app.directory.sources import Source
from scim_app.directory.transaction import AnySession
from scim_app.protocol.attributes import Path
from scim_app.protocol.comparison import instant_key
from scim_app.protocol.cursors import Place, Position
from scim_app.protocol.errors import TooMany
from scim_app.protocol.listing import Criteria, Query
from scim_app.protocol.ordering import primary_path

FURTHEST = 10_000
"""How far behind the first a page of several resource types may end: so many rows of each are read to merge them."""


@dataclass(frozen=True)
class Segment:
    """One of the lists in a row: rows that have a value to be sorted by, or rows that have none."""

    statement: Select[Any]
    id: ColumnElement[Any]
    key: ColumnElement[Any] | None
    source: Source | None = None

    def ordered(self, descending: bool, backwards: bool) -> Select[Any]:
        """The rows in order, or from the end."""
        by_id = self.id.desc() if backwards else self.id.asc()
        if self.key is None:
            return self.statement.order_by(by_id)
        return self.statement.order_by(self.key.desc() if descending != backwards else self.key.asc(), by_id)

    def behind(self, position: Position, descending: bool) -> ColumnElement[bool]:
        """The condition under which a row lies behind the position, or before it when that looks backwards."""
        beyond_id = self.id < position.id if position.backwards else self.id > position.id
        if self.key is None or self.source is None or position.key is None:
            return beyond_id
        key = self.source.read(position.key)
        beyond = self.key < key if descending != position.backwards else self.key > key
        return or_(beyond, and_(self.key == key, beyond_id))


@dataclass(frozen=True)
class Listing:
    """The rows of one resource type that match, in order."""

    session: AnySession
    compiler: Compiler
    criteria: Criteria
    descending: bool

    @property
    def table(self) -> FromClause:
        return self.compiler.table

    def total(self) -> int:
        """How many rows match."""
        statement = select(func.count()).select_from(self.table).where(*self.matching())
        return int(self.session.execute(statement).scalar_one())

    def at(self, offset: int, limit: int) -> list[Any]:
        """At most `limit` rows from the `offset`th on, from 0."""
        rows: list[Any] = []
        for segment in self.segments():
            statement = segment.ordered(self.descending, False)
            found = self.session.execute(statement.offset(offset).limit(limit - len(rows))).all()
            rows += found
            if len(rows) == limit:
                break
            offset = 0 if found or not offset else max(0, offset - self.length(segment))
        return rows

    def beyond(self, position: Position, limit: int) -> list[Any]:
        """At most `limit` rows behind the position; looking backwards those before it, the nearest first."""
        rows: list[Any] = []
        segments = list(self.segments())
        if position.backwards:
            segments.reverse()
        reached = False
        for segment in segments:
            statement = segment.ordered(self.descending, position.backwards)
            if (segment.key is None) == (position.key is None):
                statement, reached = statement.where(segment.behind(position, self.descending)), True
            elif not reached:
                continue
            rows += self.session.execute(statement.limit(limit - len(rows))).all()
            if len(rows) == limit:
                break
        return rows

    def segments(self) -> Iterator[Segment]:
        """The lists in a row: what has no value comes last, and first when the order is descending."""
        if self.criteria.sort is None:
            yield self.without_value(None)
            return
        path = self.criteria.sort.path
        source = self.compiler.sources.of(path)[0]
        if source.of_row:
            yield self.segment(source.key, source)
            return
        both = self.with_value(path, source), self.without_value(path)
        yield from reversed(both) if self.descending else both

    def with_value(self, path: Path, source: Source) -> Segment:
        conditions = [*source.where, source.resource_id == self.table.c.id]
        # A group that was renamed has its former names beside its name, at other positions.
        conditions.append(source.item == (0 if path.list_at is None else self.chosen_item(path, source)))
        return self.segment(source.key, source, *conditions)

    def without_value(self, path: Path | None) -> Segment:
        if path is None:
            return self.segment(None, None)
        return self.segment(None, None, self.table.c.id.not_in(self.compiler.sources.of(path)[0].ids()))

    def segment(
        self, key: ColumnElement[Any] | None, source: Source | None, *conditions: ColumnElement[bool]
    ) -> Segment:
        own = self.table.c
        sort_key = null() if key is None else key
        statement = select(
            own.id, own.document, own.version, own.created_at, own.updated_at,
            sort_key.label("sort_key"), literal(self.compiler.sources.kind.name).label("kind"),
        )  # fmt: skip
        return Segment(statement.where(*self.matching(), *conditions), own.id, key, source)

    def chosen_item(self, path: Path, source: Source) -> ColumnElement[Any]:
        """The position of the value that is sorted by: the primary one that has it, or else the first."""
        first = self.compiler.sources.of(path)[0]
        of_resource = first.resource_id == source.resource_id
        at_first = (
            select(func.min(first.item)).where(*first.where, of_resource).correlate(*froms(source)).scalar_subquery()
        )
        primary = primary_path(path)
        if primary is None:
            return at_first
        preferred, valued = self.compiler.sources.of(primary)[0], self.compiler.sources.of(path)[0]
        at_primary = (
            select(func.min(preferred.item))
            .where(*preferred.where, preferred.key == "true", preferred.resource_id == source.resource_id)
            .where(*valued.where, valued.resource_id == preferred.resource_id, valued.item == preferred.item)
            .correlate(*froms(source))
            .scalar_subquery()
        )
        return func.coalesce(at_primary, at_first)

    def matching(self) -> list[ColumnElement[bool]]:
        """The conditions that the rows meet, whatever the order."""
        own = [self.table.c.organization_id == self.compiler.sources.organization_id]
        return own if self.criteria.filter is None else [*own, self.compiler.condition(self.criteria.filter)]

    def length(self, segment: Segment) -> int:
        statement = segment.statement.with_only_columns(func.count(), maintain_column_froms=True)
        return int(self.session.execute(statement).scalar_one())


def froms(source: Source) -> Sequence[FromClause]:
    """The tables a source reads."""
    return [column.table for column in (source.resource_id,)]


def position_of(row: Any, backwards: bool) -> Position:
    """The place right behind a row, or right before it."""
    key = instant_key(row.sort_key) if isinstance(row.sort_key, datetime) else row.sort_key
    return Position(row.id, key, backwards)


def merged(lists: Sequence[Sequence[Any]], descending: bool, backwards: bool) -> list[Any]:
    """The rows of several lists, each in the one order of them all, in that order."""
    rows = sorted((row for each in lists for row in each), key=lambda row: row.id, reverse=backwards)
    valued = [row for row in rows if row.sort_key is not None]
    valued.sort(key=lambda row: row.sort_key, reverse=descending != backwards)
    without = [row for row in rows if row.sort_key is None]
    return without + valued if descending != backwards else valued + without


@dataclass(frozen=True)
class Rows:
    """The rows of one page, how many match in all, and the places around them."""

    rows: Sequence[Any]
    total: int
    previous: Position | None = None
    next: Position | None = None


def by_number(listings: Sequence[Listing], query: Query) -> Rows:
    """The page that begins with the `start_index`th row. A page that is not full tells the total by itself."""
    skipped = query.start_index - 1
    if len(listings) == 1:
        rows = listings[0].at(skipped, query.count) if query.count else []
    else:
        if skipped + query.count > FURTHEST:
            raise TooMany(f"Ask one endpoint at a time beyond {FURTHEST:,} resources, or walk with a cursor.")
        found = merged([each.at(0, skipped + query.count) for each in listings], query.descending, False)
        rows = found[skipped : skipped + query.count]
    complete = len(rows) < query.count and (rows or not skipped)
    return Rows(rows, skipped + len(rows) if complete else sum(each.total() for each in listings))


def by_cursor(listings: Sequence[Listing], query: Query, place: Place | None) -> Rows:
    """The page behind a place, or before it; without one the first. One row more than it shows says whether more follow."""
    total = place.total if place else sum(each.total() for each in listings)
    if not query.count:
        return Rows([], total)
    backwards = place is not None and place.position.backwards
    limit = query.count + 1
    lists = [each.beyond(place.position, limit) if place else each.at(0, limit) for each in listings]
    found = merged(lists, query.descending, backwards)
    more, rows = len(found) > query.count, found[: query.count]
    if backwards:
        rows.reverse()
    before, behind = (more, True) if backwards else (place is not None, more)
    return Rows(
        rows,
        total,
        position_of(rows[0], backwards=True) if rows and before else None,
        position_of(rows[-1], backwards=False) if rows and behind else None,
    )
