"""Claim links: a token that lets its holder choose an administrator's password, once and soon."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from scim_app.directory import passwords
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.tables import Administrator, Claim, Membership, Organization, SignIn
from scim_app.directory.transaction import AnySession, transact

LIFETIME = timedelta(minutes=30)


class ClaimRefused(ValueError):
    """The link was used, is too old, or never was one."""

    def __init__(self) -> None:
        super().__init__("This link was used already or is older than 30 minutes. Ask for a new one.")


def issue(session: AnySession, administrator_id: str) -> str:
    """A new token for that administrator. Earlier ones stop working."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(Claim).where(Claim.administrator_id == administrator_id))
    values = {"token_hash": token_hash(token), "administrator_id": administrator_id}
    session.execute(insert(Claim).values(**values, expires_at=datetime.now(UTC) + LIFETIME))
    return token


def holder(session: AnySession, token: str) -> Administrator:
    """Whose password the token may set. Raises ClaimRefused."""
    found = session.scalars(
        select(Administrator)
        .join(Claim, Claim.administrator_id == Administrator.id)
        .where(
            Claim.token_hash == token_hash(token),
            Claim.used_at.is_(None),
            Claim.expires_at > datetime.now(UTC),
            Administrator.disabled_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise ClaimRefused
    return found


def claim(session: AnySession, token: str, password: str, product: str = "") -> Administrator:
    """The administrator, whose password is now this one and who is signed out everywhere.

    A whole transaction of its own, so that nobody waits for a lock while the password is hashed. Of many who claim at
    once, one succeeds. Raises ClaimRefused, or ValueError with the rule the password breaks: among others that it is made
    of the name of an organisation of theirs, or of the product.
    """
    found = holder(session, token)
    administrator_id, email = found.id, found.email
    checked(session, administrator_id, email, password, product)
    session.rollback()
    password_hash = passwords.hashed(password)

    def work() -> Administrator:
        now = datetime.now(UTC)
        used = session.execute(
            update(Claim)
            .where(Claim.token_hash == token_hash(token), Claim.used_at.is_(None), Claim.expires_at > now)
            .values(used_at=now)
            .returning(Claim.administrator_id)
        )
        if used.one_or_none() is None:
            raise ClaimRefused
        set_password(session, administrator_id, email, password_hash)
        return session.get_one(Administrator, administrator_id)

    return transact(session, work)


def checked(session: AnySession, administrator_id: str, email: str, password: str, product: str = "") -> str:
    """The password, which may be theirs. Raises ValueError with the rule it breaks, as `passwords.checked` does."""
    theirs = select(Organization.name).join(Membership).where(Membership.administrator_id == administrator_id)
    return passwords.checked(password, email, [product, *session.scalars(theirs)])


def set_password(
    session: AnySession, administrator_id: str, email: str, password_hash: str, keep: str | None = None
) -> None:
    """The administrator's password is this one, and every history they are in says so.

    Every sign-in of theirs ends, but for the one with the token `keep`, and a claim link that nobody used works no more.
    """
    # Claim, administrator, sign-ins: whoever sets a password locks them in this order, so that none waits in a circle.
    session.execute(delete(Claim).where(Claim.administrator_id == administrator_id, Claim.used_at.is_(None)))
    statement = update(Administrator).where(Administrator.id == administrator_id)
    session.execute(statement.values(password_hash=password_hash))
    others = delete(SignIn).where(SignIn.administrator_id == administrator_id)
    session.execute(others if keep is None else others.where(SignIn.token_hash != token_hash(keep)))
    actor, target = Actor("administrator", email, administrator_id), Target("Administrator", administrator_id, email)
    organizations = select(Membership.organization_id).where(Membership.administrator_id == administrator_id)
    for organization_id in session.scalars(organizations).all():
        record(session, organization_id, actor, "administrator:password:set", target)


def token_hash(token: str) -> str:
    """What is kept of a token: with 256 random bits inside, a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
