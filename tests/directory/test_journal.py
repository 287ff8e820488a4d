"""The log of SCIM requests: what is kept of one, what never is, what is summed up, and what is forgotten."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import journal, keys, organizations
from scim_app.directory.changes import OPERATOR, Actor, Target, record
from scim_app.directory.directory import Directory
from scim_app.directory.ids import first_id, made_at, new_id
from scim_app.directory.journal import SELF_TEST, Journal, Noted, Receipt, Wanted, reading, secrets
from scim_app.directory.journal.writer import add
from scim_app.directory.tables import Change, Organization, ScimRequest
from scim_app.directory.transaction import transact
from scim_app.protocol.catalog import CORE_USER
from tests.protocol.generated import CATALOG

Note = Callable[..., str]
OKTA = "Okta SCIM Client 1.0.0"
KEY = "scim_AAAAAAAAAAA_" + "B" * 49


@pytest.fixture
def log(app: Flask) -> Journal:
    """The log of the application."""
    found: Journal = app.extensions["journal"]
    return found


@pytest.fixture
def note(log: Journal, organization: Organization) -> Note:
    """Note a request of Acme's; its id."""
    place = organization.id

    def note(method: str = "PATCH", path: str = "/Users/1", status: int = 200, **given: Any) -> str:
        values: dict[str, Any] = {
            "request_id": new_id(),
            "organization_id": place,
            "key_id": "k",
            "key_name": "Okta production",
            "user_agent": OKTA,
            "address": "192.0.2.7",
            "query": "",
            "duration": 12,
        }
        for name in ("request", "response"):
            if isinstance(given.get(name), dict):
                given[name] = orjson.dumps(given[name])
        noted = Noted(method=method, path=path, status=status, **values | given)
        log.note(noted)
        return noted.request_id

    return note


def written(log: Journal, session: scoped_session[Session]) -> list[ScimRequest]:
    assert log.flush()
    session.rollback()
    return list(session.scalars(select(ScimRequest).order_by(ScimRequest.id)))


def test_a_write_is_kept_with_who_sent_it_what_it_said_and_what_came_of_it(
    note: Note, log: Journal, session: scoped_session[Session]
) -> None:
    given = {"request": {"userName": "ada@acme.example"}, "response": {"id": "7", "userName": "ada@acme.example"}}
    request_id = note("POST", "/Users", 201, **given)
    (row,) = written(log, session)
    assert (row.id, row.client, row.method, row.path, row.status) == (request_id, "Okta", "POST", "/Users", 201)
    assert (row.failed, row.count, row.duration, row.address) == (False, 1, 12, "192.0.2.7")
    assert row.request_body == {"userName": "ada@acme.example"}
    assert row.target_name == "ada@acme.example"
    assert row.at == made_at(request_id)


@pytest.fixture
def receipt(organization: Organization, session: scoped_session[Session]) -> Receipt:
    """What the log gets of a PATCH of Acme's, with a key that is live."""
    place, given = organization.id, {"label": "Okta", "scope": "provision", "expires_at": None}
    key = transact(session, lambda: keys.generate(session, place, OPERATOR, "pepper", **given))
    noted = Noted(new_id(), place, key.id, "Okta", OKTA, "", "PATCH", f"/Users/{new_id()}", "", 200, 1)
    return Receipt(lambda: noted)


def deactivate(session: scoped_session[Session], noted: Noted) -> None:
    """Changes as a deactivated user brings them."""
    actor = Actor("key", "Okta", "k", noted.request_id)
    for action in ("user:deactivated", "role:removed"):
        record(session, noted.organization_id, actor, action, Target("User", new_id(), "ada@acme.example"))


def test_a_write_is_linked_to_the_changes_it_made_and_named_after_the_first(
    receipt: Receipt, session: scoped_session[Session]
) -> None:
    noted = receipt.describe()
    receipt.transact(session, lambda: deactivate(session, noted))
    row = session.scalars(select(ScimRequest)).one()
    made = session.scalars(select(Change.id).where(Change.request_id == noted.request_id).order_by(Change.id)).all()
    assert row.change_ids == list(made) and len(made) == 2
    assert (row.id, row.action, row.target_name) == (noted.request_id, "user:deactivated", "ada@acme.example")
    assert [each.id for each in journal.changes_of(session, row)] == list(made)


