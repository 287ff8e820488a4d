"""Keys: what a directory or an application shows to be let in.

`scim_<public id>_<secret><checksum>`. The public id finds the row, the checksum tells a mistyped key from a key without
a query, and of the whole only an HMAC under the pepper is kept. Nothing here is cached: a key that is deactivated is
refused from the next look on.
"""

from __future__ import annotations

import hmac
import re
import secrets
import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, or_, select, update

from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.ids import new_id
from scim_app.directory.tables import Organization, ScimKey
from scim_app.directory.transaction import AnySession, transact

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "scim_"
PUBLIC_ID_LENGTH = 11
SECRET_LENGTH = 43
"""62^43 is just above 2^256."""
CHECKSUM_LENGTH = 6
PATTERN = r"scim_[0-9A-Za-z]{11}_[0-9A-Za-z]{49}"
"""What secret scanners look for; `well_formed` tells a key from a likeness."""
SCOPES = ("provision", "read")
LIVE_AT_MOST = 2
"""One that works and one that replaces it. Counts `provision` keys that are neither deactivated nor expired."""
LABEL_LENGTH = 100
CLIENT_LENGTH = 200
TOUCHED_EVERY = timedelta(seconds=60)

_whole = re.compile(PATTERN, re.ASCII)


class NoSuchKey(LookupError, ValueError):
    """The organisation has no key with that id."""

    def __init__(self) -> None:
        super().__init__("There is no such key in this organization.")


@dataclass(frozen=True)
class Generated:
    """A key that was just made: the only moment at which it is known."""

    id: str
    key: str = field(repr=False)
    public_id: str
    last_four: str
    expires_at: datetime | None


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
    UNKNOWN = "unknown"
    WRONG_SECRET = "wrong secret"
    DEACTIVATED = "deactivated"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Refusal:
    """Why a key opens nothing, and whose it is where that is known."""

    reason: Reason
    id: str | None = None
    organization_id: str | None = None


def generate(
    session: AnySession,
    organization_id: str,
    actor: Actor,
    pepper: str,
    *,
    label: str,
    scope: str,
    expires_at: datetime | None,
) -> Generated:
    """A new key of the organisation, live at once. Raises ValueError when two are live already."""
    label = label.strip()
    if not label or len(label) > LABEL_LENGTH or not label.isprintable():
        raise ValueError(f"The label of a key is one line of 1 to {LABEL_LENGTH} characters.")
    if scope not in SCOPES:
        raise ValueError(f"The scope of a key is one of {', '.join(SCOPES)}.")
    now = datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise ValueError("A key must expire in the future.")
    _lock(session, organization_id)
    _refuse_a_third(session, organization_id, scope, now)
    made = _insert(session, organization_id, actor, pepper, label, scope, now, expires_at)
    record(session, organization_id, actor, "key:generated", Target("Key", made.id, label), _described(made, scope))
    return made


def regenerate(session: AnySession, organization_id: str, actor: Actor, pepper: str, key_id: str) -> Generated:
    """A new key with the old one's label, scope and lifetime; the old one is refused as soon as this is committed.

    Raises ValueError for a deactivated key: whoever asks twice gets one key.
    """
    now = datetime.now(UTC)
    old = _locked(session, organization_id, key_id)
    if old.deactivated_at is not None:
        raise ValueError("This key is deactivated. Reactivate it, or generate a new one.")
    _refuse_a_third(session, organization_id, old.scope, now, besides=old.id)
    expires_at = None if old.expires_at is None else now + (old.expires_at - old.created_at)
    old.deactivated_at = now
    made = _insert(session, organization_id, actor, pepper, old.label, old.scope, now, expires_at)
    changed = _described(made, old.scope, old.last_four)
    record(session, organization_id, actor, "key:regenerated", Target("Key", made.id, old.label), changed)
    return made


