"""Fixtures of the browser tests: the distribution's Chromium, and pages that may neither complain nor break the policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from tests.panel.people import Acme

PASSWORD = "correct horse battery"
EMAIL = "ada@acme.example"
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the run: the one that CHROMIUM names, or `chromium` on the PATH."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert executable, "The browser tests need Chromium: bin/debian-packages chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the console said. A test that expects an error takes it away."""
    return []


@pytest.fixture
def open_page(browser: Browser, live_server: str, complaints: list[str]) -> Iterator[Open]:
    """Open a browser of its own. Whatever its console says in the end, errors and violations alike, fails the test."""
    contexts = []

    def open_page(**settings: Any) -> Page:
        context = browser.new_context(base_url=live_server, **settings)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def claim_path(session: scoped_session[Session], organization: Organization) -> str:
    """The path of the claim link of Ada, an owner of Acme."""
    place = organization.id
    _, token = transact(session, lambda: administrators.create(session, EMAIL, place, "owner"))
    session.rollback()
    return f"/claim/{token}"


@pytest.fixture
def ada(session: scoped_session[Session], organization: Organization) -> str:
    """The address of Ada, an owner of Acme with a password."""
    place = organization.id
    transact(session, lambda: administrators.create(session, EMAIL, place, "owner", password=PASSWORD))
    session.rollback()
    return EMAIL


@pytest.fixture
def enter(open_page: Open, ada: str) -> Open:
    """Open a browser in which Ada has signed in."""

    def enter(**settings: Any) -> Page:
        page = open_page(**settings)
        page.goto("/sign-in")
        page.get_by_label("E-mail address").fill(ada)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/settings/organization")
        return page

    return enter


@pytest.fixture
def acme(app: Flask, session: scoped_session[Session], organization: Organization) -> Acme:
    """Acme, to be filled with people, groups and projects."""
    return Acme(app, session, organization.id)
