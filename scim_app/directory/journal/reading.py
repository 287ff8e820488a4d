"""The log read back: pages, one request with what it changed, and what came last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select

from scim_app.directory import timeline
from scim_app.directory.ids import first_id
from scim_app.directory.journal.entries import SELF_TEST
from scim_app.directory.tables import Change, ScimRequest
from scim_app.directory.timeline import Page
from scim_app.directory.transaction import AnySession
from scim_app.protocol.comparison import folded

LOOKED_AT = 1_000
"""Requests that did the same, among which those of one client are looked for: others may have filled the log."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: each of these is no condition when it is empty."""

    outcome: str = ""
    subject: str = ""
    person: str = ""
    key_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    from_outside: bool = False
    """Whether what this service asked of itself is left out."""


def page(
    session: AnySession,
    organization_id: str,
    wanted: Wanted,
    *,
    before: str | None = None,
    after: str | None = None,
    size: int = timeline.PAGE,
) -> Page[ScimRequest]:
    """The requests that are looked for, next to `before` or `after`, or else the newest."""
    statement = _mine(organization_id)
    if wanted.outcome in {"failed", "done"}:
        statement = statement.where(ScimRequest.failed.is_(wanted.outcome == "failed"))
    if wanted.subject == "reads":
        kinds = [
            ScimRequest.action.like(f"%:{verb}") for verb in ("read", "listed", "looked for", "searched", "described")
        ]
        statement = statement.where(or_(*kinds))
    elif wanted.subject:
        statement = statement.where(ScimRequest.action.startswith(f"{wanted.subject}:", autoescape=True))
    if wanted.person:
        statement = statement.where(ScimRequest.search_key.contains(folded(wanted.person), autoescape=True))
    if wanted.key_id:
        statement = statement.where(ScimRequest.key_id == wanted.key_id)
    if wanted.since is not None:
        statement = statement.where(ScimRequest.id >= first_id(wanted.since))
    if wanted.until is not None:
        statement = statement.where(ScimRequest.id < first_id(wanted.until))
    if wanted.from_outside:
        statement = statement.where(ScimRequest.client != SELF_TEST)
    return timeline.page(session, statement, ScimRequest.id, before, after, size)


def one(session: AnySession, organization_id: str, request_id: str) -> ScimRequest | None:
    """The request with that id."""
    return session.scalars(_mine(organization_id).where(ScimRequest.id == request_id)).one_or_none()


def changes_of(session: AnySession, request: ScimRequest) -> Sequence[Change]:
    """What the request changed, in order."""
    if not request.change_ids:
        return ()
    statement = select(Change).where(
        Change.organization_id == request.organization_id, Change.id.in_(request.change_ids[:100])
    )
    return session.scalars(statement.order_by(Change.id)).all()


def last(session: AnySession, organization_id: str, *, failed: bool) -> ScimRequest | None:
    """The newest request that failed, or that did not, but for those of this service itself."""
    statement = _mine(organization_id).where(ScimRequest.failed.is_(failed), ScimRequest.client != SELF_TEST)
    return session.scalars(statement.order_by(ScimRequest.id.desc()).limit(1)).one_or_none()


def last_of(
    session: AnySession, organization_id: str, actions: Collection[str], client: str = ""
) -> dict[str, ScimRequest]:
    """The newest request of that client, or else of any but this service itself, that did each of these, by what it did.

    One that failed did not. Of a client it is found among the newest `LOOKED_AT` that did the same.
    """
    theirs = ScimRequest.client == client if client else ScimRequest.client != SELF_TEST
    found = {}
    for action in actions:
        alike = select(ScimRequest.id).where(
            ScimRequest.organization_id == organization_id,
            ScimRequest.action == action,
            ScimRequest.failed.is_(False),
        )
        newest = alike.order_by(ScimRequest.id.desc()).limit(LOOKED_AT)
        statement = _mine(organization_id).where(ScimRequest.id.in_(newest), theirs)
        request = session.scalars(statement.order_by(ScimRequest.id.desc()).limit(1)).one_or_none()
        if request is not None:
            found[action] = request
    return found


def about(session: AnySession, organization_id: str, target_id: str, size: int = 10) -> Sequence[ScimRequest]:
    """The newest requests about that user or group."""
    statement = _mine(organization_id).where(ScimRequest.target_id == target_id)
    return session.scalars(statement.order_by(ScimRequest.id.desc()).limit(size)).all()


def _mine(organization_id: str) -> Select[ScimRequest]:
    return select(ScimRequest).where(ScimRequest.organization_id == organization_id)
