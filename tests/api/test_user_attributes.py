"""Every attribute of RFC 7643 §4.1 and §4.3 is stored and comes back as sent, and so do the users of its §8."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.wire import Client
from tests.api.words import ENTERPRISE, USER

CERTIFICATE = "MIIBejCCASGgAwIBAgIUcm93IG9mIGJ5dGVzIGFzIERFUiBtYXkgYmU="

SINGULAR = {
    "externalId": "00u-7",
    "name": {
        "formatted": "Countess Ada Byron King, FRS",
        "familyName": "King",
        "givenName": "Ada",
        "middleName": "Byron",
        "honorificPrefix": "Countess",
        "honorificSuffix": "FRS",
    },
    "displayName": "Ada King",
    "nickName": "A.A.L.",
    "profileUrl": "https://login.example.com/Ada",
    "title": "Countess of Lovelace",
    "userType": "Employee",
    "preferredLanguage": "en-GB",
    "locale": "en_GB",
    "timezone": "Europe/London",
    "active": False,
}
PLURAL = {
    "emails": [
        {"value": "ada@example.com", "type": "work", "primary": True, "display": "Ada at work"},
        {"value": "ada@home.example", "type": "home"},
    ],
    "phoneNumbers": [
        {"value": "tel:+44-20-7946-0000", "type": "work"},
        {"value": "555-0100", "type": "mobile", "primary": True},
    ],
    "ims": [{"value": "ada.king", "type": "xmpp"}],
    "photos": [
        {"value": "https://photos.example.com/ada/F", "type": "photo"},
        {"value": "https://photos.example.com/ada/T", "type": "thumbnail"},
    ],
    "addresses": [
        {
            "type": "work",
            "streetAddress": "12 St James's Square",
            "locality": "London",
            "region": "England",
            "postalCode": "SW1Y 4RB",
            "country": "GB",
            "formatted": "12 St James's Square\nLondon SW1Y 4RB",
            "primary": True,
        },
        {"type": "home", "locality": "Horsley", "country": "GB"},
    ],
    "entitlements": [{"value": "e-1", "display": "First", "type": "plan", "primary": True}],
    "roles": [{"value": "reader", "display": "Reader", "type": "seat"}, {"value": "reader", "type": "tool"}],
    "x509Certificates": [{"value": CERTIFICATE, "type": "login", "display": "Login"}],
}
ENTERPRISE_ATTRIBUTES = {
    "employeeNumber": "701984",
    "costCenter": "4130",
    "organization": "Universal Engines",
    "division": "Analytics",
    "department": "Tours",
    "manager": {"value": "26118915-6090-4610-87e4-49d8ca9f808d"},
}


def round_trip(scim: Client, body: dict[str, Any]) -> dict[str, Any]:
    """The resource as it is read after it was created from this body."""
    answer = scim.post("/Users", body)
    assert answer.status == 201, answer.content
    read = scim.get(f"/Users/{answer.json['id']}").json
    assert read == answer.json
    return read


@pytest.mark.rfc("USR-04", "USR-06", "USR-13", "USR-15", "USR-20")
@pytest.mark.parametrize("attribute", [*SINGULAR, *PLURAL])
def test_an_attribute_comes_back_as_sent(scim: Client, attribute: str) -> None:
    value = (SINGULAR | PLURAL)[attribute]
    assert round_trip(scim, {"schemas": [USER], "userName": "ada", attribute: value})[attribute] == value


@pytest.mark.rfc("USR-05", "ENT-01", "SCH-05", "SCH-07")
def test_all_attributes_together_come_back_as_sent_and_survive_a_put(scim: Client) -> None:
    sent = {"schemas": [USER, ENTERPRISE], "userName": "Ada"} | SINGULAR | PLURAL | {ENTERPRISE: ENTERPRISE_ATTRIBUTES}
    user = round_trip(scim, sent)
    manager = user[ENTERPRISE].pop("manager")
    assert manager["value"] == ENTERPRISE_ATTRIBUTES["manager"]["value"]
    user[ENTERPRISE]["manager"] = ENTERPRISE_ATTRIBUTES["manager"]
    assert {name: user[name] for name in sent} == sent
    again = scim.put(f"/Users/{user['id']}", scim.get(f"/Users/{user['id']}").json)
    assert (again.status, again.json) == (200, scim.get(f"/Users/{user['id']}").json)
    assert again.json["meta"] == user["meta"], "a put of what was read is no change"


def test_every_attribute_can_be_set_changed_and_removed_by_its_path(scim: Client) -> None:
    user = round_trip(scim, {"schemas": [USER], "userName": "ada"})
    everything = SINGULAR | PLURAL | {f"{ENTERPRISE}:{name}": value for name, value in ENTERPRISE_ATTRIBUTES.items()}
    del everything["active"]
    for path, value in everything.items():
        added = scim.patch(f"/Users/{user['id']}", {"op": "add", "path": path, "value": value})
        assert added.status == 200, (path, added.content)
    full = scim.get(f"/Users/{user['id']}").json
    assert {name: full[name] for name in PLURAL} == PLURAL
    assert set(ENTERPRISE_ATTRIBUTES) == set(full[ENTERPRISE]) and ENTERPRISE in full["schemas"]
    for path in everything:
        removed = scim.patch(f"/Users/{user['id']}", {"op": "remove", "path": path})
        assert removed.status == 200, (path, removed.content)
    bare = scim.get(f"/Users/{user['id']}").json
    assert bare == user | {"meta": bare["meta"]}


MINIMAL = {
    "schemas": [USER],
    "id": "2819c223-7f76-453a-919d-413861904646",
    "userName": "bjensen@example.com",
    "meta": {
        "resourceType": "User",
        "created": "2010-01-23T04:56:22Z",
        "lastModified": "2011-05-13T04:42:34Z",
        "version": 'W/"3694e05e9dff590"',
        "location": "https://example.com/v2/Users/2819c223-7f76-453a-919d-413861904646",
    },
}
FULL = MINIMAL | {
    "externalId": "701984",
    "name": {
        "formatted": "Ms. Barbara J Jensen, III",
        "familyName": "Jensen",
        "givenName": "Barbara",
        "middleName": "Jane",
        "honorificPrefix": "Ms.",
        "honorificSuffix": "III",
    },
    "displayName": "Babs Jensen",
    "nickName": "Babs",
    "profileUrl": "https://login.example.com/bjensen",
    "emails": [
        {"value": "bjensen@example.com", "type": "work", "primary": True},
        {"value": "babs@jensen.org", "type": "home"},
    ],
    "addresses": [
        {
            "type": "work",
            "streetAddress": "100 Universal City Plaza",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "USA",
            "formatted": "100 Universal City Plaza\nHollywood, CA 91608 USA",
            "primary": True,
        },
        {
            "type": "home",
            "streetAddress": "456 Hollywood Blvd",
            "locality": "Hollywood",
            "region": "CA",
            "postalCode": "91608",
            "country": "USA",
        },
    ],
    "phoneNumbers": [{"value": "555-555-5555", "type": "work"}, {"value": "555-555-4444", "type": "mobile"}],
    "ims": [{"value": "someaimhandle", "type": "aim"}],
    "userType": "Employee",
    "title": "Tour Guide",
    "preferredLanguage": "en-US",
    "locale": "en-US",
    "timezone": "America/Los_Angeles",
    "active": True,
    "password": "t1meMa$heen",
    "groups": [
        {"value": "e9e30dba-f08f-4109-8486-d5c6a331660a", "$ref": "../Groups/e9e30dba", "display": "Tour Guides"}
    ],
}
ENTERPRISE_USER = FULL | {
    "schemas": [USER, ENTERPRISE],
    ENTERPRISE: {
        "employeeNumber": "701984",
        "costCenter": "4130",
        "organization": "Universal Studios",
        "division": "Theme Park",
        "department": "Tour Operations",
        "manager": {
            "value": "26118915-6090-4610-87e4-49d8ca9f808d",
            "$ref": "../Users/26118915",
            "displayName": "John Smith",
        },
    },
}


@pytest.mark.rfc("USR-22", "ENT-03")
@pytest.mark.parametrize("example", [MINIMAL, FULL, ENTERPRISE_USER], ids=["minimal", "full", "enterprise"])
def test_a_user_like_those_of_rfc_7643_section_8_is_accepted(scim: Client, example: dict[str, Any]) -> None:
    user = round_trip(scim, example)
    ignored = {"id", "meta", "groups", "password", ENTERPRISE}
    assert {name: user[name] for name in example if name not in ignored} == {
        k: v for k, v in example.items() if k not in ignored
    }
    assert not {"groups", "password"} & set(user) and user["id"] != example["id"]
    if ENTERPRISE in example:
        stored = user[ENTERPRISE]
        assert stored["manager"]["value"] == example[ENTERPRISE]["manager"]["value"]
        assert "displayName" not in stored["manager"], "the manager's name is not the client's to say"
        assert {**stored, "manager": None} == {**example[ENTERPRISE], "manager": None}
