"""Which keys an organisation has, which of them are let in, and how many those may be. Temporary ones are not counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, or_, select

from scim_app.directory.tables import Organization, ScimKey
from scim_app.directory.tables.columns import Instant
from scim_app.directory.transaction import AnySession
from scim_app.protocol.errors import InvalidToken

LIVE_AT_MOST = 2
"""One that works and one that replaces it. Counts `provision` keys that are let in."""
WARNED_AHEAD = timedelta(days=30)
"""How long before a key expires its administrators are told."""


class TakenBack(InvalidToken):
    """The key was good when the request came, and is not let in any more."""

    def __init__(self) -> None:
        super().__init__(
            "The key is not valid any more: it was deactivated, replaced or deleted, or it expired, before this was done. "
            "Nothing was changed."
        )


def of_organization(session: AnySession, organization_id: str) -> Sequence[ScimKey]:
    """Every key of the organisation but temporary ones, newest first."""
    statement = select(ScimKey).where(ScimKey.organization_id == organization_id, ScimKey.temporary.is_(False))
    return session.scalars(statement.order_by(ScimKey.id.desc()).execution_options(populate_existing=True)).all()


def expiring(session: AnySession, organization_id: str, now: datetime) -> Sequence[ScimKey]:
    """Live keys that end within `WARNED_AHEAD` and that nothing replaces yet, the next one first."""
    statement = select(ScimKey).where(
        ScimKey.organization_id == organization_id,
        ScimKey.temporary.is_(False),
        ScimKey.expires_at > now,
        ScimKey.expires_at <= now + WARNED_AHEAD,
        ScimKey.deactivated_at.is_(None),
        ScimKey.retires_at.is_(None),
    )
    return session.scalars(statement.order_by(ScimKey.expires_at)).all()


def is_live(key: ScimKey, now: datetime) -> bool:
    """Whether the key is let in: not deactivated, not expired, and not replaced for longer than the overlap."""
    return key.deactivated_at is None and all(end is None or end > now for end in (key.expires_at, key.retires_at))


def let_in(now: datetime | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """The conditions on the row of a key that is let in."""
    return (
        ScimKey.deactivated_at.is_(None),
        or_(ScimKey.expires_at.is_(None), ScimKey.expires_at > now),
        or_(ScimKey.retires_at.is_(None), ScimKey.retires_at > now),
    )


STILL_LIVE = (ScimKey.id == bindparam("of_key"), *let_in(bindparam("live_at", type_=Instant)))
"""The condition on `scim_keys` that one key is let in at a moment."""


def lock(session: AnySession, organization_id: str) -> None:
    """Key actions of one organisation happen one after the other. SQLite has locked the whole file at BEGIN."""
    statement = select(Organization.id).where(Organization.id == organization_id).with_for_update()
    if session.execute(statement).one_or_none() is None:
        raise ValueError("There is no such organization.")


def refuse_a_third(
    session: AnySession,
    organization_id: str,
    scope: str,
    now: datetime,
    advice: str = "Deactivate one first.",
    besides: str = "",
) -> None:
    """Raises ValueError when as many keys with that scope are let in as may be, not counting the one `besides`."""
    if scope != "provision":
        return
    live = session.execute(
        select(func.count()).where(
            ScimKey.organization_id == organization_id,
            ScimKey.scope == scope,
            ScimKey.id != besides,
            ScimKey.temporary.is_(False),
            *let_in(now),
        )
    ).scalar_one()
    if live >= LIVE_AT_MOST:
        raise ValueError(f"You have two active keys, the maximum. {advice}")