def test_a_write_that_is_undone_is_neither_in_the_history_nor_in_the_log(
    receipt: Receipt, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = receipt.describe()
    monkeypatch.setattr(session.registry(), "commit", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        receipt.transact(session, lambda: deactivate(session, noted))
    monkeypatch.undo()
    assert session.scalars(select(Change).where(Change.request_id == noted.request_id)).all() == []
    assert session.scalars(select(ScimRequest)).all() == []
    assert receipt.made == ()


def test_a_request_that_changes_nothing_gets_its_row_when_it_is_answered(
    receipt: Receipt, log: Journal, session: scoped_session[Session]
) -> None:
    receipt.transact(session, lambda: None)
    assert session.scalars(select(ScimRequest)).all() == []
    log.note(receipt.describe())
    assert [row.action for row in written(log, session)] == ["user:unchanged"]


def test_the_row_of_a_write_learns_how_it_was_answered_and_keeps_what_was_asked(
    receipt: Receipt, log: Journal, session: scoped_session[Session]
) -> None:
    asked = replace(receipt.describe(), request=b'{"active": false}')
    receipt.describe = lambda: asked
    receipt.transact(session, lambda: deactivate(session, asked))
    log.note(replace(asked, request=None, response=b'{"id": "7"}', status=204, duration=30, made=receipt.made))
    (row,) = written(log, session)
    assert (row.status, row.duration, row.failed, row.action) == (204, 30, False, "user:deactivated")
    assert (row.request_body, row.response_body) == ({"active": False}, {"id": "7"})
    assert len(row.change_ids) == 2


def test_a_failure_is_kept_with_its_reason(note: Note, log: Journal, session: scoped_session[Session]) -> None:
    error = {"status": "409", "scimType": "uniqueness", "detail": "The userName is taken."}
    note("POST", "/Users", 409, request={"userName": "ada"}, response=error)
    (row,) = written(log, session)
    assert (row.failed, row.scim_type, row.detail) == (True, "uniqueness", "The userName is taken.")
    assert (row.action, row.target_name, row.change_ids) == ("user:create", "ada", [])


def test_reads_of_a_kind_in_an_hour_are_one_row_with_a_count(
    note: Note, log: Journal, session: scoped_session[Session]
) -> None:
    first = note("GET", "/Users", 200, query="startIndex=1&count=100")
    for page in range(2, 12):
        note("GET", "/Users", 200, query=f"startIndex={page}01&count=100")
    note("GET", "/Users", 200, query='filter=userName eq "ada"')
    note("GET", "/Users", 200, user_agent="curl/8.0")
    written(log, session)
    last = note("GET", "/Users", 200)
    rows = {(row.client, row.action): row for row in written(log, session)}
    assert {place: row.count for place, row in rows.items()} == {
        ("Okta", "users:listed"): 12,
        ("Okta", "users:looked for"): 1,
        ("curl", "users:listed"): 1,
    }
    listed = rows["Okta", "users:listed"]
    assert (listed.id, listed.at) == (first, made_at(last))


def test_reads_in_another_hour_are_another_row(note: Note, log: Journal, session: scoped_session[Session]) -> None:
    for hour in (10, 11):
        note("GET", "/Users", 200, request_id=first_id(datetime(2026, 11, 25, hour, 30, tzinfo=UTC)))
    assert [row.count for row in written(log, session)] == [1, 1]


def test_refusals_of_a_key_are_one_row_an_hour_however_many_come(
    note: Note, log: Journal, session: scoped_session[Session]
) -> None:
    for _ in range(40):
        note("POST", "/Users", 401, refused_because="expired")
    note("POST", "/Users", 401, refused_because="wrong secret")
    assert {row.scim_type: (row.count, row.action) for row in written(log, session)} == {
        "expired": (40, "key:refused"),
        "wrong secret": (1, "key:refused"),
    }


@pytest.mark.parametrize(
    "body",
    [
        {"password": "hunter2"},
        {"PassWord": "hunter2"},
        {"urn:ietf:params:scim:schemas:core:2.0:User:password": "hunter2"},
        {"name": {"password": ["hunter2"]}},
        {"Authorization": "Bearer hunter2"},
        {"Operations": [{"op": "replace", "path": "password", "value": "hunter2"}]},
        {
            "Operations": [
                {"op": "Replace", "Path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "hunter2"}
            ]
        },
        {"Operations": [{"op": "add", "value": {"password": "hunter2"}}]},
        {"Operations": [{"op": "replace", "value": '{"password": "hunter2"}'}]},
        {"Operations": [{"op": "replace", "value": '{"password": "hunter2"'}]},
        {"Operations": [{"method": "POST", "path": "/Users", "data": {"password": "hunter2"}}]},
    ],
    ids=str,
)
def test_no_secret_is_kept_in_whatever_shape_it_comes(body: dict[str, Any]) -> None:
    assert "hunter2" not in orjson.dumps(secrets.body(orjson.dumps(body))).decode()


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"pass\u0077ord": "hunter2"}',
        rb'{"Operations": [{"op": "replace", "path": "\u0070assword", "value": "hunter2"}]}',
        rb'{"Operations": [{"op": "replace", "value": "{\"pass\u0077ord\": \"hunter2\"}"}]}',
    ],
    ids=str,
)
def test_no_secret_is_kept_that_is_written_in_escapes(raw: bytes) -> None:
    assert b"hunter2" not in orjson.dumps(secrets.body(raw))


