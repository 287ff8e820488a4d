"""What RFC 7643 says of resources and RFC 7644 of reading and changing them, where no other file does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.tables import User
from scim_app.extensions import db
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import ENTERPRISE, GROUP, PATCH_OP, USER, member_ids, names, refusal

UNKNOWN = "01890000-0000-7000-8000-000000000000"
CERTIFICATE = "MIIBejCCASGgAwIBAgIUcm93IG9mIGJ5dGVzIGFzIERFUiBtYXkgYmU="


@pytest.mark.rfc("SCH-10", "SCH-11", "SCH-13", "SCH-14", "SCH-15", "PUT-05")
def test_an_id_is_the_services_own_and_stays(scim: Client, make_user: Make, make_group: Make) -> None:
    ada, bob, group = make_user("ada"), make_user("bob"), make_group("Engineers")
    assert len({ada["id"], bob["id"], group["id"]}) == 3
    path = f"/Users/{ada['id']}"
    for answer in (
        scim.get(path),
        scim.put(path, {"schemas": [USER], "id": bob["id"], "userName": "ada", "title": "T"}),
        scim.patch(path, {"op": "remove", "path": "title"}),
    ):
        assert answer.json["id"] == ada["id"]
    refusal(scim.get(path.replace(ada["id"], ada["id"].upper())), 404)
    scim.delete(path)
    again = [make_user("ada")["id"], *(make_user(f"user{number}")["id"] for number in range(20))]
    assert ada["id"] not in again and not [each for each in again if "bulkid" in each.lower()]


@pytest.mark.rfc("SCH-01", "SCH-02", "SCH-04", "SCH-05", "SCH-06", "SCH-08", "CRE-14", "DSC-20")
def test_the_schemas_of_an_answer_are_those_that_it_uses(scim: Client, subtests: pytest.Subtests) -> None:
    tours = {ENTERPRISE: {"department": "Tours"}}
    for number, (sent, more, expected) in enumerate((
        ([USER], {}, [USER]),
        ([USER, USER], {}, [USER]),
        ([ENTERPRISE, USER], tours, [USER, ENTERPRISE]),
        ([USER], tours, [USER, ENTERPRISE]),
        ([USER, ENTERPRISE], {}, [USER]),
        ([ENTERPRISE], tours, [USER, ENTERPRISE]),
        ("left out", tours, [USER, ENTERPRISE]),
    )):  # fmt: skip
        with subtests.test(schemas=sent):
            body = {"userName": f"user{number}"} | more | ({} if sent == "left out" else {"schemas": sent})
            answer = scim.post("/Users", body)
            assert (answer.status, answer.json["schemas"]) == (201, expected)
    for schemas in ([], None, USER, [5], [GROUP], [PATCH_OP]):
        with subtests.test(schemas=schemas):
            refusal(scim.post("/Users", {"schemas": schemas, "userName": "x"}), 400, "invalidSyntax")


@pytest.mark.rfc("SCH-16", "SCH-17", "SCH-18", "SCH-26", "SCH-27", "FIL-26", "FIL-32")
def test_what_every_resource_has_is_searched_and_shown_like_the_rest(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    ada, bob = make_user("ada", externalId="A1", nickName=""), make_user("bob", externalId="a1")
    assert "externalId" not in make_user("cleo")
    assert make_user("dan", externalId="A1")["externalId"] == "A1"
    meta = ada["meta"]
    for sent, expected in (
        (f'id eq "{ada["id"]}"', ["ada"]),
        ('externalId eq "A1"', ["ada", "dan"]),
        (f'meta.created eq "{meta["created"]}"', ["ada"]),
        (f'meta.lastModified le "{meta["lastModified"]}"', ["ada"]),
        (f'meta.location eq "{bob["meta"]["location"]}"', ["bob"]),
        (f'meta.location ew "{bob["id"]}" or meta.location eq "x"', ["bob"]),
        ('meta.version sw "W/" and userName sw "a"', ["ada"]),
        ('meta.resourceType eq "User" and not (externalId pr)', ["cleo"]),
        ("nickName pr", []),
        ("nickName eq null and externalId eq null", ["cleo"]),
    ):
        with subtests.test(filter=sent):
            assert names(scim.get("/Users", filter=sent)) == expected
    assert set(scim.get(f"/Users/{ada['id']}", attributes="userName").json) == {"schemas", "id", "userName"}
    located = scim.get(f"/Users/{ada['id']}", attributes="meta.location").json["meta"]
    assert located == {"location": meta["location"]}


@pytest.mark.rfc("SCH-20", "SCH-21", "CRE-09", "SCH-19")
def test_the_service_says_when_where_and_what(scim: Client, make_user: Make, make_group: Make) -> None:
    for made, kind in ((make_user("ada"), "User"), (make_group("Engineers"), "Group")):
        assert set(made["meta"]) == {"resourceType", "created", "lastModified", "location", "version"}
        assert made["meta"]["resourceType"] == kind
        assert datetime.fromisoformat(made["meta"]["created"]).tzinfo is not None
        assert scim.get(made["meta"]["location"].removeprefix(scim.base_url)).json == made


@pytest.mark.rfc("REP-18", "REP-19", "REP-25", "ENT-02", "ENT-03", "USR-18", "GRP-07", "REP-20")
def test_every_reference_leads_to_what_it_names(scim: Client, make_user: Make, make_group: Make) -> None:
    boss = make_user("boss", displayName="The Boss")
    ada = make_user("ada", **{ENTERPRISE: {"manager": {"value": boss["id"], "displayName": "X", "$ref": "../Users/y"}}})
    assert ada[ENTERPRISE]["manager"] == {
        "value": boss["id"],
        "$ref": boss["meta"]["location"],
        "displayName": "The Boss",
    }
    group = make_group("Engineers", ada["id"], UNKNOWN)
    [member] = group["members"]
    [membership] = scim.get(f"/Users/{ada['id']}").json["groups"]
    assert membership["type"] == "direct"
    for reference, name in (
        (ada[ENTERPRISE]["manager"]["$ref"], "boss"),
        (member["$ref"], "ada"),
        (membership["$ref"], "Engineers"),
    ):
        found = scim.get(reference.removeprefix(scim.base_url)).json
        assert name in {found.get("userName"), found.get("displayName")}
    shown = scim.get(f"/Groups/{group['id']}", attributes="members.display").json["members"]
    assert shown == [{"display": "ada"}]


@pytest.mark.rfc("REP-21", "REP-28", "REP-27", "USR-14", "CHR-26", "CHR-27")
def test_values_come_back_as_they_were_sent_in_whatever_order(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    sent = {
        "emails": [{"value": "BJENSEN@Example.COM"}, {"value": "x@x.org", "primary": False}],
        "ims": [{"value": " Some Handle "}],
        "displayName": "MiXeD",
    }
    one = make_user("one", **sent)
    other = scim.post("/Users", dict(reversed(({"schemas": [USER], "userName": "other"} | sent).items()))).json
    for name, value in sent.items():
        assert one[name] == other[name] == value
    assert list(one) == list(other)
    for inside, expected in (
        ("primary ne true", ["one", "other"]),
        ("not (primary eq true)", ["one", "other"]),
        ('primary eq false and value sw "x"', ["one", "other"]),
        ('primary eq false and value sw "b"', []),
        ("primary eq true", []),
    ):
        with subtests.test(filter=f"emails[{inside}]"):
            assert names(scim.get("/Users", filter=f"emails[{inside}]")) == expected


@pytest.mark.rfc("REP-08", "REP-10", "USR-03", "USR-07", "USR-12", "USR-16", "USR-21", "CRE-07", "ENT-05", "REP-07")
def test_what_a_directory_may_send(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for number, (name, sent, expected) in enumerate((
        ("emails", [{"value": "not-an-email", "type": "custom"}], [{"value": "not-an-email", "type": "custom"}]),
        ("name", {"givenName": "Ada", "familyName": "King"}, {"givenName": "Ada", "familyName": "King"}),
        ("timezone", "Nowhere/Land", "Nowhere/Land"),
        ("addresses", [{"country": "USA"}], [{"country": "USA"}]),
        ("x509Certificates", [{"value": CERTIFICATE}], [{"value": CERTIFICATE}]),
        ("active", "False", False),
        ("active", None, True),
        ("displayName", 5, "5"),
        (ENTERPRISE, {"manager": "7"}, {"manager": {"value": "7"}}),
    )):  # fmt: skip
        with subtests.test(attribute=name, sent=sent):
            assert make_user(f"user{number}", **{name: sent})[name] == expected
    for name, sent in (
        ("x509Certificates", [{"value": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"}]),
        ("x509Certificates", [{"value": "###"}]),
        ("active", "yes"),
        ("displayName", True),
    ):
        with subtests.test(attribute=name, sent=sent):
            refusal(scim.post("/Users", {"schemas": [USER], "userName": "x", name: sent}), 400, "invalidValue")


@pytest.mark.rfc("USR-08", "USR-09", "PRE-04")
def test_a_password_is_nowhere_in_the_database(
    scim: Client, make_user: Make, session: scoped_session[Session], database_name: str
) -> None:
    user = make_user("ada", password="correct horse battery")
    scim.patch(f"/Users/{user['id']}", {"op": "replace", "path": "password", "value": "correct horse staple"})
    session.rollback()
    for table in db.metadata.sorted_tables:
        for row in session.execute(select(table)):
            assert "correct horse" not in str(row)
    assert session.execute(text("select count(*) from users")).scalar_one() == 1


@pytest.mark.rfc("PRE-03", "USR-01")
def test_a_user_name_holds_nothing_that_cannot_be_seen(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    user = make_user("ada")
    for name in ("ada\u200b", "\ufeffada", "a\u00adda", "\u202eada", "ada\u2028", "ada\0", "\u3000", " "):
        with subtests.test(name=ascii(name)):
            body = {"schemas": [USER], "userName": name}
            assert "userName" in refusal(scim.post("/Users", body), 400, "invalidValue")
            refusal(scim.put(f"/Users/{user['id']}", body), 400, "invalidValue")
            sent = {"op": "replace", "path": "userName", "value": name}
            refusal(scim.patch(f"/Users/{user['id']}", sent), 400, "invalidValue")
    assert make_user("Ada King")["userName"] == "Ada King"


@pytest.mark.rfc("GRP-06", "GRP-08", "PRM-03", "PRM-05", "PRM-10", "PRP-04", "PRP-15", "PAD-10", "PAT-19", "PRM-13")
def test_what_is_done_to_members_and_what_is_not(scim: Client, make_user: Make, make_group: Make) -> None:
    ada, bob = make_user("ada")["id"], make_user("bob")["id"]
    group = make_group("Engineers")
    assert "members" not in group
    path = f"/Groups/{group['id']}"
    add = {"op": "add", "path": "members", "value": [{"value": ada}, {"value": ada}]}
    one = scim.patch(path, add).json
    assert member_ids(one) == {ada}
    for sent in (add, {"op": "remove", "path": f'members[value eq "{UNKNOWN}"]'}):
        assert scim.patch(path, sent).json == one
    refusal(scim.patch(path, {"op": "remove", "path": f'members[value eq "{ada}"].value'}), 400, "mutability")
    assert member_ids(scim.patch(path, {"op": "replace", "path": "members", "value": [{"value": bob}]}).json) == {bob}
    renamed = scim.patch(path, {"op": "replace", "value": {"id": group["id"], "displayName": "Builders"}}).json
    assert (renamed["displayName"], member_ids(renamed)) == ("Builders", {bob})
    assert "members" not in scim.patch(path, {"op": "remove", "path": "members"}).json


@pytest.mark.rfc("DEL-03", "DEL-05", "REP-20", "LST-08")
def test_a_deleted_user_is_gone_from_every_search_and_every_group(
    scim: Client, make_user: Make, make_group: Make, session: scoped_session[Session]
) -> None:
    ada = make_user("ada")
    group = make_group("Engineers", ada["id"])
    scim.delete(f"/Users/{ada['id']}")
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": f'id eq "{ada["id"]}"'}
    for answer in (scim.get("/Users"), scim.post("/Users/.search", search), scim.post("/.search", search)):
        assert names(answer) == []
    assert names(scim.get("/")) == ["Engineers"]
    assert "members" not in scim.get(f"/Groups/{group['id']}").json
    assert names(scim.get("/Groups", filter=f'members eq "{ada["id"]}"')) == []
    assert session.scalars(select(User)).all() == []


@pytest.mark.rfc("GRP-10")
def test_a_group_without_its_members_costs_the_same_however_many_there_are(
    app: Flask, scim: Client, make_user: Make, make_group: Make
) -> None:
    asked: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    ids = [make_user(f"user{number}")["id"] for number in range(12)]
    costs = []
    for group in (make_group("Empty"), make_group("Full", *ids)):
        asked.clear()
        answer = scim.get(f"/Groups/{group['id']}", excludedAttributes="members")
        assert "members" not in answer.json
        costs.append(list(asked))
    assert costs[0] == costs[1] and not [each for each in costs[0] if "group_members" in each]


@pytest.mark.rfc("GET-12", "GET-13", "GET-18", "GET-04", "GET-05", "LST-07")
def test_names_are_listed_in_every_way_that_was_seen(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    tours = {"department": "Tours", "manager": {"value": "b"}}
    emails = [{"value": "a@x.org", "type": "work"}]
    user = make_user("ada", displayName="Ada", emails=emails, **{ENTERPRISE: tours})
    path = f"/Users/{user['id']}"
    for sent, expected in (
        (f"attributes={ENTERPRISE}", {ENTERPRISE: tours}),
        ("attributes=userName,%20displayName", {"userName": "ada", "displayName": "Ada"}),
        ("attributes=userName&attributes=displayName", {"userName": "ada", "displayName": "Ada"}),
        ("attributes=emails%5Btype%20eq%20%22work%22%5D", {"emails": emails}),
        ("attributes=userName&filter=userName%20eq%20%22bob%22", {"userName": "ada"}),
    ):
        with subtests.test(query=sent):
            shown = scim.get(f"{path}?{sent}")
            assert shown.status == 200
            assert {name: value for name, value in shown.json.items() if name not in {"id", "schemas"}} == expected
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": ["userName"]}
    [found] = scim.post("/Users/.search", search).json["Resources"]
    assert set(found) == {"id", "schemas", "userName"}
    left = [
        scim.get("/Users", excludedAttributes="emails").json["Resources"][0],
        scim.post("/Users", {"schemas": [USER], "userName": "b", "emails": emails}, excludedAttributes="emails").json,
        scim.put(path, user, excludedAttributes="emails").json,
        scim.patch(path, {"op": "add", "path": "title", "value": "T"}, excludedAttributes="emails").json,
    ]
    assert not [each for each in left if "emails" in each or "userName" not in each]


@pytest.mark.rfc("FIL-12", "FIL-16", "FIL-34", "FIL-38", "FIL-39", "FIL-22", "FIL-09")
def test_the_examples_of_the_rfc_are_understood(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    make_user(
        "a+b@example.com",
        title="Guide",
        userType="Employee",
        name={"familyName": "O'Malley"},
        emails=[{"value": "a@example.com", "type": "work"}, {"value": "b@example.org", "type": "home"}],
        ims=[{"value": "x@foo.com", "type": "xmpp"}],
        **{ENTERPRISE: {"employeeNumber": "7", "manager": {"value": "m"}}},
    )
    for sent, found in (
        ('userName Eq "a+b@example.com"', True),
        ('name.familyName co "O\'Malley"', True),
        ('userName sw "J"', False),
        (f'{USER}:userName sw "J"', False),
        ("title pr", True),
        ('meta.lastModified gt "2011-05-13T04:42:34Z"', True),
        ('meta.lastModified ge "2011-05-13T04:42:34Z"', True),
        ('meta.lastModified lt "2011-05-13T04:42:34Z"', False),
        ('meta.lastModified le "2011-05-13T04:42:34Z"', False),
        ('title pr and userType eq "Employee"', True),
        ('title pr or userType eq "Intern"', True),
        (f'schemas eq "{ENTERPRISE}"', True),
        ('userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', True),
        ('userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', False),
        ('userType eq "Employee" and (emails.type eq "work")', True),
        ('userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', True),
        ('emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]', True),
        ('employeeNumber eq "7" and manager.value eq "m"', True),
        ('emails.value ne "a@example.com"', True),
        ('active eq "True"', True),
    ):
        with subtests.test(filter=sent):
            assert bool(names(scim.get("/Users", filter=sent))) is found
    assert len(names(scim.get("/Users?filter=userName%20eq%20%22a%2Bb%40example.com%22"))) == 1
    assert len(names(scim.get("/Users?filter=userName+eq+%22a%2Bb%40example.com%22"))) == 1


PATCHED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("add by a filter", {"op": "add", "path": 'emails[type eq "home"].display', "value": "H"},
     {"emails": [{"value": "a@x.org", "type": "home", "display": "H"}]}),
    ("add where nothing is selected", {"op": "add", "path": 'emails[type eq "work"].value', "value": "w@x.org"},
     {"emails": [{"value": "a@x.org", "type": "home"}, {"value": "w@x.org", "type": "work"}]}),
    ("replace where nothing is selected", {"op": "replace", "path": 'emails[type eq "work"].value', "value": "w@x.org"},
     {"emails": [{"value": "a@x.org", "type": "home"}, {"value": "w@x.org", "type": "work"}]}),
    ("add by filter and part", {"op": "add", "path": 'addresses[type eq "work"].country', "value": "US"},
     {"addresses": [{"country": "US", "type": "work"}]}),
    ("replace of what is not there", {"op": "replace", "path": "nickName", "value": "N"}, {"nickName": "N"}),
    ("names with dots and URNs", {"op": "add", "value": {
        "name.givenName": "G", f"{ENTERPRISE}:department": "D", ENTERPRISE: {"division": "V"}}},
     {"name": {"givenName": "G"}, ENTERPRISE: {"department": "D", "division": "V"}}),
    ("lower case operations", {"op": "ADD", "path": "title", "value": "T"}, {"title": "T"}),
    ("a whole extension", {"op": "replace", "path": ENTERPRISE, "value": {"department": "D"}},
     {ENTERPRISE: {"department": "D"}}),
    ("a part of a part of an extension", {"op": "add", "path": f"{ENTERPRISE}:manager.value", "value": "7"},
     {ENTERPRISE: {"manager": {"value": "7"}}}),
    ("a manager alone", {"op": "add", "path": f"{ENTERPRISE}:manager", "value": "7"},
     {ENTERPRISE: {"manager": {"value": "7"}}}),
    ("null", {"op": "replace", "path": "emails", "value": None}, {"emails": None}),
    ("text for a boolean", {"op": "Replace", "path": "active", "value": "False"}, {"active": False}),
    ("the schemas", {"op": "add", "path": "schemas", "value": [ENTERPRISE]}, {"schemas": [USER]}),
]  # fmt: skip


@pytest.mark.rfc(
    "PAD-03",
    "PAD-11",
    "PAD-12",
    "PRP-05",
    "PRP-09",
    "PRP-11",
    "PAT-04",
    "PAT-05",
    "PAT-16",
    "PAT-18",
    "ENT-05",
    "REP-10",
)
def test_a_patch_does_what_directories_mean_by_it(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for number, (what, sent, expected) in enumerate(PATCHED):
        with subtests.test(what):
            user = make_user(f"ada{number}", emails=[{"value": "a@x.org", "type": "home"}])
            message = {"schemas": [PATCH_OP], "operations": [sent]}
            answer = scim.send("PATCH", f"/Users/{user['id']}", message)
            assert answer.status == 200, answer.content
            assert {name: answer.json.get(name) for name in expected} == expected
    user = make_user("last", **{ENTERPRISE: {"department": "D"}})
    bare = scim.patch(f"/Users/{user['id']}", {"op": "remove", "path": ENTERPRISE}).json
    assert (ENTERPRISE in bare, bare["schemas"]) == (False, [USER])


@pytest.mark.rfc("PAT-11", "PRM-08", "PPA-09", "PPA-10", "PRM-09", "CHR-03", "ERR-11", "ERR-09", "USR-17")
def test_a_patch_is_judged_operation_by_operation(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    user = make_user("ada", emails=[{"value": "a@x.org"}])
    path = f"/Users/{user['id']}"
    first, second = {"op": "remove", "path": "userName"}, {"op": "add", "path": "userName", "value": "bob"}
    refusal(scim.patch(path, first, second), 400, "mutability")
    for sent in ("emails[", "emails[type eq]", "a..b", "1abc", "", " ", "name.givenName.x", 'emails[type zz "x"]',
                 "emails[type]", 'emails[value eq "x"]value', 7, []):  # fmt: skip
        with subtests.test(path=sent):
            refusal(scim.patch(path, {"op": "remove", "path": sent}), 400, "invalidPath")
    for sent in ("id", "groups", "meta", "meta.version"):
        with subtests.test(path=sent):
            refusal(scim.patch(path, {"op": "remove", "path": sent}), 400, "mutability")
    assert scim.get(path).json == user


@pytest.mark.rfc("PUT-09", "PUT-10", "PUT-16", "PUT-04", "PUT-13")
def test_a_put_leaves_what_it_names(scim: Client, make_user: Make, make_group: Make) -> None:
    user = make_user("ada", emails=[{"value": "a@x.org"}, {"value": "b@x.org"}], title="T", active=False)
    path, body = f"/Users/{user['id']}", {"schemas": [USER], "userName": "ada"}
    assert scim.put(path, body | {"emails": [{"value": "c@x.org"}]}).json["emails"] == [{"value": "c@x.org"}]
    misspelled = scim.put(path, body | {"emails": [], "naem": {"givenName": "A"}, "nickName": None})
    assert (misspelled.status, set(misspelled.json)) == (200, {"schemas", "id", "meta", "userName", "active"})
    assert misspelled.json["active"] is False
    group = make_group("Engineers", user["id"])
    kept = scim.put(f"/Groups/{group['id']}", {"schemas": [GROUP], "displayName": "Builders"}).json
    assert (kept["displayName"], member_ids(kept)) == ("Builders", {user["id"]})
    assert "members" not in scim.put(f"/Groups/{group['id']}", kept | {"members": []}).json


@pytest.mark.rfc("CRE-15", "CRE-16", "CHR-20")
def test_a_resource_is_created_where_its_kind_is(scim: Client, make_user: Make, make_group: Make) -> None:
    refusal(scim.post("/Nope", {"schemas": [USER], "userName": "ada"}), 404)
    body = {"schemas": [USER], USER: {"userName": "ada", "name": {"givenName": "Ada"}}}
    answer = scim.post("/Users", body)
    assert (answer.status, answer.json["userName"], answer.json["name"]) == (201, "ada", {"givenName": "Ada"})
    assert make_group("ada")["displayName"] == "ada", "names are unique among their kind"


@pytest.mark.rfc("CHR-19", "CHR-18", "DSC-08", "DSC-11", "DSC-14", "DSC-15", "NEW-02", "NEW-08", "GRP-07", "AUT-07")
def test_discovery_promises_no_more_than_is_kept(scim: Client) -> None:
    schemas = {each["id"]: each for each in scim.get("/Schemas").json["Resources"]}
    core = "urn:ietf:params:scim:schemas:core:2.0"
    meta = {f"{core}:ServiceProviderConfig", f"{core}:ResourceType", f"{core}:Schema"}
    assert set(schemas) >= {USER, GROUP, ENTERPRISE} | meta

    def attribute(urn: str, *path: str) -> dict[str, Any]:
        found: dict[str, Any] = {"subAttributes": schemas[urn]["attributes"]}
        for name in path:
            [found] = [each for each in found["subAttributes"] if each["name"] == name]
        return found

    unique = [
        (urn, each["name"])
        for urn, schema in schemas.items()
        for each in schema["attributes"]
        if each.get("uniqueness", "none") != "none"
    ]
    assert unique == [(USER, "userName"), (GROUP, "displayName")], "what is unique is so in the database"
    assert not [each for each in schemas[USER]["attributes"] if each["returned"] == "always"]
    assert attribute(f"{core}:ResourceType", "schemaExtensions")["multiValued"] is True
    assert attribute(f"{core}:Schema", "attributes", "referenceTypes")["multiValued"] is True
    assert attribute(f"{core}:Schema", "attributes", "subAttributes", "referenceTypes")["multiValued"] is True
    assert attribute(GROUP, "members", "display")["mutability"] == "readOnly"
    assert "work" in attribute(USER, "emails", "type")["canonicalValues"]
    for kind in scim.get("/ResourceTypes").json["Resources"]:
        assert kind["id"] == kind["name"] and kind["endpoint"].startswith("/")
    config = scim.get("/ServiceProviderConfig").json
    described = {each["name"] for each in schemas[f"{core}:ServiceProviderConfig"]["attributes"]}
    assert set(config) - {"schemas", "meta"} <= described
    assert [each["type"] for each in config["authenticationSchemes"]] == ["oauthbearertoken"]
