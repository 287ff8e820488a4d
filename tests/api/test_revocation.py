"""A key that is taken back while its request goes on changes nothing from then on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.directory import Directory
from scim_app.directory.tables import Change, ScimKey, ScimRequest
from scim_app.extensions import db
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import PATCH_OP, USER, refusal

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PAST = datetime(2020, 1, 1, tzinfo=UTC)
TAKEN_BACK: dict[str, Any] = {
    "deactivated": update(ScimKey).values(deactivated_at=PAST),
    "expired": update(ScimKey).values(expires_at=PAST),
    "replaced": update(ScimKey).values(retires_at=PAST),
    "deleted": delete(ScimKey),
}
TIME_LEFT = update(ScimKey).values(**dict.fromkeys(("expires_at", "retires_at"), datetime.now(UTC) + timedelta(days=1)))


def in_the_middle(monkeypatch: pytest.MonkeyPatch, app: Flask, verb: str, statement: Any, calls: int = 1) -> None:
    """Run the statement when the directory is asked for so many changes by that verb: the key was let in by then."""
    do: Callable[..., Any] = getattr(Directory, verb)
    asked = []

    def late(*given: Any) -> Any:
        asked.append(given)
        if len(asked) == calls:
            with Session(db.engine) as session, session.begin():
                session.execute(statement)
        return do(*given)

    monkeypatch.setattr(Directory, verb, late)


@pytest.mark.parametrize("what", TAKEN_BACK)
def test_a_bulk_request_whose_key_is_taken_back_changes_nothing_from_that_operation_on(
    scim: Client, app: Flask, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    session.rollback()
    in_the_middle(monkeypatch, app, "create", TAKEN_BACK[what], calls=3)
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": name, "data": {"schemas": [USER], "userName": name}}
        for name in ("ada", "bob", "cyd", "dan")
    ]
    answer = scim.post("/Bulk", {"schemas": [BULK_REQUEST], "Operations": operations})
    assert [each["status"] for each in answer.json["Operations"]] == ["201", "201", "401", "401"]
    created = session.scalars(select(Change.target_name).where(Change.action == "user:created").order_by(Change.id))
    assert created.all() == ["ada", "bob"]
    [row] = session.scalars(select(ScimRequest))
    assert len(row.change_ids) == 2


@pytest.mark.parametrize("verb", ["create", "replace", "patch", "delete"])
def test_a_change_whose_key_is_taken_back_before_it_is_made_is_refused_like_any_with_that_key(
    scim: Client, app: Flask, session: scoped_session[Session], make_user: Make, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    ada = make_user("ada")["id"]
    before = session.scalar(select(func.count()).select_from(Change))
    session.rollback()
    in_the_middle(monkeypatch, app, verb, TAKEN_BACK["deactivated"])
    new = {"schemas": [USER], "userName": "bob"}
    rename = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": "Ada"}]}
    method, path, body = {
        "create": ("POST", "/Users", new),
        "replace": ("PUT", f"/Users/{ada}", new),
        "patch": ("PATCH", f"/Users/{ada}", rename),
        "delete": ("DELETE", f"/Users/{ada}", None),
    }[verb]
    answer = scim.send(method, path, body)
    refusal(answer, 401)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Change)) == before


def test_a_key_that_has_time_left_changes_what_it_is_asked_to(
    scim: Client, app: Flask, session: scoped_session[Session], make_user: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.rollback()
    in_the_middle(monkeypatch, app, "create", TIME_LEFT)
    assert make_user("ada")["userName"] == "ada"
