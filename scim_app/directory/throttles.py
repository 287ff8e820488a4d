"""How long a sign-in has to wait after others failed: for the same account, or from the same address.

It waits; it is never refused. So an attacker slows down guesses, at most to `LONGEST` for somebody else who knows the
password, and locks nobody out. How many passwords are checked at once is bounded in `passwords`. The counts are in the
database, so that they hold for every worker and over restarts.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from scim_app.directory.tables import Throttle
from scim_app.directory.transaction import AnySession
from scim_app.protocol.comparison import folded

FORGOTTEN_AFTER = timedelta(minutes=15)
FREE = {"account": 3, "address": 10}
"""Failures that make nobody wait: people mistype, and share an address."""
FIRST, LONGEST = 0.25, 4.0
"""Seconds: doubled with each further failure."""


def delay(session: AnySession, email: str, address: str, now: datetime) -> float:
    """The seconds that a sign-in with that e-mail address, from there, waits before its password is looked at."""
    statement = select(Throttle.subject_hash, Throttle.failures).where(
        Throttle.subject_hash.in_(subjects(email, address).values()), Throttle.last_at > now - FORGOTTEN_AFTER
    )
    failures = {subject: count for subject, count in session.execute(statement)}
    waits = [seconds(failures.get(hashed, 0) - FREE[kind]) for kind, hashed in subjects(email, address).items()]
    return max(waits)


def seconds(too_many: int) -> float:
    """How long to wait after so many failures more than are free."""
    return min(FIRST * 2.0 ** min(too_many, 10), LONGEST) if too_many >= 0 else 0.0


def failed(session: AnySession, email: str, address: str, now: datetime) -> None:
    """Count a failure, in the caller's transaction. What is old is swept away."""
    session.execute(delete(Throttle).where(Throttle.last_at <= now - FORGOTTEN_AFTER))
    for hashed in subjects(email, address).values():
        if not _count(session, hashed, now):
            try:
                with session.begin_nested():
                    session.execute(insert(Throttle).values(subject_hash=hashed, failures=1, last_at=now))
            except IntegrityError:
                _count(session, hashed, now)


def succeeded(session: AnySession, email: str) -> None:
    """Whoever has the password waits for nobody's failures any more. Those of the address stay."""
    session.execute(delete(Throttle).where(Throttle.subject_hash == subjects(email, "")["account"]))


def subjects(email: str, address: str) -> dict[str, str]:
    """What is kept of an account and of an address: enough to recognise them, and nothing to read."""
    named = {"account": folded(email.strip()[:300]), "address": address}
    return {
        kind: hashlib.sha256(f"{kind} {value}".encode("utf-8", "replace")).hexdigest() for kind, value in named.items()
    }


def _count(session: AnySession, hashed: str, now: datetime) -> bool:
    statement = update(Throttle).where(Throttle.subject_hash == hashed)
    counted = statement.values(failures=Throttle.failures + 1, last_at=now).returning(Throttle.failures)
    return session.execute(counted.execution_options(synchronize_session=False)).first() is not None
