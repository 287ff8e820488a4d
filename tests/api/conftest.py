"""Fixtures of the HTTP tests: clients of the running service, one per organisation, and people to talk about."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization, Scope
from scim_app.directory.transaction import transact
from tests.api.strangers import Stranger, strange
from tests.api.wire import Client
from tests.api.words import USER

Make = Callable[..., dict[str, Any]]
Find = Callable[[str], str]


@pytest.fixture
def anonymous(live_server: str) -> Client:
    """A client without a key."""
    return Client(f"{live_server}/scim/v2")


@pytest.fixture
def scim(anonymous: Client, key: str) -> Client:
    """A client with Acme's key."""
    return Client(anonymous.base_url, {"Authorization": f"Bearer {key}"})


@pytest.fixture
def rival(anonymous: Client, session: scoped_session[Session], app: Flask) -> Client:
    """A client with the key of another organisation, Rival."""

    def work() -> str:
        organization = organizations.create(session, "Rival")
        pepper = app.config["KEY_PEPPER"]
        return keys.generate(
            session, organization.id, OPERATOR, pepper, label="Entra", scope="provision", expires_at=None
        ).key

    return Client(anonymous.base_url, {"Authorization": f"Bearer {transact(session, work)}"})


@pytest.fixture
def make_user(scim: Client) -> Make:
    """Create a user of Acme's with this userName and these attributes; the resource as the service answered it."""

    def make(name: str, /, client: Client = scim, **attributes: Any) -> dict[str, Any]:
        answer = client.post("/Users", {"schemas": [USER], "userName": name} | attributes)
        assert answer.status == 201, answer
        return answer.json

    return make


@pytest.fixture
def make_group(scim: Client) -> Make:
    """Create a group of Acme's with this name and members with these ids; the resource as the service answered it."""

    def make(name: str, /, *member_ids: str, client: Client = scim, **attributes: Any) -> dict[str, Any]:
        members = [{"value": member_id} for member_id in member_ids]
        answer = client.post("/Groups", {"displayName": name, "members": members} | attributes)
        assert answer.status == 201, answer
        return answer.json

    return make


@pytest.fixture
def store(app: Flask, session: scoped_session[Session], organization: Organization) -> Store:
    """Acme's rows, written by the operator."""
    return Store(session, organization.id, OPERATOR, app.extensions["catalog"])


@pytest.fixture
def mobile(session: scoped_session[Session], store: Store) -> Scope:
    """The project Mobile with the team Core."""

    def work() -> Scope:
        project = scopes.create_project(store, "Mobile")
        scopes.create_team(store, project, "Core")
        return project

    return transact(session, work)


@pytest.fixture
def find(scim: Client) -> Find:
    """The id of the one group that a filter by name finds."""

    def find(name: str) -> str:
        [found] = scim.get("/Groups", filter=f'displayName eq "{name}"').json["Resources"]
        return str(found["id"])

    return find


@pytest.fixture
def stranger(app: Flask, session: scoped_session[Session]) -> Stranger:
    """Whoever asks about an organisation that is not theirs."""
    return strange(app, session)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the counts, which stands still until a test moves it."""
    clock = [1_800_000_000.0]
    for module in ("scim_app.api.rate_limits", "limits.storage.memory"):
        monkeypatch.setattr(f"{module}.time", SimpleNamespace(time=lambda: clock[0], monotonic=lambda: clock[0]))
    return clock
