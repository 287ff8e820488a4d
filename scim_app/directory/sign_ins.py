"""Sign-ins: panel sessions that live on the server, so that ending one ends it everywhere at once.

A token names a sign-in to its browser, and changes. An id names it on the page that lists those of a person.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from scim_app.directory.claims import token_hash
from scim_app.directory.ids import new_id
from scim_app.directory.memberships import COUNTS
from scim_app.directory.passwords import Verified
from scim_app.directory.tables import Administrator, Membership, Organization, SignIn
from scim_app.directory.transaction import AnySession

IDLE = timedelta(minutes=30)
AT_MOST = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
CLIENT_LENGTH = 200
LISTED_AT_MOST = 50
NAME = func.coalesce(SignIn.id, SignIn.token_hash)
"""What names a sign-in on a page. Those that began before there were ids last twelve hours at most."""


class NoSuchSignIn(LookupError, ValueError):
    """It ended, never was, or is somebody else's."""

    def __init__(self) -> None:
        super().__init__("That session has ended already.")


@dataclass(frozen=True)
class Caller:
    """From where somebody comes, and with which browser, as far as they say."""

    address: str | None = None
    client: str | None = None


NOBODY_KNOWS = Caller()


@dataclass(frozen=True)
class Listed:
    """A sign-in as its own administrator sees it in the list of theirs."""

    id: str
    current: bool
    created_at: datetime
    begun_address: str | None
    begun_client: str | None
    seen_at: datetime
    seen_address: str | None
    seen_client: str | None


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


def begin(
    session: AnySession, administrator_id: str, now: datetime, caller: Caller = NOBODY_KNOWS, place: str | None = None
) -> str:
    """The token of a new sign-in, in that organisation or the first of theirs. Those that ended are swept away."""
    token = secrets.token_urlsafe(32)
    places = places_of(session, administrator_id)
    session.execute(delete(SignIn).where((SignIn.expires_at <= now) | (SignIn.seen_at <= now - IDLE)))
    moments = {"created_at": now, "authenticated_at": now, "seen_at": now, "expires_at": now + AT_MOST}
    where = {"organization_id": place or (places[0].id if places else None)}
    values = {"id": new_id(), "token_hash": token_hash(token), "administrator_id": administrator_id}
    begun = {"begun_address": caller.address, "begun_client": _brief(caller.client)}
    session.execute(insert(SignIn).values(**values, **where, **moments, **begun, **_seen(caller)))
    return token


def begin_as(
    session: AnySession, shown: Verified, now: datetime, caller: Caller = NOBODY_KNOWS, place: str | None = None
) -> str | None:
    """The token of a new sign-in of whoever showed their password; none if it is not theirs any more, or they are disabled.

    A change of the password waits until this is committed and then ends it, or is seen here.
    """
    theirs = Administrator.id == shown.id, Administrator.disabled_at.is_(None)
    kept = session.scalar(select(Administrator.password_hash).where(*theirs).with_for_update())
    return begin(session, shown.id, now, caller, place) if kept == shown.password_hash else None


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
        .where(Membership.administrator_id == administrator_id, *COUNTS)
        .order_by(Organization.name, Organization.id)
    )
    return tuple(Place(*row) for row in rows)


def see(session: AnySession, token: str, now: datetime, caller: Caller = NOBODY_KNOWS) -> None:
    """The sign-in was used now. Worth calling when `SEEN_EVERY` has passed since it was last seen."""
    statement = update(SignIn).where(SignIn.token_hash == token_hash(token))
    session.execute(statement.values(seen_at=now, **_seen(caller)))


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
            *COUNTS,
        )
    )
    if session.execute(mine).one_or_none() is None:
        raise ValueError("You do not belong to that organization.")
    statement = update(SignIn).where(SignIn.token_hash == token_hash(token))
    session.execute(statement.values(organization_id=organization_id))


def end(session: AnySession, token: str) -> None:
    """The token opens nothing any more, in any copy of the cookie."""
    session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def of_administrator(session: AnySession, administrator_id: str, token: str, now: datetime) -> Sequence[Listed]:
    """Their sign-ins that are good now: the one with that token, then those used last, and one more than are shown."""
    statement = select(
        NAME,
        SignIn.token_hash == token_hash(token),
        SignIn.created_at,
        SignIn.begun_address,
        SignIn.begun_client,
        SignIn.seen_at,
        SignIn.seen_address,
        SignIn.seen_client,
    ).where(SignIn.administrator_id == administrator_id, SignIn.expires_at > now, SignIn.seen_at > now - IDLE)
    order = (SignIn.token_hash == token_hash(token)).desc(), SignIn.seen_at.desc(), NAME
    return [Listed(*row) for row in session.execute(statement.order_by(*order).limit(LISTED_AT_MOST + 1))]


def end_one(session: AnySession, administrator_id: str, token: str, sign_in_id: str, now: datetime) -> None:
    """End the one with that id. Raises NoSuchSignIn, and ValueError for the one with that token, which signs out."""
    theirs = SignIn.administrator_id == administrator_id, NAME == sign_in_id
    good = SignIn.expires_at > now, SignIn.seen_at > now - IDLE
    found = session.scalars(select(SignIn.token_hash).where(*theirs, *good)).one_or_none()
    if found is None:
        raise NoSuchSignIn
    if found == token_hash(token):
        raise ValueError("That is the session you are in. Sign out to end it.")
    session.execute(delete(SignIn).where(*theirs).execution_options(synchronize_session=False))


def end_others(session: AnySession, administrator_id: str, token: str) -> None:
    """End every sign-in of theirs but the one with that token."""
    others = SignIn.administrator_id == administrator_id, SignIn.token_hash != token_hash(token)
    session.execute(delete(SignIn).where(*others))


def _seen(caller: Caller) -> dict[str, str | None]:
    return {"seen_address": caller.address, "seen_client": _brief(caller.client)}


def _brief(client: str | None) -> str | None:
    return client and client[:CLIENT_LENGTH]
