"""Administrators and domains on Organization Info, and the wait at the sign-in."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.tables import Administrator, Membership
from scim_app.panel import credentials
from tests.panel.conftest import HTMX, PASSWORD, Enter, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
PEOPLE = f"{INFO}/administrators"


def id_of(session: scoped_session[Session], email: str) -> str:
    session.rollback()
    return session.scalars(select(Administrator.id).where(Administrator.email == email)).one()


def test_an_invitation_shows_its_link_once_and_the_link_works(owner: Person, app: Flask) -> None:
    answer = owner.post(PEOPLE, {"email": "grace@acme.example", "role": "admin"}, on=INFO)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    link = re.search(r"/claim/[\w-]{43}", answer.text)
    assert link
    page = owner.get(INFO)
    assert link[0] not in page.text and "Invited" in text_of(page) and "grace@acme.example" in page.text
    grace = Person(app.test_client())
    assert grace.post(link[0], {"password": PASSWORD, "again": PASSWORD}, on=link[0]).status_code == 303
    assert "Invited" not in text_of(owner.get(INFO))


def test_somebody_is_changed_kept_out_let_in_and_removed(
    owner: Person, enter: Enter, session: scoped_session[Session]
) -> None:
    grace = enter("viewer", "grace@acme.example")
    path = f"{PEOPLE}/{id_of(session, 'grace@acme.example')}"
    assert grace.get(INFO).status_code == 200
    assert owner.post(f"{path}/role", {"role": "admin"}, on=INFO).location == INFO
    assert "Manage" in text_of(grace.get(INFO))
    owner.post(f"{path}/disable", on=INFO)
    assert grace.get(INFO).status_code == 303
    owner.post(f"{path}/enable", on=INFO)
    assert grace.get(INFO).status_code == 200
    answer = owner.post(f"{path}/remove", on=INFO, headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="info"') and "grace@" not in answer.text
    assert grace.get(INFO).status_code == 303


def test_the_last_owner_is_refused_with_a_sentence(owner: Person, session: scoped_session[Session]) -> None:
    path = f"{PEOPLE}/{id_of(session, 'owner@acme.example')}"
    for action, data in (("remove", {}), ("disable", {}), ("role", {"role": "viewer"})):
        answer = owner.post(f"{path}/{action}", data, on=INFO)
        assert answer.status_code == 409 and "last owner" in text_of(answer)
    session.rollback()
    assert session.scalars(select(Membership.role)).all() == ["owner"]


def test_an_admin_is_offered_nothing_about_owners(enter: Enter, session: scoped_session[Session]) -> None:
    enter("owner")
    admin = enter("admin")
    owner_id = id_of(session, "owner@acme.example")
    page = admin.get(INFO).text
    assert f"manage-{owner_id}" not in page and '<option value="owner"' not in page
    assert admin.post(f"{PEOPLE}/{owner_id}/remove", on=INFO).status_code == 409
    assert admin.post(PEOPLE, {"email": "new@acme.example", "role": "owner"}, on=INFO).status_code == 409


def test_somebody_elses_administrator_is_not_there(owner: Person) -> None:
    for action in ("remove", "disable", "enable", "link", "role"):
        assert owner.post(f"{PEOPLE}/never/{action}", {"role": "viewer"}, on=INFO).status_code == 404


def test_domains_are_edited_and_what_is_none_is_refused(owner: Person) -> None:
    assert owner.post(f"{INFO}/domains", {"domains": "acme.example, acme.org;x.example"}, on=INFO).location == INFO
    page = text_of(owner.get(INFO))
    assert "acme.example" in page and "acme.org" in page and "x.example" in page
    assert owner.post(f"{INFO}/domains", {"domains": "nonsense"}, on=INFO).status_code == 409
    owner.post(f"{INFO}/domains", {"domains": " "}, on=INFO)
    assert "Any – people" in re.sub(r"\s+", " ", text_of(owner.get(INFO)))


def test_a_sign_in_waits_after_failures_and_an_attacker_locks_nobody_out(
    enter: Enter, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter("owner", "ada@acme.example")
    waits: list[float] = []
    monkeypatch.setattr(credentials.time, "sleep", waits.append)
    attacker = Person(app.test_client())
    for _ in range(12):
        assert attacker.sign_in(password="guess").status_code == 403
    assert waits == sorted(waits) and max(waits) == 4.0
    ada = Person(app.test_client())
    waits.clear()
    elsewhere = {"REMOTE_ADDR": "198.51.100.9"}
    form = {"email": "ada@acme.example", "password": PASSWORD}
    assert ada.post("/sign-in", form, environ_base=elsewhere).status_code == 303
    assert max(waits) <= 4.0
