"""The provisioning log on the page: sentences, reasons and fixes, filters, new requests, and what is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.ids import new_id
from scim_app.directory.journal import Noted
from scim_app.directory.journal.diagnosis import DIAGNOSES
from scim_app.directory.tables import Organization, ScimKey, ScimRequest, SignIn
from scim_app.directory.transaction import transact
from scim_app.panel.causes import CAUSES, cause
from tests.panel.conftest import HTMX, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
LOG = "/settings/organization/log"
ACCESS = "/settings/organization/access"
Call = Callable[..., str]


@pytest.fixture
def call(app: Flask, organization: Organization) -> Call:
    """A request of Okta's to Acme, in the log; its id."""
    place = organization.id

    def call(method: str, path: str, status: int = 200, *, agent: str = "Okta SCIM Client 1.0.0", **given: Any) -> str:
        for name in ("request", "response"):
            if name in given:
                given[name] = orjson.dumps(given[name])
        organization_id = given.pop("organization_id", place)
        values = {"key_id": "k", "query": "", "duration": 8, **given}
        request_id = new_id()
        app.extensions["journal"].note(
            Noted(request_id, organization_id, key_name="Okta", user_agent=agent, address="192.0.2.7",
                  method=method, path=path, status=status, **values)
        )  # fmt: skip
        assert app.extensions["journal"].flush()
        return request_id

    return call


def refusal(status: int, detail: str, scim_type: str | None = None) -> dict[str, Any]:
    return {"status": str(status), "detail": detail} | ({"scimType": scim_type} if scim_type else {})


def test_before_anything_came_the_page_says_where_to_begin(viewer: Person) -> None:
    assert "Nothing has come yet" in text_of(viewer.get(LOG))


def test_each_request_is_a_sentence_with_its_outcome(viewer: Person, call: Call) -> None:
    call("POST", "/Users", 201, response={"userName": "ada@acme.example"})
    call("GET", "/Users", 200, agent="")
    call("POST", "/Users", 409, request={"userName": "grace@acme.example"}, response=refusal(409, "It is taken."))
    call("GET", "/Users/nobody", 404)
    call("POST", "/Groups", 400, request={"displayName": "Sales"}, response=refusal(400, "No."), agent="Microsoft Azure AD")
    page = text_of(viewer.get(LOG))
    for sentence in (
        "Succeeded: Okta sent nothing new about ada@acme.example",
        "A client with the key Okta listed the users",
        "Failed: Okta could not create grace@acme.example",
        "It is taken.",
        "Okta asked for a user who is not here",
        "Entra could not create the group Sales",
    ):
        assert sentence in page, sentence


@pytest.mark.parametrize(
    ("values", "reason", "words"),
    [
        ({"expires_at": datetime(2026, 5, 3, tzinfo=UTC)}, "expired", "the key expired on 3 May 2026"),
        ({"deactivated_at": datetime(2026, 5, 4, tzinfo=UTC)}, "deactivated", "the key was deactivated on 4 May 2026"),
        ({"retires_at": datetime(2026, 5, 5, tzinfo=UTC)}, "replaced", "the key was replaced on 5 May 2026"),
        ({}, "wrong secret", "the key has another secret than the one made here"),
    ],
    ids=["expired", "deactivated", "replaced", "wrong secret"],
)
def test_a_refused_key_says_why_and_since_when(
    viewer: Person, call: Call, key: str, session: scoped_session[Session], values: dict[str, Any], reason: str, words: str
) -> None:
    if values:
        transact(session, lambda: session.execute(update(ScimKey).values(**values)))
    key_id = session.query(ScimKey.id).scalar()
    request_id = call("GET", "/Users", 401, key_id=key_id, refused_because=reason, agent="Microsoft Azure AD SCIM")
    assert f"Entra was refused: {words}" in text_of(viewer.get(LOG))
    page = text_of(viewer.get(f"{LOG}/{request_id}"))
    assert "Why it failed" in page and "In Microsoft Entra" in page and "In Okta" not in page


