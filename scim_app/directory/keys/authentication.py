"""Letting a key in. Nothing here is cached: a key that is deactivated is refused from the next look on."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update

from scim_app.directory.keys.form import fingerprint, public_id_of, well_formed
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import AnySession, transact

CLIENT_LENGTH = 200
TOUCHED_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Authenticated:
    """What a key that is good opens."""

    id: str
    organization_id: str
    scope: str
    label: str
    last_used_at: datetime | None = None

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


@dataclass(frozen=True)
class Refusal:
    """Why a key opens nothing, and whose it is, what it is called and since when, where that is known."""

    reason: Reason
    id: str | None = None
    organization_id: str | None = None
    label: str = ""
    since: datetime | None = None


def authenticate(session: AnySession, pepper: str, text: str, now: datetime) -> Authenticated | Refusal:
    """What the key opens, or why it opens nothing. One query, and none for what is not well formed.

    An unknown key and a wrong secret take the same time: both are compared, the former with a hash nothing has.
    """
    if not well_formed(text):
        return Refusal(Reason.MALFORMED)
    row = session.execute(
        select(
            ScimKey.id,
            ScimKey.organization_id,
            ScimKey.scope,
            ScimKey.label,
            ScimKey.secret_hash,
            ScimKey.expires_at,
            ScimKey.retires_at,
            ScimKey.deactivated_at,
            ScimKey.last_used_at,
        ).where(ScimKey.public_id == public_id_of(text))
    ).one_or_none()
    right = hmac.compare_digest(fingerprint(pepper, text), "0" * 64 if row is None else row.secret_hash)
    if row is None:
        return Refusal(Reason.UNKNOWN)
    whose = (row.id, row.organization_id, row.label)
    if not right:
        return Refusal(Reason.WRONG_SECRET, *whose)
    if row.deactivated_at is not None:
        return Refusal(Reason.DEACTIVATED, *whose, row.deactivated_at)
    if row.retires_at is not None and row.retires_at <= now:
        return Refusal(Reason.REPLACED, *whose, row.retires_at)
    if row.expires_at is not None and row.expires_at <= now:
        return Refusal(Reason.EXPIRED, *whose, row.expires_at)
    return Authenticated(row.id, row.organization_id, row.scope, row.label, row.last_used_at)


def touch(session: AnySession, key_id: str, now: datetime, address: str | None, client: str | None) -> None:
    """Remember when, from where and by what the key was used, at most once a minute, in a transaction of its own."""
    statement = (
        update(ScimKey)
        .where(ScimKey.id == key_id, or_(ScimKey.last_used_at.is_(None), ScimKey.last_used_at < now - TOUCHED_EVERY))
        .values(last_used_at=now, last_used_address=address, last_used_client=client and client[:CLIENT_LENGTH])
        .execution_options(synchronize_session=False)
    )
    transact(session, lambda: session.execute(statement))
