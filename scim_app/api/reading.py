"""The connection that a request reads over: one for its key and what it asks for.

No request holds two. There are many more threads than connections: if each had one and waited for another, all would wait.
"""

from __future__ import annotations

from flask import Flask, current_app, g
from sqlalchemy import Connection

from scim_app.api.blueprint import blueprint
from scim_app.directory import transaction
from scim_app.directory.directory import Directory
from scim_app.directory.store import Store
from scim_app.extensions import db


def init_app(app: Flask) -> None:
    """Read over connections of the application's own pool."""
    with app.app_context():
        app.extensions["reading"] = transaction.reading(db.engine)


def connection() -> Connection:
    """The connection of this request, taken with its first use."""
    if "reading" not in g:
        g.reading = current_app.extensions["reading"].connect()
    taken: Connection = g.reading
    return taken


def store() -> Store:
    """The store of the request's organisation for what is read through a session, which takes a connection of its own."""
    release()
    directory: Directory = g.directory
    return directory.store


@blueprint.teardown_app_request
def release(_error: BaseException | None = None) -> None:
    """Give the connection back, if there is one."""
    taken = g.pop("reading", None)
    if taken is not None:
        taken.close()