@pytest.mark.parametrize(
    ("agent", "advice"),
    [
        ("Okta SCIM Client 1.0.0", "In Okta Provisioning > Integration > Edit, and paste the new key as the API token."),
        ("OneLogin SCIM", "In OneLogin Generate or regenerate a key under Access Management"),
        ("JumpCloud", "In JumpCloud Generate or regenerate a key under Access Management"),
        ("payroll/1.0", "Anywhere else Paste the key that replaced it where the client keeps it."),
    ],
)
def test_the_page_of_a_failed_request_tells_the_fix_where_it_came_from(
    viewer: Person, call: Call, agent: str, advice: str
) -> None:
    request_id = call("GET", "/Users", 401, refused_because="replaced", agent=agent)
    page = text_of(viewer.get(f"{LOG}/{request_id}"))
    assert advice in page
    assert ("In Microsoft Entra" in page) == (agent == "payroll/1.0")


def test_a_client_whose_guide_says_nothing_of_a_failure_is_told_what_holds_for_any(viewer: Person, call: Call) -> None:
    request_id = call("POST", "/Users", 500, agent="Google-SCIM")
    page = text_of(viewer.get(f"{LOG}/{request_id}"))
    assert "How to fix it Give your operator the request id, and send it again." in page and "In Okta" not in page


def test_a_cause_names_a_diagnosis_that_there_is() -> None:
    assert {each.finding for each in CAUSES} - {""} <= set(DIAGNOSES)


def test_the_page_of_a_request_shows_what_was_sent_answered_and_how_to_send_it_again(
    viewer: Person, call: Call, app: Flask
) -> None:
    body = {"userName": "o'hara@acme.example", "password": "hunter2"}
    request_id = call("POST", "/Users", 201, request=body, response={"id": "7", "userName": "o'hara@acme.example"})
    page = text_of(viewer.get(f"{LOG}/{request_id}"))
    assert "What was sent" in page and "What was answered" in page and "8 ms" in page and request_id in page
    assert f"curl -X POST {app.config['PUBLIC_URL']}/scim/v2/Users" in page
    assert "Bearer $SCIM_KEY" in page and """'{"userName": "o'"'"'hara@acme.example"}'""" in page
    assert "hunter2" not in page


@pytest.mark.parametrize(
    ("status", "scim_type", "detail", "why"),
    [
        (409, "uniqueness", 'The userName "a" is taken.', "has this userName already"),
        (409, "uniqueness", "The displayName is taken.", "A group of this name is here already"),
        (400, "invalidValue", "User a is not allowed to be created in this organization: x.", "certain e-mail domains"),
        (400, "invalidValue", "x", "An attribute has a value"),
        (400, "mutability", "x", "may not be changed from outside"),
        (400, "invalidFilter", "x", "A search was not understood"),
        (400, "invalidPath", "x", "an attribute that does not exist"),
        (404, None, "x", "somebody who was deleted here"),
        (403, None, "x", "A read key was used"),
        (429, None, "x", "More came at once"),
        (503, None, "x", "The database did not answer"),
        (418, None, "x", "not one that this service understands"),
    ],
)
def test_every_failure_has_a_reason_and_a_fix(status: int, scim_type: str | None, detail: str, why: str) -> None:
    failed = ScimRequest(action="user:create", status=status, scim_type=scim_type, detail=detail, failed=True)
    found = cause(failed)
    assert found is not None and why in found.why and found.okta and found.entra and found.other
    assert cause(ScimRequest(action="user:created", status=201, failed=False)) is None


def test_the_last_cause_explains_whatever_nothing_else_does() -> None:
    assert CAUSES[-1].explains(ScimRequest(action="?", status=499, scim_type=None, detail=None, failed=True))


def test_the_list_is_filtered_by_the_address_and_pages_keep_the_filter(viewer: Person, call: Call) -> None:
    for number in range(60):
        call("POST", "/Users", 409, request={"userName": f"person{number:02}"}, response=refusal(409, "Taken."))
    call("POST", "/Groups", 201, response={"displayName": "Sales"})
    first = viewer.get(f"{LOG}?outcome=failed&q=PERSON")
    assert "person59" in first.text and "Sales" not in first.text
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older and "outcome=failed" in older[1]
    second = viewer.get(older[1].replace("&amp;", "&"))
    assert "person00" in second.text and "person59" not in second.text
    assert "Nothing matches" in text_of(viewer.get(f"{LOG}?q=nobody"))
    assert "person00" not in viewer.get(f"{LOG}?action=group").text
    assert "Nothing matches" in text_of(viewer.get(f"{LOG}?from=2999-01-01"))
    assert viewer.get(f"{LOG}?from=x&to=y&outcome=z&action=w&key=v").status_code == 200


