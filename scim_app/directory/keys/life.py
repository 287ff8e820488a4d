"""The life of a key: generated, replaced by another (with an overlap, if wanted), deactivated, reactivated, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import func, or_, select, update

from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.ids import new_id
from scim_app.directory.keys.form import fingerprint, fresh
from scim_app.directory.tables import Organization, ScimKey
from scim_app.directory.transaction import AnySession

SCOPES = ("provision", "read")
LIVE_AT_MOST = 2
"""One that works and one that replaces it. Counts `provision` keys that are let in."""
LABEL_LENGTH = 100
NO_OVERLAP = timedelta()
WARNED_AHEAD = timedelta(days=30)
"""How long before a key expires its administrators are told."""
TEMPORARY = timedelta(minutes=1)
"""How long a key lives with which this service tries itself."""


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


def temporary(session: AnySession, organization_id: str, actor: Actor, pepper: str, label: str) -> Generated:
    """A key for a minute, for this service to try itself: it is not counted among those that may be live."""
    now = datetime.now(UTC)
    return _insert(session, organization_id, actor, pepper, label, "provision", now, now + TEMPORARY)


def forget(session: AnySession, organization_id: str, key_id: str) -> None:
    """Away with a temporary key."""
    session.execute(sql_delete(ScimKey).where(ScimKey.id == key_id, ScimKey.organization_id == organization_id))


def regenerate(
    session: AnySession,
    organization_id: str,
    actor: Actor,
    pepper: str,
    key_id: str,
    overlap: timedelta = NO_OVERLAP,
) -> Generated:
    """A new key with the old one's label, scope and lifetime; the old one is refused once the overlap is over.

    Without an overlap that is as soon as this is committed. Raises ValueError for a key that is deactivated or being
    replaced already: whoever asks twice gets one key.
    """
    now = datetime.now(UTC)
    old = _locked(session, organization_id, key_id)
    if old.deactivated_at is not None:
        raise ValueError("This key is deactivated. Reactivate it, or generate a new one.")
    if old.retires_at is not None:
        raise ValueError("This key is being replaced already. Finish or cancel that first.")
    overlaps = overlap > NO_OVERLAP and is_live(old, now)
    if overlaps:
        _refuse_a_third(
            session, organization_id, old.scope, now, "Choose no overlap, or deactivate the other one first."
        )
    else:
        _refuse_a_third(session, organization_id, old.scope, now, besides=old.id)
    expires_at = None if old.expires_at is None else now + (old.expires_at - old.created_at)
    made = _insert(session, organization_id, actor, pepper, old.label, old.scope, now, expires_at)
    old.replaced_by = made.id
    if overlaps:
        old.retires_at = now + overlap
    else:
        old.deactivated_at = now
    changed = _described(made, old.scope, old.last_four)
    if overlaps:
        changed.append({"attribute": "oldKeyWorksUntil", "before": None, "after": _instant(old.retires_at)})
    record(session, organization_id, actor, "key:regenerated", Target("Key", made.id, old.label), changed)
    return made


def finish(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key that is being replaced is refused from the commit on. Raises ValueError for one that is not."""
    key = _being_replaced(session, organization_id, key_id)
    changed = [{"attribute": "oldKeyWorksUntil", "before": _instant(key.retires_at), "after": None}]
    key.deactivated_at, key.retires_at = datetime.now(UTC), None
    record(session, organization_id, actor, "key:replacement:finished", Target("Key", key.id, key.label), changed)


