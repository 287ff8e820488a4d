"""The life of a key: generated, replaced by another (with an overlap, if wanted), deactivated, reactivated, deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete as sql_delete
from sqlalchemy import select, update

from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.keys.generation import Generated, bound, described, insert, instant
from scim_app.directory.keys.live import is_live, lock, refuse_a_third
from scim_app.directory.keys.networks import networks
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import AnySession

NO_OVERLAP = timedelta()


class NoSuchKey(LookupError, ValueError):
    """The organisation has no key with that id."""

    def __init__(self) -> None:
        super().__init__("There is no such key in this organization.")


def regenerate(
    session: AnySession,
    organization_id: str,
    actor: Actor,
    pepper: str,
    key_id: str,
    overlap: timedelta = NO_OVERLAP,
) -> Generated:
    """A new key with the old one's label, scope, networks and lifetime; the old one is refused once the overlap is over.

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
        refuse_a_third(
            session, organization_id, old.scope, now, "Choose no overlap, or deactivate the other one first."
        )
    else:
        refuse_a_third(session, organization_id, old.scope, now, besides=old.id)
    expires_at = None if old.expires_at is None else now + (old.expires_at - old.created_at)
    made = insert(session, organization_id, actor, pepper, old.label, old.scope, now, expires_at, old.allowed_networks)
    old.replaced_by = made.id
    if overlaps:
        old.retires_at = now + overlap
    else:
        old.deactivated_at = now
    changed = described(made, old.scope, old.last_four)
    if overlaps:
        changed.append({"attribute": "oldKeyWorksUntil", "before": None, "after": instant(old.retires_at)})
    record(session, organization_id, actor, "key:regenerated", Target("Key", made.id, old.label), changed)
    return made


def finish(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key that is being replaced is refused from the commit on. Raises ValueError for one that is not."""
    key = _being_replaced(session, organization_id, key_id)
    changed = [{"attribute": "oldKeyWorksUntil", "before": instant(key.retires_at), "after": None}]
    key.deactivated_at, key.retires_at = datetime.now(UTC), None
    record(session, organization_id, actor, "key:replacement:finished", Target("Key", key.id, key.label), changed)


def cancel(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
    """The key that was to be replaced stays, and the new one is gone. Raises ValueError for one that is not."""
    key = _being_replaced(session, organization_id, key_id)
    changed = [{"attribute": "oldKeyWorksUntil", "before": instant(key.retires_at), "after": None}]
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
        refuse_a_third(session, organization_id, key.scope, now)
        key.deactivated_at = key.retires_at = key.replaced_by = None
        _record_active(session, actor, key, "key:reactivated", active=True)


def bind(session: AnySession, organization_id: str, actor: Actor, key_id: str, given: Iterable[str]) -> None:
    """The key is let in from these networks alone, or, without any, from anywhere. Raises ValueError for what is none."""
    key = _locked(session, organization_id, key_id)
    within = networks(given)
    if within != key.allowed_networks:
        changed = [bound(key.allowed_networks, within)]
        key.allowed_networks = within
        record(session, organization_id, actor, "key:networks:changed", Target("Key", key.id, key.label), changed)


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


def _locked(session: AnySession, organization_id: str, key_id: str) -> ScimKey:
    lock(session, organization_id)
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


def _record_active(session: AnySession, actor: Actor, key: ScimKey, action: str, *, active: bool) -> None:
    changed = [{"attribute": "active", "before": not active, "after": active}]
    record(session, key.organization_id, actor, action, Target("Key", key.id, key.label), changed)
