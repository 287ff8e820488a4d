"""Whatever goes wrong below the base URL is a SCIM error: never HTML, never a redirect (RFC 7644 §3.12)."""

from __future__ import annotations

import psycopg.errors
import pytest
from sqlalchemy.exc import IntegrityError

from scim_app.directory.directory import Directory
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import GROUP, USER, refusal

HTML = {"Accept": "text/html,application/xhtml+xml"}


@pytest.mark.rfc("ERR-17", "MTY-14")
@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/Users/1/2",
        "/users.html",
        "/Users/1/Groups",
        "/v1/Users",
        "/../admin",
        "/Users;x",
        "//Users",
        "/Users//1",
    ],
)
def test_a_path_that_is_nothing_is_told_so(scim: Client, path: str) -> None:
    refusal(scim.send("GET", path, headers=HTML), 404)


@pytest.mark.rfc("VER-05")
def test_a_slash_at_the_end_changes_nothing(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    user = make_user("ada")
    for path in ("/Users", "/Groups", f"/Users/{user['id']}", "/Schemas", "/ResourceTypes", "/ServiceProviderConfig"):
        with subtests.test(path=path):
            plain, slashed = scim.get(path), scim.get(f"{path}/")
            assert (slashed.status, slashed.content) == (plain.status, plain.content) and plain.status == 200


def test_creating_at_a_path_with_a_slash_at_the_end_creates(scim: Client) -> None:
    assert scim.post("/Users/", {"schemas": [USER], "userName": "ada"}).status == 201


def test_an_encoded_slash_does_not_reach_another_resource(
    scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    user = make_user("ada")
    for path in (f"/Users%2F{user['id']}", f"%2FUsers/{user['id']}", f"/Groups/..%2FUsers%2F{user['id']}", "/Users%2f"):
        with subtests.test(path=path):
            refusal(scim.get(path), 404)


@pytest.mark.rfc("GET-02", "PUT-02", "PAT-14")
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_an_id_that_is_nobody_is_told_so_on_every_verb(scim: Client, kind: str, subtests: pytest.Subtests) -> None:
    body = {"schemas": [USER if kind == "Users" else GROUP], "userName": "ada", "displayName": "Ada"}
    patch = {"Operations": [{"op": "replace", "path": "displayName", "value": "x"}]}
    patch["schemas"] = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
    for identifier in ("7", "0" * 36, "x" * 2000, "%00", "%ff", "☃", "'; DROP TABLE users; --", "null", "bulkId:1"):
        for method, sent in (("GET", None), ("PUT", body), ("PATCH", patch), ("DELETE", None)):
            with subtests.test(request=f"{method} {identifier[:40]}"):
                refusal(scim.send(method, f"/{kind}/{identifier}", sent), 404)


@pytest.mark.rfc("GET-03")
def test_a_user_is_not_a_group(scim: Client, make_user: Make) -> None:
    refusal(scim.get(f"/Groups/{make_user('ada')['id']}"), 404)


@pytest.mark.rfc("CRE-13", "DEL-06", "ERR-18")
@pytest.mark.parametrize(
    ("path", "refused", "allowed"),
    [
        ("/Users", ("PUT", "PATCH", "DELETE"), {"GET", "POST"}),
        ("/Groups", ("PUT", "PATCH", "DELETE"), {"GET", "POST"}),
        ("/Users/7", ("POST",), {"GET", "PUT", "PATCH", "DELETE"}),
        ("/Groups/7", ("POST",), {"GET", "PUT", "PATCH", "DELETE"}),
    ],
)
def test_a_method_that_is_not_served_is_told_what_is(
    scim: Client, path: str, refused: tuple[str, ...], allowed: set[str]
) -> None:
    for method in (*refused, "TRACE", "PROPFIND"):
        answer = scim.send(method, path, {} if method in {"POST", "PUT", "PATCH"} else None, headers=HTML)
        refusal(answer, 405)
        assert allowed <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_an_overridden_method_is_not_obeyed(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    scim.send("GET", f"/Users/{user['id']}", headers={"X-HTTP-Method-Override": "DELETE"})
    scim.send("GET", f"/Users/{user['id']}?_method=DELETE")
    assert scim.get(f"/Users/{user['id']}").status == 200


@pytest.mark.rfc("ME-01", "ME-04", "ME-05")
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_key_is_no_user_and_has_no_me(scim: Client, method: str) -> None:
    refusal(scim.send(method, "/Me", {} if method not in {"GET", "DELETE"} else None), 501)


def test_head_is_get_without_a_body(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    head, get = scim.send("HEAD", f"/Users/{user['id']}"), scim.get(f"/Users/{user['id']}")
    assert (head.status, head.content) == (200, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_no_answer_is_kept_by_a_cache_or_read_as_something_else(scim: Client, make_user: Make) -> None:
    headers = scim.get(f"/Users/{make_user('ada')['id']}").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"] or "no-cache" in headers["Cache-Control"]


def test_no_answer_sets_a_cookie(scim: Client, anonymous: Client) -> None:
    for answer in (scim.get("/Users"), anonymous.get("/Users"), scim.get("/nowhere")):
        assert "Set-Cookie" not in answer.headers


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("refused", "status"), [(psycopg.errors.ForeignKeyViolation(), 503), (psycopg.errors.NotNullViolation(), 500)]
)
def test_what_others_removed_at_that_moment_may_be_tried_again_and_a_fault_of_ours_is_none_of_it(
    scim: Client, monkeypatch: pytest.MonkeyPatch, refused: Exception, status: int
) -> None:
    def create(*_given: object) -> None:
        raise IntegrityError("INSERT", {}, refused)

    monkeypatch.setattr(Directory, "create", create)
    answer = scim.post("/Users", {"schemas": [USER], "userName": "ada"})
    refusal(answer, status)
    assert ("Retry-After" in answer.headers) == (status == 503)
