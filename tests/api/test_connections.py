"""No request holds two connections to the database: with one left, every kind of request is answered at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import USER

SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"


@contextmanager
def one_left() -> Iterator[None]:
    """All connections of the pool but one are others'."""
    pool: Any = db.engine.pool
    with ExitStack() as taken:
        for _ in range(pool.size() + pool._max_overflow - 1):
            taken.enter_context(db.engine.connect())
        yield


def test_no_request_waits_for_a_second_connection(
    scim: Client, make_user: Make, make_group: Make, session: scoped_session[Session]
) -> None:
    """There are many more threads than connections: were each to hold one and to wait for another, all would wait."""
    ada, bob = make_user("ada")["id"], make_user("bob")["id"]
    group = make_group("Engineers", ada)["id"]
    session.remove()
    created = {"schemas": [USER], "userName": "eve"}
    bulk = {"schemas": [BULK_REQUEST], "Operations": [{"method": "DELETE", "path": f"/Users/{ada}"}]}
    with one_left():
        answers = [
            scim.get(f"/Users/{ada}"),
            scim.get("/Groups"),
            scim.get("/Roles"),
            scim.get("/Entitlements"),
            scim.get("/ResourceTypes"),
            scim.get("/Schemas"),
            scim.post("/Users/.search", {"schemas": [SEARCH_REQUEST]}),
            scim.post("/Users", created),
            scim.patch(f"/Users/{ada}", {"op": "replace", "value": {"active": False}}),
            scim.put(f"/Users/{ada}", created | {"userName": "ada"}),
            scim.delete(f"/Users/{bob}"),
            scim.delete(f"/Groups/{group}"),
            scim.post("/Bulk", bulk),
        ]
    assert [each.status for each in answers] == [200, 200, 200, 200, 200, 200, 200, 201, 200, 200, 204, 204, 200]


def test_a_key_is_kept_under_the_current_pepper_with_one_connection_left(
    anonymous: Client, app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    old, place = "a pepper that was used before this one", organization.id
    key = transact(
        session,
        lambda: keys.generate(session, place, OPERATOR, old, label="Okta", scope="provision", expires_at=None).key,
    )
    session.remove()
    app.config["KEY_PEPPER_FALLBACKS"] = [old]
    with one_left():
        assert Client(anonymous.base_url, {"Authorization": f"Bearer {key}"}).get("/Users").status == 200
    found = keys.authenticate(session, app.config["KEY_PEPPER"], key, datetime.now(UTC))
    assert isinstance(found, keys.Authenticated) and not found.outdated
