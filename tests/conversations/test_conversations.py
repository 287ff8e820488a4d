"""Every recorded conversation goes as recorded, over HTTP, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import OPERATOR
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from tests.conversations.replay import HERE, replay

CONVERSATIONS = sorted(HERE.glob("*/*.json"))


@pytest.fixture
def prepare(app: Flask, session: scoped_session[Session], organization: Organization) -> Callable[[Path], None]:
    """Make the projects that a conversation begins with."""

    def prepare(file: Path) -> None:
        store = Store(session, organization.id, OPERATOR, app.extensions["catalog"])
        for name in json.loads(file.read_text()).get("projects", ()):
            transact(session, lambda name=name: scopes.create_project(store, name))

    return prepare


@pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_conversation_goes_as_recorded(
    file: Path, prepare: Callable[[Path], None], live_server: str, key: str
) -> None:
    prepare(file)
    replay(file, f"{live_server}/scim/v2", key)
