"""A cookie that was copied is worth nothing once its session has ended, at whichever worker it is shown."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app import create_app
from scim_app.directory import administrators, claims
from scim_app.directory.tables import Administrator, Membership, SignIn
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from tests.panel.conftest import PASSWORD, Enter, Person

INFO = "/settings/organization"
NEW = "another password entirely"
AnySession = scoped_session[Session]


@pytest.fixture
def workers(app: Flask, environment: dict[str, str]) -> Iterator[tuple[Flask, Flask]]:
    """The application, and another process's worth of it over the same database."""
    other = create_app(environment)
    yield app, other
    other.extensions["journal"].close()
    with other.app_context():
        db.session.remove()
        db.engine.dispose()


def cookie(person: Person) -> str:
    found = person.client.get_cookie("session")
    assert found is not None
    return found.value


def token_in(cookie: str) -> str:
    """The token of the sign-in, which is what the cookie carries."""
    payload = cookie.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return str(json.loads(zlib.decompress(raw) if cookie.startswith(".") else raw)["_user_id"])


def let_in(workers: tuple[Flask, Flask], copied: str) -> list[bool]:
    """Whether each worker lets in whoever shows the cookie."""

    def shows(worker: Flask) -> bool:
        thief = Person(worker.test_client())
        thief.client.set_cookie("session", copied)
        return thief.get(INFO).status_code == 200

    return [shows(worker) for worker in workers]


def sign_out(owner: Person, _: AnySession) -> None:
    assert owner.post("/sign-out", on=INFO).status_code == 303


def sign_in_again(owner: Person, _: AnySession) -> None:
    assert owner.post("/sign-in", {"email": "owner@acme.example", "password": PASSWORD}, on=INFO).status_code == 303


def enter_the_password_again(owner: Person, session: AnySession) -> None:
    past = datetime.now(UTC) - timedelta(minutes=6)
    transact(session, lambda: session.execute(update(SignIn).values(authenticated_at=past)))
    path = f"{INFO}/domains"
    assert owner.post(path, {"domains": "", "current_password": PASSWORD}, on=INFO).status_code == 303
    assert owner.get(INFO).status_code == 200


def change_the_password(owner: Person, _: AnySession) -> None:
    path, fields = "/settings/account/password", {"current": PASSWORD, "password": NEW, "again": NEW}
    assert owner.post(path, fields, on=INFO).status_code == 303
    assert owner.get(INFO).status_code == 200


def choose_another_password(_: Person, session: AnySession) -> None:
    administrator_id = session.scalars(select(Administrator.id)).one()
    token = transact(session, lambda: claims.issue(session, administrator_id))
    claims.claim(session, token, NEW)


def be_disabled(_: Person, session: AnySession) -> None:
    now = datetime.now(UTC)
    transact(session, lambda: session.execute(update(Administrator).values(disabled_at=now)))


def be_kept_out(_: Person, session: AnySession) -> None:
    now = datetime.now(UTC)
    transact(session, lambda: session.execute(update(Membership).values(disabled_at=now)))


def be_removed(_: Person, session: AnySession) -> None:
    transact(session, lambda: session.execute(delete(Membership)))


def sit_idle(_: Person, session: AnySession) -> None:
    past = datetime.now(UTC) - timedelta(minutes=30)
    transact(session, lambda: session.execute(update(SignIn).values(seen_at=past)))


def stay_for_twelve_hours(_: Person, session: AnySession) -> None:
    begun = session.scalars(select(SignIn)).one()
    assert begun.expires_at - begun.created_at == timedelta(hours=12)
    past = datetime.now(UTC)
    transact(session, lambda: session.execute(update(SignIn).values(expires_at=past)))


ENDS = [
    sign_out,
    sign_in_again,
    enter_the_password_again,
    change_the_password,
    choose_another_password,
    be_disabled,
    be_kept_out,
    be_removed,
    sit_idle,
    stay_for_twelve_hours,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__.replace("_", " "))
def test_a_copied_cookie_is_refused_by_every_worker_after(
    enter: Enter, session: AnySession, workers: tuple[Flask, Flask], end: Callable[[Person, AnySession], None]
) -> None:
    owner = enter()
    copied = cookie(owner)
    assert let_in(workers, copied) == [True, True]
    end(owner, session)
    assert let_in(workers, copied) == [False, False]


@pytest.mark.databases("sqlite")
def test_neither_the_cookie_nor_a_claim_link_can_be_taken_from_the_database_file(
    enter: Enter, session: AnySession, app: Flask
) -> None:
    owner = enter()
    place = session.scalars(select(Membership.organization_id)).first()
    assert place
    _, link = transact(session, lambda: administrators.create(session, "grace@acme.example", place, "viewer"))
    assert link
    assert owner.get(INFO).status_code == 200
    secrets = [token_in(cookie(owner)), cookie(owner), link, PASSWORD]
    file = Path(app.config["SQLALCHEMY_DATABASE_URI"].database)
    kept = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert b"owner@acme.example" in kept
    assert [secret for secret in secrets if secret.encode() in kept] == []


@pytest.mark.databases("sqlite")
def test_a_cookie_of_the_panel_opens_nothing_of_the_api_and_a_key_nothing_of_the_panel(
    enter: Enter, app: Flask, key: str
) -> None:
    owner = enter()
    assert owner.get("/scim/v2/Users").status_code == 401
    stranger = Person(app.test_client())
    bearer = {"Authorization": f"Bearer {key}"}
    assert stranger.get("/scim/v2/Users", headers=bearer).status_code == 200
    assert stranger.get(INFO, headers=bearer).location == f"/sign-in?next={INFO}"


@pytest.mark.databases("sqlite")
def test_a_cookie_that_was_fixed_before_the_sign_in_is_not_the_one_after_it(enter: Enter, app: Flask) -> None:
    enter()
    victim = Person(app.test_client())
    victim.get("/sign-in")
    planted = cookie(victim)
    victim.sign_in("owner@acme.example")
    assert cookie(victim) != planted
    assert let_in((app, app), planted) == [False, False]