def test_new_requests_are_asked_for_behind_the_newest_and_nothing_new_is_204(viewer: Person, call: Call) -> None:
    assert viewer.get(f"{LOG}/new?after=0", headers=HTMX).status_code == 204
    first = call("POST", "/Users", 201, response={"userName": "ada"})
    page = viewer.get(LOG)
    assert f"/log/new?after={first}" in page.text and 'hx-trigger="every' in page.text
    assert viewer.get(f"{LOG}/new?after={first}", headers=HTMX).status_code == 204
    second = call("POST", "/Users", 201, response={"userName": "grace"})
    answer = viewer.get(f"{LOG}/new?after={first}", headers=HTMX)
    assert "grace" in answer.text and "ada" not in answer.text and f"after={second}" in answer.text
    whole = viewer.get(f"{LOG}/new?after=0", headers=HTMX)
    assert whole.headers["HX-Retarget"] == "#requests"
    assert whole.text.lstrip().startswith('<section id="requests"')


def test_an_older_page_stays_as_it_is(viewer: Person, call: Call) -> None:
    ids = [call("POST", "/Users", 201, response={"userName": "ada"}) for _ in range(3)]
    assert "hx-trigger=\"every" not in viewer.get(f"{LOG}?before={ids[2]}").text


def test_a_page_left_open_keeps_no_session_alive(viewer: Person, session: scoped_session[Session]) -> None:
    earlier = datetime.now(UTC) - timedelta(minutes=20)
    transact(session, lambda: session.execute(update(SignIn).values(seen_at=earlier)))
    viewer.get(f"{LOG}/new?after=0", headers=HTMX)
    session.rollback()
    assert session.query(SignIn.seen_at).scalar() == earlier
    viewer.get(LOG)
    session.rollback()
    assert session.query(SignIn.seen_at).scalar() > earlier


def test_another_organisations_request_is_not_there(
    viewer: Person, call: Call, session: scoped_session[Session]
) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    theirs = call("POST", "/Users", 201, organization_id=rival, response={"userName": "spy"})
    answers = [viewer.get(f"{LOG}/{request_id}") for request_id in (theirs, new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert "spy" not in viewer.get(LOG).text


def test_how_long_the_log_is_kept_is_a_setting(owner: Person, organization: Organization) -> None:
    assert "Kept for 30 days." in text_of(owner.get(LOG))
    assert owner.post(f"{LOG}/retention", {"days": "90"}, on=LOG).location == LOG
    assert "Kept for 90 days." in text_of(owner.get(LOG))
    for wrong in ("", "8", "-1", "9" * 30, "x"):
        assert owner.post(f"{LOG}/retention", {"days": wrong}, on=LOG).status_code == 400
    assert "organization:log:changed" in owner.get("/settings/organization/changelog").text


def test_access_management_shows_the_last_success_beside_the_last_failure(viewer: Person, call: Call) -> None:
    assert "Last calls" not in text_of(viewer.get(ACCESS))
    call("POST", "/Users", 201, response={"userName": "ada"})
    call("POST", "/Users", 409, request={"userName": "grace"}, response=refusal(409, "It is taken."))
    page = text_of(viewer.get(ACCESS))
    assert "Last success" in page and "Last failure" in page and "could not create grace" in page


def test_hostile_text_in_the_log_stays_text(viewer: Person, call: Call) -> None:
    hostile = "<script>alert(1)</script>\u202e" + "x" * 3_000
    request_id = call("POST", "/Users", 400, agent=hostile, request={"userName": hostile, "<b>": [hostile]},
                      response=refusal(400, hostile), query=f"filter={hostile}")  # fmt: skip
    for path in (LOG, f"{LOG}/{request_id}", ACCESS):
        page = viewer.get(path).text
        assert "<script>alert" not in page and "<b>" not in page
