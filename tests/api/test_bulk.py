"""Bulk: many operations in one request, each done or refused as if it had come alone (RFC 7644 §3.7)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.directory import Directory
from scim_app.directory.tables import Group, SearchValue, User
from scim_app.protocol import bulk as protocol
from tests.api.conftest import Make
from tests.api.wire import Answer, Client
from tests.api.words import ENTERPRISE, ERROR, GROUP, PATCH_OP, USER, member_ids, names, refusal

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
UNKNOWN = "01890000-0000-7000-8000-000000000000"


def bulk(scim: Client, *operations: Any, **members: Any) -> Answer:
    return scim.post("/Bulk", {"schemas": [REQUEST], "Operations": operations} | members)


def user(name: str, bulk_id: str = "", **attributes: Any) -> dict[str, Any]:
    data = {"schemas": [USER], "userName": name} | attributes
    return {"method": "POST", "path": "/Users", "bulkId": bulk_id or name, "data": data}


def group(name: str, *members: str, **attributes: Any) -> dict[str, Any]:
    data = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in members]} | attributes
    return {"method": "POST", "path": "/Groups", "bulkId": name, "data": data}


def patch(path: str, *operations: Any, **members: Any) -> dict[str, Any]:
    return {"method": "PATCH", "path": path, "data": {"schemas": [PATCH_OP], "Operations": operations}} | members


def results(answer: Answer) -> list[dict[str, Any]]:
    """What became of each operation, in the form that every one must have."""
    assert (answer.status, answer.json["schemas"]) == (200, [RESPONSE]), answer.content
    for result in answer.json["Operations"]:
        assert type(result["status"]) is str and result["method"]
        failed = result["status"][0] != "2"
        assert ("response" in result) is failed, result
        if failed:
            assert (result["response"]["schemas"], result["response"]["status"]) == ([ERROR], result["status"])
        else:
            assert result["location"].startswith("http")
    found: list[dict[str, Any]] = answer.json["Operations"]
    return found


def statuses(answer: Answer) -> list[str]:
    return [result["status"] for result in results(answer)]


def stored(session: scoped_session[Session]) -> str:
    """Everything in the tables that hold resources."""
    session.rollback()
    documents = [*session.scalars(select(User.document)), *session.scalars(select(Group.document))]
    return json.dumps(documents) + "".join(session.scalars(select(SearchValue.key)))


@pytest.mark.rfc("BLK-01", "BLK-10", "BLK-11", "BLK-12", "BLK-14", "BLK-15", "BLK-09", "DSC-05", "NEW-11")
def test_every_operation_is_done_and_reported_in_the_order_of_the_request(scim: Client, make_user: Make) -> None:
    old, gone = make_user("old"), make_user("gone")
    answer = bulk(
        scim,
        user("ada"),
        {"method": "PUT", "path": f"/Users/{old['id']}", "data": {"schemas": [USER], "userName": "older"}},
        patch(f"/Users/{old['id']}", {"op": "add", "path": "title", "value": "T"}),
        {"method": "DELETE", "path": f"/Users/{gone['id']}"},
        group("Engineers", old["id"]),
    )
    made, put, patched, deleted, grouped = results(answer)
    assert statuses(answer) == ["201", "200", "200", "204", "201"]
    assert [result["method"] for result in results(answer)] == ["POST", "PUT", "PATCH", "DELETE", "POST"]
    assert (made["bulkId"], grouped["bulkId"], "bulkId" in put) == ("ada", "Engineers", False)
    assert (put["location"], deleted["location"]) == (old["meta"]["location"], gone["meta"]["location"])
    for result in (made, patched, grouped):
        meta = scim.get(result["location"].removeprefix(scim.base_url)).json["meta"]
        assert (result["location"], result["version"]) == (meta["location"], meta["version"])
    assert names(scim.get("/")) == ["older", "ada", "Engineers"]


@pytest.mark.rfc("BLK-02", "BLK-03", "BLK-06", "BLK-19", "ERR-10")
def test_a_body_that_is_no_bulk_request_is_refused_whole(scim: Client, subtests: pytest.Subtests) -> None:
    for what, body, scim_type in (
        ("no schemas", {"Operations": [user("ada")]}, "invalidSyntax"),
        ("another message", {"schemas": [PATCH_OP], "Operations": [user("ada")]}, "invalidSyntax"),
        ("no operations", {"schemas": [REQUEST]}, "invalidSyntax"),
        ("operations that are no list", {"schemas": [REQUEST], "Operations": {}}, "invalidSyntax"),
        ("an operation that is none", {"schemas": [REQUEST], "Operations": [user("ada"), 7]}, "invalidSyntax"),
        ("a list", [user("ada")], "invalidSyntax"),
        ("one bulkId twice", {"schemas": [REQUEST], "Operations": [user("ada"), user("bob", "ada")]}, "invalidValue"),
        ("failOnErrors 0", {"schemas": [REQUEST], "Operations": [user("ada")], "failOnErrors": 0}, "invalidValue"),
        ("failOnErrors -1", {"schemas": [REQUEST], "Operations": [user("ada")], "failOnErrors": -1}, "invalidValue"),
        ("failOnErrors text", {"schemas": [REQUEST], "Operations": [user("ada")], "failOnErrors": "1"}, "invalidValue"),
    ):
        with subtests.test(what):
            refusal(scim.post("/Bulk", body), 400, scim_type)
    assert bulk(scim).json == {"schemas": [RESPONSE], "Operations": []}
    assert names(scim.get("/Users")) == []


@pytest.mark.rfc("BLK-04", "BLK-05", "BLK-07", "BLK-08", "BLK-09", "BLK-13", "BLK-17", "BLK-34", "BLK-35", "BLK-38")
def test_an_operation_that_cannot_be_done_is_refused_alone(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    path = f"/Users/{make_user('old')['id']}"
    put = {"schemas": [USER], "userName": "old"}
    for number, (what, operation, status, scim_type) in enumerate((
        ("a method that is none", {"method": "GET", "path": path}, "400", "invalidSyntax"),
        ("a method in small letters", user("x") | {"method": "post"}, "400", "invalidSyntax"),
        ("no method", {"path": path}, "400", "invalidSyntax"),
        ("a POST without bulkId", user("x") | {"bulkId": None}, "400", "invalidSyntax"),
        ("a POST to a resource", user("x") | {"path": path}, "400", "invalidValue"),
        ("a PUT of an endpoint", {"method": "PUT", "path": "/Users", "data": put}, "400", "invalidValue"),
        ("a path without slash", user("x") | {"path": "Users"}, "400", "invalidValue"),
        ("a whole address", user("x") | {"path": "https://x/Users"}, "400", "invalidValue"),
        ("no path", user("x") | {"path": None}, "400", "invalidValue"),
        ("no data", user("x") | {"data": None}, "400", "invalidSyntax"),
        ("a PATCH without a message", {"method": "PATCH", "path": path, "data": [{"op": "remove", "path": "title"}]},
         "400", "invalidSyntax"),
        ("a version of a number", {"method": "DELETE", "path": path, "version": 1}, "400", "invalidSyntax"),
        ("a version that is no tag", {"method": "DELETE", "path": path, "version": "1"}, "400", "invalidValue"),
        ("an endpoint that is none", user("x") | {"path": "/Nothing"}, "404", None),
        ("a schema", {"method": "PUT", "path": "/Schemas/x", "data": {}}, "404", None),
        ("discovery", user("x") | {"path": "/ServiceProviderConfig"}, "404", None),
        ("bulk in bulk", user("x") | {"path": "/Bulk"}, "404", None),
        ("nobody", {"method": "DELETE", "path": f"/Users/{UNKNOWN}"}, "404", None),
        ("a name that is taken", user("OLD"), "409", "uniqueness"),
        ("a value of another type", user("x", active="maybe"), "400", "invalidValue"),
        ("a readOnly attribute", patch(path, {"op": "replace", "path": "id", "value": "x"}), "400", "mutability"),
    )):  # fmt: skip
        with subtests.test(what):
            answer = bulk(scim, user(f"before{number}"), operation, user(f"after{number}"))
            _, result, _ = results(answer)
            assert statuses(answer) == ["201", status, "201"]
            assert result["response"].get("scimType") == scim_type
            assert len(result["response"]["detail"].split()) > 2
    assert statuses(bulk(scim, user("twin", "1"), user("TWIN", "2"))) == ["201", "409"]
    assert not [name for name in names(scim.get("/Users")) if name == "x"]


@pytest.mark.rfc("BLK-16", "ETG-08")
def test_a_version_is_the_one_that_may_be_changed(scim: Client, make_user: Make) -> None:
    ada = make_user("ada")
    path, tag = f"/Users/{ada['id']}", ada["meta"]["version"]
    lady, countess = ({"op": "replace", "path": "title", "value": value} for value in ("Lady", "Countess"))
    answer = bulk(scim, patch(path, lady, version=tag), patch(path, countess, version=tag))
    assert statuses(answer) == ["200", "412"]
    assert statuses(bulk(scim, {"method": "DELETE", "path": path, "version": tag})) == ["412"]
    assert scim.get(path).json["title"] == "Lady"


@pytest.mark.rfc("BLK-17", "BLK-18", "BLK-37", "BLK-33")
def test_after_so_many_errors_nothing_more_is_done(scim: Client, make_user: Make) -> None:
    make_user("old")
    bad = user("OLD")
    operations = [user("a"), bad, user("b"), bad | {"bulkId": "bad2"}, user("c")]
    assert statuses(bulk(scim, *operations, failOnErrors=2)) == ["201", "409", "201", "409"]
    assert names(scim.get("/Users")) == ["old", "a", "b"]
    assert statuses(bulk(scim, bad, user("d"), user("e"), failOnErrors=1)) == ["409"]
    assert statuses(bulk(scim, bad, user("d"), failOnErrors=5)) == ["409", "201"]


@pytest.mark.rfc("BLK-37", "PAT-09")
def test_an_operation_that_fails_leaves_nothing_behind(scim: Client, make_user: Make) -> None:
    ada = make_user("ada")
    wrong = patch(
        f"/Users/{ada['id']}",
        {"op": "replace", "path": "title", "value": "T"},
        {"op": "replace", "path": "active", "value": "maybe"},
    )
    nested = group("Outer", **{"members": [{"value": ada["id"], "type": "Group"}]})
    assert statuses(bulk(scim, wrong, nested, user("bob"))) == ["400", "400", "201"]
    assert scim.get(f"/Users/{ada['id']}").json == ada
    assert names(scim.get("/Groups")) == [] and names(scim.get("/Users")) == ["ada", "bob"]


@pytest.mark.rfc("BLK-22", "BLK-23", "BLK-24", "BLK-25", "BLK-26", "BLK-29", "SCH-14")
def test_a_reference_is_the_id_that_the_other_operation_gets_wherever_it_stands(
    scim: Client, make_user: Make, session: scoped_session[Session]
) -> None:
    old = make_user("old")
    engineers = group("Engineers", "bulkId:ada", old["id"])
    engineers["data"]["members"].append({"value": "bulkId:bob", "$ref": "../Users/bulkId:bob", "type": "User"})
    answer = bulk(
        scim,
        engineers,
        patch("/Groups/bulkId:Engineers", {"op": "add", "path": "members", "value": [{"value": "bulkId:cleo"}]}),
        patch("/Groups/bulkId:Engineers", {"op": "remove", "path": 'members[value eq "bulkId:bob"]'}),
        {"method": "PUT", "path": "/Users/bulkId:dan", "data": {"schemas": [USER], "userName": "dan2"}},
        user("ada", **{ENTERPRISE: {"manager": {"value": "bulkId:bob"}}}),
        user("bob", **{ENTERPRISE: {"manager": {"value": "bulkId:cleo", "$ref": "../Users/bulkId:cleo"}}}),
        user("cleo"),
        user("dan"),
        user("eve"),
        {"method": "DELETE", "path": "/Users/bulkId:eve"},
    )
    assert statuses(answer) == ["201", "200", "200", "200", "201", "201", "201", "201", "201", "204"]
    assert [result.get("bulkId") for result in results(answer)][4:9] == ["ada", "bob", "cleo", "dan", "eve"]
    ids = {
        name: scim.get("/Users", filter=f'userName eq "{name}"').json["Resources"][0] for name in ("ada", "bob", "cleo")
    }
    [made] = scim.get("/Groups").json["Resources"]
    assert member_ids(made) == {old["id"], ids["ada"]["id"], ids["cleo"]["id"]}
    assert ids["ada"][ENTERPRISE]["manager"]["value"] == ids["bob"]["id"]
    assert ids["bob"][ENTERPRISE]["manager"]["$ref"] == ids["cleo"]["meta"]["location"]
    assert sorted(names(scim.get("/Users"))) == ["ada", "bob", "cleo", "dan2", "old"]
    assert "bulkid" not in stored(session).lower()


@pytest.mark.rfc("BLK-22", "BLK-28")
def test_a_bulk_id_may_be_any_text(scim: Client, subtests: pytest.Subtests) -> None:
    for number, name in enumerate(("ada lovelace", "o'brien", "a]b[c", "user/1", 'a"b', "bulkId:x", "  ")):
        with subtests.test(name):
            answer = bulk(
                scim,
                group(f"g{number}", f"bulkId:{name}"),
                user(f"u{number}", bulk_id=name),
                user(f"v{number}", **{ENTERPRISE: {"manager": {"value": f"bulkId:{name}"}}}),
            )
            assert statuses(answer) == ["201", "201", "201"]
            [made] = scim.get("/Users", filter=f'userName eq "u{number}"').json["Resources"]
            [grouped] = scim.get("/Groups", filter=f'displayName eq "g{number}"').json["Resources"]
            [managed] = scim.get("/Users", filter=f'userName eq "v{number}"').json["Resources"]
            assert member_ids(grouped) == {made["id"]}
            assert managed[ENTERPRISE]["manager"]["value"] == made["id"]


@pytest.mark.rfc("BLK-16")
def test_the_location_of_a_result_is_an_address(scim: Client, make_user: Make) -> None:
    old = make_user("old")
    answer = bulk(
        scim,
        user("ada"),
        patch("/Users/bulkId:ada", {"op": "add", "path": "title", "value": "T"}) | {"version": 'W/"7"'},
        {"method": "DELETE", "path": "/Users/bulkId:ada"},
        {"method": "DELETE", "path": f"/Users/{old['id']}"},
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
    )
    made, stale, gone, other, nobody = results(answer)
    assert statuses(answer) == ["201", "412", "204", "204", "400"]
    assert made["location"] == stale["location"] == gone["location"]
    assert other["location"] == old["meta"]["location"] and "location" not in nobody


@pytest.mark.rfc("BLK-20", "BLK-21", "BLK-27", "BLK-28", "BLK-29")
def test_a_reference_that_leads_nowhere_is_refused_and_never_stored(
    scim: Client, session: scoped_session[Session], subtests: pytest.Subtests
) -> None:
    def managed(name: str, manager: str) -> dict[str, Any]:
        return user(name, **{ENTERPRISE: {"manager": {"value": f"bulkId:{manager}"}}})

    for what, operations, expected in (
        ("in a circle", [managed("a", "b"), managed("b", "a"), user("c")], ["409", "409", "201"]),
        ("to itself", [managed("d", "d")], ["409"]),
        ("to nobody", [group("g1", "bulkId:nobody"), managed("e", "nobody")], ["400", "400"]),
        ("to what failed", [group("g2", "bulkId:f"), user("f", active="maybe"), group("g3")], ["409", "400", "201"]),
        ("in a path to nobody", [{"method": "DELETE", "path": "/Users/bulkId:nobody"}], ["400"]),
    ):
        with subtests.test(what):
            assert statuses(bulk(scim, *operations)) == expected
    assert names(scim.get("/")) == ["c", "g3"]
    assert "bulkid" not in stored(session).lower()


def test_what_goes_wrong_with_one_operation_goes_wrong_with_it_alone(
    scim: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(Directory, "delete", fail)
    answer = bulk(scim, user("ada"), {"method": "DELETE", "path": "/Users/bulkId:ada"}, user("bob"))
    assert statuses(answer) == ["201", "500", "201"]
    assert names(scim.get("/Users")) == ["ada", "bob"]


def test_what_an_operation_refers_to_is_looked_for_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many of those come behind it."""
    read = Counter[int]()

    def references(value: Any) -> Iterator[str]:
        read[id(value)] += 1
        return found(value)

    found = protocol.references
    monkeypatch.setattr(protocol, "references", references)
    operations = [group("all", *(f"bulkId:{n}" for n in range(999))), *(user(f"u{n}", bulk_id=str(n)) for n in range(999))]
    planned = protocol.plan(app.extensions["catalog"].types, {"schemas": [REQUEST], "Operations": operations})
    assert sorted(planned.order()) == list(range(1000)) and planned.operations[0].bulk_id == "all"
    assert {read[id(each.data)] for each in planned.operations} == {1}


