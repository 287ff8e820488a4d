"""The panel in a real browser: with scripts and without, by keyboard, on a phone, in both themes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, keys, organizations
from scim_app.directory.changes import OPERATOR, Actor, Target, record
from scim_app.directory.keys import Authenticated
from scim_app.directory.tables import Organization, ScimKey, SignIn
from scim_app.directory.transaction import transact
from tests.browser.conftest import PASSWORD, Open
from tests.conftest import SECRETS

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
ACCESS = f"{INFO}/access"
LOG = f"{INFO}/changelog"
PEPPER = SECRETS["KEY_PEPPER"]
HOSTILE = "<b>" + "x" * 300 + "\u202eevil \u2066" + "y" * 9_000


def works(session: scoped_session[Session], key: str) -> bool:
    session.rollback()
    good = isinstance(keys.authenticate(session, PEPPER, key, datetime.now(UTC)), Authenticated)
    session.rollback()
    return good


def press(page: Page, words: str) -> None:
    """Press the button, or without scripts the link, that says so."""
    page.get_by_role("button", name=words, exact=True).or_(
        page.get_by_role("link", name=words, exact=True)
    ).first.click()


def confirm(page: Page, words: str) -> None:
    """Press that button in the dialog that is open."""
    page.locator("dialog[open]").get_by_role("button", name=words, exact=True).click()


def secret(page: Page) -> str:
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    text = page.locator("#secret").inner_text()
    assert re.fullmatch(keys.PATTERN, text)
    return text


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_first_owner_claims_the_account_and_walks_a_key_through_its_life(
    open_page: Open, claim_path: str, session: scoped_session[Session], scripts: bool
) -> None:
    page = open_page(java_script_enabled=scripts)
    page.goto(claim_path)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Set password and sign in").click()
    page.wait_for_url(f"**{INFO}")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Access Management").click()

    press(page, "Generate key")
    page.locator("dialog[open]").get_by_label("Label").fill("Okta")
    confirm(page, "Generate key")
    first = secret(page)
    assert works(session, first)
    page.goto(ACCESS)
    expect(page.get_by_role("heading", name="SCIM provisioning")).to_be_visible()
    assert first not in page.content()

    press(page, "Regenerate")
    confirm(page, "Regenerate key")
    second = secret(page)
    assert (works(session, first), works(session, second)) == (True, True)
    press(page, "I have stored it")
    page.wait_for_url(f"**{ACCESS}")
    assert second not in page.content()
    expect(page.get_by_role("article").filter(has_text=first[-4:]).first).to_contain_text("In 23 hours")
    press(page, "Finish now")
    confirm(page, "Finish now")
    expect(page.get_by_role("status").first).to_contain_text("The old key is refused from now on.")
    assert (works(session, first), works(session, second)) == (False, True)

    press(page, "Deactivate")
    expect(page.locator("dialog[open]")).to_contain_text("What stops at once")
    confirm(page, "Deactivate key")
    expect(page.get_by_role("status").first).to_contain_text("The key is deactivated.")
    assert not works(session, second)

    page.get_by_role("article").filter(has_text=f"•{second[-4:]}").get_by_role("button", name="Reactivate").click()
    expect(page.get_by_role("status").first).to_contain_text("The key is active again.")
    assert works(session, second)

    press(page, "Delete")
    confirm(page, "Delete key")
    expect(page.get_by_role("status").first).to_contain_text("The key is deleted.")
    expect(page.get_by_role("article")).to_have_count(1)
    assert page.url.endswith(ACCESS)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_password_entered_long_ago_is_asked_for_and_the_action_goes_on(
    enter: Open, session: scoped_session[Session], scripts: bool, complaints: list[str]
) -> None:
    page = enter(java_script_enabled=scripts)
    past = datetime.now(UTC) - timedelta(minutes=6)
    transact(session, lambda: session.execute(update(SignIn).values(authenticated_at=past)))
    page.goto(ACCESS)
    press(page, "Generate key")
    page.locator("dialog[open]").get_by_label("Label").fill("Okta production")
    confirm(page, "Generate key")
    question = page.get_by_role("dialog", name="Enter your password")
    expect(question.get_by_label("Password")).to_be_focused()
    question.get_by_label("Password").fill("not mine")
    question.get_by_role("button", name="Continue").click()
    expect(question.get_by_role("alert")).to_contain_text("That is not your password.")
    question.get_by_label("Password").fill(PASSWORD)
    question.get_by_role("button", name="Continue").click()
    assert works(session, secret(page))
    expect(page.get_by_role("heading", name="Okta production")).to_be_visible()
    expect(page.locator("dialog[open]")).to_have_count(0)
    complaints[:] = [each for each in complaints if "403" not in each]


def test_a_reload_after_generating_shows_the_key_no_more_and_makes_no_other(enter: Open) -> None:
    page = enter()
    page.goto(ACCESS)
    press(page, "Generate key")
    confirm(page, "Generate key")
    key = secret(page)
    page.reload()
    expect(page.get_by_role("article")).to_have_count(1)
    assert key not in page.content()
    page.go_back()
    page.go_forward()
    expect(page.get_by_role("article")).to_have_count(1)
    assert key not in page.content()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])").count(key) == 0


def test_the_key_and_the_base_url_are_copied_and_the_key_downloaded(
    enter: Open, live_server: str, tmp_path: Path
) -> None:
    page = enter(permissions=["clipboard-read", "clipboard-write"])
    page.goto(ACCESS)
    page.get_by_role("button", name="Copy base URL").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"{live_server}/scim/v2"
    press(page, "Generate key")
    confirm(page, "Generate key")
    key = secret(page)
    page.get_by_role("button", name="Copy key").click()
    assert page.evaluate("navigator.clipboard.readText()") == key
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()
    started.value.save_as(tmp_path / "key.txt")
    assert (tmp_path / "key.txt").read_text() == f"{key}\n"
    assert started.value.suggested_filename == f"scim-key-{key[5:16]}.txt"


def test_everything_about_a_key_can_be_done_by_keyboard(enter: Open) -> None:
    page = enter()
    page.goto(ACCESS)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    opener = page.get_by_role("button", name="Generate key").first
    for _ in range(10):
        page.keyboard.press("Tab")
        if opener.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(page.get_by_role("dialog").get_by_label("Label")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    secret(page)
    expect(page.locator(".secret")).to_be_focused()
    expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()


def populate(session: scoped_session[Session], organization: Organization) -> None:
    """Keys in every state, a history and names that are hostile, and a second organisation."""
    place = organization.id

    def work() -> None:
        for label, scope in (("Okta production", "provision"), (HOSTILE[:90].replace("\u202e", ""), "read")):
            keys.generate(session, place, OPERATOR, PEPPER, label=label, scope=scope, expires_at=None)
        old = keys.generate(session, place, OPERATOR, PEPPER, label="Old", scope="provision", expires_at=None)
        ends = datetime.now(UTC) + timedelta(days=5)
        keys.generate(session, place, OPERATOR, PEPPER, label="Z" * 90, scope="read", expires_at=ends)
        keys.deactivate(session, place, OPERATOR, old.id)
        changed = [{"attribute": "x" * 200, "before": HOSTILE, "after": None}]
        record(session, place, Actor("key", HOSTILE), "group:members:changed", Target("Group", "1", HOSTILE), changed)
        organizations.rename(session, place, OPERATOR, "W" * 100)
        other = organizations.create(session, "Z" * 100)
        administrators.create(session, "ada@acme.example", other.id, "viewer")
        used = {
            "last_used_at": datetime.now(UTC),
            "last_used_client": "x" * 200,
            "last_used_address": "2001:db8::" + "f" * 4,
        }
        session.execute(update(ScimKey).values(**used))

    transact(session, work)
    session.rollback()


PAGES = (INFO, ACCESS, f"{ACCESS}?dialog=generate", LOG, f"{LOG}/releases", f"{LOG}?q=nothing", "/nowhere")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_barrier_that_axe_knows(
    enter: Open, open_page: Open, session: scoped_session[Session], organization: Organization, theme: str
) -> None:
    populate(session, organization)
    page, outside = enter(color_scheme=theme, reduced_motion="reduce"), open_page(color_scheme=theme)
    found = {}
    for where, path in [(page, path) for path in PAGES if path != "/nowhere"] + [(outside, "/sign-in")]:
        where.goto(path)
        if where.locator("details").count():
            where.locator("details").first.evaluate("element => { element.open = true; }")
        results = Axe().run(where)
        if results.violations_count:
            found[path] = results.generate_report()
    assert found == {}


def test_no_page_scrolls_sideways_at_320_pixels(
    enter: Open, open_page: Open, session: scoped_session[Session], organization: Organization
) -> None:
    populate(session, organization)
    narrow = {"width": 320, "height": 640}
    page, outside = enter(viewport=narrow), open_page(viewport=narrow)
    wide = []
    for where, path in [(page, path) for path in PAGES if path != "/nowhere"] + [(outside, "/sign-in")]:
        where.goto(path)
        for difference in where.locator("details.difference").all():
            difference.evaluate("element => { element.open = true; }")
        if where.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []


def test_a_theme_chosen_in_the_menu_is_there_at_the_first_paint(enter: Open) -> None:
    page = enter(color_scheme="light")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.url.endswith(INFO)
    assert page.locator("html").get_attribute("data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 16, 20)"
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(14, 16, 20)"


def test_the_changelog_is_searched_while_typing_and_the_address_keeps_up(
    enter: Open, session: scoped_session[Session], organization: Organization
) -> None:
    populate(session, organization)
    page = enter()
    page.goto(LOG)
    everything = page.get_by_role("row").count()
    page.get_by_label("Search the changelog").press_sequentially("okta")
    expect(page.get_by_role("row")).to_have_count(2)
    assert everything > 2
    page.wait_for_url("**/changelog?q=okta&actor=&action=&created=")
    page.get_by_label("Kind").select_option("user")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    expect(page.get_by_label("Search the changelog")).to_have_value("okta action:user")
    page.reload()
    expect(page.get_by_label("Search the changelog")).to_have_value("okta action:user")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_label("Who").select_option("Command line")
    expect(page.get_by_label("Search the changelog")).to_have_value('okta action:user actor:"Command line"')


def test_an_action_that_is_refused_says_why_where_the_eye_and_the_focus_are(enter: Open, complaints: list[str]) -> None:
    page = enter()
    page.goto(ACCESS)
    press(page, "Generate key")
    other = page.context.new_page()
    other.goto(ACCESS)
    press(other, "Generate key")
    confirm(other, "Generate key")
    secret(other)
    confirm(page, "Generate key")
    expect(page.get_by_role("alert")).to_contain_text("A key was generated since this page was shown.")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("article")).to_have_count(1)
    assert "409" in complaints.pop()


def test_a_session_that_ended_leads_an_action_to_the_sign_in(enter: Open, complaints: list[str]) -> None:
    page = enter()
    page.goto(ACCESS)
    press(page, "Generate key")
    page.context.clear_cookies()
    confirm(page, "Generate key")
    expect(page.get_by_role("alert")).to_contain_text("This form is too old.")
    assert "400" in complaints.pop()


def test_the_organisation_is_renamed_in_place(enter: Open) -> None:
    page = enter()
    press(page, "Rename")
    page.locator("dialog[open]").get_by_label("Name").fill("Acme Corp")
    confirm(page, "Rename")
    expect(page.get_by_role("status").first).to_contain_text("The organization is renamed.")
    expect(page.locator("#info dd").first).to_have_text("Acme Corp")


def test_signing_out_leads_to_the_sign_in_and_back_shows_nothing(enter: Open) -> None:
    page = enter()
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    page.go_back()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
