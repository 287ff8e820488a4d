"""Sign-ins: panel sessions that live on the server, so that ending one ends it everywhere at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from scim_app.directory.claims import token_hash
from scim_app.directory.tables import Administrator, Membership, Organization, SignIn
from scim_app.directory.transaction import AnySession

IDLE = timedelta(minutes=30)
AT_MOST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Place:
    """An organisation the administrator belongs to, and their role there."""

    id: str
    name: str
    slug: str
    role: str


@dataclass(frozen=True)
class Current:
    """A sign-in that is good now: who it is, where they are, and where else they may go."""

    token: str = field(repr=False)
    administrator_id: str
    email: str
    seen_at: datetime
    authenticated_at: datetime
    place: Place
    places: tuple[Place, ...]


def begin(session: AnySession, administrator_id: str, now: datetime) -> str:
    """The token of a new sign-in, in the first of their organisations. Those that ended by themselves are swept away."""
    token = secrets.token_urlsafe(32)
    places = places_of(session, administrator_id)
    session.execute(delete(SignIn).where((SignIn.expires_at <= now) | (SignIn.seen_at <= now - IDLE)))
    moments = {"created_at": now, "authenticated_at": now, "seen_at": now, "expires_at": now + AT_MOST}
    where = {"organization_id": places[0].id if places else None}
    values = {"token_hash": token_hash(token), "administrator_id": administrator_id}
    session.execute(insert(SignIn).values(**values, **where, **moments))
    return token


def current(session: AnySession, token: str, now: datetime) -> Current | None:
    """The sign-in with that token; none if it ended, its administrator is disabled, or they belong to nothing."""
    row = session.execute(
        select(Administrator.id, Administrator.email, SignIn.seen_at, SignIn.authenticated_at, SignIn.organization_id)
        .join(Administrator, Administrator.id == SignIn.administrator_id)
        .where(
            SignIn.token_hash == token_hash(token),
            SignIn.expires_at > now,
            SignIn.seen_at > now - IDLE,
            Administrator.disabled_at.is_(None),
        )
    ).one_or_none()
    places = () if row is None else places_of(session, row.id)
    if row is None or not places:
        return None
    place = next((each for each in places if each.id == row.organization_id), places[0])
    return Current(token, row.id, row.email, row.seen_at, row.authenticated_at, place, places)


def places_of(session: AnySession, administrator_id: str) -> tuple[Place, ...]:
    """The organisations of that administrator, by name."""
    rows = session.execute(
        select(Organization.id, Organization.name, Organization.slug, Membership.role)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.administrator_id == administrator_id, Membership.disabled_at.is_(None))
        .order_by(Organization.name, Organization.id)
    )
    return tuple(Place(*row) for row in rows)


def see(session: AnySession, token: str, now: datetime) -> None:
    """The sign-in was used now. Worth calling when `SEEN_EVERY` has passed since it was last seen."""
    session.execute(update(SignIn).where(SignIn.token_hash == token_hash(token)).values(seen_at=now))


def renew(session: AnySession, token: str, now: datetime) -> str:
    """The password was entered again: the sign-in goes on under the new token that this returns, the old one is nobody."""
    fresh = secrets.token_urlsafe(32)
    statement = update(SignIn).where(SignIn.token_hash == token_hash(token))
    session.execute(statement.values(token_hash=token_hash(fresh), authenticated_at=now, seen_at=now))
    return fresh


def switch(session: AnySession, token: str, organization_id: str) -> None:
    """Show that organisation from now on. Raises ValueError for one the administrator does not belong to."""
    mine = (
        select(Membership.organization_id)
        .join(SignIn, SignIn.administrator_id == Membership.administrator_id)
        .where(
            SignIn.token_hash == token_hash(token),
            Membership.organization_id == organization_id,
            Membership.disabled_at.is_(None),
        )
    )
    if session.execute(mine).one_or_none() is None:
        raise ValueError("You do not belong to that organization.")
    statement = update(SignIn).where(SignIn.token_hash == token_hash(token))
    session.execute(statement.values(organization_id=organization_id))


def end(session: AnySession, token: str) -> None:
    """The token opens nothing any more, in any copy of the cookie."""
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))
