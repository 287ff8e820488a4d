"""Projects that are made at the same moment under one name."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import OPERATOR
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db

Work = Callable[[Store], object]


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
