"""How long a sign-in waits after failures, and that it never waits for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import throttles
from scim_app.directory.tables import Throttle
from scim_app.directory.transaction import transact

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
ADA = "ada@acme.example"


def fail(session: scoped_session[Session], times: int, email: str = ADA, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        transact(session, lambda: throttles.failed(session, email, address, NOW))


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (2, 0), (3, 0.25), (4, 0.5), (7, 4), (60, 4)])
def test_each_failure_doubles_the_wait_up_to_four_seconds(
    session: scoped_session[Session], failures: int, seconds: float
) -> None:
    fail(session, failures)
    assert throttles.delay(session, " ADA@acme.example", "198.51.100.1", NOW) == seconds


def test_an_address_waits_too_whatever_account_it_tries(session: scoped_session[Session]) -> None:
    for number in range(12):
        fail(session, 1, f"person{number}@acme.example")
    assert throttles.delay(session, "new@acme.example", "192.0.2.1", NOW) == 1.0
    assert throttles.delay(session, "new@acme.example", "192.0.2.2", NOW) == 0


def test_failures_are_forgotten_after_a_quarter_of_an_hour(session: scoped_session[Session]) -> None:
    fail(session, 20)
    later = NOW + timedelta(minutes=15)
    assert throttles.delay(session, ADA, "192.0.2.1", later) == 0
    transact(session, lambda: throttles.failed(session, "x", "y", later))
    assert len(session.scalars(select(Throttle)).all()) == 2


def test_whoever_has_the_password_waits_no_more(session: scoped_session[Session]) -> None:
    fail(session, 5)
    transact(session, lambda: throttles.succeeded(session, ADA))
    assert throttles.delay(session, ADA, "198.51.100.1", NOW) == 0


def test_no_address_is_kept(session: scoped_session[Session]) -> None:
    fail(session, 1)
    assert ADA not in repr([row.subject_hash for row in session.scalars(select(Throttle))])
