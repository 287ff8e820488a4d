"""Signing in and out, and claim links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, organizations, passwords
from scim_app.directory.tables import Administrator, Organization, SignIn
from scim_app.directory.transaction import transact
from tests.panel.conftest import HTMX, PASSWORD, Enter, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"


def cookie(person: Person) -> str:
    found = person.client.get_cookie("session")
    assert found is not None
    return found.value


def test_the_first_page_leads_to_the_sign_in_and_afterwards_to_the_settings(visitor: Person, enter: Enter) -> None:
    assert visitor.get("/").location == "/sign-in"
    assert enter().get("/").location == INFO


def test_an_owner_signs_in_and_sees_their_organisation(owner: Person) -> None:
    page = owner.get(INFO)
    assert page.status_code == 200
    assert "Acme" in text_of(page)
    assert owner.get("/sign-in").location == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [("owner@acme.example", "wrong"), ("eve@acme.example", PASSWORD), ("", ""), ("x" * 5000, "x")],
)
def test_one_sentence_answers_every_wrong_sign_in(enter: Enter, visitor: Person, email: str, password: str) -> None:
    enter()
    answer = visitor.sign_in(email, password)
    assert answer.status_code == 403
    assert "That e-mail address and password do not match an account." in text_of(answer)
    assert visitor.get(INFO).status_code == 303


def test_whoever_comes_to_a_page_first_is_led_back_to_it(enter: Enter, visitor: Person) -> None:
    enter()
    there = f"{INFO}/changelog?q=okta"
    asked = visitor.get(there)
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/settings/organization/changelog?q%3Dokta"
    assert visitor.sign_in("owner@acme.example", next=there).location == there


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\\\\evil", "/\t/evil", ""],
)
def test_a_sign_in_never_leads_to_another_site(enter: Enter, visitor: Person, elsewhere: str) -> None:
    enter()
    assert visitor.sign_in("owner@acme.example", next=elsewhere).location == "/"


def test_a_cookie_replayed_after_signing_out_is_refused(app: Flask, owner: Person) -> None:
    kept = cookie(owner)
    assert owner.post("/sign-out", on=INFO).location == "/sign-in"
    thief = Person(app.test_client())
    thief.client.set_cookie("session", kept)
    assert thief.get(INFO).location == "/sign-in?next=/settings/organization"


def test_signing_in_again_takes_a_new_token_and_ends_the_old_one(app: Flask, owner: Person) -> None:
    kept = cookie(owner)
    page = owner.get(INFO)
    assert page.status_code == 200
    owner.post("/sign-in", {"email": "owner@acme.example", "password": PASSWORD}, on=INFO)
    assert cookie(owner) != kept
    old = Person(app.test_client())
    old.client.set_cookie("session", kept)
    assert old.get(INFO).status_code == 303
    assert owner.get(INFO).status_code == 200


def test_a_disabled_administrator_is_refused_at_the_next_request(
    session: scoped_session[Session], owner: Person
) -> None:
    now = datetime.now(UTC)
    transact(session, lambda: session.execute(update(Administrator).values(disabled_at=now)))
    assert owner.get(INFO).status_code == 303
    assert owner.sign_in("owner@acme.example").status_code == 403


def test_a_page_that_is_used_keeps_the_sign_in_alive_and_writes_at_most_once_a_minute(
    session: scoped_session[Session], owner: Person
) -> None:
    def seen() -> datetime:
        session.rollback()
        return session.scalars(select(SignIn.seen_at)).one()

    first = seen()
    owner.get(INFO)
    assert seen() == first
    earlier = first - timedelta(minutes=2)
    transact(session, lambda: session.execute(update(SignIn).values(seen_at=earlier)))
    owner.get(INFO)
    assert seen() >= first
    idle = first - timedelta(minutes=31)
    transact(session, lambda: session.execute(update(SignIn).values(seen_at=idle)))
    assert owner.get(INFO).status_code == 303


def test_htmx_is_sent_to_the_sign_in_when_the_session_has_ended(visitor: Person) -> None:
    answer = visitor.get(f"{INFO}/changelog", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.data) == (401, "/sign-in", b"")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(owner: Person) -> None:
    kept = owner.client.get_cookie("session")
    assert kept is not None
    assert kept.http_only and kept.same_site == "Lax" and kept.path == "/"


@pytest.fixture
def link(session: scoped_session[Session], organization: Organization) -> str:
    """The path of a claim link for Ada."""
    place = organization.id
    _, token = transact(session, lambda: administrators.create(session, "ada@acme.example", place, "owner"))
    return f"/claim/{token}"


def test_a_claim_link_shows_a_form_sets_the_password_and_signs_in(visitor: Person, link: str) -> None:
    for _ in range(2):  # Looking, as the scanners of mail do, uses nothing up.
        shown = visitor.get(link)
        assert "ada@acme.example" in text_of(shown)
    answer = visitor.post(link, {"password": PASSWORD, "again": PASSWORD}, on=link)
    assert (answer.status_code, answer.location) == (303, "/")
    assert visitor.get(INFO).status_code == 200


def test_a_dead_claim_link_leads_on_to_where_its_holder_may_go(visitor: Person, owner: Person) -> None:
    for somebody, words in ((visitor, "Go to sign-in"), (owner, "Go to the settings")):
        answer = somebody.get("/claim/nothing")
        assert answer.status_code == 404 and words in text_of(answer)


def test_a_claim_link_leaks_nowhere(visitor: Person, link: str) -> None:
    shown = visitor.get(link)
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert shown.headers["Cache-Control"] == "no-store"
    assert "http" not in shown.text.replace("http-equiv", "")


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("short", "short", "at least 12 characters"),
        (PASSWORD, PASSWORD + "!", "The two passwords are not the same."),
        ("ada@acme.example", "ada@acme.example", "A password is not the e-mail address."),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_rule_and_the_link_stays_good(
    visitor: Person, link: str, password: str, again: str, sentence: str
) -> None:
    answer = visitor.post(link, {"password": password, "again": again}, on=link)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert visitor.post(link, {"password": PASSWORD, "again": PASSWORD}, on=link).status_code == 303


def test_a_used_link_is_not_found_and_says_what_to_do(app: Flask, visitor: Person, link: str) -> None:
    visitor.post(link, {"password": PASSWORD, "again": PASSWORD}, on=link)
    later = Person(app.test_client()).get(link)
    assert later.status_code == 404
    assert "Ask for a new one" in text_of(later)


def test_an_administrator_of_two_organisations_changes_between_them(
    session: scoped_session[Session], owner: Person
) -> None:
    assert 'name="organization"' not in owner.get(INFO).text
    beta = transact(session, lambda: organizations.create(session, "Beta")).id
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    transact(session, lambda: administrators.create(session, "owner@acme.example", beta, "viewer"))
    assert owner.post("/organization", {"organization": beta}, on=INFO).status_code == 303
    assert "Beta" in owner.get(INFO).text.partition("<dl")[2]
    assert owner.post("/organization", {"organization": rival}, on=INFO).status_code == 404
    assert owner.post("/organization", {"organization": ""}, on=INFO).status_code == 404


def test_when_too_many_sign_in_at_once_the_page_says_to_try_again(
    visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> bool:
        raise passwords.Busy

    monkeypatch.setattr(passwords, "matches", busy)
    visitor.client.application.testing = False
    answer = visitor.sign_in()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Try again in a few seconds" in text_of(answer)


def test_a_theme_is_kept_in_a_cookie_and_drawn_by_the_server(visitor: Person) -> None:
    assert 'data-theme="system"' in visitor.get("/sign-in").text
    answer = visitor.post("/theme", {"theme": "dark", "next": "/sign-in"})
    assert answer.location == "/sign-in"
    assert 'data-theme="dark"' in visitor.get("/sign-in").text
    visitor.post("/theme", {"theme": '"><script>', "next": "https://evil.example"})
    assert 'data-theme="system"' in visitor.get("/sign-in").text
