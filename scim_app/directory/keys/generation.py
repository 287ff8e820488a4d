"""Making a key: the only moment at which the whole of it is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.ids import new_id
from scim_app.directory.keys.form import fingerprint, fresh, pepper_id
from scim_app.directory.keys.live import lock, refuse_a_third
from scim_app.directory.keys.networks import networks
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import AnySession

SCOPES = ("provision", "read")
LABEL_LENGTH = 100
TEMPORARY = timedelta(minutes=1)
"""How long a key lives with which this service tries itself."""


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
    allowed_networks: Iterable[str] = (),
) -> Generated:
    """A new key of the organisation, live at once, for use from these networks or, without any, from anywhere.

    Raises ValueError when two are live already, and for what is no label, scope, network or moment to come.
    """
    label = label.strip()
    if not label or len(label) > LABEL_LENGTH or not label.isprintable():
        raise ValueError(f"The label of a key is one line of 1 to {LABEL_LENGTH} characters.")
    if scope not in SCOPES:
        raise ValueError(f"The scope of a key is one of {', '.join(SCOPES)}.")
    now = datetime.now(UTC)
    if expires_at is not None and expires_at <= now:
        raise ValueError("A key must expire in the future.")
    lock(session, organization_id)
    refuse_a_third(session, organization_id, scope, now)
    within = networks(allowed_networks)
    made = insert(session, organization_id, actor, pepper, label, scope, now, expires_at, within)
    changed = described(made, scope) + ([bound([], within)] if within else [])
    record(session, organization_id, actor, "key:generated", Target("Key", made.id, label), changed)
    return made


def temporary(session: AnySession, organization_id: str, actor: Actor, pepper: str, label: str) -> Generated:
    """A key for a minute, for this service to try itself: it is neither shown nor counted among those that are live."""
    now = datetime.now(UTC)
    return insert(session, organization_id, actor, pepper, label, "provision", now, now + TEMPORARY, temporary=True)


def forget(session: AnySession, organization_id: str, key_id: str) -> None:
    """Away with a temporary key."""
    session.execute(delete(ScimKey).where(ScimKey.id == key_id, ScimKey.organization_id == organization_id))


def insert(
    session: AnySession,
    organization_id: str,
    actor: Actor,
    pepper: str,
    label: str,
    scope: str,
    now: datetime,
    expires_at: datetime | None,
    within: Sequence[str] = (),
    *,
    temporary: bool = False,
) -> Generated:
    """Add the key's row."""
    public_id, key = fresh()
    made = Generated(new_id(), key, public_id, key[-4:], expires_at)
    session.add(
        ScimKey(
            id=made.id,
            organization_id=organization_id,
            public_id=public_id,
            secret_hash=fingerprint(pepper, key),
            pepper_id=pepper_id(pepper),
            last_four=made.last_four,
            scope=scope,
            label=label,
            created_by=actor.name,
            created_at=now,
            expires_at=expires_at,
            allowed_networks=list(within),
            temporary=temporary,
        )
    )
    session.flush()
    return made


def described(made: Generated, scope: str, last_four_before: str | None = None) -> list[dict[str, str | None]]:
    """What the history says of a new key."""
    described = [{"attribute": "lastFour", "before": last_four_before, "after": made.last_four}]
    if last_four_before is None:
        described.append({"attribute": "scope", "before": None, "after": scope})
    if made.expires_at is not None:
        described.append({"attribute": "expires", "before": None, "after": instant(made.expires_at)})
    return described


def bound(before: Sequence[str], after: Sequence[str]) -> dict[str, str | None]:
    """What the history says of the networks from which a key may be used."""
    return {"attribute": "allowedNetworks", "before": ", ".join(before) or None, "after": ", ".join(after) or None}


def instant(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second."""
    return None if value is None else value.strftime("%Y-%m-%dT%H:%M:%SZ")
