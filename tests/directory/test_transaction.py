"""A transaction that PostgreSQL aborted is run again."""

from __future__ import annotations

import psycopg.errors
import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import transaction
from scim_app.directory.transaction import ATTEMPTS, PAUSE, transact


@pytest.mark.databases("sqlite")
def test_who_was_in_each_others_way_begins_again_a_random_moment_later_and_gives_up_in_the_end(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(transaction.time, "sleep", pauses.append)

    def work() -> None:
        raise OperationalError("UPDATE", {}, psycopg.errors.DeadlockDetected())

    for _ in range(2):
        with pytest.raises(OperationalError):
            transact(session, work)
    assert len(set(pauses)) == len(pauses) == 2 * (ATTEMPTS - 1)
    assert all(0 <= pause <= PAUSE * 2 ** (number % (ATTEMPTS - 1)) for number, pause in enumerate(pauses))
