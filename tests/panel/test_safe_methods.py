"""Looking changes nothing, and what changes something comes from a page of this site."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators
from scim_app.directory.tables import Change, Membership, ScimKey, Table
from scim_app.directory.transaction import transact
from tests.panel.conftest import HTMX, PASSWORD, Enter, Person
from tests.panel.people import Acme
from tests.panel.routes import address, readable, writable

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
Rows = dict[str, list[tuple[Any, ...]]]


def everything(session: scoped_session[Session]) -> Rows:
    """Every row of every table."""
    session.rollback()
    tables = Table.metadata.sorted_tables
    rows = {table.name: sorted(map(repr, session.execute(select(table)).all())) for table in tables}
    session.rollback()
    return rows  # type: ignore[return-value]


@pytest.fixture
def known(acme: Acme, owner: Person, key: str, session: scoped_session[Session]) -> dict[str, str]:
    """What stands in the gaps of addresses: one of each kind of thing, and a claim link that is still good."""
    user, project = acme.user("grace"), acme.project("Mobile", "Core")
    group, place = acme.group("Plain", [user]), acme.organization_id
    _, link = transact(session, lambda: administrators.create(session, "new@acme.example", place, "viewer"))
    assert link
    session.rollback()
    found = {
        "user_id": user,
        "group_id": group,
        "project_id": project,
        "team_id": acme.team(project, "Core"),
        "role_id": acme.role("Admin"),
        "change_id": session.scalars(select(Change.id)).first() or "",
        "key_id": session.scalars(select(ScimKey.id)).first() or "",
        "administrator_id": session.scalars(select(Membership.administrator_id)).first() or "",
        "token": link,
        "provider": "okta",
    }
    session.rollback()
    return found


def test_whoever_only_looks_changes_nothing(
    owner: Person, app: Flask, known: dict[str, str], session: scoped_session[Session]
) -> None:
    before = everything(session)
    shown = 0
    for rule in {*readable(app), *writable(app)}:
        for method in ("GET", "HEAD", "OPTIONS"):
            for headers in ({}, HTMX, {"X-HTTP-Method-Override": "POST"}):
                answer = owner.open(f"{address(rule, known)}?_method=POST", method=method, headers=headers)
                assert answer.status_code < 500
                shown += answer.status_code == 200
    assert shown > 100
    assert everything(session) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
def test_no_form_of_another_site_is_taken_whatever_it_is_and_however_it_got_a_token(
    owner: Person,
    app: Flask,
    known: dict[str, str],
    session: scoped_session[Session],
    headers: dict[str, str],
    subtests: pytest.Subtests,
) -> None:
    before = everything(session)
    for rule in writable(app):
        with subtests.test(rule):
            assert owner.post(address(rule, known), on=INFO, headers=headers).status_code == 403
    assert everything(session) == before


def test_a_token_of_another_session_is_worth_nothing(
    owner: Person, enter: Enter, app: Flask, known: dict[str, str], session: scoped_session[Session]
) -> None:
    attacker = enter("viewer", "eve@acme.example")
    before = everything(session)
    page = attacker.get(INFO).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert token
    for rule in writable(app):
        answer = owner.open(address(rule, known), method="POST", data={"csrf_token": token})
        assert answer.status_code == 400
    assert everything(session) == before


def test_asking_for_the_head_of_the_sign_in_is_no_attempt_to_sign_in(
    app: Flask, enter: Enter, session: scoped_session[Session]
) -> None:
    enter()
    before = everything(session)
    stranger = Person(app.test_client())
    for password in (PASSWORD, "wrong"):
        stranger.open("/sign-in", method="HEAD", data={"email": "owner@acme.example", "password": password})
        assert stranger.get(INFO).status_code == 303
    assert everything(session) == before
