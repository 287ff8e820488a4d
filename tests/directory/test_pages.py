"""Pages by number: what is skipped is skipped from the nearer end, and nobody sees which one that was."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.beside import addresses
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.pages import Listing
from scim_app.directory.plans import plan
from scim_app.directory.tables import Organization
from scim_app.protocol.listing import query
from tests.protocol.generated import CATALOG

PEOPLE = 11


@pytest.fixture
def directory(session: scoped_session[Session], organization: Organization) -> Directory:
    return Directory(session, organization.id, OPERATOR, CATALOG)


@pytest.fixture
def ids(directory: Directory) -> list[str]:
    people = [{"schemas": [CATALOG["User"].schema.id], "userName": f"u{number}"} for number in range(PEOPLE)]
    return sorted(each.id for each in directory.create_all("User", people))


def listing(directory: Directory) -> Listing:
    """Everybody."""
    planned = plan(CATALOG, "User", None, None, False, None)
    return Listing(directory.session, planned, {"organization_id": directory.organization_id, **addresses(CATALOG)})


def test_every_page_is_the_part_of_the_list_that_it_asks_for(
    directory: Directory, ids: list[str], subtests: pytest.Subtests
) -> None:
    for start in range(1, PEOPLE + 3):
        for count in (0, 1, 3, PEOPLE, PEOPLE + 1):
            with subtests.test(start=start, count=count):
                asked = query([CATALOG["User"]], {"startindex": str(start), "count": str(count)})
                page = directory.search(asked, {"User": lambda _: False})
                assert [each.id for each in page.resources] == ids[start - 1 : start - 1 + count]
                assert page.total == PEOPLE


@pytest.mark.parametrize("counted", [PEOPLE - 1, PEOPLE + 1, PEOPLE + 5])
def test_nobody_is_missed_who_came_or_went_after_the_others_were_counted(
    directory: Directory, ids: list[str], counted: int
) -> None:
    """From the end of a list that has become longer, a page would begin one too late."""
    everybody = listing(directory)
    everybody.__dict__["total"] = counted
    assert [row.id for row in everybody.at(8, 2)] == ids[8:10]


def test_the_last_page_reads_no_more_of_the_order_than_it_shows(directory: Directory, ids: list[str]) -> None:
    everybody = listing(directory)
    assert [row.id for row in everybody.before_end(9, 5)] == ids[9:]
    assert {row.there_are for row in everybody.before_end(9, 5)} == {PEOPLE}


def test_large_filters_are_not_kept(directory: Directory, ids: list[str]) -> None:
    """There are endlessly many of them, and each would take megabytes for good."""

    def search(comparisons: int) -> None:
        asked = query([CATALOG["User"]], {"filter": " or ".join(['userName eq "u1"'] * comparisons)})
        assert directory.search(asked, {"User": lambda _: False}).total == 1

    bind: Any = directory.session.get_bind()
    search(1)
    for comparisons in (5, 6, 60):
        before = plan.cache_info().currsize, len(bind._compiled_cache)
        search(comparisons)
        after = plan.cache_info().currsize, len(bind._compiled_cache)
        assert (after > before) is (comparisons == 5)
