"""Every simulated identity provider talks to this service through a company's life, and both agree in the end.

`PEOPLE=1000 PUSHED=50 pytest tests/simulator` plays it with a company of that size.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.keys import Generated
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization, ScimKey
from scim_app.directory.transaction import transact
from scim_app.simulator.scenarios import SCENARIOS
from scim_app.simulator.simulation import PROVIDERS, Outcome, simulate
from tests.simulator.playing import PEOPLE, scene


def another_key(app: Flask, session: scoped_session[Session], organization_id: str) -> Generated:
    """One more key of the organisation."""
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(
            session, organization_id, OPERATOR, pepper, label="Another", scope="provision", expires_at=None
        ),
    )
    session.rollback()
    return made


@pytest.fixture
def expired_key(app: Flask, session: scoped_session[Session], organization: Organization) -> str:
    """A key of the organisation that was good until yesterday."""
    made = another_key(app, session, organization.id)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    transact(
        session, lambda: session.execute(update(ScimKey).where(ScimKey.id == made.id).values(expires_at=yesterday))
    )
    session.rollback()
    return made.key


@pytest.fixture
def roles_to_link(app: Flask, session: scoped_session[Session], organization: Organization) -> None:
    """A project and a team, whose groups a directory links to."""
    store = Store(session, organization.id, OPERATOR, app.extensions["catalog"])

    def work() -> None:
        scopes.create_team(store, scopes.create_project(store, "Mobile"), "Release")

    transact(session, work)
    session.rollback()


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_companys_whole_life_ends_in_sync(
    provider: str,
    roles_to_link: None,
    live_server: str,
    key: str,
    expired_key: str,
) -> None:
    playing = scene(provider, live_server, key)
    playing.expired_key = expired_key
    outcome = simulate(playing, SCENARIOS)
    assert outcome.in_sync, outcome.sentence
    assert outcome.scenarios == list(SCENARIOS)
    assert [group.name for group in playing.company.groups if group.linked], "no group of a role was linked"
    assert outcome.requests > 3 * PEOPLE


def test_three_organisations_are_provisioned_at_once_and_each_ends_in_sync(
    app: Flask, session: scoped_session[Session], organization: Organization, live_server: str, key: str
) -> None:
    others = [transact(session, partial(organizations.create, session, name)).id for name in ("Beta", "Gamma")]
    all_keys = [key, *(another_key(app, session, each).key for each in others)]

    def play(provider: str, one_key: str) -> Outcome:
        return simulate(scene(provider, live_server, one_key), SCENARIOS)

    with ThreadPoolExecutor(3) as pool:
        outcomes = list(pool.map(play, ("okta-catalogue", "entra", "onelogin"), all_keys))
    assert all(outcome.in_sync for outcome in outcomes), "\n".join(outcome.sentence for outcome in outcomes)