def test_a_reference_in_a_text_for_people_is_text(scim: Client) -> None:
    answer = bulk(scim, user("ada", title="Wrote bulkId:ada in a note"))
    assert statuses(answer) == ["201"]
    [found] = scim.get("/Users", filter='userName eq "ada"').json["Resources"]
    assert found["title"] == "Wrote bulkId:ada in a note"


@pytest.mark.rfc("BLK-30", "BLK-31", "BLK-32", "ERR-16")
def test_the_limits_are_those_that_the_configuration_says(scim: Client, subtests: pytest.Subtests) -> None:
    limits = scim.get("/ServiceProviderConfig").json["bulk"]
    operations, size = limits["maxOperations"], limits["maxPayloadSize"]
    delete = {"method": "DELETE", "path": f"/Users/{UNKNOWN}"}
    with subtests.test("operations"):
        assert len(results(bulk(scim, *[delete] * operations))) == operations
        assert str(operations) in refusal(bulk(scim, *[delete] * (operations + 1)), 413)
    body = json.dumps({"schemas": [REQUEST], "Operations": [user("ada")]}).encode()
    for what, more, chunked in (("as long as allowed", 0, False), ("longer", 1, False), ("longer, in chunks", 1, True)):
        with subtests.test(what):
            sent = body + b" " * (size - len(body) + more)
            pieces = iter([sent[at : at + 65_536] for at in range(0, len(sent), 65_536)])
            answer = scim.post("/Bulk", pieces if chunked else sent)
            if more:
                assert f"{size:,}" in refusal(answer, 413)
            else:
                assert statuses(answer) == ["201"]
    with subtests.test("a length that is only said"):
        refusal(scim.send("POST", "/Bulk", b"{}", headers={"Content-Length": str(4 * 2**30)}), 413)
