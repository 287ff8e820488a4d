"""Versions: ETag, If-Match and If-None-Match (RFC 7644 §3.14, RFC 9110 §13)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from scim_app.protocol.resource import Resource
from tests.api.conftest import Make
from tests.api.wire import Answer, Client
from tests.api.words import PATCH_OP, USER, names, refusal

UNKNOWN = "01890000-0000-7000-8000-000000000000"
MALFORMED = ("1", "W/1", '"1', "'1'", '"1" "2"', '*, "1"', "")


@pytest.fixture
def ada(make_user: Make) -> dict[str, Any]:
    return make_user("ada", title="Countess")


def titled(scim: Client, user: dict[str, Any], title: str, **headers: str) -> Answer:
    message = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": title}]}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return scim.send("PATCH", f"/Users/{user['id']}", message, headers=named)


@pytest.mark.rfc("ETG-01", "ETG-02", "CRE-04", "CRE-05", "SCH-24", "SCH-25", "GET-01")
def test_every_answer_with_one_resource_says_which_version_it_is_and_where(scim: Client, ada: dict[str, Any]) -> None:
    path = f"/Users/{ada['id']}"
    for answer in (
        scim.post("/Users", {"schemas": [USER], "userName": "bob"}),
        scim.get(path),
        scim.get(path, attributes="meta"),
        scim.put(path, {"schemas": [USER], "userName": "ada"}),
        scim.patch(path, {"op": "add", "path": "title", "value": "T"}),
    ):
        assert answer.headers["ETag"] == answer.json["meta"]["version"]
        assert answer.headers["ETag"].startswith('W/"')
        assert answer.headers["Content-Location"] == answer.json["meta"]["location"]


@pytest.mark.rfc("ETG-03", "SCH-22", "SCH-23", "PAT-19")
def test_the_version_changes_with_the_resource_and_only_then(scim: Client, ada: dict[str, Any]) -> None:
    assert titled(scim, ada, "Countess").json["meta"] == ada["meta"]
    changed = titled(scim, ada, "Lady").json["meta"]
    assert changed["version"] != ada["meta"]["version"]
    assert changed["lastModified"] > ada["meta"]["lastModified"] == ada["meta"]["created"] == changed["created"]
    refusal(
        scim.patch(f"/Users/{ada['id']}", {"op": "replace", "path": "active", "value": "maybe"}), 400, "invalidValue"
    )
    assert scim.get(f"/Users/{ada['id']}").json["meta"] == changed


@pytest.mark.rfc("ETG-04", "ETG-05", "ETG-06", "ETG-14", "MTY-13", "ETG-10")
def test_a_reader_that_has_the_version_is_sent_nothing(
    scim: Client, ada: dict[str, Any], subtests: pytest.Subtests
) -> None:
    tag = ada["meta"]["version"]
    strong = tag.removeprefix("W/")
    for sent in (tag, strong, "*", f'"x", {tag}', f'W/"x",{strong} , "y"'):
        for query in ({"attributes": "userName"}, {"excludedAttributes": "groups"}, {"excludedAttributes": "groups,meta"}):
            with subtests.test(sent=sent, query=query):
                answer = scim.send("GET", f"/Users/{ada['id']}", query=query, headers={"If-None-Match": sent})
                assert (answer.status, answer.content, answer.headers["ETag"]) == (304, b"", tag)
                assert "Content-Type" not in answer.headers
    for sent in ('"x"', 'W/"0"', '"x", "y"'):
        with subtests.test(sent=sent):
            assert scim.send("GET", f"/Users/{ada['id']}", headers={"If-None-Match": sent}).json == ada


@pytest.mark.rfc("ETG-04", "ETG-06")
def test_a_reader_of_a_group_that_has_the_version_is_sent_nothing_but_of_members_names(
    scim: Client, ada: dict[str, Any], make_group: Make
) -> None:
    group = make_group("Engineers", ada["id"])
    path, known = f"/Groups/{group['id']}", {"If-None-Match": group["meta"]["version"]}
    assert scim.send("GET", path, headers=known).status == 304
    assert scim.put(f"/Users/{ada['id']}", {"schemas": [USER], "userName": "ada", "displayName": "Ada"}).status == 200
    answer = scim.send("GET", path, query={"attributes": "members.value,members.display"}, headers=known)
    assert [each["display"] for each in answer.json["members"]] == ["Ada"]
    scim.patch(path, {"op": "remove", "path": "members"})
    assert scim.send("GET", path, headers=known).status == 200


@pytest.mark.rfc("ETG-04")
def test_what_other_resources_say_of_one_is_read_anew_whatever_its_version(
    scim: Client, ada: dict[str, Any], make_user: Make, make_group: Make
) -> None:
    """Nobody keeps a role that was taken away: a version does not change with it."""
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    bob = make_user("bob", **{enterprise: {"manager": {"value": ada["id"]}}})
    path, known = f"/Users/{bob['id']}", {"If-None-Match": bob["meta"]["version"]}
    assert scim.send("GET", path, headers=known).status == 200
    group = make_group("Engineers", bob["id"])
    assert [each["value"] for each in scim.send("GET", path, headers=known).json["groups"]] == [group["id"]]
    assert scim.put(f"/Users/{ada['id']}", {"schemas": [USER], "userName": "ada", "displayName": "Ada"}).status == 200
    answer = scim.send("GET", path, query={"attributes": enterprise}, headers=known)
    assert answer.json[enterprise]["manager"]["displayName"] == "Ada"
    for asked in ("projectRoles", "groups", f"{enterprise}:manager.displayName"):
        assert scim.send("GET", path, query={"attributes": asked}, headers=known).status == 200, asked
    for asked in ("userName", f"{enterprise}:department", f"{enterprise}:manager.value"):
        assert scim.send("GET", path, query={"attributes": asked}, headers=known).status == 304, asked
    assert scim.send("GET", path, headers={"If-None-Match": "*"}).status == 304


def test_a_read_without_a_condition_is_answered_without_a_look_into_the_resource(
    scim: Client, ada: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Resource, "value", property(lambda _: 1 / 0))
    assert scim.get(f"/Users/{ada['id']}").json == ada


@pytest.mark.rfc("ETG-07", "ETG-08", "ETG-10", "ETG-11", "PUT-14", "PAT-20", "DEL-07")
def test_a_writer_changes_the_version_it_names_and_no_other(
    scim: Client, ada: dict[str, Any], make_user: Make, subtests: pytest.Subtests
) -> None:
    path, tag = f"/Users/{ada['id']}", ada["meta"]["version"]
    body = {"schemas": [USER], "userName": "ada", "title": "Lady"}
    message = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": "Lady"}]}
    for sent, name in (
        ('W/"0"', "If-Match"),
        ('"x", W/"y"', "If-Match"),
        (tag, "If-None-Match"),
        ("*", "If-None-Match"),
    ):
        for method, content in (("PUT", body), ("PATCH", message), ("DELETE", None)):
            with subtests.test(method=method, sent=f"{name}: {sent}"):
                refusal(scim.send(method, path, content, headers={name: sent}), 412)
    assert scim.get(path).json == ada
    for number, form in enumerate(("{0}", '"x", {0}', "*", "{1}")):
        with subtests.test(form=form):
            user = make_user(f"user{number}")
            tag = user["meta"]["version"]
            named = {"If-Match": form.format(tag, tag.removeprefix("W/"))}
            assert scim.send("PATCH", f"/Users/{user['id']}", message, headers=named).status == 200
    last = scim.get(path).headers["ETag"]
    assert scim.send("PUT", path, body, headers={"If-Match": last}).status == 200
    refusal(scim.send("DELETE", path, headers={"If-Match": last}), 412)
    assert scim.send("DELETE", path, headers={"If-Match": scim.get(path).headers["ETag"]}).status == 204


@pytest.mark.rfc("ETG-09")
def test_nothing_matches_a_resource_that_is_not_there(scim: Client) -> None:
    for method, body in (("PUT", {"schemas": [USER], "userName": "ada"}), ("DELETE", None)):
        refusal(scim.send(method, f"/Users/{UNKNOWN}", body, headers={"If-Match": "*"}), 404)


@pytest.mark.rfc("ETG-11")
def test_a_condition_that_is_none_is_refused(scim: Client, ada: dict[str, Any], subtests: pytest.Subtests) -> None:
    for sent in MALFORMED:
        with subtests.test(sent=sent):
            refusal(titled(scim, ada, "Lady", If_Match=sent), 400, "invalidValue")
            answer = scim.send("GET", f"/Users/{ada['id']}", headers={"If-None-Match": sent})
            refusal(answer, 400, "invalidValue")
    assert scim.get(f"/Users/{ada['id']}").json == ada


@pytest.mark.rfc("ETG-13", "ETG-08")
def test_of_many_writers_who_name_one_version_one_succeeds(scim: Client, ada: dict[str, Any]) -> None:
    tag = ada["meta"]["version"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: titled(scim, ada, f"T{number}", If_Match=tag), range(12)))
    assert sorted(answer.status for answer in answers) == [200] + [412] * 11
    [winner] = [answer for answer in answers if answer.status == 200]
    assert scim.get(f"/Users/{ada['id']}").json == winner.json


@pytest.mark.rfc("ETG-15")
def test_a_user_is_of_the_same_version_in_another_group_and_the_group_is_not(
    scim: Client, ada: dict[str, Any], make_group: Make
) -> None:
    group = make_group("Engineers")
    scim.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    assert scim.get(f"/Users/{ada['id']}").json["meta"] == ada["meta"]
    joined = scim.get(f"/Groups/{group['id']}").json
    assert joined["meta"]["version"] != group["meta"]["version"]
    scim.delete(f"/Users/{ada['id']}")
    assert scim.get(f"/Groups/{group['id']}").json["meta"]["version"] != joined["meta"]["version"]
    assert names(scim.get("/Users")) == []
