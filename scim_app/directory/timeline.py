"""Lists of what happened, newest first, page by page: a page costs what it shows, however long the list is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select

from scim_app.directory.transaction import AnySession

Row = TypeVar("Row")
PAGE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some entries, newest first, and the ids to continue from in each direction, where there is more."""

    entries: Sequence[Row]
    newer: str | None
    older: str | None


def page(
    session: AnySession,
    statement: Select[Row],
    column: Any,
    before: str | None = None,
    after: str | None = None,
    size: int = PAGE,
) -> Page[Row]:
    """The rows next to `before` (older) or `after` (newer), or else the newest. `column` is the id they are ordered by."""
    if after is not None:
        newer = session.scalars(statement.where(column > after).order_by(column).limit(size + 1)).all()
        entries = newer[:size][::-1]
        return Page(entries, _id(entries[0]) if len(newer) > size else None, _id(entries[-1]) if entries else None)
    older_than = statement if before is None else statement.where(column < before)
    older = session.scalars(older_than.order_by(column.desc()).limit(size + 1)).all()
    entries = older[:size]
    return Page(
        entries, _id(entries[0]) if before and entries else None, _id(entries[-1]) if len(older) > size else None
    )


def _id(row: Any) -> str:
    return str(row.id)
