"""Who administers an organisation: their roles there, changed by one another, and always an owner who can sign in.

What happens here happens in one organisation. Nobody's password, and nothing of theirs elsewhere, is touched: an owner of
one organisation must not become somebody in another. Whoever is invited is nobody here until they accept. Actions of one
organisation happen one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, func, select

from scim_app.directory import administrators, claims
from scim_app.directory.administrators import ROLES
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.tables import Administrator, Membership, Organization
from scim_app.directory.transaction import AnySession

FOR_OWNERS = "Only an owner may make somebody an owner, or change what an owner may do."
LAST_OWNER = "This is the last owner who can sign in. Make somebody else an owner first."
COUNTS = Membership.disabled_at.is_(None), Membership.accepted_at.is_not(None)
"""What is true of a membership that opens something: nobody keeps them out, and it is no mere invitation."""


class NoSuchAdministrator(LookupError, ValueError):
    """Nobody with that id administers the organisation."""

    def __init__(self) -> None:
        super().__init__("There is no such administrator in this organization.")


@dataclass(frozen=True)
class Member:
    """An administrator as the others see them."""

    id: str
    email: str
    role: str
    claimed: bool
    """Whether they accepted the invitation, and have a password."""
    disabled: bool


def of_organization(session: AnySession, organization_id: str) -> Sequence[Member]:
    """Everybody who administers the organisation, owners first, then by address."""
    rows = session.execute(
        select(
            Administrator.id,
            Administrator.email,
            Membership.role,
            and_(Administrator.password_hash.is_not(None), Membership.accepted_at.is_not(None)),
            Membership.disabled_at.is_not(None) | Administrator.disabled_at.is_not(None),
        )
        .join(Membership, Membership.administrator_id == Administrator.id)
        .where(Membership.organization_id == organization_id)
        .order_by(Administrator.email_key)
    )
    return sorted((Member(*row) for row in rows), key=lambda each: ROLES.index(each.role))


def invite(session: AnySession, organization_id: str, actor: Actor, by: str, email: str, role: str) -> str | None:
    """Give somebody a role, once they open the claim link whose token this is. `by` is the actor's role."""
    _lock(session, organization_id)
    if role == "owner" and by != "owner":
        raise ValueError(FOR_OWNERS)
    return administrators.create(session, email, organization_id, role, actor=actor, invited=True)[1]


def invite_again(session: AnySession, organization_id: str, actor: Actor, by: str, administrator_id: str) -> str:
    """Another claim link for somebody who has not used theirs; the old one stops working."""
    found, membership = _locked(session, organization_id, administrator_id, by)
    if found.password_hash is not None and membership.accepted_at is not None:
        raise ValueError("They have a password already, and sign in with it.")
    administrators.check_invitable(session, found, organization_id)
    _record(session, actor, found, membership, "administrator:invited", [])
    return claims.issue(session, found.id, organization_id)


def change_role(
    session: AnySession, organization_id: str, actor: Actor, by: str, administrator_id: str, role: str
) -> None:
    """Give them another role. Raises ValueError when nobody would own the organisation any more."""
    if role not in ROLES:
        raise ValueError(f"The role of an administrator is one of {', '.join(ROLES)}.")
    found, membership = _locked(session, organization_id, administrator_id, by)
    if role == membership.role:
        return
    if role == "owner" and by != "owner":
        raise ValueError(FOR_OWNERS)
    _keep_an_owner(session, organization_id, membership)
    changed = [{"attribute": "role", "before": membership.role, "after": role}]
    membership.role = role
    _record(session, actor, found, membership, "administrator:role:changed", changed)


def disable(session: AnySession, organization_id: str, actor: Actor, by: str, administrator_id: str) -> None:
    """Keep them out of the organisation, at once, until they are enabled again."""
    found, membership = _locked(session, organization_id, administrator_id, by)
    if membership.disabled_at is None:
        _keep_an_owner(session, organization_id, membership)
        membership.disabled_at = datetime.now(UTC)
        changed = [{"attribute": "active", "before": True, "after": False}]
        _record(session, actor, found, membership, "administrator:disabled", changed)


def enable(session: AnySession, organization_id: str, actor: Actor, by: str, administrator_id: str) -> None:
    """Let them in again, with the role they had."""
    found, membership = _locked(session, organization_id, administrator_id, by)
    if membership.disabled_at is not None:
        membership.disabled_at = None
        changed = [{"attribute": "active", "before": False, "after": True}]
        _record(session, actor, found, membership, "administrator:enabled", changed)


def remove(session: AnySession, organization_id: str, actor: Actor, by: str, administrator_id: str) -> None:
    """They are no administrator of the organisation any more; of others they stay one."""
    found, membership = _locked(session, organization_id, administrator_id, by)
    _keep_an_owner(session, organization_id, membership)
    changed = [{"attribute": "role", "before": membership.role, "after": None}]
    _record(session, actor, found, membership, "administrator:removed", changed)
    session.delete(membership)
    session.flush()


def role_held(session: AnySession, organization_id: str, administrator_id: str) -> str | None:
    """The role in which they act, none for who may not get in. It is theirs until this transaction ends."""
    _lock(session, organization_id)
    own = Membership.administrator_id == administrator_id, Membership.organization_id == organization_id
    held = select(Membership.role).join(Administrator, Administrator.id == Membership.administrator_id)
    return session.scalar(held.where(*own, *COUNTS, Administrator.disabled_at.is_(None)))


def _lock(session: AnySession, organization_id: str) -> None:
    statement = select(Organization.id).where(Organization.id == organization_id).with_for_update()
    session.execute(statement).one()


def _locked(
    session: AnySession, organization_id: str, administrator_id: str, by: str
) -> tuple[Administrator, Membership]:
    _lock(session, organization_id)
    membership = session.get(Membership, (administrator_id, organization_id), populate_existing=True)
    if membership is None:
        raise NoSuchAdministrator
    if membership.role == "owner" and by != "owner":
        raise ValueError(FOR_OWNERS)
    claims.lock(session, administrator_id)
    return session.get_one(Administrator, administrator_id, populate_existing=True), membership


def _keep_an_owner(session: AnySession, organization_id: str, leaving: Membership) -> None:
    """Raises ValueError if, without this one, no owner is left who can sign in."""
    if leaving.role != "owner":
        return
    others = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(Administrator, Administrator.id == Membership.administrator_id)
        .where(
            Membership.organization_id == organization_id,
            Membership.administrator_id != leaving.administrator_id,
            Membership.role == "owner",
            *COUNTS,
            Administrator.disabled_at.is_(None),
            Administrator.password_hash.is_not(None),
        )
    )
    if not others:
        raise ValueError(LAST_OWNER)


def _record(
    session: AnySession,
    actor: Actor,
    found: Administrator,
    membership: Membership,
    action: str,
    changed: list[dict[str, Any]],
) -> None:
    target = Target("Administrator", found.id, found.email)
    record(session, membership.organization_id, actor, action, target, changed)