def deactivate(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key is refused from the commit on, until it is reactivated. Deactivating it again changes nothing."""
    key = _locked(session, organization_id, key_id)
    if key.deactivated_at is None:
        key.deactivated_at = datetime.now(UTC)
        _record_active(session, actor, key, "key:deactivated", active=False)


def reactivate(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key works again. Raises ValueError when it has expired, or when two others are live."""
    key = _locked(session, organization_id, key_id)
    now = datetime.now(UTC)
    if key.expires_at is not None and key.expires_at <= now:
        raise ValueError("This key has expired and cannot be reactivated. Regenerate it or generate a new one.")
    if key.deactivated_at is not None:
        _refuse_a_third(session, organization_id, key.scope, now)
        key.deactivated_at = None
        _record_active(session, actor, key, "key:reactivated", active=True)


def delete(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key is gone for good; the history keeps its label."""
    key = _locked(session, organization_id, key_id)
    changed = [{"attribute": "lastFour", "before": key.last_four, "after": None}]
    record(session, organization_id, actor, "key:deleted", Target("Key", key.id, key.label), changed)
    session.execute(sql_delete(ScimKey).where(ScimKey.id == key.id, ScimKey.organization_id == organization_id))


def of_organization(session: AnySession, organization_id: str) -> Sequence[ScimKey]:
    """Every key of the organisation, newest first."""
    statement = select(ScimKey).where(ScimKey.organization_id == organization_id).order_by(ScimKey.id.desc())
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def is_live(key: ScimKey, now: datetime) -> bool:
    """Whether the key is neither deactivated nor expired."""
    return key.deactivated_at is None and (key.expires_at is None or key.expires_at > now)


def well_formed(text: str) -> bool:
    """Whether the text has a key's form and its checksum is right. Asks no database."""
    return bool(_whole.fullmatch(text)) and checksum(text[:-CHECKSUM_LENGTH]) == text[-CHECKSUM_LENGTH:]


def checksum(text: str) -> str:
    """CRC-32 of the text as six base62 digits."""
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def authenticate(session: AnySession, pepper: str, text: str, now: datetime) -> Authenticated | Refusal:
    """What the key opens, or why it opens nothing. One query, and none for what is not well formed.

    An unknown key and a wrong secret take the same time: both are compared, the former with a hash nothing has.
    """
    if not well_formed(text):
        return Refusal(Reason.MALFORMED)
    public_id = text[len(PREFIX) : len(PREFIX) + PUBLIC_ID_LENGTH]
    row = session.execute(
        select(
            ScimKey.id,
            ScimKey.organization_id,
            ScimKey.scope,
            ScimKey.label,
            ScimKey.secret_hash,
            ScimKey.expires_at,
            ScimKey.deactivated_at,
            ScimKey.last_used_at,
        ).where(ScimKey.public_id == public_id)
    ).one_or_none()
    right = hmac.compare_digest(_hash(pepper, text), "0" * 64 if row is None else row.secret_hash)
    if row is None:
        return Refusal(Reason.UNKNOWN)
    if not right:
        return Refusal(Reason.WRONG_SECRET, row.id, row.organization_id)
    if row.deactivated_at is not None:
        return Refusal(Reason.DEACTIVATED, row.id, row.organization_id)
    if row.expires_at is not None and row.expires_at <= now:
        return Refusal(Reason.EXPIRED, row.id, row.organization_id)
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


def _hash(pepper: str, key: str) -> str:
    return hmac.digest(pepper.encode(), key.encode(), "sha256").hex()


def _random(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))


def _insert(
    session: AnySession,
    organization_id: str,
    actor: Actor,
    pepper: str,
    label: str,
    scope: str,
    now: datetime,
    expires_at: datetime | None,
) -> Generated:
    public_id = _random(PUBLIC_ID_LENGTH)
    body = f"{PREFIX}{public_id}_{_random(SECRET_LENGTH)}"
    key = body + checksum(body)
    made = Generated(new_id(), key, public_id, key[-4:], expires_at)
    session.add(
        ScimKey(
            id=made.id,
            organization_id=organization_id,
            public_id=public_id,
            secret_hash=_hash(pepper, key),
            last_four=made.last_four,
            scope=scope,
            label=label,
            created_by=actor.name,
            created_at=now,
            expires_at=expires_at,
        )
    )
    session.flush()
    return made


def _lock(session: AnySession, organization_id: str) -> None:
    """Key actions of one organisation happen one after the other. SQLite has locked the whole file at BEGIN."""
    statement = select(Organization.id).where(Organization.id == organization_id).with_for_update()
    if session.execute(statement).one_or_none() is None:
        raise ValueError("There is no such organization.")


def _locked(session: AnySession, organization_id: str, key_id: str) -> ScimKey:
    _lock(session, organization_id)
    statement = select(ScimKey).where(ScimKey.id == key_id, ScimKey.organization_id == organization_id)
    key = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if key is None:
        raise NoSuchKey
    return key


def _refuse_a_third(session: AnySession, organization_id: str, scope: str, now: datetime, besides: str = "") -> None:
    if scope != "provision":
        return
    live = session.execute(
        select(func.count()).where(
            ScimKey.organization_id == organization_id,
            ScimKey.scope == scope,
            ScimKey.id != besides,
            ScimKey.deactivated_at.is_(None),
            or_(ScimKey.expires_at.is_(None), ScimKey.expires_at > now),
        )
    ).scalar_one()
    if live >= LIVE_AT_MOST:
        raise ValueError("Two keys are live already, which is as many as there can be. Deactivate one first.")


def _described(made: Generated, scope: str, last_four_before: str | None = None) -> list[dict[str, str | None]]:
    """What the history says of a new key."""
    described = [{"attribute": "lastFour", "before": last_four_before, "after": made.last_four}]
    if last_four_before is None:
        described.append({"attribute": "scope", "before": None, "after": scope})
    if made.expires_at is not None:
        day = made.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        described.append({"attribute": "expires", "before": None, "after": day})
    return described


def _record_active(session: AnySession, actor: Actor, key: ScimKey, action: str, *, active: bool) -> None:
    changed = [{"attribute": "active", "before": not active, "after": active}]
    record(session, key.organization_id, actor, action, Target("Key", key.id, key.label), changed)