def test_what_holds_no_secret_is_kept_as_it_is() -> None:
    sent = {"userName": "ada", "emails": [{"value": "ada@example.com"}] * 20, "active": True}
    assert secrets.body(orjson.dumps(sent)) == sent


def test_a_key_is_kept_nowhere(note: Note, log: Journal, session: scoped_session[Session]) -> None:
    note("PATCH", f"/Users/{KEY}", 400, query=f"access_token={KEY}", request={"nickName": f"it is {KEY}"},
         response={"detail": f"{KEY} is not a path"})  # fmt: skip
    (row,) = written(log, session)
    whole = repr({column.key: getattr(row, column.key) for column in ScimRequest.__table__.columns})
    assert "BBBB" not in whole and "scim_…" in whole


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("filter=userName+eq+%22ada%22&count=1", "/Users?filter=userName+eq+%22ada%22&count=1"),
        ("filter=password+eq+%22x%22", "/Users?filter=%E2%80%A6"),
        ("token=x&startIndex=1", "/Users?token=%E2%80%A6&startIndex=1"),
        ("", "/Users"),
    ],
)
def test_of_an_address_only_what_was_asked_is_kept(query: str, kept: str) -> None:
    assert secrets.address("/Users", query) == kept


def test_long_bodies_are_cut() -> None:
    members = [{"value": str(number)} for number in range(1_234)]
    cut = secrets.body(orjson.dumps({"members": members, "displayName": "x" * 5_000}))
    assert len(cut["members"]) == 101 and cut["members"][-1] == "… and 1,134 more"
    assert len(cut["displayName"]) == 2_001
    many = {f"name{number}": "x" * 1_000 for number in range(200)}
    assert secrets.body(orjson.dumps(many)).endswith("bytes of JSON, too many to keep")
    assert secrets.body(b"not json") == "8 bytes that are not JSON"
    assert secrets.body(b"") is None


