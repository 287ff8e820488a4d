"""What is done at the same moment to the same projects, groups and people."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import held, transaction
from scim_app.directory.changes import OPERATOR
from scim_app.directory.policy import KEEP, Policy
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol.errors import NotFound
from tests.directory.roles.acme import Acme, acme_of
from tests.torture.clients import until

Work = Callable[[Store], object]
Act = Callable[[Acme], object]
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def at_once(app: Flask, organization_id: str, *works: Work) -> list[str | None]:
    """Do all of it in transactions of their own at the same moment; the refusals."""

    def do(work: Work) -> str | None:
        with app.app_context():
            store = Store(db.session, organization_id, OPERATOR, app.extensions["catalog"])
            try:
                transact(db.session, lambda: work(store))
            except ValueError as refusal:
                return str(refusal)
            return None

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(do, works))


def test_of_projects_made_at_once_under_one_name_there_is_one_and_the_others_are_refused(
    app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    session.rollback()
    answers = at_once(app, place, *[lambda store: scopes.create_project(store, "Mobile")] * 5)
    assert answers.count(None) == 1
    assert set(answers) == {None, 'There is a project called "Mobile" already.'}


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Grows by one with each attempt at a transaction."""
    made: list[None] = []
    attempt = transaction.attempt

    def counted(session: Any, work: Callable[[], Any]) -> Any:
        made.append(None)
        return attempt(session, work)

    monkeypatch.setattr(transaction, "attempt", counted)
    return made


@pytest.fixture
def acme(session: scoped_session[Session], organization: Organization) -> Acme:
    """Acme with a project."""
    made = acme_of(session, organization.id)
    made.project("Mobile")
    return made


def crossing(app: Flask, place: str, first: Act, moment: str, second: Act, policy: Policy = KEEP) -> None:
    """Do both: the second begins behind the first statement of the first that begins so, and runs until it has to wait."""

    def do(act: Act) -> None:
        with app.app_context(), suppress(NotFound):
            act(acme_of(db.session, place, policy))

    with ThreadPoolExecutor(2) as pool, app.app_context():
        begun: list[Future[None]] = []
        reads = db.engine.execution_options(isolation_level="AUTOCOMMIT")

        def interrupt(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if statement.startswith(moment) and not begun:
                begun.append(pool.submit(do, second))
                with reads.connect() as connection:
                    until(lambda: begun[0].done() or connection.scalar(WAITING))

        event.listen(db.engine, "after_cursor_execute", interrupt)
        try:
            do(first)
            begun[0].result(60)
        finally:
            event.remove(db.engine, "after_cursor_execute", interrupt)


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("wipes", [False, True])
def test_who_is_deleted_or_wiped_while_a_group_loses_them_is_in_nobodys_way(
    app: Flask, acme: Acme, attempts: list[None], wipes: bool
) -> None:
    ada, group = acme.person("ada"), acme.pair("Admin", "Mobile")
    acme.join(group, ada)
    attempts.clear()

    def go(here: Acme) -> None:
        here.set(ada, active=False) if wipes else here.directory.delete("User", ada)

    place, policy = acme.directory.organization_id, Policy(wipes=wipes)
    acme.session.rollback()
    crossing(app, place, lambda here: here.leave(group, ada), "DELETE FROM group_members", go, policy)
    assert len(attempts) == 2
    assert acme.rows()["group_members"] == acme.rows()["effective_roles"] == 0


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("renamed", [False, True])
def test_who_is_changed_while_a_group_gains_them_is_in_nobodys_way(
    app: Flask, acme: Acme, attempts: list[None], renamed: bool
) -> None:
    ada, group = acme.person("ada"), acme.pair("Admin", "Mobile")
    attempts.clear()
    changed = {"userName": "ada.l"} if renamed else {"active": False}
    place = acme.directory.organization_id
    acme.session.rollback()
    crossing(
        app, place, lambda here: here.join(group, ada), "INSERT INTO group_members", lambda here: here.set(ada, **changed)
    )
    assert len(attempts) == 2
    assert acme.roles(ada) == ({"Mobile": "Admin"} if renamed else {})


@pytest.mark.databases("postgresql")
def test_who_has_just_joined_a_group_that_others_change_leaves_it_with_another_attempt(
    app: Flask, acme: Acme, attempts: list[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, group = acme.person("ada"), acme.group("Engineers")
    acme.join(group, ada)
    groups_of, looked = held.groups_of, []

    def joined_since(*given: Any) -> None:
        looked.append(given)
        if len(looked) > 1:
            groups_of(*given)

    monkeypatch.setattr(held, "groups_of", joined_since)
    attempts.clear()
    place = acme.directory.organization_id
    acme.session.rollback()
    crossing(
        app, place, lambda here: here.change("Group", group, {"op": "replace", "path": "displayName", "value": "Makers"}),
        "UPDATE groups", lambda here: here.directory.delete("User", ada),
    )  # fmt: skip
    assert len(attempts) == 3
    assert acme.directory.get("Group", group)["meta"]["version"] == 'W/"4"'
