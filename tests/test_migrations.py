"""The migrations make, on both databases, exactly the tables the code declares, and can be undone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from flask import Flask

from scim_app import create_app
from scim_app.directory.tables import Table
from scim_app.extensions import db
from tests.conftest import SECRETS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def empty(empty_database: str) -> Iterator[Flask]:
    """The application on a database without tables."""
    app = create_app({"DATABASE_URL": empty_database, **SECRETS})
    with app.app_context():
        yield app
        db.engine.dispose()


def tables() -> set[str]:
    return set(sa.inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_an_upgrade_makes_every_table_and_a_downgrade_leaves_none(empty: Flask) -> None:
    flask_migrate.upgrade()
    assert tables() == set(Table.metadata.tables)
    flask_migrate.downgrade(revision="base")
    assert tables() == set()


def test_after_an_upgrade_the_code_declares_nothing_else(empty: Flask) -> None:
    flask_migrate.upgrade()
    flask_migrate.check()


def test_a_column_that_no_migration_makes_is_noticed(empty: Flask) -> None:
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE users DROP COLUMN email")
    with pytest.raises(SystemExit):
        flask_migrate.check()


def test_upgrades_that_start_together_all_succeed_and_leave_one_schema(empty: Flask, empty_database: str) -> None:
    environment = os.environ | SECRETS | {"DATABASE_URL": empty_database, "FLASK_APP": "wsgi"}
    command = [sys.executable, "-m", "flask", "db", "upgrade"]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(4)
    ]
    said = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], "\n".join(said)
    assert tables() == set(Table.metadata.tables)
    flask_migrate.check()


@pytest.mark.databases("postgresql")
def test_postgresql_orders_comparison_forms_by_code_point(empty: Flask) -> None:
    flask_migrate.upgrade()
    query = "SELECT collation_name FROM information_schema.columns WHERE table_name = 'search_values' AND column_name = 'key'"
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql(query).scalar_one() == "C"


@pytest.mark.databases("sqlite")
def test_sqlite_keeps_the_index_of_leaves_as_one_tree(empty: Flask) -> None:
    flask_migrate.upgrade()
    query = "SELECT wr FROM pragma_table_list WHERE name IN ('search_values', 'group_members')"
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql(query).scalars().all() == [1, 1]


@pytest.mark.databases("sqlite")
def test_migrations_run_with_foreign_keys_off_so_that_remaking_a_table_deletes_no_rows(
    empty: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def notice(connection: sa.Connection, *_: object) -> None:
        seen.append(connection.connection.driver_connection.execute("PRAGMA foreign_keys").fetchone()[0])

    sa.event.listen(sa.Engine, "before_cursor_execute", notice)
    try:
        flask_migrate.upgrade()
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", notice)
    assert set(seen) == {0}


def test_whoever_administered_an_organisation_before_there_were_invitations_goes_on_and_unused_links_end(
    empty: Flask,
) -> None:
    flask_migrate.upgrade(revision="0006")
    now = "'2026-11-01 00:00:00+00:00'" if db.engine.dialect.name == "postgresql" else "'2026-11-01 00:00:00'"
    with db.engine.begin() as connection:
        for statement in (
            "INSERT INTO organizations (id, name, slug, domains, created_at, log_days)"
            f" VALUES ('o', 'A', 'a', '[]', {now}, 30)",
            f"INSERT INTO administrators (id, email, email_key, created_at) VALUES ('a', 'a@a.test', 'a@a.test', {now})",
            "INSERT INTO memberships (administrator_id, organization_id, role) VALUES ('a', 'o', 'owner')",
            f"INSERT INTO claims (token_hash, administrator_id, expires_at) VALUES ('h', 'a', {now})",
        ):
            connection.exec_driver_sql(statement)
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM memberships WHERE accepted_at IS NOT NULL").scalar() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM claims").scalar() == 0
    flask_migrate.downgrade(revision="0006")
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM memberships").scalar() == 1
