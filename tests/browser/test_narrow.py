"""The panel on the narrowest of phones: where words make way for icons, their links keep a name."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
PAGES = (INFO, f"{INFO}/access", f"{INFO}/users", f"{INFO}/log", f"{INFO}/changelog")


@pytest.fixture
def narrow(enter: Open) -> Page:
    """A page 320 pixels wide, in which Ada has signed in."""
    return enter(viewport={"width": 320, "height": 640}, reduced_motion="reduce")


def test_no_page_has_a_barrier_that_axe_knows_at_320_pixels(narrow: Page) -> None:
    found = {}
    for path in PAGES:
        narrow.goto(path)
        results = Axe().run(narrow)
        if results.violations_count:
            found[path] = results.generate_report()
    assert found == {}


def test_links_that_show_an_icon_alone_have_a_name(narrow: Page) -> None:
    narrow.goto(INFO)
    bar = narrow.get_by_role("banner")
    expect(bar.get_by_role("link", name="App")).to_be_visible()
    expect(bar.locator("[data-palette]")).to_have_accessible_name("Find")
