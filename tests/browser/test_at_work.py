"""The panel while a directory is at work: live lists, guides that tick, people found while typing, and the keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.tables import Group, ScimRequest, User
from tests.browser.conftest import PASSWORD, Open

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
HOSTILE = "<b>" + "x" * 300 + "\u2066" + "y" * 300
Call = Callable[..., Any]


@pytest.fixture
def call(app: Flask, key: str) -> Call:
    """A request of Okta's to the running service, in the log when this returns."""

    def call(method: str, path: str, body: Any = None, agent: str = "Okta SCIM Client 1.0.0") -> Any:
        headers = {"Authorization": f"Bearer {key}", "User-Agent": agent}
        answer = app.test_client().open(f"/scim/v2{path}", method=method, json=body, headers=headers)
        assert app.extensions["journal"].flush()
        return answer.get_json(silent=True)

    return call


def user(name: str, **given: Any) -> dict[str, Any]:
    return {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": True, **given}


@pytest.fixture
def at_work(call: Call, session: scoped_session[Session]) -> None:
    """People, groups and requests, some of them hostile."""
    ids = [
        call("POST", "/Users", user(f"{name}@acme.example", displayName=name.title()))["id"]
        for name in ("ada", "grace")
    ]
    call("POST", "/Users", user("ada@acme.example"))
    call("POST", "/Users", user(HOSTILE[:200], displayName=HOSTILE, nickName=HOSTILE), agent=HOSTILE[:400])
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:Group"]
    call("POST", "/Groups", {"schemas": schemas, "displayName": HOSTILE, "members": [{"value": each} for each in ids]})
    call("GET", f"/Users/{'x' * 200}")


def places(session: scoped_session[Session]) -> list[str]:
    session.rollback()
    found = [
        "/log", "/log?outcome=failed&from=2026-01-01", "/log?q=nobody", "/users", "/users?q=nobody", "/groups", "/find",
        "/find?q=a", "/access", "/access/connect/okta", "/access/connect/other", "?dialog=invite", "?dialog=domains",
        "/changelog?q=action:user",
    ]  # fmt: skip
    found += [f"/users/{each}" for each in session.scalars(select(User.id))]
    found += [f"/groups/{each}" for each in session.scalars(select(Group.id))]
    found += [f"/log/{each}" for each in session.scalars(select(ScimRequest.id))]
    session.rollback()
    return [f"{INFO}{each}" for each in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_at_work_has_a_barrier_that_axe_knows(
    enter: Open, at_work: None, session: scoped_session[Session], theme: str
) -> None:
    page = enter(color_scheme=theme, reduced_motion="reduce")
    found = {}
    for path in places(session):
        page.goto(path)
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_report()
    assert found == {}


def test_no_page_at_work_scrolls_sideways_at_320_pixels(
    enter: Open, at_work: None, session: scoped_session[Session]
) -> None:
    page = enter(viewport={"width": 320, "height": 640})
    wide = []
    for path in places(session):
        page.goto(path)
        for each in page.locator("details").all():
            each.evaluate("element => { element.open = true; }")
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []


def test_new_requests_appear_in_the_log_by_themselves(enter: Open, call: Call) -> None:
    page = enter()
    page.goto(f"{INFO}/log")
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    call("POST", "/Users", user("ada@acme.example"))
    expect(page.get_by_text("created ada@acme.example")).to_be_visible(timeout=9_000)
    call("POST", "/Users", user("grace@acme.example"))
    expect(page.locator(".requests li").first).to_contain_text("created grace@acme.example", timeout=9_000)
    expect(page.locator(".requests li")).to_have_count(2)
    page.locator(".requests a").first.click()
    expect(page.get_by_role("heading", name="What was sent")).to_be_visible()


def test_a_guide_ticks_itself_off_while_one_looks_at_it(enter: Open, call: Call) -> None:
    page = enter()
    page.goto(f"{INFO}/access/connect/okta")
    expect(page.locator(".step.done")).to_have_count(1)
    call("GET", "/Users?startIndex=1&count=2")
    expect(page.locator(".step.done")).to_have_count(2, timeout=9_000)
    expect(page.get_by_text("Received GET /Users")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_self_test_is_run_from_the_page(enter: Open, scripts: bool) -> None:
    page = enter(java_script_enabled=scripts)
    page.goto(f"{INFO}/access")
    page.get_by_role("button", name="Run self-test").click()
    expect(page.locator("#self-test")).to_contain_text("Passed")


def test_people_are_found_while_typing(enter: Open, at_work: None) -> None:
    page = enter()
    page.goto(f"{INFO}/users")
    expect(page.get_by_role("row")).to_have_count(4)
    page.keyboard.press("/")
    expect(page.get_by_label("Search users")).to_be_focused()
    page.keyboard.type("gra")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("link", name="Grace").click()
    expect(page.get_by_role("heading", name="Grace")).to_be_visible()
    expect(page.get_by_role("heading", name="SCIM document")).to_be_visible()


def test_g_and_a_letter_go_to_a_room_and_the_palette_to_anything(enter: Open, at_work: None) -> None:
    page = enter()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(f"**{INFO}/log")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Find").get_by_role("link", name="Generate key")).to_be_visible()
    page.keyboard.type("grac")
    link = page.get_by_role("dialog", name="Find").get_by_role("link", name="Grace")
    expect(link).to_be_visible()
    expect(page.get_by_role("dialog", name="Find").get_by_role("link")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/users/*")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog", name="Find")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


EARLY = """document.addEventListener("DOMContentLoaded", () =>
  document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "k", ctrlKey: true, bubbles: true})))"""


def test_the_palette_opens_over_the_page_however_early_it_is_asked_for(enter: Open, at_work: None) -> None:
    page = enter()
    page.add_init_script(EARLY)
    page.goto(f"{page.url.partition('/settings')[0]}{INFO}/log")
    expect(page.get_by_role("dialog", name="Find")).to_be_visible()
    expect(page).to_have_url(re.compile("/log$"))


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_is_invited_and_claims_the_account(enter: Open, open_page: Open, scripts: bool) -> None:
    page = enter(java_script_enabled=scripts)
    page.get_by_role("button", name="Invite").or_(page.get_by_role("link", name="Invite")).first.click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("E-mail address").fill("grace@acme.example")
    dialog.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", name="Claim link for grace@acme.example")).to_be_visible()
    link = page.locator("#secret").inner_text()
    other: Page = open_page()
    other.goto(link)
    other.get_by_label("New password").fill(PASSWORD)
    other.get_by_label("The same again").fill(PASSWORD)
    other.get_by_role("button", name="Set password and sign in").click()
    other.wait_for_url(f"**{INFO}")


def test_the_changelog_is_downloaded(enter: Open, at_work: None) -> None:
    page = enter()
    page.goto(f"{INFO}/changelog?q=action:user")
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV").click()
    assert started.value.suggested_filename.startswith("changelog-acme-")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_guide_says_how_new_calls_are_seen(enter: Open, scripts: bool) -> None:
    page = enter(java_script_enabled=scripts)
    page.goto(f"{INFO}/access/connect/okta")
    steps = page.locator("#steps")
    expect(steps.get_by_text("Steps tick themselves off as calls arrive.")).to_be_visible(visible=scripts)
    expect(steps.get_by_text("Reload to see new calls.")).to_be_visible(visible=not scripts)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_mistake_in_the_networks_of_a_key_is_told_in_the_dialog(
    enter: Open, scripts: bool, complaints: list[str]
) -> None:
    page = enter(java_script_enabled=scripts)
    page.goto(f"{INFO}/access?dialog=generate-read#generate-read")
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Label").fill("Billing")
    dialog.get_by_label("Allowed from").fill("not a network")
    dialog.get_by_role("button", name="Generate key").click()
    expect(dialog.get_by_role("alert")).to_contain_text("“not a network” is not an IP address or network.")
    expect(dialog.get_by_label("Label")).to_have_value("Billing")
    dialog.get_by_label("Allowed from").fill("203.0.113.7")
    dialog.get_by_role("button", name="Generate key").click()
    expect(page.get_by_role("heading", name="Your new key")).to_be_visible()
    complaints[:] = [each for each in complaints if "409" not in each]
