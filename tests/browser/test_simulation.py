"""The demo's button: one press, and the log moves until both sides agree."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.panel import simulation
from tests.browser.conftest import Open

pytestmark = pytest.mark.databases("sqlite")
LOG = "/settings/organization/log"


@pytest.fixture
def organization(
    app: Flask, session: scoped_session[Session], live_server: str, tmp_path: Path
) -> Iterator[Organization]:
    """The organisation of the demo; what a test began is over before the service is."""
    app.instance_path = str(tmp_path / "instance")
    yield transact(session, lambda: organizations.create(session, "Demo", slug="demo"))
    for thread in threading.enumerate():
        if thread.name == simulation.NAME:
            thread.join(60)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_press_and_the_log_moves_until_both_sides_agree(enter: Open, theme: str) -> None:
    page = enter(color_scheme=theme, reduced_motion="reduce")
    page.goto(LOG)
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    page.get_by_label("Identity provider").select_option("Entra")
    page.get_by_role("button", name="Simulate").click()
    expect(page.locator("#simulation")).to_contain_text("Entra: onboarding, ")
    expect(page.locator(".requests")).to_contain_text("Entra created Person.")
    expect(page.get_by_role("button", name="Simulate")).to_be_focused()
    expect(page.locator("#simulation")).to_contain_text("In sync. Entra sent ", timeout=30_000)
    expect(page.locator(".requests")).to_contain_text("Entra deleted Person.")
    links = page.locator(".requests a").evaluate_all("links => links.map((link) => link.href)")
    assert len(links) == len(set(links)) and links == sorted(links, reverse=True)
    barriers = Axe().run(page)
    assert barriers.violations_count == 0, barriers.generate_report()
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_scripts_the_page_shows_how_far_it_is(enter: Open) -> None:
    page = enter(java_script_enabled=False)
    page.goto(LOG)
    page.get_by_role("button", name="Simulate").click()
    page.wait_for_url(f"**{LOG}")
    expect(page.locator("#simulation")).to_contain_text("Okta: ")
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("#simulation")).to_contain_text("Okta")
