"""The key of a request: looked up as this deployment keeps keys, and kept under the current pepper."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, request
from sqlalchemy.exc import SQLAlchemyError

from scim_app.api import reading
from scim_app.directory import keys
from scim_app.extensions import db


def look_up(text: str, now: datetime) -> keys.Authenticated | keys.Refusal:
    """What the key opens from where the request comes, or why it opens nothing."""
    return keys.authenticate(
        reading.connection(),
        current_app.config["KEY_PEPPER"],
        text,
        now,
        fallbacks=current_app.config["KEY_PEPPER_FALLBACKS"],
        address=request.remote_addr or "",
    )


def renew(key: keys.Authenticated, text: str) -> None:
    """Keep the key under the current pepper, unless it is. If that cannot be done now, it is done with another request."""
    if not key.outdated:
        return
    reading.release()
    try:
        keys.renew(db.session, current_app.config["KEY_PEPPER"], key.id, text)
    except SQLAlchemyError:
        db.session.rollback()
        current_app.logger.warning("a key could not be kept under the current pepper", exc_info=True)
