"""Administrators: who signs in to the panel, and what they may do in which organisation.

No directory record ever becomes one, and nothing of theirs is found by what a directory sends.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scim_app.directory import claims, passwords
from scim_app.directory.changes import OPERATOR, Actor, Target, record
from scim_app.directory.ids import new_id
from scim_app.directory.tables import Administrator, Membership
from scim_app.directory.transaction import AnySession
from scim_app.protocol.comparison import folded

ROLES = ("owner", "admin", "viewer")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
EMAIL_LENGTH = 254


def create(
    session: AnySession,
    email: str,
    organization_id: str,
    role: str,
    *,
    password: str | None = None,
    actor: Actor = OPERATOR,
) -> tuple[Administrator, str | None]:
    """The administrator of that address with that role in the organisation, and a claim token if they have no password.

    Somebody who administers another organisation is given the role here and keeps the password they have. Raises
    ValueError for an address, role or password that cannot be, and for somebody who has a role here already.
    """
    email = checked_email(email)
    if role not in ROLES:
        raise ValueError(f"The role of an administrator is one of {', '.join(ROLES)}.")
    password_hash = None if password is None else passwords.hashed(passwords.checked(password, email))
    found = by_email(session, email) or _insert(session, email, password_hash)
    if session.get(Membership, (found.id, organization_id)) is not None:
        raise ValueError(f"{found.email} is an administrator of this organization already.")
    session.add(Membership(administrator_id=found.id, organization_id=organization_id, role=role))
    session.flush()
    changed = [{"attribute": "role", "before": None, "after": role}]
    target = Target("Administrator", found.id, found.email)
    record(session, organization_id, actor, "administrator:added", target, changed)
    return found, claims.issue(session, found.id) if found.password_hash is None else None


def by_email(session: AnySession, email: str) -> Administrator | None:
    """The administrator with that address, whatever its case and width."""
    return session.scalars(select(Administrator).where(Administrator.email_key == folded(email.strip()))).one_or_none()


def authenticate(session: AnySession, email: str, password: str) -> Administrator | None:
    """The administrator with that address and password, unless disabled. It takes as long when there is none.

    The connection goes back to the pool first: many may wait here for a turn to hash.
    """
    found = by_email(session, email[: EMAIL_LENGTH + 1])
    administrator_id, password_hash = (found.id, found.password_hash) if found else ("", None)
    session.rollback()
    if not passwords.matches(password_hash, password):
        return None
    # The same hash: a password that is replaced while it is looked at opens nothing any more.
    still = Administrator.password_hash == password_hash, Administrator.disabled_at.is_(None)
    return session.scalars(select(Administrator).where(Administrator.id == administrator_id, *still)).one_or_none()


def checked_email(email: str) -> str:
    """The address without spaces around it. Raises ValueError for what is not an address."""
    email = email.strip()
    if len(email) > EMAIL_LENGTH or not EMAIL.fullmatch(email) or not email.isprintable():
        raise ValueError(f'"{email[:100]}" is not an e-mail address.')
    return email


def _insert(session: AnySession, email: str, password_hash: str | None) -> Administrator:
    """A new administrator, or the one that somebody else made a moment ago."""
    made = Administrator(
        id=new_id(), email=email, email_key=folded(email), password_hash=password_hash, created_at=datetime.now(UTC)
    )
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        found = by_email(session, email)
        if found is None:
            raise
        return found
    return made
