"""One strict reader of request bodies: what cannot be read is refused before anything is built (RFC 7644 §3.12)."""

from __future__ import annotations

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import USER, names, refusal

UNREADABLE = {
    "empty": b"",
    "cut off": b'{"userName": "ada"',
    "not JSON": b"userName=ada",
    "single quotes": b"{'userName': 'ada'}",
    "a trailing comma": b'{"userName": "ada",}',
    "something behind it": b'{"userName": "ada"} {}',
    "a comment": b'{"userName": "ada" /* her */}',
    "NaN": b'{"userName": "ada", "x": NaN}',
    "Infinity": b'{"userName": "ada", "x": -Infinity}',
    "the same key twice": b'{"userName": "ada", "userName": "bob"}',
    "the same key twice, inside": b'{"userName": "ada", "name": {"givenName": "a", "givenName": "b"}}',
    "UTF-16": '{"userName": "ada"}'.encode("utf-16"),
    "Latin-1": '{"userName": "adé"}'.encode("latin-1"),
    "a lone surrogate": b'{"userName": "ad\\ud800a"}',
    "a lone surrogate, inside": b'{"userName": "ada", "name": {"givenName": "\\udc00"}}',
    "a lone surrogate in a key": b'{"userName": "ada", "\\ud800": 1}',
    "too deep": b'{"userName": "ada", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "much too deep": b"[" * 200_000,
    "an array": b"[]",
    "a string": b'"ada"',
    "a number": b"1",
    "null": b"null",
}


@pytest.mark.rfc("CRE-11", "MTY-15", "REP-04", "ERR-10")
@pytest.mark.parametrize("what", UNREADABLE)
def test_a_body_that_cannot_be_read_is_refused_and_changes_nothing(scim: Client, what: str) -> None:
    refusal(scim.post("/Users", UNREADABLE[what]), 400, "invalidSyntax")
    assert names(scim.get("/Users")) == []


def test_nul_is_refused_wherever_text_is_stored(scim: Client, subtests: pytest.Subtests) -> None:
    bodies = [
        {"userName": "a\0da"},
        {"userName": "ada", "externalId": "\0"},
        {"userName": "ada", "name": {"givenName": "a\0"}},
        {"userName": "ada", "emails": [{"value": "a\0@x.org"}]},
    ]
    for body in bodies:
        with subtests.test(body=body):
            refusal(scim.post("/Users", {"schemas": [USER]} | body), 400, "invalidValue")
    assert names(scim.get("/Users")) == []


@pytest.mark.rfc("REP-04")
def test_the_same_attribute_under_two_spellings_is_refused(scim: Client) -> None:
    refusal(scim.post("/Users", {"schemas": [USER], "userName": "ada", "USERNAME": "bob"}), 400, "invalidSyntax")


@pytest.mark.rfc("MTY-01", "MTY-02", "MTY-03", "MTY-09")
@pytest.mark.parametrize(
    "media_type",
    [
        "application/scim+json",
        "application/scim+json; charset=utf-8",
        "application/json",
        "application/json;charset=UTF-8",
        None,
    ],
)
def test_json_is_read_under_the_names_directories_give_it(scim: Client, media_type: str | None) -> None:
    body = {"schemas": [USER], "userName": "ada"}
    assert scim.send("POST", "/Users", body, headers={"Content-Type": media_type}).status == 201


@pytest.mark.rfc("MTY-08")
@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/html",
    ],
)
def test_another_media_type_is_refused(scim: Client, media_type: str) -> None:
    body = {"schemas": [USER], "userName": "ada"}
    refusal(scim.send("POST", "/Users", body, headers={"Content-Type": media_type}), 415)
    assert names(scim.get("/Users")) == []


def test_a_compressed_body_is_refused(scim: Client) -> None:
    body = {"schemas": [USER], "userName": "ada"}
    refusal(scim.send("POST", "/Users", body, headers={"Content-Encoding": "gzip"}), 415)


def test_a_get_with_the_content_type_of_a_body_is_answered(scim: Client) -> None:
    assert scim.send("GET", "/Users", headers={"Content-Type": "application/scim+json; charset=utf-8"}).status == 200


def test_a_delete_with_the_content_type_of_a_body_deletes(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    assert (
        scim.send(
            "DELETE", f"/Users/{user['id']}", headers={"Content-Type": "application/scim+json; charset=utf-8"}
        ).status
        == 204
    )


@pytest.mark.rfc("MTY-04", "MTY-05", "MTY-06", "MTY-11")
@pytest.mark.parametrize(
    "accept",
    [
        "application/scim+json",
        "application/scim+json; charset=utf-8",
        "application/json",
        "APPLICATION/JSON;charset=UTF-8;q=0.9, text/html",
        "*/*",
        "application/*",
        None,
        "text/html, */*;q=0.1",
    ],
)
def test_the_answer_is_scim_json_whatever_json_was_asked_for(scim: Client, accept: str | None) -> None:
    answer = scim.send("GET", "/Users", headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/scim+json")


def test_a_body_of_many_megabytes_is_refused(scim: Client) -> None:
    refusal(scim.post("/Users", b'{"userName": "' + b"a" * 20_000_000 + b'"}'), 413)
    assert names(scim.get("/Users")) == []


def test_a_body_in_chunks_is_read_like_any_other(scim: Client) -> None:
    assert scim.post("/Users", iter([b'{"userName": ', b'"ada"}'])).status == 201


@pytest.mark.rfc("REP-34", "MTY-10")
def test_letters_of_every_kind_come_back_as_sent(scim: Client) -> None:
    text = "Zoë 🦊 עברית e\u0301 𝔘 \u202e \u200d <b>&amp;\"'\\"
    answer = scim.post("/Users", {"schemas": [USER], "userName": "zoe", "displayName": text})
    assert (answer.status, answer.json["displayName"]) == (201, text)
    assert scim.get(f"/Users/{answer.json['id']}").json["displayName"] == text
