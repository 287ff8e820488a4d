"""Claim links of organisations, in a browser: what they ask for, and what they never do."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, organizations
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from tests.panel.conftest import PASSWORD, Enter, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
PEOPLE = f"{INFO}/administrators"
OTHER = "another password altogether"


@pytest.fixture
def mallory(app: Flask, session: scoped_session[Session], organization: Organization) -> Person:
    """An admin of another organisation, signed in."""
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    own = administrators.create
    transact(session, lambda: own(session, "mallory@rival.example", rival, "admin", password=PASSWORD))
    person = Person(app.test_client())
    person.sign_in("mallory@rival.example")
    return person


def link_in(page: str) -> str:
    found = re.search(r"/claim/[\w-]{43}", page)
    assert found, page
    return found[0]


def test_an_admin_of_another_organisation_gets_no_link_for_an_account_that_is_not_claimed_yet(
    mallory: Person, session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    transact(session, lambda: administrators.create(session, "ada@acme.example", place, "owner"))
    answer = mallory.post(PEOPLE, {"email": "ada@acme.example", "role": "viewer"}, on=INFO)
    assert answer.status_code == 409 and "/claim/" not in answer.text
    assert "Ask them to accept it first" in text_of(answer)


def test_an_account_that_others_took_is_not_let_in_until_the_link_is_opened_with_its_password(
    mallory: Person, owner: Person, app: Flask
) -> None:
    taken = link_in(mallory.post(PEOPLE, {"email": "cfo@acme.example", "role": "viewer"}, on=INFO).text)
    thief = Person(app.test_client())
    assert thief.post(taken, {"password": OTHER, "again": OTHER}, on=taken).status_code == 303
    answer = owner.post(PEOPLE, {"email": "cfo@acme.example", "role": "owner"}, on=INFO)
    link = link_in(answer.text)
    assert "Acme" not in text_of(thief.get(INFO)) and "Invited" in text_of(owner.get(INFO))
    asked = Person(app.test_client())
    page = text_of(asked.get(link))
    assert "Accept the invitation" in page and "invited to administer Acme" in page and "somebody else did" in page
    for password in ("wrong", PASSWORD):
        refused = asked.post(link, {"password": password, "again": password}, on=link)
        assert refused.status_code == 422 and "not the password of this account" in text_of(refused)


def test_whoever_has_an_account_accepts_with_its_password_and_sees_that_organisation(
    mallory: Person, enter: Enter, app: Flask
) -> None:
    enter("owner", "ada@acme.example")
    link = link_in(mallory.post(PEOPLE, {"email": "ada@acme.example", "role": "viewer"}, on=INFO).text)
    ada = Person(app.test_client())
    assert ada.post(link, {"password": PASSWORD}, on=link).location == "/"
    assert "Rival" in ada.get(INFO).text.partition("<dl")[2]
    assert ada.get(link).status_code == 404
    assert "Invited" not in text_of(mallory.get(INFO))


def test_whoever_belongs_to_no_organisation_any_more_accepts_all_the_same(
    mallory: Person, owner: Person, enter: Enter, app: Flask, session: scoped_session[Session]
) -> None:
    enter("viewer", "ada@acme.example")
    found = administrators.by_email(session, "ada@acme.example")
    assert found
    owner.post(f"{PEOPLE}/{found.id}/remove", on=INFO)
    link = link_in(mallory.post(PEOPLE, {"email": "ada@acme.example", "role": "viewer"}, on=INFO).text)
    ada = Person(app.test_client())
    assert ada.sign_in("ada@acme.example").status_code == 403
    assert ada.post(link, {"password": PASSWORD}, on=link).status_code == 303
    assert ada.get(INFO).status_code == 200
