"""The history read back."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import activity, organizations
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact

OKTA = Actor("key", "Okta")


@pytest.fixture
def written(session: scoped_session[Session], organization: Organization) -> str:
    """The id of Acme, in whose history stand 25 people called person00 to person24."""
    place = organization.id

    def work() -> None:
        for number in range(25):
            record(session, place, OKTA, "user:created", Target("User", str(number), f"person{number:02}"))

    transact(session, work)
    return place


def names(page: activity.Page) -> list[str]:
    return [entry.target_name for entry in page.entries]


def test_pages_lead_from_the_newest_to_the_oldest_entry_and_back(
    session: scoped_session[Session], written: str
) -> None:
    forth, back = [], []
    page = activity.page(session, written, size=10)
    assert page.newer is None
    while True:
        forth.append(names(page))
        if page.older is None:
            break
        page = activity.page(session, written, size=10, before=page.older)
    assert [len(each) for each in forth] == [10, 10, 6]
    assert sum(forth, []) == [f"person{number:02}" for number in range(24, -1, -1)] + ["Acme"]
    while page.newer is not None:
        page = activity.page(session, written, size=10, after=page.newer)
        back.append(names(page))
    assert back == [forth[1], forth[0]]


def test_entries_made_meanwhile_move_no_page(session: scoped_session[Session], written: str) -> None:
    first = activity.page(session, written, size=10)
    transact(session, lambda: record(session, written, OKTA, "user:created", Target("User", "x", "newcomer")))
    assert names(activity.page(session, written, size=10, before=first.older))[0] == "person14"


def test_another_organisations_entries_are_not_there(session: scoped_session[Session], written: str) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    assert names(activity.page(session, rival)) == ["Rival"]
    assert "Rival" not in names(activity.page(session, written))


@pytest.mark.parametrize(
    ("search", "count"),
    [("PERSON0", 10), ("person24", 1), ("ｐerson24", 1), ("okta", 25), ("ACME", 1)]
    + [(text, 0) for text in ("%", "_", "\\", "nobody")],
)
def test_a_search_finds_part_of_a_name_whatever_its_case_and_width(
    session: scoped_session[Session], written: str, search: str, count: int
) -> None:
    assert len(activity.page(session, written, search=search).entries) == count


def test_names_beyond_ascii_are_found_in_any_case_too(session: scoped_session[Session], written: str) -> None:
    transact(session, lambda: record(session, written, OKTA, "user:created", Target("User", "x", "ŻÓŁĆ Straße")))
    for search in ("żółć", "STRASSE"):
        assert names(activity.page(session, written, search=search)) == ["ŻÓŁĆ Straße"]


@pytest.mark.parametrize(
    ("action", "count"), [("user", 25), ("user:created", 25), ("organization", 1), ("use", 0), ("%", 0)]
)
def test_entries_are_filtered_by_a_whole_action_or_its_subject(
    session: scoped_session[Session], written: str, action: str, count: int
) -> None:
    assert len(activity.page(session, written, action=action).entries) == count


def test_whoever_takes_their_time_over_everything_holds_no_connection(
    session: scoped_session[Session], written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "AT_ONCE", 10)
    pool = session.get_bind().engine.pool
    session.rollback()
    read = []
    for entry in activity.everything(session, written, ()):
        read.append((entry.target_name, entry.difference))
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
    assert [name for name, _ in read] == [*(f"person{number:02}" for number in range(24, -1, -1)), "Acme"]
