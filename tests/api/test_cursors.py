"""Walks by cursor (RFC 9865): everybody who is there throughout is met once, whatever comes and goes meanwhile."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Organization, ScimKey
from scim_app.directory.transaction import transact
from scim_app.protocol.cursors import TIMEOUT
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import names, refusal

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]+")


def walk(scim: Client, path: str = "/Users", direction: str = "nextCursor", **query: Any) -> Iterator[dict[str, Any]]:
    """The pages of a walk, from the first one or from a cursor, as long as one leads on."""
    query = {"cursor": ""} | query
    while True:
        answer = scim.get(path, **query)
        assert answer.status == 200, answer.content
        yield answer.json
        if direction not in answer.json:
            return
        query["cursor"] = answer.json[direction]


def met(pages: Iterator[dict[str, Any]]) -> list[list[str]]:
    return [[each.get("userName") or each["displayName"] for each in page["Resources"]] for page in pages]


def seed(session: scoped_session[Session], organization: Organization, app: Flask, number: int) -> None:
    """Users named 0000 and so on, with titles that repeat and some without any, in one transaction."""
    directory = Directory(session, organization.id, OPERATOR, app.extensions["catalog"])
    documents = [
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": f"{each:04}",
            **({"title": f"T{each % 7}"} if each % 5 else {}),
        }
        for each in range(number)
    ]
    directory.create_all("User", documents)
    session.rollback()


@pytest.fixture
def people(session: scoped_session[Session], organization: Organization, app: Flask) -> list[str]:
    seed(session, organization, app, 20)
    return [f"{each:04}" for each in range(20)]


@pytest.mark.rfc("CUR-29", "CUR-03", "PAG-14", "NEW-07", "NEW-17", "PAG-06", "PAG-07", "PAG-13", "LST-03")
def test_a_walk_of_thousands_meets_everybody_who_was_there_throughout_once(
    scim: Client, session: scoped_session[Session], organization: Organization, app: Flask, make_user: Make
) -> None:
    seed(session, organization, app, 5_000)
    pages = (scim.get("/Users").json, scim.get("/Users", count=100).json, scim.get("/Users", count=10**6).json)
    assert [page["itemsPerPage"] for page in pages] == [100, 100, 1_000]
    gone: set[str] = set()
    seen: list[str] = []
    for number, page in enumerate(walk(scim, count=500, attributes="userName")):
        assert page["totalResults"] == 5_000 and "startIndex" not in page
        assert page["itemsPerPage"] == len(page["Resources"]) <= 500
        seen += [each["userName"] for each in page["Resources"]]
        make_user(f"new{number}")
        # One that was met, one that would be next, and the one at which the walk stands.
        for name in (page["Resources"][0]["userName"], f"{(number + 1) * 500 + 1:04}", seen[-1]):
            for found in scim.get("/Users", filter=f'userName eq "{name}"', attributes="id").json["Resources"]:
                assert scim.delete(f"/Users/{found['id']}").status == 204
                gone.add(name)
    assert len(seen) == len(set(seen)), "nobody is met twice"
    stayed = {f"{each:04}" for each in range(5_000)} - gone
    assert len(gone) > 20 and stayed <= set(seen)


@pytest.mark.rfc("CUR-01", "CUR-02", "CUR-03", "CUR-04", "CUR-06", "CUR-09", "CUR-11", "CUR-12", "CUR-19", "CUR-27")
def test_pages_lead_from_the_first_to_the_last(scim: Client, people: list[str], subtests: pytest.Subtests) -> None:
    for count, sizes in ((8, [8, 8, 4]), (10, [10, 10]), (20, [20]), (21, [20]), (1, [1] * 20)):
        with subtests.test(count=count):
            pages = list(walk(scim, count=count))
            assert met(iter(pages)) == [people[at : at + count] for at in range(0, 20, count)]
            assert [page["itemsPerPage"] for page in pages] == sizes
            assert {page["totalResults"] for page in pages} == {20}
            assert "previousCursor" not in pages[0] and "nextCursor" not in pages[-1]
            for cursor in [page["nextCursor"] for page in pages[:-1]]:
                assert UNRESERVED.fullmatch(cursor)
                inside = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
                assert not [name for name in people if name.encode() in inside]
    assert met(walk(scim, count=10)) == [names(scim.get("/Users?cursor&count=10")), people[10:]]
    assert not {"nextCursor", "previousCursor"} & set(scim.get("/Users", count=5).json)


@pytest.mark.rfc("CUR-05", "CUR-06")
def test_pages_lead_back_to_the_first(scim: Client, people: list[str], subtests: pytest.Subtests) -> None:
    for query in ({}, {"sortBy": "title"}, {"sortBy": "title", "sortOrder": "descending"}):
        with subtests.test(query=query):
            pages = list(walk(scim, count=6, **query))
            back = list(
                walk(scim, direction="previousCursor", count=6, **query | {"cursor": pages[-1]["previousCursor"]})
            )
            assert met(iter(back)) == met(iter(pages[:-1][::-1]))
            assert (
                back[-1]["nextCursor"]
                and scim.get("/Users", count=6, **query | {"cursor": back[0]["nextCursor"]}).json["Resources"]
                == pages[-1]["Resources"]
            )


@pytest.mark.rfc("CUR-17", "CUR-10")
def test_a_sorted_walk_is_in_the_order_of_a_sorted_list(
    scim: Client, people: list[str], make_user: Make, subtests: pytest.Subtests
) -> None:
    for sort_by in ("title", "userName", "meta.created", "id", "emails", "active"):
        for order in ("ascending", "descending"):
            with subtests.test(sortBy=sort_by, sortOrder=order):
                query = {"sortBy": sort_by, "sortOrder": order}
                whole = names(scim.get("/Users", **query))
                assert [name for page in met(walk(scim, count=7, **query)) for name in page] == whole
                sent = {"filter": "title pr", **query}
                some = names(scim.get("/Users", **sent))
                assert [name for page in met(walk(scim, count=7, **sent)) for name in page] == some


@pytest.mark.rfc("CUR-07", "CUR-08", "CUR-16", "CUR-20", "CUR-13")
def test_the_edges_of_a_walk(scim: Client, people: list[str], subtests: pytest.Subtests) -> None:
    for count in (0, -1):
        with subtests.test(count=count):
            page = scim.get("/Users", cursor="", count=count).json
            assert (page["totalResults"], page["itemsPerPage"], page["Resources"]) == (20, 0, [])
            assert not {"nextCursor", "previousCursor", "startIndex"} & set(page)
    for count in ("abc", "1.5", ""):
        with subtests.test(count=count):
            refusal(scim.get("/Users", cursor="", count=count), 400, "invalidCount")
    assert scim.get("/Users", cursor="", count=99_999).json["itemsPerPage"] == 20
    refusal(scim.get("/Users", cursor="", startIndex=1), 400, "invalidValue")
    assert "nextCursor" not in scim.get("/Users", cursor="", filter='userName eq "nobody"').json
    cursor = scim.get("/Users", cursor="", count=10).json["nextCursor"]
    refusal(scim.get("/Users", cursor=cursor, count=11), 400, "invalidCount")
    refusal(scim.get("/Users", cursor=cursor), 400, "invalidCount")


@pytest.mark.rfc("CUR-10", "CUR-13", "CUR-14", "CUR-23", "CUR-25", "CUR-26", "TEN-06")
def test_a_cursor_that_was_not_made_for_this_is_refused_in_one_and_the_same_sentence(
    scim: Client,
    rival: Client,
    people: list[str],
    session: scoped_session[Session],
    organization: Organization,
    app: Flask,
    subtests: pytest.Subtests,
) -> None:
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(session, organization.id, OPERATOR, pepper, label="B", scope="read", expires_at=None),
    )
    colleague = Client(scim.base_url, {"Authorization": f"Bearer {made.key}"})
    asked = {"filter": "userName pr", "sortBy": "userName", "attributes": "userName", "count": 5}
    cursor = scim.get("/Users", cursor="", **asked).json["nextCursor"]
    assert scim.get("/Users", cursor=cursor, **asked).status == 200
    middle = len(cursor) // 2
    flipped = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    said = set()
    for what, client, path, query in (
        ("garbage", scim, "/Users", asked | {"cursor": "xyz"}),
        ("letters of elsewhere", scim, "/Users", asked | {"cursor": "ü☃"}),
        ("tampered", scim, "/Users", asked | {"cursor": flipped}),
        ("cut off", scim, "/Users", asked | {"cursor": cursor[:-4]}),
        ("another filter", scim, "/Users", asked | {"cursor": cursor, "filter": "userName pr "}),
        ("without the filter", scim, "/Users", {"cursor": cursor, "count": 5}),
        ("another order", scim, "/Users", asked | {"cursor": cursor, "sortOrder": "descending"}),
        ("other attributes", scim, "/Users", asked | {"cursor": cursor, "attributes": "title"}),
        ("another endpoint", scim, "/Groups", {"cursor": cursor, "count": 5}),
        ("everything", scim, "/", asked | {"cursor": cursor}),
        ("another key", colleague, "/Users", asked | {"cursor": cursor}),
        ("another organisation", rival, "/Users", asked | {"cursor": cursor}),
    ):
        with subtests.test(what):
            said.add(refusal(client.get(path, **query), 400, "invalidCursor"))
    assert len(said) == 1


@pytest.mark.rfc("CUR-15", "CUR-22", "CUR-28")
def test_a_cursor_ends_after_the_time_that_the_configuration_says(scim: Client, people: list[str]) -> None:
    pagination = scim.get("/ServiceProviderConfig").json["pagination"]
    assert pagination == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 100,
        "maxPageSize": 1_000,
        "cursorTimeout": TIMEOUT,
    }
    cursor = scim.get("/Users", cursor="", count=5).json["nextCursor"]
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=TIMEOUT - 60)):
        assert scim.get("/Users", cursor=cursor, count=5).status == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=TIMEOUT + 60)):
        refusal(scim.get("/Users", cursor=cursor, count=5), 400, "expiredCursor")


@pytest.mark.rfc("CUR-24")
def test_a_walk_ends_with_the_key(scim: Client, people: list[str], session: scoped_session[Session]) -> None:
    cursor = scim.get("/Users", cursor="", count=5).json["nextCursor"]
    transact(session, lambda: session.execute(update(ScimKey).values(deactivated_at=datetime.now(UTC))))
    refusal(scim.get("/Users", cursor=cursor, count=5), 401)


@pytest.mark.rfc("CUR-29")
def test_a_walk_of_all_types_meets_those_that_lack_what_it_is_sorted_by(
    scim: Client, people: list[str], make_group: Make, subtests: pytest.Subtests
) -> None:
    for name in ("Artists", "Builders", "Cooks"):
        make_group(name)
    for sorted_by in ("userName", "emails", "displayName", "meta.created"):
        for order in ("ascending", "descending"):
            with subtests.test(sorted_by=sorted_by, order=order):
                query = {"sortBy": sorted_by, "sortOrder": order, "count": 4}
                by_number = met(iter([scim.get("/", **query | {"count": 100}).json]))[0]
                pages = list(walk(scim, "/", **query))
                assert [each for page in met(iter(pages)) for each in page] == by_number
                assert sorted(by_number) == sorted([*people, "Artists", "Builders", "Cooks"])
                back = met(walk(scim, "/", "previousCursor", cursor=pages[-1]["previousCursor"], **query))
                assert [each for page in reversed(back) for each in page] == by_number[: len(by_number) - len(by_number) % 4]


@pytest.mark.rfc("CUR-21", "CUR-30", "SEA-03")
def test_walks_are_the_same_everywhere_and_by_post(
    scim: Client, people: list[str], make_group: Make, subtests: pytest.Subtests
) -> None:
    groups = [f"g{number}" for number in range(5)]
    for name in groups:
        make_group(name)
    for path, everybody in (("/Users", people), ("/Groups", groups), ("/", people + groups)):
        with subtests.test(path=path):
            assert [name for page in met(walk(scim, path, count=4)) for name in page] == everybody
            asked: dict[str, Any] = {"schemas": [SEARCH], "cursor": "", "count": 4}
            found: list[str] = []
            while True:
                answer = scim.post(f"{path.rstrip('/')}/.search", asked)
                found += names(answer)
                if "nextCursor" not in answer.json:
                    break
                asked["cursor"] = answer.json["nextCursor"]
            assert found == everybody
    with subtests.test("everything, in order"):
        query = {"sortBy": "userName", "sortOrder": "descending"}
        assert [name for page in met(walk(scim, "/", count=4, **query)) for name in page] == names(
            scim.get("/", **query)
        )
