"""How Alembic runs: one transaction for everything, one process at a time, on SQLite and PostgreSQL alike.

A second `flask db upgrade` waits for the first and then finds nothing to do; requests that write wait their turn, and it
waits for theirs. A migration that fails leaves no trace.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from flask import current_app

from scim_app.directory.tables import Table
from scim_app.directory.tables.columns import Id, Instant, Json, Key
from scim_app.directory.turns import turn

ADVISORY_LOCK = 0x5C1A_DB
"""Any number, as long as it stays the same."""


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write this project's types as what they are in the database, so that old migrations depend on no module of ours."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        return "sa.Text()"
    if kind == "type" and item is Key:
        return "KEY"
    if kind == "type" and item is Id:
        return "ID"
    return False


def wait_for_turn(connection: sa.Connection) -> sa.RootTransaction:
    """The transaction that holds all other migrating processes off until it ends."""
    if connection.dialect.name == "sqlite":
        # Batch mode drops and remakes tables: with foreign keys on, the rows that refer to them would go with them.
        # The setting can only be changed outside a transaction.
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        return connection.begin()
    transaction = connection.begin()
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
    return transaction


def run() -> None:
    """Run what was asked for on a connection of its own, which is closed afterwards."""
    url = current_app.extensions["migrate"].db.engine.url
    engine = sa.create_engine(url, poolclass=sa.NullPool, execution_options={"writes": True})
    with turn(engine, patience=math.inf), engine.connect() as connection, wait_for_turn(connection):
        context.configure(
            connection=connection,
            target_metadata=Table.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
        )
        context.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise RuntimeError(f"the migration would leave rows without what they refer to: {broken[:5]}")


if context.is_offline_mode():
    raise RuntimeError("migrations run on a database, not as a script of SQL: leave out --sql")
run()
