"""Whose address a request has behind proxies: what TRUSTED_PROXIES of them say is believed, and nothing beyond it."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.tables import ScimRequest

pytestmark = pytest.mark.databases("sqlite")
PROXY = "10.0.0.7"


@pytest.fixture
def proxies() -> str:
    """How many proxies are trusted."""
    return "0"


@pytest.fixture
def environment(environment: dict[str, str], proxies: str) -> dict[str, str]:
    """The settings, with that many proxies."""
    return environment | {"TRUSTED_PROXIES": proxies}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        ("0", "192.0.2.1", PROXY),
        ("1", "192.0.2.1", "192.0.2.1"),
        ("1", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("1", None, PROXY),
        ("2", "203.0.113.9, 192.0.2.1, 10.0.0.6", "192.0.2.1"),
        ("2", "192.0.2.1", PROXY),
    ],
)
def test_the_log_has_the_address_that_the_outermost_trusted_proxy_saw(
    app: Flask, client: FlaskClient, session: scoped_session[Session], key: str, forwarded: str | None, address: str
) -> None:
    headers = {"Authorization": f"Bearer {key}"} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    base = {"REMOTE_ADDR": PROXY}
    assert Context().run(client.get, "/scim/v2/Users", headers=headers, environ_overrides=base).status_code == 200
    assert app.extensions["journal"].flush()
    session.rollback()
    assert session.scalars(select(ScimRequest.address)).one() == address


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_no_proxy_says_where_a_resource_is(client: FlaskClient, app: Flask, key: str) -> None:
    headers = {
        "Authorization": f"Bearer {key}",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/elsewhere",
        "X-Forwarded-Proto": "https",
    }
    answer = Context().run(client.get, "/scim/v2/ResourceTypes/User", headers=headers)
    assert answer.status_code == 200
    assert answer.get_json(force=True)["meta"]["location"].startswith(app.config["PUBLIC_URL"] + "/scim/v2/")


@pytest.mark.parametrize("proxies", ["0", "1"])
def test_a_key_that_crossed_the_network_over_http_is_noticed_behind_any_number_of_proxies(
    app: Flask, client: FlaskClient, session: scoped_session[Session], key: str
) -> None:
    app.config["PUBLIC_URL"] = "https://scim.example.com"
    headers = {"Authorization": f"Bearer {key}", "X-Forwarded-Proto": "http"}
    assert Context().run(client.get, "/scim/v2/Users", headers=headers).status_code == 200
    assert app.extensions["journal"].flush()
    session.rollback()
    assert "It came over http" in (session.scalars(select(ScimRequest.detail)).one() or "")
