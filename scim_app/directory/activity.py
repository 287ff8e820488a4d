"""The history read back: pages of an organisation's changes, newest first, by cursor; one of them; or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Select, select

from scim_app.directory import qualifiers, timeline
from scim_app.directory.qualifiers import Term
from scim_app.directory.tables import Change
from scim_app.directory.timeline import PAGE, Page
from scim_app.directory.transaction import AnySession

AT_ONCE = 100


def page(
    session: AnySession,
    organization_id: str,
    terms: Sequence[Term] = (),
    *,
    before: str | None = None,
    after: str | None = None,
    search: str = "",
    action: str = "",
    size: int = PAGE,
) -> Page[Change]:
    """The entries that all terms are true of, next to `before` (older) or `after` (newer), or else the newest.

    `search` is part of an actor's or a target's name, whatever its case and width; `action` a whole action or its
    beginning up to a colon.
    """
    asked = (*terms, *((Term("", search),) if search else ()), *((Term("action", action),) if action else ()))
    return timeline.page(session, _matching(organization_id, asked), Change.id, before, after, size)


def one(session: AnySession, organization_id: str, change_id: str) -> Change | None:
    """The entry of that id."""
    return session.scalars(_matching(organization_id, ()).where(Change.id == change_id)).one_or_none()


def following(session: AnySession, organization_id: str, change_id: str) -> Sequence[Change]:
    """The entries that followed from that one, the first of them."""
    statement = _matching(organization_id, ()).where(Change.id > change_id, Change.cause_id == change_id)
    return session.scalars(statement.order_by(Change.id).limit(PAGE)).all()


def everything(session: AnySession, organization_id: str, terms: Sequence[Term]) -> Iterator[Change]:
    """Every entry that the terms are true of, newest first, read a few at a time.

    Between two reads no lock, no snapshot and no connection is held: whoever the entries are for may take their time.
    """
    before = None
    while True:
        found = page(session, organization_id, terms, before=before, size=AT_ONCE)
        for entry in found.entries:
            session.expunge(entry)
        session.rollback()
        yield from found.entries
        before = found.older
        if before is None:
            return


def _matching(organization_id: str, terms: Sequence[Term]) -> Select[Change]:
    statement = select(Change).where(Change.organization_id == organization_id)
    return statement.where(*(qualifiers.condition(term) for term in terms))
