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
from scim_app.directory.passwords import Verified
from scim_app.directory.tables import Administrator, Membership
from scim_app.directory.transaction import AnySession
from scim_app.protocol.comparison import folded

ROLES = ("owner", "admin", "viewer")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
EMAIL_LENGTH = 254
INVITED_ELSEWHERE = (
    "They have an invitation that they have not accepted yet. Ask them to accept it first, then invite them again; if they "
    "know of none, ask your operator."
)


def create(
    session: AnySession,
    email: str,
    organization_id: str,
    role: str,
    *,
    password: str | None = None,
    actor: Actor = OPERATOR,
    invited: bool = False,
) -> tuple[Administrator, str | None]:
    """The administrator of that address with that role in the organisation, and a claim token if they have no password.

    Somebody who administers another organisation is given the role here and keeps the password they have. When they are
    `invited`, by the organisation itself, the role counts once they open the link whose token this is, password or not.
    Raises ValueError for an address, role or password that cannot be, and for somebody who has a role here already.
    """
    email = checked_email(email)
    if role not in ROLES:
        raise ValueError(f"The role of an administrator is one of {', '.join(ROLES)}.")
    password_hash = None if password is None else passwords.hashed(passwords.checked(password, email))
    found = by_email(session, email) or _insert(session, email, password_hash)
    claims.lock(session, found.id)
    session.refresh(found)
    if session.get(Membership, (found.id, organization_id)) is not None:
        raise ValueError(f"{found.email} is an administrator of this organization already.")
    if invited:
        check_invitable(session, found, organization_id)
    own = {"administrator_id": found.id, "organization_id": organization_id}
    session.add(Membership(**own, role=role, accepted_at=None if invited else datetime.now(UTC)))
    session.flush()
    changed = [{"attribute": "role", "before": None, "after": role}]
    target = Target("Administrator", found.id, found.email)
    record(session, organization_id, actor, "administrator:added", target, changed)
    if invited:
        return found, claims.issue(session, found.id, organization_id)
    return found, claims.issue(session, found.id) if found.password_hash is None else None


def check_invitable(session: AnySession, found: Administrator, organization_id: str) -> None:
    """Raises ValueError while a link of that organisation's would choose the password of an account that others made."""
    if found.password_hash is None and session.scalar(select(claims.elsewhere(found.id, organization_id))):
        raise ValueError(INVITED_ELSEWHERE)


def by_email(session: AnySession, email: str) -> Administrator | None:
    """The administrator with that address, whatever its case and width."""
    return session.scalars(select(Administrator).where(Administrator.email_key == folded(email.strip()))).one_or_none()


def authenticate(session: AnySession, email: str, password: str) -> Verified | None:
    """Who has that address and password, unless disabled. It takes as long when there is nobody.

    The connection goes back to the pool first: many may wait here for a turn to hash.
    """
    found = by_email(session, email[: EMAIL_LENGTH + 1])
    administrator_id, password_hash = (found.id, found.password_hash) if found else ("", None)
    session.rollback()
    if not passwords.matches(password_hash, password) or password_hash is None:
        return None
    # The same hash: a password that is replaced while it is looked at opens nothing any more.
    still = Administrator.password_hash == password_hash, Administrator.disabled_at.is_(None)
    theirs = select(Administrator.email).where(Administrator.id == administrator_id, *still)
    known_as = session.scalars(theirs).one_or_none()
    return None if known_as is None else Verified(administrator_id, known_as, password_hash)


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
