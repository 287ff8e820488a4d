"""The Flask extensions, each made once, and a SQLite that keeps its promises about transactions."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event

from scim_app.directory.tables import Table

db = SQLAlchemy(metadata=Table.metadata)
migrate = Migrate(directory="scim_app/migrations", render_as_batch=True, compare_type=True)
login_manager = LoginManager()
csrf = CSRFProtect()

SQLITE_PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "cache_size=-1000")


@event.listens_for(Engine, "connect")
def prepare_connection(connection: Any, _record: Any) -> None:
    """A SQLite connection starts no transaction of its own, waits for locks, and does not forget what it acknowledged.

    A process has many, and each keeps pages of its own, 1 MB of them: the system keeps the file.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def begin(connection: Connection) -> None:
    """SQLite: BEGIN IMMEDIATE for a transaction that will write, so that it never has to upgrade a read lock.

    Where statements are to be read one by one (`transaction.reading`), it begins none.
    """
    if connection.dialect.name == "sqlite":
        options = connection.get_execution_options()
        if not options.get("reads"):
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")
