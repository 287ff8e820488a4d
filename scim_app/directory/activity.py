"""The history read back: pages of an organisation's changes, newest first, by cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from scim_app.directory.tables import Change
from scim_app.directory.transaction import AnySession
from scim_app.protocol.attributes import folded

PAGE = 50


@dataclass(frozen=True)
class Page:
    """Some entries, newest first, and the ids to continue from in each direction, where there is more."""

    entries: Sequence[Change]
    newer: str | None
    older: str | None


def page(
    session: AnySession,
    organization_id: str,
    *,
    before: str | None = None,
    after: str | None = None,
    search: str = "",
    action: str = "",
    size: int = PAGE,
) -> Page:
    """The entries next to `before` (older) or `after` (newer), or else the newest.

    `search` is part of an actor's or a target's name, whatever its case and width; `action` a whole action or its
    beginning up to a colon.
    """
    statement = select(Change).where(Change.organization_id == organization_id)
    if search:
        statement = statement.where(Change.search_key.contains(folded(search), autoescape=True))
    if action:
        within = Change.action.startswith(f"{action}:", autoescape=True)
        statement = statement.where(or_(Change.action == action, within))
    if after is not None:
        newer = session.scalars(statement.where(Change.id > after).order_by(Change.id).limit(size + 1)).all()
        entries = newer[:size][::-1]
        return Page(entries, entries[0].id if len(newer) > size else None, entries[-1].id if entries else None)
    older_than = statement if before is None else statement.where(Change.id < before)
    older = session.scalars(older_than.order_by(Change.id.desc()).limit(size + 1)).all()
    entries = older[:size]
    return Page(entries, entries[0].id if before and entries else None, entries[-1].id if len(older) > size else None)
