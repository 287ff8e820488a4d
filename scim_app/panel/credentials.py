"""Checking a password, the one way in: slower after each failure, for the account and for the address."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from flask import request

from scim_app.directory import administrators, throttles
from scim_app.directory.tables import Administrator
from scim_app.directory.transaction import transact
from scim_app.extensions import db


def check(email: str, password: str) -> Administrator | None:
    """The administrator with that address and password, after the wait that earlier failures have earned."""
    address = request.remote_addr or ""
    wait = throttles.delay(db.session, email, address, datetime.now(UTC))
    db.session.rollback()
    if wait:
        time.sleep(wait)
    found = administrators.authenticate(db.session, email, password)
    if found is None:
        transact(db.session, lambda: throttles.failed(db.session, email, address, datetime.now(UTC)))
        return None
    if wait:
        administrator_id = found.id
        transact(db.session, lambda: throttles.succeeded(db.session, email))
        return db.session.get(Administrator, administrator_id)
    return found
