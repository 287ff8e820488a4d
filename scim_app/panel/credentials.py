"""Checking a password, the one way in: slower after each failure, for the account and for the address."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from flask import current_app, request

from scim_app.directory import administrators, throttles
from scim_app.directory.passwords import Verified
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.crowds import signing_in


def check(email: str, password: str) -> Verified | None:
    """Who has that address and password, after the wait that earlier failures have earned.

    Raises TooManyRequests while as many others wait as a process has room for.
    """
    with signing_in.among(request.remote_addr or ""):
        return _checked(email, password, request.remote_addr or "")


def _checked(email: str, password: str, address: str) -> Verified | None:
    wait = throttles.delay(db.session, email, address, datetime.now(UTC))
    db.session.rollback()
    if wait:
        time.sleep(wait)
    found = administrators.authenticate(db.session, email, password)
    if found is None:
        transact(db.session, lambda: throttles.failed(db.session, email, address, datetime.now(UTC)))
        known = administrators.by_email(db.session, email[: administrators.EMAIL_LENGTH + 1])
        current_app.logger.warning("panel:password:refused %s from %s", known.id if known else "nobody", address)
        db.session.rollback()
        return None
    current_app.logger.info("panel:password:accepted %s from %s", found.id, address)
    if wait:
        transact(db.session, lambda: throttles.succeeded(db.session, email))
    return found
