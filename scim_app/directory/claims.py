"""Claim links: a token that lets its holder choose an administrator's password or accept an invitation, once and soon.

A link of an operator's sets any password. One of an organisation's sets the password of an account that has none and is
nowhere else; to anybody else it says that they are invited, and it is accepted with the password they have.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, delete, exists, insert, or_, select, update
from sqlalchemy.orm import aliased

from scim_app.directory import passwords
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.passwords import Verified
from scim_app.directory.tables import Administrator, Claim, Membership, Organization, SignIn
from scim_app.directory.transaction import AnySession, transact

LIFETIME = timedelta(minutes=30)


class ClaimRefused(ValueError):
    """The link was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__("This link was used already or is older than 30 minutes. Ask for a new one.")


@dataclass(frozen=True)
class Link:
    """A claim link that is still good: whose it is, and which organisation invites with it, unless an operator made it."""

    id: str
    email: str
    organization_id: str | None
    organization: str | None
    chooses: bool
    """Whether its holder chooses the password. Otherwise there is one, and only whoever knows it may accept."""


def issue(session: AnySession, administrator_id: str, organization_id: str | None = None) -> str:
    """A new token for that administrator, of an operator or of the organisation that invites. Its earlier ones stop working."""
    token = secrets.token_urlsafe(32)
    own = Claim.administrator_id == administrator_id, Claim.organization_id.is_not_distinct_from(organization_id)
    session.execute(delete(Claim).where(*own))
    values = {"token_hash": token_hash(token), "administrator_id": administrator_id, "organization_id": organization_id}
    session.execute(insert(Claim).values(**values, expires_at=datetime.now(UTC) + LIFETIME))
    return token


def elsewhere(administrator_id: Any, organization_id: Any) -> Exists:
    """The condition that they administer another organisation, or were invited there.

    Whoever chooses the password of an account gets into all of them: no organisation's link does while this is true.
    """
    other = aliased(Membership)
    return exists().where(other.administrator_id == administrator_id, other.organization_id != organization_id)


def holder(session: AnySession, token: str) -> Link:
    """Whom the token is for, and what for. Raises ClaimRefused.

    A link of an organisation's is good while its invitation stands, or while the account has no password and is nowhere else.
    """
    none = Administrator.password_hash.is_(None)
    invited = and_(
        Membership.administrator_id.is_not(None),
        Membership.disabled_at.is_(None),
        or_(
            and_(none, ~elsewhere(Administrator.id, Claim.organization_id)),
            and_(~none, Membership.accepted_at.is_(None)),
        ),
    )
    row = session.execute(
        select(
            Administrator.id,
            Administrator.email,
            Claim.organization_id,
            Organization.name,
            or_(none, Claim.organization_id.is_(None)),
        )
        .join(Claim, Claim.administrator_id == Administrator.id)
        .outerjoin(Organization, Organization.id == Claim.organization_id)
        .outerjoin(
            Membership,
            and_(Membership.administrator_id == Administrator.id, Membership.organization_id == Organization.id),
        )
        .where(*_good(token), Administrator.disabled_at.is_(None), or_(Claim.organization_id.is_(None), invited))
    ).one_or_none()
    if row is None:
        raise ClaimRefused
    return Link(*row)


def claim(session: AnySession, token: str, password: str, product: str = "") -> Verified:
    """The administrator, whose password is now this one and who is signed out everywhere.

    A whole transaction of its own, so that nobody waits for a lock while the password is hashed. Of many who claim at
    once, one succeeds. Raises ClaimRefused, or ValueError with the rule the password breaks: among others that it is made
    of the name of an organisation of theirs, or of the product.
    """
    found = holder(session, token)
    checked(session, found.id, found.email, password, product)
    session.rollback()
    password_hash = passwords.hashed(password)

    def work() -> Verified:
        link = _use(session, token)
        if not link.chooses:
            raise ClaimRefused
        _accept(session, link)
        set_password(session, link.id, link.email, password_hash)
        return Verified(link.id, link.email, password_hash)

    return transact(session, work)


def accept(session: AnySession, token: str, shown: Verified) -> None:
    """The invitation of that link is accepted by whoever showed the password of the account. Raises ClaimRefused."""
    link = _use(session, token)
    kept = session.scalar(select(Administrator.password_hash).where(Administrator.id == link.id))
    if link.chooses or (link.id, kept) != (shown.id, shown.password_hash):
        raise ClaimRefused
    _accept(session, link)


def checked(session: AnySession, administrator_id: str, email: str, password: str, product: str = "") -> str:
    """The password, which may be theirs. Raises ValueError with the rule it breaks, as `passwords.checked` does."""
    theirs = select(Organization.name).join(Membership).where(Membership.administrator_id == administrator_id)
    return passwords.checked(password, email, [product, *session.scalars(theirs)])


def set_password(
    session: AnySession, administrator_id: str, email: str, password_hash: str, keep: str | None = None
) -> None:
    """The administrator's password is this one, and every history they are in says so.

    Every sign-in of theirs ends, but for the one with the token `keep`, and an operator's claim link that nobody used works
    no more. Invitations stay: whoever accepts one knows the password.
    """
    # Claim, administrator, sign-ins: whoever sets a password locks them in this order, so that none waits in a circle.
    unused = Claim.administrator_id == administrator_id, Claim.used_at.is_(None), Claim.organization_id.is_(None)
    session.execute(delete(Claim).where(*unused))
    statement = update(Administrator).where(Administrator.id == administrator_id)
    session.execute(statement.values(password_hash=password_hash))
    others = delete(SignIn).where(SignIn.administrator_id == administrator_id)
    session.execute(others if keep is None else others.where(SignIn.token_hash != token_hash(keep)))
    actor, target = Actor("administrator", email, administrator_id), Target("Administrator", administrator_id, email)
    theirs = Membership.administrator_id == administrator_id, Membership.accepted_at.is_not(None)
    organizations = select(Membership.organization_id).where(*theirs)
    for organization_id in session.scalars(organizations).all():
        record(session, organization_id, actor, "administrator:password:set", target)


def lock(session: AnySession, administrator_id: str) -> None:
    """Their memberships and their password stay as they are, but for what this transaction does to them."""
    session.execute(select(Administrator.id).where(Administrator.id == administrator_id).with_for_update()).one()


def token_hash(token: str) -> str:
    """What is kept of a token: with 256 random bits inside, a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _good(token: str) -> tuple[ColumnElement[bool], ...]:
    return Claim.token_hash == token_hash(token), Claim.used_at.is_(None), Claim.expires_at > datetime.now(UTC)


def _use(session: AnySession, token: str) -> Link:
    """The link, used up. Whoever gives the account a membership meanwhile waits, or was waited for. Raises ClaimRefused."""
    found = session.scalars(select(Claim.administrator_id).where(*_good(token)).with_for_update()).one_or_none()
    if found is None:
        raise ClaimRefused
    lock(session, found)
    link = holder(session, token)
    session.execute(update(Claim).where(Claim.token_hash == token_hash(token)).values(used_at=datetime.now(UTC)))
    return link


def _accept(session: AnySession, link: Link) -> None:
    own = Membership.administrator_id == link.id, Membership.organization_id == link.organization_id
    accepted = update(Membership).where(*own, Membership.accepted_at.is_(None)).values(accepted_at=datetime.now(UTC))
    if link.organization_id and session.execute(accepted.returning(Membership.role)).first() is not None:
        actor, target = Actor("administrator", link.email, link.id), Target("Administrator", link.id, link.email)
        record(session, link.organization_id, actor, "administrator:accepted", target)
