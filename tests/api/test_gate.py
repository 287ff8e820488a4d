"""One gate for paths, parameters and bodies: what two readers could read differently is refused, and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from tests.api.direct import Reply, Request, written
from tests.api.organizations import founded, furnished, rows
from tests.api.parties import Party
from tests.api.references import ADA, KNOWN, PEOPLE
from tests.api.strangers import newcomer
from tests.api.words import ERROR, PATCH_OP, USER
from tests.torture.invariants import fault

pytestmark = pytest.mark.databases("sqlite")
JSON = (("Content-Type", "application/json"),)


@pytest.fixture
def own(app: Flask, session: scoped_session[Session]) -> Party:
    return newcomer(app, session, "Acme")


def refused(reply: Reply, status: int, scim_type: str | None = None) -> None:
    said = reply.json
    assert (reply.status, said["schemas"], said.get("scimType")) == (status, [ERROR], scim_type), reply


def creating(**attributes: Any) -> Request:
    return written("POST", "/Users", {"schemas": [USER], "userName": "new"} | attributes)


def changing(*operations: dict[str, Any], at: str = f"/Users/{ADA}") -> Request:
    return written("PATCH", at, {"schemas": [PATCH_OP], "Operations": list(operations)})


PATHS = (
    "//scim/v2/Users", "/scim/v2//Users", "/scim//v2/Users", "/scim/v2%2FUsers", "/scim/v2%2fUsers", "/scim%2Fv2/Users",
    "/scim/v2/Users%5C", "/scim/v2/./Users", "/scim/v2/../v2/Users", "/scim/v2/Groups/../Users", "/scim/v2/Users/../Users",
    "/scim/v2/%2e%2e/v2/Users", "/scim/v2/Groups/%2e%2e/Users", "/scim/v2/Users;a=b", "/scim/v2/Users%00",
    "/scim/v2/Users//", "/SCIM/v2/Users", "/scim/v2/Users/%00", "/scim/v2/Users/%", "/scim/v2/Users/%zz",
    "/scim/v2/Users/%ff", "/scim/v2/%ff", "/scim/v2/Users/%c0%af", "/scim/v2/Users/%ed%a0%80",
)  # fmt: skip


def test_a_path_that_two_readers_could_read_differently_is_nothing(own: Party, subtests: pytest.Subtests) -> None:
    for target in PATHS:
        with subtests.test(target=target):
            for method in ("GET", "DELETE"):
                refused(own.send(Request(method, target)), 404)


@pytest.mark.databases("sqlite", "postgresql")
def test_a_query_that_is_no_utf8_is_refused_and_finds_nobody(own: Party) -> None:
    assert own.send(creating(userName="\ufffd")).status == 201
    for query in ("filter=userName%20eq%20%22%ff%22", "filter=userName%20eq%20%22%ed%a0%80%22", "x=%c0%af", "%ff=1"):
        refused(own.send(Request("GET", f"/scim/v2/Users?{query}")), 400, "invalidValue")
    assert own.send(Request("GET", "/scim/v2/Users?filter=userName%20eq%20%22%EF%BF%BD%22")).json["totalResults"] == 1


@pytest.mark.parametrize(
    "query", ["count=1&count=2", "COUNT=1&count=2", "filter=id%20pr&filter=id%20pr", "cursor&cursor"]
)
def test_a_parameter_given_twice_is_refused(own: Party, query: str) -> None:
    refused(own.send(Request("GET", f"/scim/v2/Users?{query}")), 400, "invalidValue")


BODIES = (
    b'\xef\xbb\xbf{"userName":"new"}', '{"userName":"new"}'.encode("utf-32"), '{"userName":"new"}'.encode("utf-16-le"),
    b'{"userName":"new","x":' + b"9" * 5000 + b"}", b'{"userName":"new","active":1e400}', b'{"userName":' + b"9" * 5000 + b"}",
    b'{"userName":"new","x":"\xed\xa0\x80"}', b'{"userName":"new","x":"a\nb"}', b'{"userName":"new","x":01}',
    b'{"userName":"new",' + b",".join(b'"x%d":1' % number for number in range(2000)) + b"}",
    b"{" + b",".join(b'"x%d":1' % number for number in range(200_000)) + b',"x199999":1}',
)  # fmt: skip


def test_what_is_no_json_or_too_much_of_it_is_refused_before_anything_is_built(
    own: Party, subtests: pytest.Subtests
) -> None:
    for body in BODIES:
        with subtests.test(body=body[:40]):
            refused(own.send(Request("POST", "/scim/v2/Users", body, JSON)), 400, "invalidSyntax")


@pytest.mark.parametrize("text", ['{"a":' * 100_000, '{"displayName":"\\ud800"}', '{"title":"a","title":"b"}', "{", "{}x"])
def test_json_inside_a_text_is_read_as_strictly(own: Party, text: str) -> None:
    refused(own.send(changing({"op": "replace", "value": text})), 400, "invalidValue")
    assert own.send(creating(roles=[{"value": text[:1000]}])).status == 201
    data = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "value": text}]}
    bulk = {"method": "PATCH", "path": f"/Users/{ADA}", "data": data}
    message = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [bulk]}
    assert [each["status"] for each in own.send(written("POST", "/Bulk", message)).json["Operations"]] == ["400"]


def test_a_declared_charset_says_nothing_about_json(own: Party) -> None:
    """RFC 8259 §11 knows no such parameter: the bytes are UTF-8, or refused."""
    declared = (("Content-Type", "application/json; charset=utf-16"),)
    assert own.send(Request("POST", "/scim/v2/Users", '{"userName":"zoë"}'.encode(), declared)).status == 201
    refused(
        own.send(Request("POST", "/scim/v2/Users", '{"userName":"x"}'.encode("utf-16"), declared)), 400, "invalidSyntax"
    )


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip", "deflate", "x"])
def test_a_body_that_is_compressed_somehow_is_refused(own: Party, encoding: str) -> None:
    refused(own.send(creating().having(("Content-Encoding", encoding))), 415)


@pytest.mark.parametrize(
    "media_types", [("application/json", "text/plain"), ("application/json, x/y",), ("text/json",)]
)
def test_a_body_of_two_types_or_of_no_known_one_is_refused(own: Party, media_types: tuple[str, ...]) -> None:
    headers = tuple(("Content-Type", each) for each in media_types)
    refused(own.send(Request("POST", "/scim/v2/Users", b'{"userName":"new"}', headers)), 415)


def test_two_keys_in_one_request_are_none(own: Party) -> None:
    for second in (own.key, "x"):
        twice = (("Authorization", f"Bearer {own.key}"), ("Authorization", f"Bearer {second}"))
        refused(own.send(Request("GET", "/scim/v2/Users", None, twice)), 401)


def test_what_cannot_be_seen_is_in_no_name_of_a_user(own: Party, subtests: pytest.Subtests) -> None:
    for letter in ("\x01", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u200b", "\u202e"):
        with subtests.test(letter=letter):
            for name in ("userName", "externalId"):
                refused(own.send(creating(**{name: f"a{letter}b"})), 400, "invalidValue")
                refused(
                    own.send(changing({"op": "replace", "path": name, "value": f"a{letter}b"})), 400, "invalidValue"
                )


def test_the_name_of_a_group_stands_on_one_line(own: Party) -> None:
    for letter in ("\x01", "\t", "\n", "\x85", "\u2028"):
        refused(own.send(written("POST", "/Groups", {"displayName": f"a{letter}b"})), 400, "invalidValue")


def test_more_than_anybody_needs_is_refused(own: Party) -> None:
    values = [{"value": f"{number}@acme.example"} for number in range(1001)]
    refused(own.send(creating(userName="x" * 1001)), 400, "invalidValue")
    refused(own.send(creating(emails=values)), 400, "tooMany")
    assert own.send(creating(emails=values[:1000])).status == 201
    change = {"op": "add", "path": "emails", "value": [{"value": "more@acme.example"}]}
    refused(own.send(changing(*[change] * 201)), 400, "tooMany")
    refused(own.send(changing({"op": "add", "path": "emails", "value": values})), 400, "tooMany")
    compared = " or ".join(['value eq "x"'] * 101)
    refused(own.send(changing({"op": "remove", "path": f"emails[{compared}]"})), 400, "invalidPath")
    half = compared[: len(compared) // 2].rpartition(" or ")[0]
    refused(own.send(changing(*[{"op": "remove", "path": f"emails[{half}]"}] * 5)), 400, "tooMany")
    everybody = [{"value": ""}] * 100_001
    for sent in (
        {"op": "remove", "path": "members", "value": everybody},
        {"op": "add", "path": "members", "value": everybody},
        {"op": "replace", "value": {"members": everybody}},
    ):
        refused(own.send(changing(sent, at=f"/Groups/{ADA}")), 400, "tooMany")
    refused(own.send(written("POST", "/Groups", {"displayName": "G", "members": everybody})), 400, "tooMany")
    names = ["userName"] * 2000
    search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "attributes": names}
    refused(own.send(written("POST", "/Users/.search", search)), 400, "invalidValue")


NO_ATTRIBUTES = ("__class__", "_sa_instance_state", "constructor", "__proto__", "document", "organization_id", "version",
                 "user_name_key", "", "a b")  # fmt: skip
NOT_THE_CLIENTS = ("id", "meta", "groups", "meta.version", "groups.value", f"{USER}:id", 'groups[value eq "x"]')


def test_a_path_that_is_no_attribute_or_not_the_clients_changes_nothing(own: Party, subtests: pytest.Subtests) -> None:
    before = own.send(written("GET", f"/Users/{ADA}"))
    for path in (*NO_ATTRIBUTES, *NOT_THE_CLIENTS):
        with subtests.test(path=path):
            scim_type = "mutability" if path in NOT_THE_CLIENTS else "invalidPath"
            for operation in ({"op": "replace", "value": "x"}, {"op": "add", "value": ["x"]}, {"op": "remove"}):
                refused(own.send(changing(operation | {"path": path})), 400, scim_type)
    assert own.send(written("GET", f"/Users/{ADA}")).body == before.body


@pytest.mark.databases("sqlite", "postgresql")
def test_a_refusal_leaves_every_byte_of_every_row(app: Flask, session: scoped_session[Session]) -> None:
    acme, key = founded(app, session, "Acme")
    mine = furnished(acme, "own", "own")
    own = Party(app, key, [mine[each].encode() for each in KNOWN])
    good = {"op": "replace", "path": "title", "value": "Stolen"}
    kept = ("users", "groups", "group_members", "search_values", "changes", "bindings", "effective_roles", "scopes")
    before = [each for each in rows(session, acme.organization_id) if each.startswith(kept)]
    for request in (
        changing(good, {"op": "replace", "path": "nowhere", "value": "x"}),
        changing(good, {"op": "replace", "path": "userName", "value": "boss@own.example"}),
        changing(good, {"op": "replace", "path": "active", "value": "perhaps"}),
        changing(good).having(("If-Match", 'W/"99"')),
        changing({"op": "add", "path": "members", "value": [{"value": ADA}]}, {"op": "remove", "path": "displayName"},
                 at=f"/Groups/{PEOPLE}"),
        creating(userName="ADA@own.example"),
        creating(emails=[{"value": "a", "primary": True}, {"value": "b", "primary": True}]),
        written("PUT", f"/Users/{ADA}", {"userName": "", "title": "Stolen"}),
        written("POST", "/Groups", {"displayName": "App-Project own-Admin"}),
        written("DELETE", f"/Groups/{KNOWN.index('project group')}"),
    ):  # fmt: skip
        assert 400 <= own.send(request).status < 500
    after = [each for each in rows(session, acme.organization_id) if each.startswith(kept)]
    assert after == before and before


@pytest.mark.databases("sqlite", "postgresql")
def test_a_change_of_one_attribute_leaves_every_other_byte(own: Party) -> None:
    odd = "Zoë e\u0301 ﬁ 🦊 \u202e <b>&'\"\\"
    made = own.send(creating(displayName=odd, title=odd, name={"formatted": odd}, externalId="1")).json
    changed = own.send(changing({"op": "replace", "path": "title", "value": "Lady"}, at=f"/Users/{made['id']}")).json
    assert changed["title"] == "Lady" and changed["meta"]["version"] != made["meta"]["version"]
    for each in (made, changed):
        del each["title"], each["meta"]["version"], each["meta"]["lastModified"]
    assert changed == made


def test_where_a_resource_is_comes_from_no_header(own: Party) -> None:
    hostile = (("Host", "evil.example"), ("X-Forwarded-Host", "evil.example"), ("Forwarded", "host=evil.example"))
    for request in (
        creating(),
        written("GET", f"/Users/{ADA}"),
        written("GET", "/ResourceTypes"),
        written("GET", "/x"),
    ):
        reply = own.send(request.having(*hostile))
        assert "evil" not in repr(reply) and fault(request, reply) is None


def test_no_cookie_is_read_and_none_is_set(own: Party) -> None:
    answer = own.send(Request("GET", "/scim/v2/Users", headers=(("Cookie", "session=eyJfdXNlcl9pZCI6IjEifQ.x.y"),)))
    assert answer.status == 200
    assert answer.header("set-cookie") is None and answer.header("vary") is None
