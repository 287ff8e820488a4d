"""Writers of a SQLite file take turns."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError

from scim_app.directory.turns import turn
from scim_app.extensions import db

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The SQLite file of the test."""
    with app.app_context():
        return db.engine


def test_whoever_waited_longer_than_the_patience_gives_up_and_leaves_the_turn_to_the_next(engine: Engine) -> None:
    with pytest.raises(TimeoutError, match="written to by others for 0 seconds"), turn(engine, patience=0):
        raise AssertionError("no time is longer than no patience")
    with turn(engine):
        pass
