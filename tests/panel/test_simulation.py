"""The button of the demo: a simulated directory goes to work, and the page says how far it is and what came of it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization, ScimKey, User
from scim_app.directory.transaction import transact
from scim_app.panel import simulation
from scim_app.panel.simulation import LONGEST_RUN, SIMULATION, TITLES, Run
from scim_app.simulator.simulation import PROVIDERS, Outcome
from tests.panel.conftest import HTMX, Enter, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
LOG = "/settings/organization/log"
FIGURES = {"people": 14, "groups": 3, "requests": 90, "seconds": 5.25, "differences": [], "more": 0}


@pytest.fixture
def slug() -> str:
    """The slug of the organisation. A test that is not about the demo has another."""
    return "demo"


@pytest.fixture
def organization(
    app: Flask, session: scoped_session[Session], slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Organization:
    """The organisation of the demo, with an instance folder of its own; nobody is looking, so nothing waits."""
    app.instance_path = str(tmp_path / "instance")
    monkeypatch.setattr(simulation, "BREATH", 0)
    monkeypatch.setattr(simulation, "LONGEST_PAUSE", 0)
    return transact(session, lambda: organizations.create(session, "Demo", slug=slug))


def playing() -> list[threading.Thread]:
    """The runs that go on in this process."""
    return [thread for thread in threading.enumerate() if thread.name == simulation.NAME]


def wait() -> None:
    """Until the run is over."""
    for thread in playing():
        thread.join(60)
        assert not thread.is_alive()


def told(app: Flask, organization_id: str, **values: Any) -> None:
    """A run as another process tells it."""
    Path(app.instance_path).mkdir(exist_ok=True)
    simulation.tell(
        app, Run(**{"organization_id": organization_id, "provider": "okta", "began": time.time(), **values})
    )


def test_there_is_a_title_for_every_provider() -> None:
    assert set(TITLES) == set(PROVIDERS)


@pytest.mark.parametrize("provider", TITLES)
def test_the_button_plays_a_directory_that_ends_in_sync_and_leaves_no_key(
    owner: Person, live_server: str, session: scoped_session[Session], provider: str
) -> None:
    begun = owner.post(SIMULATION, {"provider": provider}, on=LOG, headers=HTMX)
    assert begun.status_code == 200 and f"{TITLES[provider]}: " in text_of(begun)
    assert 'hx-trigger="every 1s"' in begun.text and begun.headers["HX-Trigger"] == "log-moved"
    wait()
    ended = owner.get(SIMULATION, headers=HTMX)
    assert f"In sync. {TITLES[provider]} sent " in text_of(ended)
    assert "hx-get" not in ended.text
    assert f"In sync. {TITLES[provider]} sent " in text_of(owner.get(LOG))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ScimKey)) == 0
    people = session.scalars(select(User.user_name)).all()
    assert len(people) >= 13 and all(f"@{provider}-" in each and each.endswith(".simulated.example") for each in people)


def test_two_runs_do_not_meet(owner: Person, live_server: str, session: scoped_session[Session]) -> None:
    for _ in range(2):
        owner.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX)
        wait()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(User)) == 28


def test_without_scripts_the_page_of_the_log_shows_it(owner: Person, live_server: str) -> None:
    begun = owner.post(SIMULATION, {"provider": "entra"}, on=LOG)
    assert (begun.status_code, begun.location) == (303, LOG)
    assert owner.get(SIMULATION).location == LOG
    wait()
    assert "In sync. Entra sent " in text_of(owner.get(LOG))


def test_while_one_runs_another_does_not_begin(app: Flask, owner: Person, organization: Organization) -> None:
    told(app, organization.id, provider="onelogin", scenario="groups", done=2, steps=9)
    answer = owner.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX)
    assert "OneLogin: groups, 2 of 9 steps" in text_of(answer)
    assert playing() == []


def test_a_run_that_was_cut_off_gives_way_to_another(
    app: Flask, owner: Person, organization: Organization, live_server: str
) -> None:
    told(app, organization.id, began=time.time() - LONGEST_RUN, scenario="groups")
    page = owner.get(LOG)
    assert "Okta broke off. Simulate again" in text_of(page) and 'hx-trigger="every 1s"' not in page.text
    owner.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX)
    wait()
    assert "In sync." in text_of(owner.get(SIMULATION, headers=HTMX))


def test_what_is_refused_is_told_and_the_key_is_forgotten(
    owner: Person, organization: Organization, live_server: str, session: scoped_session[Session]
) -> None:
    transact(session, lambda: organizations.accept(session, organization.id, OPERATOR, ["acme.example"]))
    owner.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX)
    wait()
    page = text_of(owner.get(SIMULATION, headers=HTMX))
    session.rollback()
    assert "Not in sync. Okta sent " in page and "POST /Users was answered with 400" in page
    assert session.scalar(select(func.count()).select_from(ScimKey)) == 0


def test_a_run_that_breaks_off_is_over_and_the_key_is_forgotten(
    app: Flask,
    owner: Person,
    organization: Organization,
    session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any) -> Outcome:
        raise ZeroDivisionError

    monkeypatch.setattr(simulation, "simulate", broken)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    owner.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX)
    wait()
    assert "Okta broke off." in text_of(owner.get(SIMULATION, headers=HTMX))
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ScimKey)) == 0


def test_of_many_differences_some_are_told_and_the_rest_counted(
    app: Flask, owner: Person, organization: Organization
) -> None:
    outcome = Outcome(differences=[f"<b>{number} is missing." for number in range(25)])
    told(app, organization.id, over=True, outcome=simulation.kept(outcome))
    page = owner.get(LOG)
    assert page.text.count("is missing.") == 20 and "And 5 more." in text_of(page) and "<b>" not in page.text


@pytest.mark.parametrize("content", ["", "[]", "{", '{"provider": "okta"}', "null"])
def test_a_file_that_cannot_be_read_is_no_run(app: Flask, owner: Person, content: str) -> None:
    Path(app.instance_path).mkdir()
    simulation.file(app).write_text(content)
    page = owner.get(LOG)
    assert page.status_code == 200 and "Watch a directory at work" in text_of(page)


def test_a_run_of_an_earlier_demo_is_not_shown(app: Flask, owner: Person, organization: Organization) -> None:
    told(app, "another", over=True, outcome=FIGURES)
    assert "In sync" not in text_of(owner.get(LOG))
    told(app, organization.id, over=True, outcome=FIGURES)
    assert "In sync. Okta sent 90 requests in 5.2 s about 14 people and 3 groups" in text_of(owner.get(LOG))


def test_viewers_neither_see_nor_begin_a_run(viewer: Person) -> None:
    assert "Watch a directory at work" not in text_of(viewer.get(LOG))
    assert viewer.get(SIMULATION, headers=HTMX).status_code == 403
    assert viewer.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX).status_code == 403


def test_admins_see_it_and_a_provider_nobody_knows_is_refused(enter: Enter) -> None:
    admin = enter("admin")
    assert "Watch a directory at work" in text_of(admin.get(LOG))
    assert admin.post(SIMULATION, {"provider": "nobody"}, on=LOG).status_code == 400


def outside(owner: Person) -> None:
    assert "Watch a directory at work" not in text_of(owner.get(LOG))
    assert owner.get(SIMULATION, headers=HTMX).status_code == 404
    assert owner.post(SIMULATION, {"provider": "okta"}, on=LOG, headers=HTMX).status_code == 404
    assert playing() == []


@pytest.mark.parametrize("slug", ["acme"])
def test_in_other_organisations_there_is_no_button(owner: Person, slug: str) -> None:
    outside(owner)


def test_on_other_machines_there_is_no_button(app: Flask, owner: Person) -> None:
    app.config["PUBLIC_URL"] = "https://scim.example.com"
    outside(owner)


def test_no_banner_says_that_the_key_of_a_run_ends(
    app: Flask, owner: Person, session: scoped_session[Session], organization: Organization
) -> None:
    pepper = app.config["KEY_PEPPER"]
    transact(session, lambda: keys.temporary(session, organization.id, OPERATOR, pepper, "Simulation"))
    assert "The key Simulation expires" not in text_of(owner.get(LOG))
