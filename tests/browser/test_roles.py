"""Projects, bindings and ownership in a real browser: with scripts and without, by keyboard, narrow, in both themes."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from scim_app.directory.roles import bindings, scopes
from scim_app.directory.store import Store
from tests.browser.conftest import Open
from tests.panel.people import Acme

pytestmark = pytest.mark.databases("sqlite")
PROJECTS = "/settings/organization/projects"
OWNERSHIP = "/settings/organization/ownership"
BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


def press(page: Page, words: str) -> None:
    """Press the button, or without scripts the link, that says so."""
    page.get_by_role("button", name=words, exact=True).or_(
        page.get_by_role("link", name=words, exact=True)
    ).first.click()


def fill_in(page: Page, words: str, **fields: str) -> None:
    """Fill in the dialog that is open and press its button."""
    dialog = page.locator("dialog[open]")
    for label, value in fields.items():
        dialog.get_by_label(label).first.fill(value)
    dialog.get_by_role("button", name=words, exact=True).click()


def says(page: Page, words: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text(words)


@BOTH
def test_projects_teams_and_roles_are_made_renamed_deleted_and_restored(
    enter: Open, acme: Acme, scripts: bool, complaints: list[str]
) -> None:
    page = enter(java_script_enabled=scripts)
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Projects").click()
    press(page, "New project")
    fill_in(page, "Create project", Name="Mobile")
    says(page, "Mobile is there")
    press(page, "New project")
    fill_in(page, "Create project", Name="mobile")
    dialog = page.locator("dialog[open]")
    expect(dialog.get_by_role("alert")).to_contain_text('There is a project called "mobile" already.')
    expect(dialog.get_by_label("Name")).to_have_value("mobile")
    expect(page.get_by_role("alert")).to_have_count(1)
    fill_in(page, "Create project", Name="Website")
    says(page, "Website is there")
    press(page, "New role")
    fill_in(page, "Create role", Name="Analyst", Rank="250")
    says(page, "The role Analyst is there")
    press(page, "Delete Analyst")
    expect(page.locator("dialog[open]")).to_contain_text("2 groups, one in each project")
    fill_in(page, "Delete role")
    says(page, "The role Analyst is deleted")

    page.get_by_role("row", name="Mobile").get_by_role("link", name="Mobile", exact=True).click()
    page.wait_for_url("**/projects/*")
    press(page, "New team")
    fill_in(page, "Create team", Name="iOS")
    says(page, "The team iOS is there")
    press(page, "Rename iOS")
    fill_in(page, "Rename", Name="Apple")
    says(page, "The team and its groups are renamed.")
    press(page, "Delete Apple")
    fill_in(page, "Delete team")
    says(page, "It can be restored for 7 days.")
    page.get_by_role("button", name="Restore Apple").click()
    says(page, "The team Apple is back")
    page.get_by_label("Everybody else in the organization has").select_option("Read-Only")
    press(page, "Save")
    says(page, "Everybody else in the organization has Read-Only here.")
    press(page, "Rename")
    fill_in(page, "Rename", Name="Apps")
    expect(page.get_by_role("heading", name="Apps", exact=True)).to_be_visible()
    press(page, "Delete")
    expect(page.locator("dialog[open]")).to_contain_text("1 team and 2 groups")
    fill_in(page, "Delete project")
    page.wait_for_url(f"**{PROJECTS}")
    says(page, "Apps is deleted")
    expect(page.get_by_role("row", name="Website")).to_be_visible()
    complaints[:] = [each for each in complaints if "422" not in each]


@BOTH
def test_a_group_is_bound_after_a_preview_and_unbound_after_another(enter: Open, acme: Acme, scripts: bool) -> None:
    acme.project("Mobile")
    ada = acme.user("ada")
    group = acme.group("Mobile admins", [ada])
    page = enter(java_script_enabled=scripts)
    page.goto(PROJECTS)
    page.get_by_role("link", name="Preview Mobile admins").click()
    expect(page.get_by_role("status").first).to_contain_text("1 person gains Admin in Mobile.")
    page.goto(f"/settings/organization/groups/{group}")
    page.get_by_label("Bind it to a role").select_option("Mobile: Owner")
    press(page, "Preview")
    expect(page.get_by_role("status").first).to_contain_text("1 person gains Owner in Mobile.")
    assert acme.roles(ada) == {}
    press(page, "Bind")
    says(page, "Bound. 1 person gained Owner in Mobile.")
    assert acme.roles(ada) == {"Mobile": "Owner"}
    press(page, "Unbind Owner in Mobile")
    expect(page.locator("dialog[open]")).to_contain_text("1 person loses Owner in Mobile.")
    assert acme.roles(ada) == {"Mobile": "Owner"}
    fill_in(page, "Unbind")
    says(page, "Unbound. 1 person lost Owner in Mobile.")
    assert acme.roles(ada) == {}


@BOTH
def test_the_ownership_is_transferred(enter: Open, acme: Acme, scripts: bool) -> None:
    acme.user("ada", orgRole="Owner")
    grace = acme.user("grace")
    page = enter(java_script_enabled=scripts)
    page.get_by_role("link", name="Transfer the ownership").click()
    page.get_by_label("Find a person by user name or name").fill("gra")
    press(page, "Find")
    page.get_by_role("link", name=re.compile("Make owner ?: grace")).click()
    expect(page.locator("dialog[open]")).to_contain_text("ada becomes Admin")
    fill_in(page, "Transfer ownership")
    says(page, "grace owns the organization now.")
    assert acme.roles(grace) == {"Organization": "Owner"}


def test_a_project_is_made_by_keyboard_and_the_focus_stays_where_the_work_is(enter: Open, acme: Acme) -> None:
    page = enter()
    page.goto(PROJECTS)
    opener = page.get_by_role("button", name="New project")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open]").get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    says(page, "By keyboard is there")
    expect(page.get_by_role("status").first).to_be_focused()
    expect(page.locator("dialog[open]")).to_have_count(0)


def populate(acme: Acme) -> list[str]:
    """Every state of the pages, with names that are long and strange; the addresses."""
    hostile = "<b>" + "x" * 60 + "\u00e9 & y" + "Z" * 30
    mobile = acme.project("Mobile", "iOS", hostile)
    acme.project("W" * 100)
    somebody = acme.user("a" * 150, displayName="N" * 400, orgRole="Owner")
    other = acme.user("grace")
    group, unbound = acme.group(f"{hostile} {'G' * 300}", [somebody, other]), acme.group("Mobile admins", [other])
    acme.push(acme.pair(mobile, "Admin"), somebody)

    def work(store: Store) -> None:
        project = scopes.project_called(store, "Mobile")
        for number in range(3):
            scopes.create_role(store, f"{'Long role name ' * 5}{number}")
        bindings.bind(store, group, project, scopes.role_called(store, "project", "Owner"))

    acme.do(work)
    role = acme.role(f"{'Long role name ' * 5}0")
    to = f"{mobile}:{role}"
    bound = f"{mobile}:{acme.role('Owner')}"
    group_page = "/settings/organization/groups"
    return [
        PROJECTS,
        f"{PROJECTS}?dialog=create-role",
        f"{PROJECTS}?dialog=delete-role-{role}",
        f"{PROJECTS}/{mobile}",
        f"{PROJECTS}/{mobile}?dialog=delete-project",
        f"{group_page}/{unbound}/bindings?to={to}",
        f"{group_page}/{group}/bindings?unbind={bound}",
        f"{group_page}/{acme.pair(mobile, 'Admin')}/bindings",
        f"{group_page}/{group}",
        f"/settings/organization/users/{somebody}",
        "/settings/organization",
        f"{OWNERSHIP}?q=a",
        f"{OWNERSHIP}?q=g&to={other}",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_about_roles_has_a_barrier_that_axe_knows(enter: Open, acme: Acme, theme: str) -> None:
    pages = populate(acme)
    page = enter(color_scheme=theme, reduced_motion="reduce")
    found = {}
    for path in pages:
        page.goto(path)
        results = Axe().run(page)
        if results.violations_count:
            found[path] = results.generate_report()
    assert found == {}


def test_no_page_about_roles_scrolls_sideways_at_320_pixels(enter: Open, acme: Acme) -> None:
    pages = populate(acme)
    page, wide = enter(viewport={"width": 320, "height": 640}), []
    for path in pages:
        page.goto(path)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []
