"""The key of a request: looked up as this deployment keeps keys, and its use noted."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from scim_app.directory import keys
from scim_app.extensions import db


def look_up(text: str, now: datetime) -> keys.Authenticated | keys.Refusal:
    """What the key opens from where the request comes, or why it opens nothing."""
    return keys.authenticate(
        db.session,
        current_app.config["KEY_PEPPER"],
        text,
        now,
        fallbacks=current_app.config["KEY_PEPPER_FALLBACKS"],
        address=request.remote_addr or "",
    )


def note_use(key: keys.Authenticated, text: str, now: datetime) -> None:
    """Note that the key was used, once a minute, and keep it under the current pepper. Losing either fails nothing."""
    try:
        if key.outdated:
            keys.renew(db.session, current_app.config["KEY_PEPPER"], key.id, text)
        if key.touch_due(now):
            keys.touch(db.session, key.id, now, request.remote_addr or "", keys.masked(request.user_agent.string))
    except SQLAlchemyError:
        db.session.rollback()
        current_app.logger.warning("the last use of a key could not be noted", exc_info=True)
