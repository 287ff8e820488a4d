"""The panel on the narrowest of phones: words make way for icons whose links keep a name, and lines end between words."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.panel.people import Acme

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


def test_names_of_every_script_begin_at_the_same_edge_and_addresses_end_their_lines_between_words(
    acme: Acme, enter: Open
) -> None:
    acme.user("grace.hopper@acme.example", displayName="Grace Hopper")
    acme.user("نور@acme.example", displayName="نور الهدى")
    page = enter(viewport={"width": 320, "height": 640})
    page.goto(f"{INFO}/users")
    latin, arabic = (page.locator(".clamp", has_text=name) for name in ("Grace Hopper", "نور الهدى"))
    edges = [(each.bounding_box() or {}).get("x") for each in (latin, arabic)]
    assert edges[0] is not None and edges[0] == edges[1]
    assert (arabic.bounding_box() or {})["width"] < 100
    page.goto(f"{INFO}/changelog")
    actions = page.locator(".action")
    widest = actions.evaluate_all("found => Math.max(...found.map(each => each.getBoundingClientRect().right))")
    assert widest <= 320
