"""Filters over HTTP: the whole grammar of RFC 7644 §3.4.2.2, answered the same by both databases."""

from __future__ import annotations

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import ENTERPRISE, USER, names, refusal

PEOPLE = {
    "ada": {
        "displayName": "Ada 100% King",
        "name": {"givenName": "Ada", "familyName": "King"},
        "title": "Countess",
        "emails": [
            {"value": "ada@work.org", "type": "work", "primary": True},
            {"value": "ada@home.net", "type": "home"},
        ],
        "externalId": "AbC",
        ENTERPRISE: {"department": "Tours", "manager": {"value": "Boss-1"}},
    },
    "bob": {
        "displayName": 'Bob "B\\b" Ross',
        "name": {"givenName": "Bob", "familyName": "Ross"},
        "emails": [{"value": "bob@home.net", "type": "work"}, {"value": "bob@work.org", "type": "home"}],
        "externalId": "abc",
        "active": False,
    },
    "Élodie": {"displayName": "Élodie_Straße", "title": "Tour_Guide", "locale": "fr-FR", "externalId": "-1.5e3"},
    "dan+x@mail.org": {
        "nickName": "D",
        "roles": [{"value": "admin", "type": "tool"}, {"value": "reader", "type": "seat"}],
    },
}
ADA, BOB, ELODIE, DAN = PEOPLE
ALL = {ADA, BOB, ELODIE, DAN}

FOUND = [
    ('userName eq "ada"', {ADA}),
    ('userName eq "ADA"', {ADA}),
    ('USERNAME Eq "ada"', {ADA}),
    ('userName  eq   "ada"', {ADA}),
    ('userName eq "élodie"', {ELODIE}),
    ('userName eq "ÉLODIE"', {ELODIE}),
    ('userName eq "E\u0301lodie"', {ELODIE}),
    ('userName eq "dan+x@mail.org"', {DAN}),
    ('userName ne "ada"', ALL - {ADA}),
    ('userName co "A"', {ADA, DAN}),
    ('userName sw "d"', {DAN}),
    ('userName ew ".ORG"', {DAN}),
    ('userName gt "b"', {BOB, ELODIE, DAN}),
    ('userName ge "bob"', {BOB, ELODIE, DAN}),
    ('userName lt "bob"', {ADA}),
    ('userName le "bob"', {ADA, BOB}),
    ("userName pr", ALL),
    ("title pr", {ADA, ELODIE}),
    ("not (title pr)", {BOB, DAN}),
    ("not(title pr)", {BOB, DAN}),
    ("title eq null", {BOB, DAN}),
    ("title ne null", {ADA, ELODIE}),
    ('title ne "Countess"', {BOB, ELODIE, DAN}),
    ("name pr", {ADA, BOB}),
    ("emails pr", {ADA, BOB}),
    ("active eq true", {ADA, ELODIE, DAN}),
    ("active eq false", {BOB}),
    ("active ne true", {BOB}),
    ('externalId eq "AbC"', {ADA}),
    ('externalId eq "abc"', {BOB}),
    ('externalId eq "-1.5e3"', {ELODIE}),
    ('externalId ne "AbC"', {BOB, ELODIE, DAN}),
    ('displayName eq "bob \\"b\\\\b\\" ross"', {BOB}),
    ('displayName co "\\""', {BOB}),
    ('displayName co "\\\\"', {BOB}),
    ('displayName co "\\u0042\\\\"', {BOB}),
    ('displayName co "%"', {ADA}),
    ('displayName co "_"', {ELODIE}),
    ('displayName co "STRASSE"', {ELODIE}),
    ('displayName sw "100"', set()),
    ('name.familyName eq "king"', {ADA}),
    ('Name.FamilyName Co "OS"', {BOB}),
    ('emails eq "ada@work.org"', {ADA}),
    ('emails co "WORK"', {ADA, BOB}),
    ('emails.value sw "bob@"', {BOB}),
    ('emails.type eq "work" and emails.value co "work"', {ADA, BOB}),
    ('emails[type eq "work" and value co "work"]', {ADA}),
    ('emails[type eq "work"]', {ADA, BOB}),
    ('emails[type eq "work" or (type eq "home" and value ew "org")]', {ADA, BOB}),
    ('emails[not (type eq "work") and value co "work"]', {BOB}),
    ('emails[type eq "other"]', set()),
    ('not (emails[type eq "work" and value co "work"])', {BOB, ELODIE, DAN}),
    ('emails[type eq "work"].value eq "BOB@home.net"', {BOB}),
    ("emails[primary eq true]", {ADA}),
    ('roles[value eq "admin" and type eq "seat"]', set()),
    ('roles.value eq "reader"', {DAN}),
    (f'{USER}:userName eq "ada"', {ADA}),
    (f'{USER.upper()}:USERNAME sw "A"', {ADA}),
    (f'{USER}:name.familyName eq "King"', {ADA}),
    (f'{USER}:emails[type eq "work"].value ew ".org"', {ADA}),
    (f'{ENTERPRISE}:department eq "tours"', {ADA}),
    (f'{ENTERPRISE}:manager.value eq "Boss-1"', {ADA}),
    (f'{ENTERPRISE}:manager.value eq "boss-1"', set()),
    (f'{ENTERPRISE}:manager eq "Boss-1"', {ADA}),
    (f"{ENTERPRISE}:department pr", {ADA}),
    (f'schemas eq "{ENTERPRISE}"', {ADA}),
    (f'schemas eq "{USER}"', ALL),
    ('meta.resourceType eq "User"', ALL),
    ('meta.resourceType eq "Group"', set()),
    ('meta.created gt "2011-05-13T04:42:34Z"', ALL),
    ('meta.created gt "2011-05-13T04:42:34.123456789+02:00"', ALL),
    ('meta.lastModified lt "2011-05-13T04:42:34Z"', set()),
    ('title pr and userName sw "a" or userName eq "bob"', {ADA, BOB}),
    ('userName eq "bob" or title pr and userName sw "a"', {ADA, BOB}),
    ('title pr and (userName sw "a" or userName eq "bob")', {ADA}),
    ('title pr AND NOT (userName eq "ada") OR userName EQ "bob"', {BOB, ELODIE}),
    ('((userName eq "ada"))', {ADA}),
    ('userName eq "\'; DROP TABLE users; --"', set()),
    ('userName eq ""', set()),
    ('nickName eq "D" and not (active eq false)', {DAN}),
]