def test_a_request_never_waits_for_the_log(
    note: Note, log: Journal, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()
    honest = log.write
    monkeypatch.setattr(log, "write", lambda *given: (stuck.wait(10), honest(*given)))
    began = time.monotonic()
    for _ in range(6_000):
        note("PATCH", "/Users/1", 200)
    assert time.monotonic() - began < 3
    assert log.left_out > 0
    stuck.set()


def test_a_log_that_cannot_be_written_fails_nothing_and_says_so(
    note: Note,
    log: Journal,
    session: scoped_session[Session],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("scim_app.directory.journal.writer.add", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR, "scim_app.journal"):
        note()
        assert log.flush()
    assert "1 rows of the log of requests are lost" in caplog.text
    monkeypatch.undo()
    note()
    assert len(written(log, session)) == 1


def test_one_row_that_cannot_be_written_takes_no_other_with_it(
    note: Note, log: Journal, session: scoped_session[Session]
) -> None:
    note("POST", "/Users", 201)
    note("POST", "/Users", 201, organization_id=new_id())
    note("POST", "/Users", 201)
    assert len(written(log, session)) == 2


def test_closing_writes_what_is_left(note: Note, log: Journal, session: scoped_session[Session]) -> None:
    for _ in range(700):
        note()
    log.close()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(ScimRequest)) == 700


def test_a_process_that_was_forked_writes_nothing_that_its_parent_noted(note: Note, log: Journal) -> None:
    note(status=200)
    child = os.fork()
    if not child:
        os._exit(0 if log.thread is None and not log.queue and log.flush() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert log.thread is not None and log.flush()


def test_two_processes_that_sum_up_the_same_reads_make_one_row(
    note: Note, log: Journal, app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    other = Journal(app.config["SQLALCHEMY_DATABASE_URI"], app.config["SQLALCHEMY_ENGINE_OPTIONS"])
    moment = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)
    for number in range(20):
        request_id = first_id(moment + timedelta(seconds=number))
        note("GET", "/Users", 200, request_id=request_id)
        other.note(Noted(request_id[:-1] + "1", organization.id, "k", "", OKTA, "", "GET", "/Users", "", 200, 1))
    assert other.flush()
    rows = written(log, session)
    other.close()
    assert [row.count for row in rows] == [40]


@pytest.fixture
def mixed(note: Note, log: Journal, session: scoped_session[Session]) -> None:
    """A log with a little of everything."""
    note("POST", "/Users", 201, response={"userName": "ada@acme.example"})
    note("POST", "/Users", 409, request={"userName": "grace@acme.example"})
    note("GET", "/Users", 200, key_id="other")
    note("PATCH", "/Groups/1", 204)
    written(log, session)


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (Wanted(), 4),
        (Wanted(outcome="failed"), 1),
        (Wanted(outcome="done"), 3),
        (Wanted(subject="user"), 2),
        (Wanted(subject="reads"), 1),
        (Wanted(person="GRACE"), 1),
        (Wanted(person="%"), 0),
        (Wanted(key_id="other"), 1),
        (Wanted(since=datetime(2000, 1, 1, tzinfo=UTC)), 4),
        (Wanted(until=datetime(2000, 1, 1, tzinfo=UTC)), 0),
    ],
    ids=str,
)
def test_the_log_is_filtered(
    mixed: None, session: scoped_session[Session], organization: Organization, wanted: Wanted, count: int
) -> None:
    assert len(journal.page(session, organization.id, wanted).entries) == count


