"""Pages of rows: by number or behind a position, in the order that `protocol.ordering` defines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Result, Select

from scim_app.directory.beside import addresses
from scim_app.directory.parameters import form
from scim_app.directory.plans import Plan, is_small, plan
from scim_app.directory.transaction import AnySession
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.comparison import instant_key
from scim_app.protocol.cursors import Place, Position
from scim_app.protocol.errors import TooMany
from scim_app.protocol.listing import Criteria, Query

FURTHEST = 10_000
"""How far behind the first a page of several resource types may end: so many rows of each are read to merge them."""


@dataclass(frozen=True)
class Listing:
    """The rows of one resource type that match, in order."""

    session: AnySession
    plan: Plan
    values: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        session: AnySession,
        organization_id: str,
        catalog: Catalog,
        criteria: Criteria,
        descending: bool,
        beside: str | None = None,
    ) -> Listing:
        """What matches the criteria in one organisation, with what is wanted beside its documents."""
        filter, values = (None, {}) if criteria.filter is None else form(criteria.filter)
        make = plan if is_small(filter) else plan.__wrapped__
        planned = make(catalog, criteria.kind.name, filter, criteria.sort, descending, beside)
        return cls(session, planned, {**values, "organization_id": organization_id, **addresses(catalog)})

    def run(self, statement: Select[Any], values: Mapping[str, Any]) -> Result[Any]:
        """What a statement of the plan finds."""
        return self.session.execute(statement, values, execution_options=self.plan.options)

    @cached_property
    def total(self) -> int:
        """How many rows match, when this is first asked."""
        return int(self.run(self.plan.total, self.values).scalar_one())

    def at(self, offset: int, limit: int) -> list[Any]:
        """At most `limit` rows from the `offset`th on, from 0. What is skipped is read from the end that is nearer."""
        if self.plan.everything and offset > self.total / 2:
            return self.before_end(offset, limit)
        return self.behind_start(offset, limit)

    def before_end(self, offset: int, limit: int) -> list[Any]:
        """The same, the rows behind them being skipped."""
        [segment] = self.plan.segments
        left = self.total - offset - limit
        values = {**self.values, "offset": max(0, left), "limit": max(0, min(limit, left + limit))}
        rows = self.run(segment.by_number_from_end, values).all()
        # A row that came or went in between moves what is counted from the end: the statement itself says whether one did.
        if rows and rows[0].there_are == self.total:
            return list(rows)
        return self.behind_start(offset, limit)

    def behind_start(self, offset: int, limit: int) -> list[Any]:
        """The same, the rows before them being skipped."""
        rows: list[Any] = []
        for segment in self.plan.segments:
            statement = segment.by_number if offset else segment.first
            values = {**self.values, "offset": offset, "limit": limit - len(rows)}
            found = self.run(statement, values).all()
            rows += found
            if len(rows) == limit:
                break
            if found or not offset:
                offset = 0
            else:
                offset = max(0, offset - int(self.run(segment.length, self.values).scalar_one()))
        return rows

    def beyond(self, position: Position, limit: int) -> list[Any]:
        """At most `limit` rows behind the position; looking backwards those before it, the nearest first."""
        rows: list[Any] = []
        # Ascending, what has a value comes before what has none. A list may have one segment only, beside the position's.
        other_is_beyond = (position.key is not None) == (self.plan.descending == position.backwards)
        for segment in reversed(self.plan.segments) if position.backwards else self.plan.segments:
            here = (segment.key is None) == (position.key is None)
            if not here and not other_is_beyond:
                continue
            values = {**self.values, "limit": limit - len(rows)} | (segment.place(position) if here else {})
            rows += self.run(segment.from_place(position.backwards, here), values).all()
            if len(rows) == limit:
                break
        return rows


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
    return Rows(rows, skipped + len(rows) if complete else sum(each.total for each in listings))


def by_cursor(listings: Sequence[Listing], query: Query, place: Place | None) -> Rows:
    """The page behind a place, or before it; without one the first. One row more than it shows says whether more follow."""
    total = place.total if place else sum(each.total for each in listings)
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