@pytest.mark.rfc(
    "FIL-01",
    "FIL-02",
    "FIL-03",
    "FIL-04",
    "FIL-05",
    "FIL-06",
    "FIL-07",
    "FIL-08",
    "FIL-09",
    "FIL-10",
    "FIL-11",
    "FIL-13",
    "FIL-14",
    "FIL-15",
    "FIL-21",
    "FIL-23",
    "FIL-25",
    "FIL-27",
    "FIL-28",
    "FIL-29",
    "FIL-30",
    "FIL-31",
    "NEW-14",
    "PRE-05",
)
def test_a_filter_finds_exactly_whom_it_means(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for name, attributes in PEOPLE.items():
        make_user(name, **attributes)
    for sent, expected in FOUND:
        with subtests.test(filter=sent):
            answer = scim.get("/Users", filter=sent)
            assert set(names(answer)) == expected
            assert answer.json["totalResults"] == len(expected)


REFUSED = [
    "",
    " ",
    "userName",
    "userName eq",
    'eq "x"',
    '"x"',
    'userName eq "x',
    "userName eq x",
    "userName eq 'x'",
    'userName regex "x"',
    'userName = "x"',
    'userName eq "x" and',
    'userName eq "x" or or userName pr',
    'userName eq "x" title pr',
    '(userName eq "x"',
    'userName eq "x")',
    "not userName pr",
    "not ()",
    'emails[type eq "work"',
    "emails[]",
    'emails[type[value eq "x"]]',
    'userName[value eq "x"]',
    'userName.value eq "x"',
    'name eq "x"',
    "userName eq 5",
    "userName eq true",
    'active eq "maybe"',
    'active co "t"',
    "active gt true",
    'meta.created gt "yesterday"',
    'meta.created co "2011"',
    "meta.created gt 5",
    'userName eq "\\x"',
    'userName eq "a" ; DROP TABLE users',
    'user..Name eq "x"',
    '.userName eq "x"',
    'userName. eq "x"',
    'urn:example:unknown:attribute eq "x"',
    'shoeSize eq "x"',
    'emails.shoeSize eq "x"',
    'userName eq "a\0b"',
]


@pytest.mark.rfc("FIL-17", "FIL-18", "FIL-19", "FIL-20", "FIL-24", "FIL-33", "FIL-35", "NEW-04")
def test_a_filter_that_is_not_understood_is_refused_and_never_answered_with_everybody(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    make_user("ada")
    for sent in REFUSED:
        with subtests.test(filter=sent):
            refusal(scim.get("/Users", filter=sent), 400, "invalidFilter")


@pytest.mark.parametrize(
    ("sent", "column"),
    [('userName regex "x"', 10), ('userName eq "x" and', 20), ("userName eq x", 13), ("(userName pr", 13)],
)
def test_the_refusal_says_where_the_filter_stops_making_sense(scim: Client, sent: str, column: int) -> None:
    assert str(column) in refusal(scim.get("/Users", filter=sent), 400, "invalidFilter")


@pytest.mark.rfc("FIL-36", "AUT-10", "USR-10", "ERR-15")
def test_a_password_cannot_be_guessed_with_a_filter(scim: Client, make_user: Make) -> None:
    make_user("ada", password="secret")
    for sent in ('password eq "secret"', 'password sw "s"', "password pr", "not (password pr)"):
        refusal(scim.get("/Users", filter=sent), 403, "sensitive")


@pytest.mark.rfc("FIL-37")
def test_a_filter_without_end_is_refused_at_once(scim: Client, subtests: pytest.Subtests) -> None:
    endless = {
        "many clauses": " or ".join(['userName eq "x"'] * 2000),
        "deep parentheses": "(" * 3000 + "userName pr" + ")" * 3000,
        "deep nots": "not (" * 3000 + "userName pr" + ")" * 3000,
        "a long text": f'userName eq "{"x" * 50_000}"',
    }
    for what, sent in endless.items():
        with subtests.test(what):
            refusal(scim.get("/Users", filter=sent), 400, "invalidFilter")


@pytest.mark.rfc("NEW-18")
def test_groups_are_found_by_name_and_by_member(
    scim: Client, make_user: Make, make_group: Make, subtests: pytest.Subtests
) -> None:
    ada, bob = make_user("ada")["id"], make_user("bob")["id"]
    first, _ = make_group("Engineers", ada, bob, externalId="E-1"), make_group("Writers", bob)
    for sent, expected in (
        ('displayName eq "engineers"', {"Engineers"}),
        ('displayName sw "W" or displayName ew "neers"', {"Engineers", "Writers"}),
        ('externalId eq "E-1"', {"Engineers"}),
        ('externalId eq "e-1"', set()),
        (f'members eq "{bob}"', {"Engineers", "Writers"}),
        (f'members.value eq "{ada}"', {"Engineers"}),
        (f'members[value eq "{ada}"]', {"Engineers"}),
        (f'id eq "{first["id"]}" and members eq "{ada}"', {"Engineers"}),
        (f'displayName eq "Writers" and members eq "{ada}"', set()),
        (f'not (members eq "{ada}")', {"Writers"}),
        ('members eq "nobody"', set()),
        ("members pr", {"Engineers", "Writers"}),
    ):
        with subtests.test(filter=sent):
            assert set(names(scim.get("/Groups", filter=sent))) == expected
    with subtests.test("users by group"):
        assert set(names(scim.get("/Users", filter=f'groups.value eq "{first["id"]}"'))) == {"ada", "bob"}


def test_a_filter_follows_every_change(scim: Client, make_user: Make) -> None:
    user = make_user("ada", title="Countess")
    path = f"/Users/{user['id']}"
    scim.patch(path, {"op": "replace", "path": "title", "value": "Lady"})
    assert (
        names(scim.get("/Users", filter='title eq "countess"')),
        names(scim.get("/Users", filter='title eq "lady"')),
    ) == ([], ["ada"])
    scim.put(path, {"schemas": [USER], "userName": "ada2"})
    assert names(scim.get("/Users", filter='title pr or userName eq "ada"')) == []
    scim.delete(path)
    assert names(scim.get("/Users", filter='userName sw "a"')) == []
