"""Your account in a real browser: with scripts and without, wide and narrow, in both themes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.tables import SignIn
from scim_app.directory.transaction import transact
from tests.browser.conftest import EMAIL, PASSWORD, Open

pytestmark = pytest.mark.databases("sqlite")
ACCOUNT = "/settings/account"
NEW = "another password entirely"


def change(page: Page, current: str, password: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password").fill(password)
    page.get_by_label("The same again").fill(password)
    page.get_by_role("button", name="Change password").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_administrator_changes_their_password_and_ends_their_sessions(
    enter: Open, session: scoped_session[Session], scripts: bool, complaints: list[str]
) -> None:
    other, page = enter(), enter(java_script_enabled=scripts)
    page.locator("details.me summary").click()
    page.get_by_role("link", name="Your account").click()
    page.wait_for_url(f"**{ACCOUNT}")
    change(page, "a wrong password", NEW)
    expect(page.get_by_role("alert")).to_contain_text("That is not the password you have now.")
    expect(page.get_by_label("Current password")).to_have_value("")
    change(page, PASSWORD, NEW)
    expect(page.get_by_role("status").first).to_contain_text("Your password is changed")
    expect(page.get_by_text("This session")).to_be_visible()
    other.goto(ACCOUNT)
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    for _ in range(2):
        other.get_by_label("E-mail address").fill(EMAIL)
        other.get_by_label("Password").fill(NEW)
        other.get_by_role("button", name="Sign in").click()
        other.wait_for_url(f"**{ACCOUNT}")
        other.context.clear_cookies()
        other.goto(ACCOUNT)
    past = datetime.now(UTC) - timedelta(minutes=6)
    transact(session, lambda: session.execute(update(SignIn).values(authenticated_at=past)))
    page.goto(ACCOUNT)
    expect(page.locator(".lines > li")).to_have_count(3)
    page.get_by_role("button", name="End the session of Chrome").first.click()
    question = page.get_by_role("dialog", name="Enter your password")
    question.get_by_label("Password").fill(NEW)
    question.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("status").first).to_contain_text("The session has ended.")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator(".lines > li")).to_have_count(2)
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("status").first).to_contain_text("Every other session of yours has ended.")
    expect(page.locator(".lines > li")).to_have_count(1)
    assert page.url.endswith(ACCOUNT)
    complaints[:] = [each for each in complaints if "403" not in each]


def test_everything_on_the_account_can_be_done_by_keyboard(enter: Open) -> None:
    enter()
    page = enter()
    page.goto(ACCOUNT)
    page.get_by_label("Current password").focus()
    for words in (PASSWORD, NEW, NEW):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Change password")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_focused()
    expect(page.locator(".lines > li")).to_have_count(1)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_account_has_no_barrier_that_axe_knows_and_does_not_scroll_sideways(
    enter: Open, session: scoped_session[Session], width: int, theme: str, complaints: list[str]
) -> None:
    enter()
    page = enter(viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce")
    hostile = {"seen_client": "x" * 200, "begun_client": "\u202eevil", "begun_address": "2001:db8:" + "f" * 30}
    transact(session, lambda: session.execute(update(SignIn).values(**hostile)))
    page.goto(ACCOUNT)
    found = []
    for prepare in (
        lambda: page.locator("details.me summary").click(),
        lambda: change(page, "a wrong password", NEW),
    ):
        prepare()
        results = Axe().run(page)
        found += [results.generate_report()] if results.violations_count else []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(page.get_by_role("alert")).to_be_visible()
    assert found == []
    complaints[:] = [each for each in complaints if "403" not in each]
