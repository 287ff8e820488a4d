"""Search by POST, and of everything (RFC 7644 §3.4.2.1, §3.4.3): whatever the way, the answer is the same."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import LIST, names, refusal

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


def search(scim: Client, path: str, **asked: Any) -> Any:
    return scim.post(f"{path}/.search", {"schemas": [SEARCH]} | asked)


@pytest.fixture(autouse=True)
def people(make_user: Make, make_group: Make) -> None:
    for name in ("ada", "bob", "cleo"):
        make_user(name, title="T" if name == "ada" else None, emails=[{"value": f"{name}@x.org"}])
    make_group("Engineers", externalId="e-1")


ASKED: list[dict[str, Any]] = [
    {},
    {"filter": 'meta.resourceType eq "Group" or userName sw "a"'},
    {"filter": "id pr", "attributes": ["displayName", "meta.resourceType"]},
    {"filter": "id pr", "excludedAttributes": ["meta", "emails.value"]},
    {"sortBy": "id", "sortOrder": "descending"},
    {"startIndex": 2, "count": 1},
    {"count": 0},
    {"filter": 'externalId eq "nobody"'},
    {"attributes": "id", "FILTER": "id pr"},
    {"filter": None, "count": None, "shoeSize": 38},
]


@pytest.mark.rfc("SEA-01", "SEA-03", "SEA-04", "SEA-05", "SEA-06", "SEA-07", "SEA-08", "SEA-12", "GET-04", "GET-05")
def test_a_search_by_post_answers_as_the_get_does(scim: Client, subtests: pytest.Subtests) -> None:
    for path in ("/Users", "/Groups", ""):
        for asked in ASKED:
            if not path or "userName" not in str(asked) or path == "/Users":
                with subtests.test(path=path, asked=asked):
                    query = {
                        name: ",".join(value) if isinstance(value, list) else value
                        for name, value in asked.items()
                        if value is not None
                    }
                    posted, got = search(scim, path, **asked), scim.get(path or "/", **query)
                    assert (posted.status, got.status) == (200, 200)
                    assert posted.json == got.json and posted.json["schemas"] == [LIST]
                    assert "Location" not in posted.headers


@pytest.mark.rfc("SEA-02", "SEA-04", "ERR-06", "ERR-10", "ERR-13")
def test_a_body_that_is_no_search_is_refused(scim: Client, subtests: pytest.Subtests) -> None:
    for what, body, scim_type in (
        ("no schemas", {"filter": "userName pr"}, "invalidSyntax"),
        ("another message", {"schemas": [LIST]}, "invalidSyntax"),
        ("a list", [], "invalidSyntax"),
        ("not JSON", b"{", "invalidSyntax"),
        ("a count of text", {"schemas": [SEARCH], "count": "5"}, "invalidValue"),
        ("a filter of a number", {"schemas": [SEARCH], "filter": 5}, "invalidValue"),
        ("attributes of numbers", {"schemas": [SEARCH], "attributes": [5]}, "invalidValue"),
        ("both lists", {"schemas": [SEARCH], "attributes": ["id"], "excludedAttributes": ["id"]}, "invalidValue"),
        ("a filter that is none", {"schemas": [SEARCH], "filter": "userName"}, "invalidFilter"),
    ):
        with subtests.test(what):
            for path in ("/Users/.search", "/.search"):
                refusal(scim.post(path, body), 400, scim_type)
    with subtests.test("a password"):
        refusal(search(scim, "/Users", filter='password eq "x"'), 403, "sensitive")


@pytest.mark.rfc("SEA-07", "SEA-09", "SEA-10", "FIL-20", "LST-05")
def test_of_everything_an_attribute_that_only_some_have_is_nothing_to_the_others(
    scim: Client, subtests: pytest.Subtests
) -> None:
    everything = ["ada", "bob", "cleo", "Engineers"]
    assert names(scim.get("/")) == everything
    for sent, expected in (
        ("userName pr", ["ada", "bob", "cleo"]),
        ("not (userName pr)", ["Engineers"]),
        ('userName ne "ada"', ["bob", "cleo", "Engineers"]),
        ('displayName sw "eng"', ["Engineers"]),
        ('meta.resourceType eq "User"', ["ada", "bob", "cleo"]),
        ('title pr or externalId eq "e-1"', ["ada", "Engineers"]),
        ('emails[value ew "org"] and not (title pr)', ["bob", "cleo"]),
    ):
        with subtests.test(filter=sent):
            assert names(scim.get("/", filter=sent)) == names(search(scim, "", filter=sent)) == expected
    refusal(scim.get("/", filter="shoeSize pr"), 400, "invalidFilter")
    refusal(scim.get("/", sortBy="shoeSize"), 400, "invalidValue")


@pytest.mark.rfc("LST-06", "ERR-07", "SEA-10")
def test_a_page_of_everything_that_lies_too_far_behind_is_too_many(scim: Client) -> None:
    assert "cursor" in refusal(scim.get("/", startIndex=10_000, count=100), 400, "tooMany")
    assert scim.get("/Users", startIndex=10_000, count=100).status == 200


@pytest.mark.rfc("SEA-11")
def test_discovery_is_not_searched(scim: Client, subtests: pytest.Subtests) -> None:
    for path, status in (
        ("/Schemas", 405),
        ("/ResourceTypes", 405),
        ("/ServiceProviderConfig", 404),
        ("/Users/7", 404),
    ):
        with subtests.test(path=path):
            refusal(search(scim, path), status)


@pytest.mark.rfc("SEA-13", "BLK-33")
def test_a_key_that_may_only_read_searches_by_post_and_does_nothing_in_bulk(
    anonymous: Client, session: scoped_session[Session], organization: Organization, app: Flask
) -> None:
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(session, organization.id, OPERATOR, pepper, label="App", scope="read", expires_at=None),
    )
    reader = Client(anonymous.base_url, {"Authorization": f"Bearer {made.key}"})
    assert names(search(reader, "/Users")) == ["ada", "bob", "cleo"]
    assert names(search(reader, "/Groups")) == ["Engineers"]
    refusal(reader.post("/Bulk", {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]}), 403)
