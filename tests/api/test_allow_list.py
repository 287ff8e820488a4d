"""A key that is bound to networks is let in from there alone."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization, ScimRequest
from scim_app.directory.transaction import transact


@pytest.fixture
def bound(session: scoped_session[Session], organization: Organization, key: str) -> str:
    """Acme's key, bound to one network of each family."""
    only = keys.of_organization(session, organization.id)[0].id
    networks = ["192.0.2.0/24", "2001:db8::/32"]
    transact(session, lambda: keys.bind(session, organization.id, OPERATOR, only, networks))
    session.rollback()
    return key


def get(client: FlaskClient, key: str, address: str, **headers: str) -> TestResponse:
    sent = {"Authorization": f"Bearer {key}", **headers}
    return Context().run(client.get, "/scim/v2/Users", headers=sent, environ_overrides={"REMOTE_ADDR": address})


@pytest.mark.parametrize("address", ["192.0.2.1", "192.0.2.255", "2001:db8:1::7", "::ffff:192.0.2.9"])
def test_a_bound_key_is_let_in_from_its_networks(client: FlaskClient, bound: str, address: str) -> None:
    assert get(client, bound, address).status_code == 200


@pytest.mark.parametrize("address", ["192.0.3.1", "2001:db9::1", "::ffff:192.0.3.1", "127.0.0.1", "", "nonsense"])
def test_from_anywhere_else_it_is_refused_and_told_where_that_is_fixed(
    client: FlaskClient, bound: str, address: str
) -> None:
    answer = get(client, bound, address)
    assert answer.status_code == 403 and answer.content_type == "application/scim+json"
    detail = f"This key may not be used from {address}. Allow it under Access Management."
    assert answer.get_json(force=True)["detail"] == detail


def test_a_header_that_anybody_can_write_moves_nobody_into_a_network(client: FlaskClient, bound: str) -> None:
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert get(client, bound, "198.51.100.1", **{name: "192.0.2.1"}).status_code == 403


def test_a_wrong_secret_hears_nothing_of_networks(client: FlaskClient, bound: str) -> None:
    body = bound[:17] + "0" * 43
    assert get(client, body + keys.checksum(body), "198.51.100.1").status_code == 401


def test_the_refusal_stands_in_the_log_with_the_address(
    client: FlaskClient, app: Flask, session: scoped_session[Session], bound: str
) -> None:
    get(client, bound, "198.51.100.1")
    assert app.extensions["journal"].flush()
    session.rollback()
    row = session.scalars(select(ScimRequest)).one()
    assert (row.scim_type, row.status, row.address) == ("address", 403, "198.51.100.1")
