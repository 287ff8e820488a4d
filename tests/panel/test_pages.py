"""Organization Info and the Changelog."""

from __future__ import annotations

import gzip
import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.panel.navigation import NAVIGATION
from scim_app.panel.releases import Release, parse
from scim_app.panel.words import since, until
from tests.panel.conftest import HTMX, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
ROOT = Path(__file__).resolve().parents[2]
INFO = "/settings/organization"
LOG = f"{INFO}/changelog"
OKTA = Actor("key", "Okta")


def people(session: scoped_session[Session], organization: Organization, count: int) -> None:
    place = organization.id

    def work() -> None:
        for number in range(count):
            changed = [{"attribute": "active", "before": None, "after": True}]
            record(session, place, OKTA, "user:created", Target("User", str(number), f"person{number:03}"), changed)

    transact(session, work)


def test_organization_info_says_how_the_organisation_is_known(owner: Person, organization: Organization) -> None:
    page = text_of(owner.get(INFO))
    for known in ("Acme", "acme", organization.id, "scim_", "Any"):
        assert known in page


def test_an_owner_renames_the_organisation(owner: Person) -> None:
    assert owner.post(f"{INFO}/name", {"name": "Acme Corp"}, on=INFO).location == INFO
    page = text_of(owner.get(INFO))
    assert "Acme Corp" in page and "The organization is renamed." in page
    answer = owner.post(f"{INFO}/name", {"name": "Emca"}, on=INFO, headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="info"') and "Emca" in answer.text


def test_a_name_that_cannot_be_is_refused_with_a_sentence(owner: Person) -> None:
    answer = owner.post(f"{INFO}/name", {"name": " "}, on=INFO)
    assert answer.status_code == 422
    assert "Give the organization a name." in text_of(answer)


def test_the_activity_pages_through_the_history_by_links(
    viewer: Person, session: scoped_session[Session], organization: Organization
) -> None:
    people(session, organization, 120)
    first = viewer.get(LOG)
    assert "person119" in first.text and "person069" not in first.text
    older = first.text.partition('rel="next" href="')[2].partition('"')[0]
    second = viewer.get(older)
    assert "person069" in second.text and "person119" not in second.text
    newer = second.text.partition('rel="prev" href="')[2].partition('"')[0]
    assert "person119" in viewer.get(newer).text


def test_the_activity_is_searched_and_filtered_and_the_links_keep_both(
    viewer: Person, session: scoped_session[Session], organization: Organization
) -> None:
    people(session, organization, 60)
    page = viewer.get(f"{LOG}?q=PERSON&action=user")
    assert "administrator:added" not in page.text and "user:created" in page.text
    assert "q=PERSON+action:user&amp;before=" in page.text
    assert "Nothing matches" in text_of(viewer.get(f"{LOG}?q=nobody"))
    assert "user:created" in viewer.get(f"{LOG}?action=%27;--").text


def test_to_htmx_the_activity_is_its_block(viewer: Person) -> None:
    answer = viewer.get(LOG, headers=HTMX)
    assert answer.text.lstrip().startswith('<section id="entries"')
    assert answer.headers["Cache-Control"] == "no-store"


def test_hostile_names_in_the_history_stay_text(
    viewer: Person, session: scoped_session[Session], organization: Organization
) -> None:
    place, hostile = organization.id, '"><script>alert(1)</script>\u202e' + "x" * 10_000
    changed = [{"attribute": "<b>", "before": hostile, "after": {"<i>": [hostile]}}]
    actor, target = Actor("key", hostile), Target("User", "1", hostile)
    transact(session, lambda: record(session, place, actor, "user:changed", target, changed))
    page = viewer.get(LOG).text
    assert "<script>alert" not in page and "<b>" not in page and "<i>" not in page
    assert len(page) < 20_000


def test_releases_are_the_projects_own(viewer: Person) -> None:
    answer = viewer.get(f"{LOG}/releases")
    page = text_of(answer)
    assert "`" not in page and "](" not in page and "<code>" in answer.text
    for release in parse((ROOT / "CHANGELOG.md").read_text()):
        assert release.title in page
    assert "Date" in page and "Title" in page and "Log" in page


def test_a_changelog_is_parsed_newest_first() -> None:
    text = "# Changelog\n\nWords.\n\n## 2026-01-02 · Old\n\nOne line\nand more.\n\n"
    text += "## 2026-03-04 · New thing\n- First\n  goes on.\n- Second\n"
    assert parse(text) == (
        Release(date(2026, 3, 4), "New thing", ("First goes on.", "Second")),
        Release(date(2026, 1, 2), "Old", ("One line and more.",)),
    )
    assert parse("") == ()


def test_every_heading_of_the_changelog_is_a_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    releases = parse(text)
    assert len(releases) == text.count("\n## ") > 0
    assert all(release.log for release in releases)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=30), "30 days ago"),
        (timedelta(days=40), "16 Oct 2026"),
    ],
)
def test_moments_read_the_way_people_say_them(ago: timedelta, words: str) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert since(now - ago, now) == words


def test_deadlines_too() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    assert [until(now + timedelta(hours=hours), now) for hours in (0, 1, 47, 48)] == [
        "within the hour", "in 1 hour", "in 1 day", "in 2 days",
    ]  # fmt: skip


def test_a_first_visit_weighs_less_than_40_kilobytes(visitor: Person) -> None:
    page = visitor.get("/sign-in").text
    files = {ROOT / "static" / name for name in re.findall(r'"/static/([^"?]+)', page)}
    assert len(files) == 5
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) + len(gzip.compress(page.encode())) < 40_000


def test_what_is_vendored_is_what_was_published() -> None:
    folder = ROOT / "static" / "vendor" / "htmx-4.0.1"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
    named = {room.icon for room in NAVIGATION}
    for template in (ROOT / "templates").rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'icon\("([a-z0-9-]+)"', text))
        named |= set(re.findall(r'pill\("[a-z]+", "([a-z0-9-]+)"', text))
        named |= {name for name in re.findall(r'"([a-z0-9-]+)"', text) if name in drawn}
    assert named == drawn
