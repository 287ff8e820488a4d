"""Letting a key in. Nothing here is cached: a key that is deactivated is refused from the next look on."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, func, or_, select, update

from scim_app.directory.keys.form import fingerprint, pepper_id, public_id_of, well_formed
from scim_app.directory.keys.networks import allowed
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import AnySession, Reads, transact

CLIENT_LENGTH = 200
TOUCHED_EVERY = timedelta(seconds=60)
_columns = ScimKey.__table__.c
KEY = select(
    _columns.id,
    _columns.organization_id,
    _columns.scope,
    _columns.label,
    _columns.secret_hash,
    _columns.pepper_id,
    _columns.allowed_networks,
    _columns.expires_at,
    _columns.retires_at,
    _columns.deactivated_at,
    _columns.last_used_at,
).where(_columns.public_id == bindparam("public_id"))


@dataclass(frozen=True)
class Authenticated:
    """What a key that is good opens."""

    id: str
    organization_id: str
    scope: str
    label: str
    last_used_at: datetime | None = None
    outdated: bool = False
    """Whether it is kept under another pepper than the current one."""

    def touch_due(self, now: datetime) -> bool:
        """Whether `touch` would write: its last use is a minute ago or longer."""
        return self.last_used_at is None or self.last_used_at < now - TOUCHED_EVERY


class Reason(StrEnum):
    """Why a key opens nothing."""

    MALFORMED = "malformed"
    BEARER_TWICE = "bearer twice"
    NOT_A_BEARER = "not a bearer"
    UNKNOWN = "unknown"
    WRONG_SECRET = "wrong secret"
    DEACTIVATED = "deactivated"
    REPLACED = "replaced"
    EXPIRED = "expired"
    ADDRESS = "address"
    TOO_MANY = "too many requests"


@dataclass(frozen=True)
class Refusal:
    """Why a key opens nothing, and whose it is, what it is called and since when, where that is known."""

    reason: Reason
    id: str | None = None
    organization_id: str | None = None
    label: str = ""
    since: datetime | None = None


def authenticate(
    reads: Reads,
    pepper: str,
    text: str,
    now: datetime,
    *,
    fallbacks: Sequence[str] = (),
    address: str = "",
) -> Authenticated | Refusal:
    """What the key opens, or why it opens nothing. One query, and none for what is not well formed.

    `fallbacks` are peppers that were used before. An unknown key and a wrong secret take the same time: both are
    compared under every pepper, the former with a hash nothing has.
    """
    if not well_formed(text):
        return Refusal(Reason.MALFORMED)
    row = reads.execute(KEY, {"public_id": public_id_of(text)}).one_or_none()
    kept = "0" * 64 if row is None else row.secret_hash
    right = [hmac.compare_digest(fingerprint(each, text), kept) for each in (pepper, *fallbacks)]
    if row is None:
        return Refusal(Reason.UNKNOWN)
    whose = (row.id, row.organization_id, row.label)
    if not any(right):
        return Refusal(Reason.WRONG_SECRET, *whose)
    if row.deactivated_at is not None:
        return Refusal(Reason.DEACTIVATED, *whose, row.deactivated_at)
    if row.retires_at is not None and row.retires_at <= now:
        return Refusal(Reason.REPLACED, *whose, row.retires_at)
    if row.expires_at is not None and row.expires_at <= now:
        return Refusal(Reason.EXPIRED, *whose, row.expires_at)
    if not allowed(address, row.allowed_networks):
        return Refusal(Reason.ADDRESS, *whose)
    outdated = not right[0] or row.pepper_id is None
    return Authenticated(row.id, row.organization_id, row.scope, row.label, row.last_used_at, outdated)


def touch(session: AnySession, key_id: str, now: datetime, address: str | None, client: str | None) -> None:
    """Remember when, from where and by what the key was used, at most once a minute, in the caller's transaction."""
    statement = (
        update(ScimKey)
        .where(ScimKey.id == key_id, or_(ScimKey.last_used_at.is_(None), ScimKey.last_used_at < now - TOUCHED_EVERY))
        .values(last_used_at=now, last_used_address=address, last_used_client=client and client[:CLIENT_LENGTH])
    )
    session.execute(statement.execution_options(synchronize_session=False))


def renew(session: AnySession, pepper: str, key_id: str, text: str) -> None:
    """Keep the key, which was just let in, under the current pepper from now on, in a transaction of its own.

    So a new pepper takes the old one's place by use alone, and the old one may go once `under_other_peppers` counts none.
    """
    values = {"secret_hash": fingerprint(pepper, text), "pepper_id": pepper_id(pepper)}
    statement = update(ScimKey).where(ScimKey.id == key_id).values(**values)
    transact(session, lambda: session.execute(statement.execution_options(synchronize_session=False)))


def under_other_peppers(session: AnySession, peppers: Sequence[str]) -> int:
    """How many keys that were not deactivated are kept under none of these peppers, as far as that is known."""
    known = [pepper_id(each) for each in peppers]
    statement = select(func.count()).where(ScimKey.deactivated_at.is_(None), ScimKey.pepper_id.not_in(known))
    return session.execute(statement).scalar_one()
