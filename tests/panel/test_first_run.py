"""The first run: nobody has an account, nothing opens without a link, and of many who use one, one is the owner."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, passwords
from scim_app.directory.tables import Administrator, Organization, SignIn
from scim_app.directory.transaction import transact
from tests.panel.conftest import PASSWORD, Person

FIRST_GUESSES = ("admin", "administrator", "root", "owner", "demo", "admin@example.com", "demo@demo.example")


def test_a_new_database_has_no_account_and_no_password_that_opens_one(
    app: Flask, visitor: Person, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scim_app.panel.credentials.time.sleep", lambda _: None)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Administrator)) == 0
    session.rollback()
    for email in FIRST_GUESSES:
        for password in ("", "admin", "password", email):
            assert visitor.sign_in(email, password).status_code == 403


@pytest.mark.parametrize("path", ["/setup", "/install", "/register", "/sign-up", "/claim", "/claim/", "/admin"])
def test_there_is_no_page_that_makes_somebody_an_owner(visitor: Person, path: str) -> None:
    for method in ("GET", "POST"):
        answer = visitor.get(path) if method == "GET" else visitor.post(path)
        assert answer.status_code == 404


def test_fifty_who_open_the_claim_link_at_once_make_one_owner_who_is_signed_in_once(
    app: Flask, session: scoped_session[Session], organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 120)  # Nobody is told that it is busy, however slow the machine is.
    place = organization.id
    _, token = transact(session, lambda: administrators.create(session, "ada@acme.example", place, "owner"))
    session.rollback()
    link = f"/claim/{token}"
    people = [Person(app.test_client()) for _ in range(50)]
    tokens = [person.get(link).text.partition('name="csrf_token" value="')[2].partition('"')[0] for person in people]
    together, statuses = threading.Barrier(50), Counter[int]()

    def claim(number: int) -> None:
        form = {"csrf_token": tokens[number], "password": f"{PASSWORD} {number}", "again": f"{PASSWORD} {number}"}
        together.wait(60)
        answer = people[number].open(link, method="POST", data=form)
        statuses[answer.status_code] += 1

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    assert statuses == {303: 1, 404: 49}
    assert session.scalar(select(func.count()).select_from(SignIn)) == 1
    assert len(session.scalars(select(Administrator)).all()) == 1
    session.rollback()
    assert people[0].get(link).status_code == 404
