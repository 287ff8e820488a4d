"""The history read back: pages of an organisation's changes, newest first, by cursor."""

from __future__ import annotations

from sqlalchemy import or_, select

from scim_app.directory import timeline
from scim_app.directory.tables import Change
from scim_app.directory.timeline import PAGE, Page
from scim_app.directory.transaction import AnySession
from scim_app.protocol.comparison import folded


def page(
    session: AnySession,
    organization_id: str,
    *,
    before: str | None = None,
    after: str | None = None,
    search: str = "",
    action: str = "",
    size: int = PAGE,
) -> Page[Change]:
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
    return timeline.page(session, statement, Change.id, before, after, size)