def cancel(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key that was to be replaced stays, and the new one is gone. Raises ValueError for one that is not."""
    key = _being_replaced(session, organization_id, key_id)
    changed = [{"attribute": "oldKeyWorksUntil", "before": _instant(key.retires_at), "after": None}]
    new = session.get(ScimKey, key.replaced_by)
    if new is not None and new.organization_id == organization_id:
        changed.append({"attribute": "lastFour", "before": new.last_four, "after": key.last_four})
        session.execute(sql_delete(ScimKey).where(ScimKey.id == new.id))
    key.retires_at = key.replaced_by = None
    record(session, organization_id, actor, "key:replacement:cancelled", Target("Key", key.id, key.label), changed)


def deactivate(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key is refused from the commit on, until it is reactivated. Deactivating it again changes nothing."""
    key = _locked(session, organization_id, key_id)
    if key.deactivated_at is None:
        key.deactivated_at, key.retires_at = datetime.now(UTC), None
        _record_active(session, actor, key, "key:deactivated", active=False)


def reactivate(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key works again. Raises ValueError when it has expired, or when two others are live."""
    key = _locked(session, organization_id, key_id)
    now = datetime.now(UTC)
    if key.expires_at is not None and key.expires_at <= now:
        raise ValueError("This key has expired and cannot be reactivated. Regenerate it or generate a new one.")
    if not is_live(key, now):
        _refuse_a_third(session, organization_id, key.scope, now)
        key.deactivated_at = key.retires_at = key.replaced_by = None
        _record_active(session, actor, key, "key:reactivated", active=True)


def delete(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key is gone for good; the history keeps its label. A key it was to replace stays."""
    key = _locked(session, organization_id, key_id)
    changed = [{"attribute": "lastFour", "before": key.last_four, "after": None}]
    record(session, organization_id, actor, "key:deleted", Target("Key", key.id, key.label), changed)
    waiting = update(ScimKey).where(ScimKey.organization_id == organization_id, ScimKey.replaced_by == key.id)
    later = waiting.where(ScimKey.retires_at > datetime.now(UTC)).values(retires_at=None)
    for statement in (later, waiting.values(replaced_by=None)):
        session.execute(statement.execution_options(synchronize_session=False))
    session.execute(sql_delete(ScimKey).where(ScimKey.id == key.id, ScimKey.organization_id == organization_id))


def of_organization(session: AnySession, organization_id: str) -> Sequence[ScimKey]:
    """Every key of the organisation, newest first."""
    statement = select(ScimKey).where(ScimKey.organization_id == organization_id).order_by(ScimKey.id.desc())
    return session.scalars(statement.execution_options(populate_existing=True)).all()


def expiring(session: AnySession, organization_id: str, now: datetime) -> Sequence[ScimKey]:
    """Live keys that end within `WARNED_AHEAD` and that nothing replaces yet, the next one first; no temporary ones."""
    statement = select(ScimKey).where(
        ScimKey.organization_id == organization_id,
        ScimKey.expires_at > now,
        ScimKey.expires_at <= now + WARNED_AHEAD,
        ScimKey.deactivated_at.is_(None),
        ScimKey.retires_at.is_(None),
    )
    found = session.scalars(statement.order_by(ScimKey.expires_at)).all()
    return [key for key in found if key.expires_at and key.expires_at - key.created_at > TEMPORARY]


def is_live(key: ScimKey, now: datetime) -> bool:
    """Whether the key is let in: not deactivated, not expired, and not replaced for longer than the overlap."""
    return key.deactivated_at is None and all(end is None or end > now for end in (key.expires_at, key.retires_at))


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
    public_id, key = fresh()
    made = Generated(new_id(), key, public_id, key[-4:], expires_at)
    session.add(
        ScimKey(
            id=made.id,
            organization_id=organization_id,
            public_id=public_id,
            secret_hash=fingerprint(pepper, key),
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


def _being_replaced(session: AnySession, organization_id: str, key_id: str) -> ScimKey:
    key = _locked(session, organization_id, key_id)
    if key.retires_at is None or not is_live(key, datetime.now(UTC)):
        raise ValueError("This key is not being replaced any more. Look at the keys below before you go on.")
    return key


def _refuse_a_third(
    session: AnySession,
    organization_id: str,
    scope: str,
    now: datetime,
    advice: str = "Deactivate one first.",
    besides: str = "",
) -> None:
    if scope != "provision":
        return
    live = session.execute(
        select(func.count()).where(
            ScimKey.organization_id == organization_id,
            ScimKey.scope == scope,
            ScimKey.id != besides,
            ScimKey.deactivated_at.is_(None),
            or_(ScimKey.expires_at.is_(None), ScimKey.expires_at > now),
            or_(ScimKey.retires_at.is_(None), ScimKey.retires_at > now),
        )
    ).scalar_one()
    if live >= LIVE_AT_MOST:
        raise ValueError(f"Two keys are live already, which is as many as there can be. {advice}")


def _described(made: Generated, scope: str, last_four_before: str | None = None) -> list[dict[str, str | None]]:
    """What the history says of a new key."""
    described = [{"attribute": "lastFour", "before": last_four_before, "after": made.last_four}]
    if last_four_before is None:
        described.append({"attribute": "scope", "before": None, "after": scope})
    if made.expires_at is not None:
        described.append({"attribute": "expires", "before": None, "after": _instant(made.expires_at)})
    return described


def _instant(value: datetime | None) -> str | None:
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _record_active(session: AnySession, actor: Actor, key: ScimKey, action: str, *, active: bool) -> None:
    changed = [{"attribute": "active", "before": not active, "after": active}]
    record(session, key.organization_id, actor, action, Target("Key", key.id, key.label), changed)
