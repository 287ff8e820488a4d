"""One organisation never sees, finds, counts or changes what is another's (RFC 7644 §6)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from flask import Flask

from tests.api.conftest import Make
from tests.api.references import CASES, fitting, references, routes
from tests.api.strangers import KINDS, Stranger
from tests.api.wire import Answer, Client
from tests.api.words import GROUP, PATCH_OP, USER, member_ids, names, refusal

UNKNOWN = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def ada(make_user: Make) -> dict[str, Any]:
    return make_user("ada", externalId="7")


@pytest.fixture
def engineers(make_group: Make, ada: dict[str, Any]) -> dict[str, Any]:
    return make_group("Engineers", ada["id"])


def told(answer: Answer, identifier: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Everything an answer says, but for the id it repeats and what is new each time."""
    passing = {"date", "content-length", "x-request-id"}
    headers = sorted((name.lower(), value) for name, value in answer.headers.items() if name.lower() not in passing)
    return answer.status, answer.content.replace(identifier.encode(), b"ID"), headers


@pytest.mark.databases("sqlite")
def test_every_route_has_a_line_in_the_table_of_references(app: Flask) -> None:
    assert routes(app) == set(CASES)


@pytest.mark.rfc("AUT-05", "TEN-03", "TEN-05")
def test_whatever_a_request_names_of_another_organization_it_is_answered_as_if_it_never_was(
    stranger: Stranger, subtests: pytest.Subtests
) -> None:
    """Every way to name something, in turn with a user and with one of everything; `make torture` has each with each."""
    before = stranger.rows()
    kinds = itertools.cycle(each for other in KINDS for each in ("user", other))
    for route in CASES:
        twins = stranger.twins(route[:40])
        with subtests.test(route=route):
            for request in references(route):
                leak = stranger.leak(twins, fitting(request, next(kinds)), request)
                assert leak is None, leak
    assert stranger.rows() == before
    # It would prove nothing if everything were refused at the door.
    assert {200, 201, 204, 400, 403, 404, 409, 412, 501} <= stranger.statuses


@pytest.mark.rfc("AUT-05", "TEN-03")
@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_another_organizations_id_is_answered_like_one_that_never_was(
    rival: Client, ada: dict[str, Any], engineers: dict[str, Any], kind: str, subtests: pytest.Subtests
) -> None:
    foreign = (ada if kind == "Users" else engineers)["id"]
    body = {"schemas": [USER if kind == "Users" else GROUP], "userName": "ada", "displayName": "Ada"}
    patch = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": "Stolen"}]}
    broken = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "nowhere", "value": 1}]}
    requests = [
        ("GET", None),
        ("PUT", body),
        ("PUT", {}),
        ("PATCH", patch),
        ("PATCH", broken),
        ("PATCH", {}),
        ("DELETE", None),
        ("HEAD", None),
    ]
    for method, sent in requests:
        with subtests.test(request=f"{method} {sent}"):
            theirs = rival.send(method, f"/{kind}/{foreign}", sent)
            nobodys = rival.send(method, f"/{kind}/{UNKNOWN}", sent)
            assert told(theirs, foreign) == told(nobodys, UNKNOWN)
            assert theirs.status in {400, 404}


def test_what_a_rival_tried_changed_nothing(
    scim: Client, rival: Client, ada: dict[str, Any], engineers: dict[str, Any]
) -> None:
    before = scim.get(f"/Users/{ada['id']}").json, scim.get(f"/Groups/{engineers['id']}").json
    for path in (f"/Users/{ada['id']}", f"/Groups/{engineers['id']}"):
        refusal(rival.patch(path, {"op": "replace", "path": "displayName", "value": "Stolen"}), 404)
        refusal(rival.delete(path), 404)
    assert (scim.get(f"/Users/{ada['id']}").json, scim.get(f"/Groups/{engineers['id']}").json) == before


@pytest.mark.rfc("TEN-05")
def test_lists_filters_and_totals_stay_at_home(
    rival: Client, ada: dict[str, Any], engineers: dict[str, Any], subtests: pytest.Subtests
) -> None:
    for path, sent in (
        ("/Users", None),
        ("/Groups", None),
        ("/Users", 'userName eq "ada"'),
        ("/Users", 'externalId eq "7"'),
        ("/Users", f'id eq "{ada["id"]}"'),
        ("/Users", 'not (userName eq "nobody")'),
        ("/Users", f'groups.value eq "{engineers["id"]}"'),
        ("/Groups", f'members eq "{ada["id"]}"'),
        ("/Groups", f'members.value ne "{UNKNOWN}"'),
        ("/Groups", "displayName pr"),
    ):
        with subtests.test(path=path, filter=sent):
            page = rival.get(path, **({"filter": sent} if sent else {})).json
            assert (page["totalResults"], page["Resources"]) == (0, [])


@pytest.mark.rfc("TEN-04", "SCH-17", "SCH-18")
def test_names_are_taken_per_organization(
    scim: Client, rival: Client, ada: dict[str, Any], make_user: Make, make_group: Make
) -> None:
    theirs = make_user("ADA", client=rival, externalId="7")
    make_group("Engineers", theirs["id"], client=rival)
    assert theirs["id"] != ada["id"]
    assert (names(scim.get("/Users")), names(rival.get("/Users"))) == (["ada"], ["ADA"])


@pytest.mark.rfc("TEN-05")
def test_another_organizations_user_is_no_member(rival: Client, ada: dict[str, Any], make_user: Make) -> None:
    own = make_user("own", client=rival)
    members = [{"value": ada["id"]}, {"value": own["id"]}]
    answer = rival.post("/Groups", {"schemas": [GROUP], "displayName": "Mixed", "members": members})
    group = rival.get(f"/Groups/{answer.json['id']}").json
    assert (answer.status, member_ids(group)) == (201, {own["id"]})
    rival.patch(f"/Groups/{group['id']}", {"op": "add", "path": "members", "value": [{"value": ada["id"]}]})
    assert member_ids(rival.get(f"/Groups/{group['id']}").json) == {own["id"]}


def test_another_organizations_group_is_answered_like_an_unknown_member(
    rival: Client, engineers: dict[str, Any]
) -> None:
    answers = []
    for number, identifier in enumerate((engineers["id"], UNKNOWN)):
        answer = rival.post(
            "/Groups", {"schemas": [GROUP], "displayName": f"Outer {number}", "members": [{"value": identifier}]}
        )
        answers.append((answer.status, member_ids(answer.json)))
    assert answers[0] == answers[1]


@pytest.mark.rfc("TEN-01", "TEN-02", "VER-06")
def test_nothing_but_the_key_names_the_organization(scim: Client, rival: Client, ada: dict[str, Any]) -> None:
    headers = {"Host": "acme.example.com", "X-Organization": "acme", "X-Forwarded-Host": "acme.example.com"}
    assert rival.send("GET", "/Users?organization=acme&org=acme&tenant=acme", headers=headers).json["totalResults"] == 0
    location = scim.send("GET", f"/Users/{ada['id']}", headers=headers).json["meta"]["location"]
    assert location == ada["meta"]["location"]