def test_a_request_that_names_another_organisations_user_hears_no_name(
    note: Note, log: Journal, session: scoped_session[Session], organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    theirs = Directory(session, rival, OPERATOR, CATALOG).create("User", {"schemas": [CORE_USER], "userName": "secret"}).id
    mine = Directory(session, organization.id, OPERATOR, CATALOG).create("User", {"schemas": [CORE_USER], "userName": "ada"}).id
    batch: list[Noted] = []
    monkeypatch.setattr(log, "note", batch.append)
    note(path=f"/Users/{theirs}", status=404)
    note(path=f"/Users/{mine}", status=400)
    note(path=f"/Users/{theirs}", status=400, organization_id=rival)
    transact(session, lambda: add(session, batch))
    rows = {
        (row.organization_id, row.target_id): row.target_name for row in session.scalars(select(ScimRequest))
    }
    assert rows == {(organization.id, theirs): None, (organization.id, mine): "ada", (rival, theirs): "secret"}


def test_another_organisation_sees_none_of_it(mixed: None, session: scoped_session[Session]) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    mine = session.scalars(select(ScimRequest.id)).first() or ""
    assert journal.page(session, rival, Wanted()).entries == []
    assert journal.one(session, rival, mine) is None
    assert journal.last(session, rival, failed=True) is None


def test_the_last_success_and_the_last_failure_are_known(
    mixed: None, session: scoped_session[Session], organization: Organization
) -> None:
    done, failed = (journal.last(session, organization.id, failed=each) for each in (False, True))
    assert done is not None and done.path == "/Groups/1"
    assert failed is not None and failed.status == 409


def test_what_a_client_did_last_is_told_from_what_others_and_this_service_itself_did(
    mixed: None, note: Note, log: Journal, session: scoped_session[Session], organization: Organization
) -> None:
    listed, patched = ["users:listed"], ["group:unchanged"]
    note("GET", "/Users", 200, user_agent="Microsoft Azure AD")
    entra = written(log, session)[-1].id
    note("GET", "/Users", 200, user_agent=SELF_TEST)
    note("GET", "/Users", 500, user_agent=SELF_TEST)
    written(log, session)
    last = journal.last_of(session, organization.id, listed, "Okta")["users:listed"]
    assert last.client == "Okta"
    assert journal.last_of(session, organization.id, listed, "Entra")["users:listed"].id == entra
    assert journal.last_of(session, organization.id, listed)["users:listed"].id == entra
    assert journal.last_of(session, organization.id, patched, "Entra") == {}
    found = journal.last(session, organization.id, failed=True)
    assert found is not None and found.client == "Okta"
    assert {row.client for row in journal.page(session, organization.id, Wanted(from_outside=True)).entries} == {
        "Okta",
        "Entra",
    }


def test_of_a_client_only_the_newest_that_did_the_same_are_looked_at(
    note: Note, log: Journal, session: scoped_session[Session], organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LOOKED_AT", 3)
    for agent in (OKTA, "Google-SCIM", "Google-SCIM"):
        note("DELETE", "/Nothing", 204, user_agent=agent)
    written(log, session)
    action = ["service:unchanged"]
    assert journal.last_of(session, organization.id, action, "Okta")
    note("DELETE", "/Nothing", 204, user_agent="Google-SCIM")
    written(log, session)
    assert not journal.last_of(session, organization.id, action, "Okta")


def test_what_is_older_than_the_organisation_keeps_is_forgotten_in_batches(
    note: Note, log: Journal, session: scoped_session[Session], organization: Organization
) -> None:
    now = datetime.now(UTC)
    place = organization.id
    for days in (1, 29, 31, 400):
        note(request_id=first_id(now - timedelta(days=days)))
    for number in range(1_500):
        note(request_id=first_id(now - timedelta(days=40, milliseconds=number)))
    written(log, session)
    assert journal.prune(session, now) == 1_502
    assert len(written(log, session)) == 2
    actor = Actor("administrator", "ada@acme.example")
    transact(session, lambda: journal.keep(session, place, actor, 7))
    assert journal.prune(session, now) == 1
    with pytest.raises(ValueError, match="7, 30, 90 or 365 days"):
        transact(session, lambda: journal.keep(session, place, actor, 8))
    assert session.scalars(select(Change.action).order_by(Change.id.desc())).first() == "organization:log:changed"


def test_an_organisation_keeps_its_log_for_thirty_days_unless_it_says_otherwise(
    session: scoped_session[Session], organization: Organization
) -> None:
    transact(session, lambda: session.execute(update(Organization).values(name="Acme")))
    assert organizations.get(session, organization.id).log_days == 30  # type: ignore[union-attr]


def test_what_one_client_sends_costs_nobody_else_their_log(
    note: Note, log: Journal, session: scoped_session[Session], organization: Organization
) -> None:
    mine = organization.id
    other = transact(session, lambda: organizations.create(session, "Rival")).id
    note("POST", "/Users/\0", 400, request={"userName": "a\0b"})
    note("GET", f"/Users/{'0' * 35}\0", 404)
    note("POST", "/Users", 409, organization_id="0" * 36)
    note("POST", "/Users", 409, organization_id=other)
    rows = written(log, session)
    assert sorted(row.organization_id for row in rows) == sorted([mine, mine, other])
    assert rows[0].path == "/Users/\ufffd" and rows[0].target_name == "a\ufffdb"
