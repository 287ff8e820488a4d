"""Finding pages, people, groups and actions."""

from __future__ import annotations

import pytest

from scim_app.panel.navigation import NAVIGATION
from tests.panel.conftest import HTMX, Person, text_of
from tests.panel.test_people import Make, directory, make

__all__ = ["directory", "make"]
pytestmark = pytest.mark.databases("sqlite")
FIND = "/settings/organization/find"


def test_with_nothing_asked_pages_and_actions_are_offered(owner: Person) -> None:
    page = text_of(owner.get(FIND))
    assert all(room.title in page for room in NAVIGATION)
    assert "Generate key" in page and "Connect Okta" in page and "g u" in page


def test_people_groups_pages_and_actions_are_found_by_the_beginning_of_a_word(owner: Person, make: Make) -> None:
    ada = make("User", "ada@acme.example", displayName="Ada Lovelace")
    make("Group", "Accounting")
    page = owner.get(f"{FIND}?q=a", headers=HTMX)
    assert page.text.lstrip().startswith('<ul class="hits"')
    said = text_of(page)
    assert "Ada Lovelace" in said and "Accounting" in said and "Access Management" in said and "Changelog" not in said
    assert f"/users/{ada['id']}" in page.text
    assert "Nothing begins with that." in text_of(owner.get(f"{FIND}?q=%25"))
    assert "Generate read key" in text_of(owner.get(f"{FIND}?q=gen+read"))


def test_a_viewer_is_offered_no_action(viewer: Person) -> None:
    assert "Generate key" not in text_of(viewer.get(FIND))


def test_no_two_rooms_share_a_letter() -> None:
    letters = [room.letter for room in NAVIGATION]
    assert len(set(letters)) == len(letters)
