"""What the browser is told to refuse stands on every answer: pages, blocks, redirects, files, and every kind of error."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from scim_app import create_app
from scim_app.directory import administrators, organizations
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from tests.panel.conftest import HTMX, PASSWORD, Enter, Person
from tests.panel.routes import address, readable, writable
from tests.panel.test_walls import POLICY

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
HTTPS = "https://scim.example.com"
REFUSED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def lacking(answer: TestResponse) -> set[str]:
    """The headers that the answer has not exactly once and exactly so."""
    return {name for name, value in REFUSED.items() if answer.headers.getlist(name) != [value]}


def kept(answer: TestResponse) -> bool:
    """Whether anybody may keep the answer."""
    return answer.headers.getlist("Cache-Control") != ["no-store"]


def test_every_page_and_every_action_has_them_for_everybody(
    owner: Person, enter: Enter, app: Flask, subtests: pytest.Subtests
) -> None:
    for person in (owner, enter("viewer"), Person(app.test_client())):
        for headers in ({}, HTMX):
            for method, rules in (("GET", readable(app)), ("OPTIONS", readable(app)), ("POST", writable(app))):
                for rule in rules:
                    with subtests.test(f"{method} {rule}"):
                        answer = person.open(address(rule), method=method, headers=headers)
                        assert not lacking(answer) and not kept(answer)


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("POST", "/sign-out", {}, 400),
        ("GET", f"{INFO}/changelog", {"headers": HTMX}, 401),
        ("GET", "/nowhere", {}, 404),
        ("GET", "/static/nothing.css", {}, 404),
        ("GET", "/claim/x", {}, 404),
        ("PUT", "/sign-in", {}, 405),
        ("POST", "/sign-in", {"data": {"email": "x" * 1_000_000}}, 413),
        ("GET", "/healthz", {}, 200),
        ("GET", "/static/app.css", {}, 200),
    ],
)
def test_every_kind_of_answer_has_them(
    visitor: Person, method: str, path: str, sent: dict[str, object], status: int
) -> None:
    with visitor.open(path, method=method, **sent) as answer:
        assert answer.status_code == status
        assert lacking(answer) == set()
        assert kept(answer) is (path == "/static/app.css")


def test_a_form_that_is_refused_has_them(visitor: Person) -> None:
    answer = visitor.post("/theme", {"theme": "dark"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert not lacking(answer) and not kept(answer)


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("inside"), 500), (OperationalError("SELECT", {}, Exception("gone")), 503)]
)
def test_a_fault_of_ours_has_them_too(
    owner: Person,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("scim_app.directory.organizations.get", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.CRITICAL):
        answer = owner.get(INFO)
    assert answer.status_code == status
    assert not lacking(answer) and not kept(answer)


@pytest.fixture
def over_https(environment: dict[str, str]) -> Iterator[Flask]:
    """The application as it stands on the internet, with an owner of Acme's."""
    app = create_app(environment | {"PUBLIC_URL": HTTPS})
    with app.app_context():
        place = transact(db.session, lambda: organizations.create(db.session, "Acme")).id
        transact(
            db.session,
            lambda: administrators.create(db.session, "owner@acme.example", place, "owner", password=PASSWORD),
        )
        db.session.remove()
    yield app
    app.extensions["journal"].close()
    with app.app_context():
        db.engine.dispose()


def test_over_https_every_answer_says_to_stay_there_those_of_the_api_too(
    over_https: Flask, subtests: pytest.Subtests
) -> None:
    client = over_https.test_client()
    for path in ("/", "/sign-in", INFO, "/nowhere", "/healthz", "/readyz", "/static/app.css", "/static/nothing.css"):
        with subtests.test(path), client.get(path, base_url=HTTPS) as answer:
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    for path in ("/scim/v2/Users", "/scim/v2/ServiceProviderConfig", "/scim/v2/nowhere", "/scim/v1/Users"):
        with subtests.test(path), client.get(path, base_url=HTTPS) as answer:
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_over_https_every_cookie_is_bound_to_this_host_and_hidden_from_scripts(over_https: Flask) -> None:
    class Browser(Person):
        def open(self, path: str, **given: object) -> TestResponse:
            answer = super().open(path, base_url=HTTPS, **given)
            given_out.extend(answer.headers.getlist("Set-Cookie"))
            return answer

    given_out: list[str] = []
    person = Browser(over_https.test_client())
    assert person.sign_in("owner@acme.example").status_code == 303
    assert person.post("/theme", {"theme": "dark"}, on=INFO).status_code == 303
    assert 'data-theme="dark"' in person.get(INFO).text
    assert {cookie.partition("=")[0] for cookie in given_out} == {"__Host-session", "__Host-theme"}
    for cookie in given_out:
        words = {word.strip() for word in cookie.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= words and "Domain" not in cookie
