"""SQLite by its online backup: a copy of one moment, while others read and write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from scim_app.directory.backups.refusal import BackupRefused


def copy(engine: Engine, file: Path) -> None:
    """Write the database into the file, as one file without a log beside it."""
    with reading(Path(engine.url.database or "")) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def revision(file: Path) -> str:
    """The migration of the database in the file. Raises BackupRefused when it is damaged, or no database of ours."""
    with reading(file) as source:
        found = source.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found == "ok":
            found = source.execute("PRAGMA foreign_key_check").fetchone() or "ok"
        if found != "ok":
            raise BackupRefused(f"{file} is damaged, and was left alone ({found}). Restore another backup.")
        return str(source.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def replace(engine: Engine, file: Path) -> None:
    """Write the file over the database, in one transaction. Raises BackupRefused, and then nothing was written."""
    database = Path(engine.url.database or "")
    if database.exists() and database.samefile(file):
        raise BackupRefused(f"{file} is the database itself.")
    with reading(file) as source, closing(sqlite3.connect(database, timeout=10)) as target:
        try:
            source.backup(target, progress=refuse_to_wait)
        except sqlite3.OperationalError as error:
            raise BackupRefused(
                f"{database} cannot be written ({error}). End what else has it open, and restore again."
            ) from error
        except sqlite3.DatabaseError as error:
            raise BackupRefused(
                f"{database} is damaged ({error}). Stop the service, move that file away together with its -wal and "
                "-shm, and restore again."
            ) from error


def refuse_to_wait(status: int, _remaining: int, _total: int) -> None:
    """Raises OperationalError when somebody else holds the database, where the online backup would try for ever."""
    if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        raise sqlite3.OperationalError("another program is writing to it")


@contextmanager
def reading(file: Path) -> Iterator[sqlite3.Connection]:
    """The database in the file, for reading alone. Raises BackupRefused when it is none."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            yield connection
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} is not a database of this service, or it is damaged ({error}).") from error
