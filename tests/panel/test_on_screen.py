"""A form changes the organisation that it was drawn for: never another, whatever came on screen meanwhile."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, organizations
from scim_app.directory.tables import Administrator, Membership, Organization, ScimKey, SignIn
from scim_app.directory.transaction import transact
from scim_app.panel import credentials
from tests.panel.conftest import HIDDEN, HTMX, PASSWORD, Enter, Person, text_of
from tests.panel.routes import address, writable

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
OWNER = "owner@acme.example"


@pytest.fixture
def beta(session: scoped_session[Session], owner: Person) -> str:
    """The id of another organisation of the owner's, where they are a viewer."""
    made = transact(session, lambda: organizations.create(session, "Beta")).id
    transact(session, lambda: administrators.create(session, OWNER, made, "viewer"))
    return made


def domains(session: scoped_session[Session]) -> dict[str, list[str]]:
    session.rollback()
    return {each.name: each.domains for each in session.scalars(select(Organization))}


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["browser", "htmx"])
def test_a_form_of_a_tab_that_shows_another_organisation_is_refused_with_a_sentence(
    owner: Person, beta: str, session: scoped_session[Session], headers: dict[str, str]
) -> None:
    role = update(Membership).where(Membership.organization_id == beta).values(role="admin")
    transact(session, lambda: session.execute(role))
    form = dict(HIDDEN.findall(owner.get(INFO).text)) | {"domains": "only-for-acme.example"}
    owner.post("/organization", {"organization": beta}, on=INFO)
    answer = owner.open(f"{INFO}/domains", method="POST", data=form, headers=headers)
    assert answer.status_code == 409
    assert "another organization than the one on screen now" in text_of(answer)
    assert domains(session) == {"Acme": [], "Beta": []}
    owner.post(f"{INFO}/domains", {"domains": "beta.example"}, on=INFO)
    assert domains(session) == {"Acme": [], "Beta": ["beta.example"]}


def test_no_form_about_an_organisation_goes_without_saying_which(owner: Person, app: Flask, beta: str) -> None:
    token = dict(HIDDEN.findall(owner.get(INFO).text))["csrf_token"]
    asked = [rule for rule in writable(app) if rule.startswith(f"{INFO}/")]
    assert len(asked) > 25
    for rule in asked:
        for form in ({"csrf_token": token}, {"csrf_token": token, "on_screen": beta}):
            assert owner.open(address(rule), method="POST", data=form).status_code == 409, rule


@pytest.mark.parametrize("path", ["", "/access", "/log", "/projects", "/changelog", "/ownership", "/access/connect/okta"])
def test_every_form_of_a_page_says_which_organisation_it_is_for(
    owner: Person, organization: Organization, path: str
) -> None:
    page = owner.get(f"{INFO}{path}").text
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.DOTALL)
    assert forms
    for form in forms:
        assert f'name="on_screen" value="{organization.id}"' in form


def test_whoever_is_kept_out_meanwhile_changes_nothing_in_the_organisation_they_fall_back_to(
    owner: Person, enter: Enter, beta: str, session: scoped_session[Session], organization: Organization
) -> None:
    role = update(Membership).where(Membership.organization_id == beta).values(role="owner")
    transact(session, lambda: session.execute(role))
    form = dict(HIDDEN.findall(owner.get(INFO).text)) | {"name": "Mine"}
    place = organization.id
    gone = update(Membership).where(Membership.organization_id == place)
    transact(session, lambda: session.execute(gone.values(disabled_at=select(Administrator.created_at).scalar_subquery())))
    assert owner.open(f"{INFO}/name", method="POST", data=form).status_code == 409
    assert set(domains(session)) == {"Acme", "Beta"}


def test_a_viewer_generates_no_key_by_changing_the_organisation_while_the_password_is_checked(
    owner: Person, beta: str, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = credentials.check

    def meanwhile(email: str, password: str) -> object:
        found = check(email, password)
        transact(session, lambda: session.execute(update(SignIn).values(organization_id=beta)))
        return found

    monkeypatch.setattr("scim_app.panel.password.check", meanwhile)
    form = {"label": "mine", "days": "365", "newest": "", "current_password": PASSWORD}
    answer = owner.post(f"{INFO}/access/keys", form, on=INFO)
    assert answer.status_code == 409 and "scim_" not in text_of(answer)
    session.rollback()
    assert session.scalars(select(ScimKey)).all() == []


def test_whoever_loses_their_role_while_the_password_is_checked_generates_no_key(
    owner: Person, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    check = credentials.check

    def meanwhile(email: str, password: str) -> object:
        found = check(email, password)
        transact(session, lambda: session.execute(update(Membership).values(role="viewer")))
        return found

    monkeypatch.setattr("scim_app.panel.password.check", meanwhile)
    form = {"label": "mine", "days": "365", "newest": "", "current_password": PASSWORD}
    assert owner.post(f"{INFO}/access/keys", form, on=INFO).status_code == 403
