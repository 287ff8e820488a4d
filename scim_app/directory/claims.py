"""Claim links: a token that lets its holder choose an administrator's password, once and soon."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select, update

from scim_app.directory import passwords
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.tables import Administrator, Claim, Membership, SignIn
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


def claim(session: AnySession, token: str, password: str) -> Administrator:
    """The administrator, whose password is now this one and who is signed out everywhere.

    A whole transaction of its own, so that nobody waits for a lock while the password is hashed. Of many who claim at
    once, one succeeds. Raises ClaimRefused, or ValueError with the rule the password breaks.
    """
    found = holder(session, token)
    administrator_id, email = found.id, found.email
    passwords.checked(password, email)
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


def set_password(session: AnySession, administrator_id: str, email: str, password_hash: str) -> None:
    """The administrator's password is this one, every sign-in of theirs ends, and every history they are in says so."""
    statement = update(Administrator).where(Administrator.id == administrator_id)
    session.execute(statement.values(password_hash=password_hash))
    session.execute(delete(SignIn).where(SignIn.administrator_id == administrator_id))
    actor, target = Actor("administrator", email, administrator_id), Target("Administrator", administrator_id, email)
    organizations = select(Membership.organization_id).where(Membership.administrator_id == administrator_id)
    for organization_id in session.scalars(organizations).all():
        record(session, organization_id, actor, "administrator:password:set", target)


def token_hash(token: str) -> str:
    """What is kept of a token: with 256 random bits inside, a plain SHA-256 cannot be reversed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
