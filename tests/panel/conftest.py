"""Fixtures of the panel's tests: administrators of Acme, and somebody who clicks."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from scim_app.directory import administrators
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from tests.panel.people import Acme

PASSWORD = "correct horse battery"
HIDDEN = re.compile(r'name="(csrf_token|on_screen)" value="([^"]+)"')
HTMX = {"HX-Request": "true"}


Fields = dict[str, str]


@dataclass
class Person:
    """Somebody at a browser: forms go out with the token of the page they stood on, and the organisation it was about.

    Requests run outside the application context of the `session` fixture, as real ones do, and share nothing with it.
    """

    client: FlaskClient

    def open(self, path: str, **given: Any) -> TestResponse:
        return Context().run(self.client.open, path, **given)

    def get(self, path: str, **given: Any) -> TestResponse:
        return self.open(path, **given)

    def post(self, path: str, data: Fields | None = None, *, on: str = "/sign-in", **given: Any) -> TestResponse:
        page = self.get(on, follow_redirects=True)
        hidden = dict(HIDDEN.findall(page.text))
        assert hidden, page
        return self.open(path, method="POST", data={**hidden, **(data or {})}, **given)

    def sign_in(self, email: str = "ada@acme.example", password: str = PASSWORD, **given: str) -> TestResponse:
        return self.post("/sign-in", {"email": email, "password": password, **given})


Enter = Callable[..., Person]


def text_of(answer: TestResponse) -> str:
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text.replace("<wbr>", ""))))


@pytest.fixture
def visitor(client: FlaskClient, organization: Organization) -> Person:
    """Somebody who has not signed in."""
    return Person(client)


@pytest.fixture
def enter(app: Flask, session: scoped_session[Session], organization: Organization) -> Enter:
    """Make an administrator of Acme with this role and sign them in, in a browser of their own."""

    def enter(role: str = "owner", email: str | None = None) -> Person:
        address, place = email or f"{role}@acme.example", organization.id
        transact(session, lambda: administrators.create(session, address, place, role, password=PASSWORD))
        person = Person(app.test_client())
        assert person.sign_in(address).status_code == 303
        return person

    return enter


@pytest.fixture
def owner(enter: Enter) -> Person:
    """An owner of Acme, signed in."""
    return enter("owner")


@pytest.fixture
def viewer(enter: Enter) -> Person:
    """A viewer of Acme, signed in."""
    return enter("viewer")


@pytest.fixture
def acme(app: Flask, session: scoped_session[Session], organization: Organization) -> Acme:
    """Acme, to be filled with people, groups and projects."""
    return Acme(app, session, organization.id)
