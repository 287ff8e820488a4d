"""The changelog's search, permalinks and exports."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from scim_app.directory import organizations
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.tables import Change, Organization
from scim_app.directory.transaction import transact
from scim_app.panel import crowds
from scim_app.panel.exports import cell
from tests.panel.conftest import Person, text_of

pytestmark = pytest.mark.databases("sqlite")
LOG = "/settings/organization/changelog"
MEMBERS = [
    {
        "attribute": "members",
        "added": [{"value": "1", "display": "Ada"}],
        "addedCount": 30,
        "removed": [{"value": "2", "display": "Grace"}],
        "removedCount": 1,
        "skipped": ["nobody"],
        "skippedCount": 1,
    }
]


@pytest.fixture
def entry(session: scoped_session[Session], organization: Organization) -> str:
    """The id of an entry about members."""
    place = organization.id

    def work() -> str:
        record(session, place, Actor("key", "Okta"), "group:members:changed", Target("Group", "1", "Sales"), MEMBERS)
        record(session, place, Actor("key", "=HYPERLINK(1)"), "user:created", Target("User", "2", "@SUM(1)"))
        return session.scalars(select(Change.id).where(Change.target_name == "Sales")).one()

    return transact(session, work)


def test_members_who_came_and_went_are_shown_by_name(viewer: Person, entry: str) -> None:
    page = re.sub(r"\s+", " ", text_of(viewer.get(LOG)))
    for words in ("joined by Ada", "and 29 more", "left by Grace", "nobody here has that id: nobody"):
        assert words in page, words


def test_an_entry_has_a_page_of_its_own(viewer: Person, entry: str) -> None:
    assert f"{LOG}/{entry}" in viewer.get(LOG).text
    page = text_of(viewer.get(f"{LOG}/{entry}"))
    assert "Before and after" in page and "Sales" in page and "Okta" in page and entry in page


def test_another_organisations_entry_is_not_there(viewer: Person, session: scoped_session[Session]) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    theirs = session.scalars(select(Change.id).where(Change.organization_id == rival)).one()
    assert [viewer.get(f"{LOG}/{each}").status_code for each in (theirs, "never")] == [404, 404]


def test_menus_write_into_the_search(viewer: Person, entry: str) -> None:
    page = viewer.get(f"{LOG}?q=okta+action:key&action=group&created=2020-01-01").text
    assert 'value="okta action:group created:2020-01-01"' in page


def test_the_menu_of_who_offers_the_keys_and_the_administrators(viewer: Person, entry: str) -> None:
    page = viewer.get(LOG)
    assert '<option value="Command line">' in page.text and "@acme.example</option>" in page.text
    chosen = viewer.get(f"{LOG}?actor=Command+line&q=actor%3Asomebody")
    assert 'value="actor:&#34;Command line&#34;"' in chosen.text
    assert "actor:" not in viewer.get(f"{LOG}?actor=nobody+here").text.partition('name="q" value="')[2][:20]


def test_what_is_no_day_is_said(viewer: Person) -> None:
    assert "is no day or range of days" in text_of(viewer.get(f"{LOG}?q=created:yesterday"))


def test_what_is_found_is_exported_as_csv_without_formulas_and_that_is_recorded(viewer: Person, entry: str) -> None:
    answer = viewer.post(f"{LOG}/export", {"format": "csv", "q": "-action:administrator -action:organization"}, on=LOG,
                         buffered=True)  # fmt: skip
    assert answer.mimetype == "text/csv" and answer.headers["Content-Disposition"].endswith('.csv"')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["action"], row["actor"], row["target"]) for row in rows] == [
        ("changelog:exported", "viewer@acme.example", "Acme"),
        ("user:created", "'=HYPERLINK(1)", "'@SUM(1)"),
        ("group:members:changed", "Okta", "Sales"),
    ]
    assert "changelog:exported" in viewer.get(LOG).text


def test_what_is_found_is_exported_as_json_lines(viewer: Person, entry: str) -> None:
    answer = viewer.post(f"{LOG}/export", {"format": "jsonl", "q": "action:group"}, on=LOG, buffered=True)
    (row,) = [json.loads(line) for line in answer.text.splitlines()]
    assert (row["action"], row["difference"], row["id"]) == ("group:members:changed", MEMBERS, entry)


def test_at_most_a_few_exports_are_sent_at_once_and_the_rest_are_told_to_wait(
    viewer: Person, entry: str, organization: Organization
) -> None:
    def export() -> TestResponse:
        return viewer.post(f"{LOG}/export", {"format": "csv"}, on=LOG, buffered=True)

    for _ in range(crowds.EXPORTS_OF_ONE):
        crowds.exporting.enter(organization.id)
    refused = export()
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0
    assert "Wait until one has ended" in text_of(refused)
    assert "changelog:exported" not in viewer.get(LOG).text
    crowds.exporting.leave(organization.id)
    for _ in range(2):
        assert export().status_code == 200
    crowds.exporting.leave(organization.id)
    assert not crowds.exporting._inside


def test_a_crowd_has_room_for_so_many_and_for_so_many_of_one_kind() -> None:
    crowd = crowds.Crowd(3, 2)
    for kind in "aab":
        crowd.enter(kind)
    crowd.leave("b")
    with pytest.raises(TooManyRequests):
        crowd.enter("a")
    crowd.enter("c")
    with pytest.raises(TooManyRequests), crowd.among("d"):
        pass
    crowd.leave("a")
    with crowd.among("d"):
        pass


def test_a_format_that_is_none_is_refused(viewer: Person) -> None:
    assert viewer.post(f"{LOG}/export", {"format": "exe"}, on=LOG).status_code == 400


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell("plain") == "plain" and cell(None) == "" and cell([1]) == "[1]"
