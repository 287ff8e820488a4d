"""A whole database in one file, and back: everything of every organisation, as it was at one moment.

`sqlite` and `postgresql` each say how: `copy` the database to a file, tell the `revision` of a file that is whole, and
`replace` what the database holds by a file, entirely or not at all. Clients may read and write meanwhile.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection
from pathlib import Path
from types import ModuleType

from sqlalchemy import Engine, inspect, select

from scim_app.directory.backups import postgresql, sqlite
from scim_app.directory.backups.refusal import BackupRefused
from scim_app.directory.tables import Organization
from scim_app.directory.turns import turn

KINDS: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgresql}
MAGIC = {"SQLite": b"SQLite format 3\0", "PostgreSQL": b"PGDMP"}
"""What a backup of each kind of database begins with."""


def back_up(engine: Engine, file: Path) -> str:
    """The migration of a backup that is in `file` now, whole and readable by its owner alone; it was not there before.

    What was acknowledged before is in it. Raises BackupRefused, and then there is no such file.
    """
    if file.exists():
        raise BackupRefused(f"{file} exists already. Name a file that does not, or move that one away.")
    kind = KINDS[engine.dialect.name]
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise BackupRefused(f"{file} cannot be written: {error.strerror}.") from error
    try:
        kind.copy(engine, draft)
        revision: str = kind.revision(draft)
        written = os.open(draft, os.O_RDONLY)
        os.fsync(written)
        os.close(written)
        draft.rename(file)
    except OSError as error:
        raise BackupRefused(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)
    return revision


def restore(engine: Engine, file: Path, known: Collection[str], *, replace: bool) -> str:
    """The migration of the backup that the database holds now, instead of what it held.

    `known` are the migrations of this version of the service; organisations are lost only if `replace` allows it. Raises
    BackupRefused, and then the database is as it was.
    """
    kind = KINDS[engine.dialect.name]
    refuse_another_kind(file, kind)
    revision: str = kind.revision(file)
    if revision not in known:
        raise BackupRefused(
            f"{file} was made by another version of this service (migration {revision}), which this one cannot read. "
            "Restore it with that version or a newer one."
        )
    with turn(engine):
        if not replace and occupied(engine):
            raise BackupRefused("The database holds organizations. They would be lost: allow it with --replace.")
        engine.dispose()
        kind.replace(engine, file)
    return revision


def refuse_another_kind(file: Path, kind: ModuleType) -> None:
    """Raises BackupRefused unless the file begins as a backup of this kind of database does."""
    with file.open("rb") as opened:
        begins = opened.read(16)
    found = next((name for name, magic in MAGIC.items() if begins.startswith(magic)), None)
    if found is None:
        raise BackupRefused(f"{file} is not a backup. `flask backup` makes one.")
    if KINDS[found.lower()] is not kind:
        raise BackupRefused(f"{file} is a backup of {found}, and DATABASE_URL names another kind of database.")


def occupied(engine: Engine) -> bool:
    """Whether there is an organisation in the database."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(Organization.__tablename__):
            return False
        return connection.execute(select(Organization.id).limit(1)).first() is not None


__all__ = ["BackupRefused", "back_up", "restore"]
