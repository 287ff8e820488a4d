"""How long the log is kept: a setting of the organisation, and the pruning that follows from it."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import delete, select

from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.ids import first_id
from scim_app.directory.journal.entries import oldest_kept
from scim_app.directory.tables import Organization, ScimRequest
from scim_app.directory.transaction import AnySession, transact

DAYS = (7, 30, 90, 365)
AT_ONCE = 1_000
"""Rows deleted in one transaction, so that nobody waits for it."""


def keep(session: AnySession, organization_id: str, actor: Actor, days: int) -> None:
    """Keep the log of the organisation for so many days. Raises ValueError for a number that is not offered."""
    if days not in DAYS:
        raise ValueError(f"The log is kept for {', '.join(map(str, DAYS[:-1]))} or {DAYS[-1]} days.")
    statement = select(Organization).where(Organization.id == organization_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one()
    if found.log_days != days:
        changed = [{"attribute": "logDays", "before": found.log_days, "after": days}]
        found.log_days = days
        target = Target("Organization", found.id, found.name)
        record(session, found.id, actor, "organization:log:changed", target, changed)


def prune(session: AnySession, now: datetime) -> int:
    """Forget what is older than its organisation keeps, in batches, and say how many rows that were."""
    places = session.execute(select(Organization.id, Organization.log_days)).all()
    session.rollback()
    forgotten = 0
    for organization_id, days in places:
        oldest = first_id(oldest_kept(now, days))
        while True:
            gone = transact(session, partial(_batch, session, organization_id, oldest))
            forgotten += gone
            if gone < AT_ONCE:
                break
    return forgotten


def _batch(session: AnySession, organization_id: str, oldest: str) -> int:
    mine = (ScimRequest.organization_id == organization_id, ScimRequest.id < oldest)
    ids = session.scalars(select(ScimRequest.id).where(*mine).order_by(ScimRequest.id).limit(AT_ONCE)).all()
    if ids:
        statement = delete(ScimRequest).where(ScimRequest.id.in_(ids))
        session.execute(statement.execution_options(synchronize_session=False))
    return len(ids)
