"""One history of requests on SQLite and on PostgreSQL, side by side: each is answered the same, whatever the database."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from scim_app import create_app
from scim_app.extensions import db
from tests.api.parties import Party
from tests.api.strangers import newcomer
from tests.torture.mutations import request

pytestmark = pytest.mark.databases("postgresql")
ROUND = 500
"""Requests that one organisation gets, before it is large."""


@pytest.fixture
def on_sqlite(environment: dict[str, str], migrated_file: Path, tmp_path: Path) -> Iterator[Flask]:
    """The same application on SQLite, at the same address."""
    shutil.copy(migrated_file, tmp_path / "other.db")
    app = create_app(environment | {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"})
    yield app
    app.extensions["journal"].close()
    with app.app_context():
        db.engine.dispose()


def newcomers(apps: list[Flask], name: str) -> list[Party]:
    """A client of a new organisation on each, with the same in them."""
    parties = []
    for app in apps:
        with app.app_context():
            parties.append(newcomer(app, db.session, name))
    return parties


def test_both_databases_answer_every_request_the_same(
    app: Flask, on_sqlite: Flask, size: Callable[[int, int], int], figure: Callable[[str], None]
) -> None:
    chance, statuses, differences = random.Random(11), Counter[int](), []
    count = size(400, 10_000)
    for number in range(count):
        if number % ROUND == 0:
            parties = newcomers([app, on_sqlite], f"Round {number}")
        asked = request(chance)
        here, there = (party.ask(asked) for party in parties)
        statuses[here.status] += 1
        if here != there:
            differences.append(f"{asked.method} {asked.target} {asked.headers} {asked.body!r}: {here} {there}")
            parties = newcomers([app, on_sqlite], f"After {number}")
    figure(f"{count:,} requests on both databases: {len(differences)} answered otherwise,"
           f" answers {dict(sorted(statuses.items()))}")  # fmt: skip
    assert not differences, differences[0]
