"""Names and addresses that read from right to left, and words that are longer than their column."""

from __future__ import annotations

import pytest

from scim_app.panel.words import breakable
from tests.panel.conftest import Person
from tests.panel.people import Acme

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("group:members:skipped", "group:<wbr>members:<wbr>skipped"),
        ("ada@acme.example", "ada@<wbr>acme.<wbr>example"),
        ("<b>:x.'y", "&lt;b&gt;:<wbr>x.&#39;y"),
        ("The end.", "The end."),
    ],
)
def test_a_line_may_end_behind_what_separates_words_and_the_text_stays_text(text: str, drawn: str) -> None:
    assert breakable(text) == drawn


def test_a_login_reads_from_left_to_right_whatever_it_begins_with_and_a_name_as_it_is_written(
    viewer: Person, acme: Acme
) -> None:
    ada = acme.user("نور@acme.example", displayName="نور الهدى")
    login = 'dir="ltr">نور@<wbr>acme.<wbr>example</bdi>'
    for page in (f"{INFO}/users", f"{INFO}/users/{ada}", f"{INFO}/changelog"):
        assert login in viewer.get(page).text, page
    assert '<bdi class="clamp">نور الهدى</bdi>' in viewer.get(f"{INFO}/users").text


def test_the_owner_of_the_organization_is_told_from_owners_in_the_panel(owner: Person, acme: Acme) -> None:
    acme.user("grace@acme.example", orgRole="Owner")
    page = owner.get(INFO).text
    assert "<dt>Organization owner</dt>" in page and "a person from your directory" in page
    assert "<small>Panel role: Owner, you</small>" in page and "<dt>Owner</dt>" not in page
