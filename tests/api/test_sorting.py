"""Order: `sortBy` and `sortOrder`, by type, by primary value, without value, and in pages (RFC 7644 §3.4.2.3)."""

from __future__ import annotations

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import ENTERPRISE, USER, names, refusal

PEOPLE = {
    "b": {"title": "Éclair", "name": {"givenName": "Zoe"}, "externalId": "b", "active": False},
    "C": {
        "title": "apple",
        "externalId": "B",
        "emails": [{"value": "z@x.org"}, {"value": "a@x.org", "primary": True}],
        ENTERPRISE: {"department": "Tours"},
    },
    "a": {"title": "Zebra", "name": {"givenName": "adam"}, "emails": [{"value": "B@x.org"}, {"value": "y@x.org"}]},
    "d": {},
}
ASCENDING = [
    ("userName", "abCd"),
    ("USERNAME", "abCd"),
    (f"{USER.upper()}:userName", "abCd"),
    ("title", "Cabd"),
    ("name.givenName", "abCd"),
    ("externalId", "Cbad"),
    ("active", "bCad"),
    ("emails", "Cabd"),
    ("emails.value", "Cabd"),
    ("meta.created", "bCad"),
    ("id", "bCad"),
    ("meta.resourceType", "bCad"),
    (f"{ENTERPRISE}:department", "Cbad"),
    ("department", "Cbad"),
]
DESCENDING = [
    ("userName", "dCba"),
    ("title", "dbaC"),
    ("name.givenName", "Cdba"),
    ("externalId", "adbC"),
    ("active", "Cadb"),
    ("emails", "bdaC"),
    ("meta.created", "daCb"),
]


@pytest.fixture(autouse=True)
def people(make_user: Make) -> None:
    for name, attributes in PEOPLE.items():
        make_user(name, **attributes)


@pytest.mark.rfc("SRT-04", "SRT-05")
def test_the_preferred_value_is_sorted_by_whatever_is_filtered_by(scim: Client) -> None:
    for filter in (
        'userName pr and title gt "a" and not (title eq "x")',
        'emails[value co "@" and value co "x"]',
        'emails.value co "@" and emails.value co "o" and active eq true',
    ):
        assert "".join(names(scim.get("/Users", filter=filter, sortBy="emails"))).startswith("Ca"), filter
        assert scim.get("/Users", filter=filter, sortBy="addresses.country", cursor="").status == 200


@pytest.mark.rfc("SRT-01", "SRT-02", "SRT-03", "SRT-04", "SRT-05", "SRT-06", "SRT-07", "SCH-26", "DSC-05")
def test_the_order_is_that_of_the_values_and_last_comes_who_has_none(scim: Client, subtests: pytest.Subtests) -> None:
    for sort_by, expected in ASCENDING:
        with subtests.test(sortBy=sort_by):
            assert "".join(names(scim.get("/Users", sortBy=sort_by))) == expected
            assert "".join(names(scim.get("/Users", sortBy=sort_by, sortOrder="Ascending"))) == expected
    for sort_by, expected in DESCENDING:
        with subtests.test(sortBy=sort_by, sortOrder="descending"):
            assert "".join(names(scim.get("/Users", sortBy=sort_by, sortOrder="descending"))) == expected


@pytest.mark.rfc("SRT-06", "SRT-08", "SRT-09", "SRT-11", "SRT-14")
def test_what_cannot_be_sorted_by_is_refused_and_an_order_of_nothing_is_ignored(
    scim: Client, subtests: pytest.Subtests
) -> None:
    for sort_by in ("name", "addresses", "meta", "shoeSize", "emails.shoeSize", 'emails[type eq "work"]', ENTERPRISE):
        with subtests.test(sortBy=sort_by):
            refusal(scim.get("/Users", sortBy=sort_by), 400, "invalidValue")
    refusal(scim.get("/Users", sortBy="userName", sortOrder="up"), 400, "invalidValue")
    refusal(scim.get("/Users", sortBy="password"), 403, "sensitive")
    plain = scim.get("/Users").json
    assert scim.get("/Users", sortOrder="descending").json == scim.get("/Users", sortBy="").json == plain


@pytest.mark.rfc("SRT-12", "PAG-12")
def test_pages_of_equals_are_everybody_once(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for number in range(20):
        make_user(f"user{number}", title="Same" if number % 3 else None)
    everybody = set(names(scim.get("/Users")))
    for order in ("ascending", "descending"):
        for count in (5, 7):
            with subtests.test(sortOrder=order, count=count):
                query = {"sortBy": "title", "sortOrder": order, "count": count}
                pages = [names(scim.get("/Users", startIndex=start, **query)) for start in range(1, 25, count)]
                met = [name for page in pages for name in page]
                assert (len(met), set(met)) == (24, everybody)
                assert met == names(scim.get("/Users", sortBy="title", sortOrder=order))


@pytest.mark.rfc("SRT-13")
def test_users_and_groups_are_in_one_order(scim: Client, make_group: Make) -> None:
    make_group("bb")
    make_group("cc")
    assert names(scim.get("/", sortBy="meta.created")) == ["b", "C", "a", "d", "bb", "cc"]
    assert names(scim.get("/", sortBy="meta.created", sortOrder="descending")) == ["cc", "bb", "d", "a", "C", "b"]
    assert names(scim.get("/", sortBy="userName")) == ["a", "b", "C", "d", "bb", "cc"]
    message = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "sortBy": "userName", "count": 3}
    assert names(scim.post("/.search", message | {"startIndex": 4})) == ["d", "bb", "cc"]
