"""`flask backup` and `flask restore`: the whole database in one file, and back."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from alembic.script import ScriptDirectory
from flask.cli import with_appcontext

from scim_app.cli.console import PlainCommand, as_json, show
from scim_app.directory import backups
from scim_app.extensions import db
from scim_app.health import MIGRATIONS, newest


@click.command("backup", cls=PlainCommand)
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@with_appcontext
def backup(file: Path, as_json: bool) -> None:
    """Write the whole database into FILE, while the service runs.

    KEY_PEPPER and SECRET_KEY are not in it. Keep them, too, and elsewhere.
    """
    revision = backups.back_up(db.engine, file)
    size = file.stat().st_size
    values = {"file": str(file), "bytes": size, "migration": revision}
    show(
        values, f"Wrote {size:,} bytes to {file}. Without KEY_PEPPER, which is not in it, no key in it works.", as_json
    )


@click.command("restore", cls=PlainCommand)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Lose the organizations that the database holds.")
@as_json
@with_appcontext
def restore(file: Path, replace: bool, as_json: bool) -> None:
    """Put what FILE holds, written by `flask backup`, in the place of the whole database."""
    if replace and sys.stdin.isatty():
        click.confirm(
            "Everything in the database is lost, and what the file holds is there instead. Go on?", abort=True
        )
    known = {each.revision for each in ScriptDirectory(MIGRATIONS).walk_revisions()}
    revision = backups.restore(db.engine, file, known, replace=replace)
    old = revision not in newest()
    after = "Run `flask db upgrade` now: the file is of an older version." if old else "`flask doctor` looks it over."
    show({"file": str(file), "migration": revision, "upgrade": old}, f"Restored {file}. {after}", as_json)
