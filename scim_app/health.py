"""What a load balancer asks: is the process alive, and can it serve?"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, current_app, json
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, TimeoutError

from scim_app.extensions import db

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
blueprint = Blueprint("health", __name__)


@cache
def newest() -> set[str]:
    """The revision that `flask db upgrade` leads to, as Alembic's set of heads."""
    return set(ScriptDirectory(MIGRATIONS).get_heads())


def current(engine: Engine) -> set[str]:
    """The revision the database is at: empty before the first migration. Raises DBAPIError when it cannot be reached."""
    with engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads())


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 as long as the process answers at all."""
    return answer(200, "alive")


@blueprint.get("/readyz")
def readyz() -> Response:
    """200 when the database answers and is at the newest migration, or else 503 with the reason."""
    try:
        at_head = current(db.engine) == newest()
    except (DBAPIError, TimeoutError):
        current_app.logger.exception("the database does not answer")
        return answer(503, "the database does not answer")
    return answer(200, "ready") if at_head else answer(503, "the database is not at the newest migration")


def answer(status: int, state: str) -> Response:
    """A small JSON answer that nobody keeps."""
    response = Response(json.dumps({"status": state}), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response
