"""What the log keeps of real requests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.journal import Journal
from scim_app.directory.tables import Change, ScimKey, ScimRequest
from scim_app.directory.transaction import transact
from scim_app.protocol.bulk import BULK_REQUEST
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import PATCH_OP, USER


def written(app: Flask, session: scoped_session[Session]) -> list[ScimRequest]:
    assert app.extensions["journal"].flush()
    session.rollback()
    return list(session.scalars(select(ScimRequest).order_by(ScimRequest.id)))


def test_a_persons_life_is_in_the_log_with_the_changes_it_made(
    app: Flask, scim: Client, make_user: Make, session: scoped_session[Session]
) -> None:
    ada = make_user("ada@acme.example", password="canary-1")
    body = {
        "schemas": [PATCH_OP],
        "Operations": [{"op": "replace", "value": {"active": False, "password": "canary-2"}}],
    }
    answer = scim.send("PATCH", f"/Users/{ada['id']}", body)
    assert answer.status == 200, answer
    scim.send("PATCH", f"/Users/{ada['id']}", body)
    scim.delete(f"/Users/{ada['id']}")
    rows = written(app, session)
    told = [(row.action, row.target_name, row.status) for row in rows]
    assert told == [
        ("user:created", "ada@acme.example", 201),
        ("user:deactivated", "ada@acme.example", 200),
        ("user:unchanged", "ada@acme.example", 200),
        ("user:deleted", "ada@acme.example", 204),
    ]
    assert {row.target_id for row in rows} == {ada["id"]}
    changes = {change.id: change.request_id for change in session.scalars(select(Change))}
    for row in rows:
        assert all(changes[each] == row.id for each in row.change_ids)
    assert "canary" not in repr([(row.request_body, row.response_body) for row in rows])


def test_the_id_in_the_answer_is_the_id_in_the_log(app: Flask, scim: Client, session: scoped_session[Session]) -> None:
    answer = scim.post("/Users", {"schemas": [USER]})
    (row,) = written(app, session)
    assert answer.status == 400 and answer.headers["X-Request-Id"] == row.id
    assert row.detail == answer.json["detail"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"deactivated_at": datetime.now(UTC)}, "deactivated"),
        ({"expires_at": datetime.now(UTC) - timedelta(days=1)}, "expired"),
        ({"retires_at": datetime.now(UTC) - timedelta(days=1)}, "replaced"),
        ({"secret_hash": "0" * 64}, "wrong secret"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_key_that_is_known_and_refused_is_in_its_organisations_log_with_the_reason(
    app: Flask, scim: Client, session: scoped_session[Session], values: dict[str, object], reason: str
) -> None:
    transact(session, lambda: session.execute(update(ScimKey).values(**values)))
    assert scim.post("/Users", {"userName": "canary"}).status == 401
    (row,) = written(app, session)
    assert (row.action, row.scim_type, row.key_name) == ("key:refused", reason, "Okta")
    assert row.request_body is None


def test_a_key_that_nobody_knows_is_in_no_log(
    app: Flask, anonymous: Client, scim: Client, session: scoped_session[Session]
) -> None:
    for header in ("Bearer nonsense", "Basic YTpi"):
        assert Client(anonymous.base_url, {"Authorization": header}).get("/Users").status == 401
    assert anonymous.get("/Users").status == 401
    assert written(app, session) == []


def test_reads_are_summed_up_and_those_that_fail_say_why(
    app: Flask, scim: Client, session: scoped_session[Session]
) -> None:
    for _ in range(5):
        scim.get("/Users")
    for _ in range(3):
        scim.get("/Users/nobody")
    rows = written(app, session)
    assert [(row.action, row.count, row.failed) for row in rows] == [("users:listed", 5, False), ("user:read", 3, True)]
    assert rows[0].response_body is None and rows[1].detail


def test_what_changed_something_is_in_the_log_before_it_is_answered(
    app: Flask, scim: Client, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "note", lambda *_: None)
    ada = scim.post("/Users", {"schemas": [USER], "userName": "ada@acme.example", "password": "canary"}).json
    scim.patch(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    scim.patch(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    scim.post("/Users", {"schemas": [USER], "userName": "ada@acme.example"})
    scim.get("/Users")
    scim.delete(f"/Users/{ada['id']}")
    rows = written(app, session)
    told = [(row.action, row.status, row.target_name) for row in rows]
    assert told == [
        ("user:created", 201, "ada@acme.example"),
        ("user:deactivated", 200, "ada@acme.example"),
        ("user:deleted", 204, "ada@acme.example"),
    ]
    assert rows[0].request_body == {"schemas": [USER], "userName": "ada@acme.example"}
    assert all(row.key_name == "Okta" and row.change_ids for row in rows)


def test_a_bulk_request_has_one_row_with_the_changes_of_all_its_operations(
    app: Flask, scim: Client, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "note", lambda *_: None)
    people = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(number),
            "data": {"schemas": [USER], "userName": f"p{number % 3}"},
        }
        for number in range(4)
    ]
    answer = scim.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": people})
    assert [each["status"] for each in answer.json["Operations"]] == ["201", "201", "201", "409"]
    (row,) = written(app, session)
    changes = session.scalars(select(Change).where(Change.request_id == row.id).order_by(Change.id)).all()
    assert row.change_ids == [change.id for change in changes]
    assert (row.status, len(changes)) == (200, 3)
