"""PostgreSQL by its own tools: pg_dump, pg_restore and psql. A password goes to them in the environment alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from scim_app.directory.backups.refusal import BackupRefused
from scim_app.directory.tables import Table

OURS = ("--no-owner", "--no-privileges", "--no-comments")
"""A backup may be restored by another role, on another server."""
PATIENCE = "SET client_min_messages = warning; SET lock_timeout = '30s';"
INSTALL = "Install PostgreSQL's client programs, of the version of the server (on Debian: postgresql-client)."
REVISION = re.compile(r"^COPY .*alembic_version .*\n(\w+)\n\\\.$", re.MULTILINE)


def copy(engine: Engine, file: Path) -> None:
    """Write the database into the file, in PostgreSQL's custom format."""
    address, environment = connection(engine)
    run("pg_dump", "--format=custom", *OURS, f"--file={file}", f"--dbname={address}", environment=environment)


def revision(file: Path) -> str:
    """The migration of the database in the file. Raises BackupRefused when it is damaged, or no database of ours."""
    run("pg_restore", f"--file={os.devnull}", f"{file}")
    found = REVISION.search(run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", f"{file}"))
    if found is None:
        raise BackupRefused(f"{file} is not a backup of this service.")
    return found[1]


def replace(engine: Engine, file: Path) -> None:
    """Put the tables in the file in the place of those in the database, in one transaction.

    psql ends the transaction where its input ends, so it is given an end only after pg_restore had a good one.
    """
    address, environment = connection(engine)
    command = (tool("psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null",
               f"--dbname={address}", "--file=-")  # fmt: skip
    names = ", ".join(f'"{name}"' for name in (*Table.metadata.tables, "alembic_version"))
    script: subprocess.CompletedProcess[bytes] | None = None
    # Unbuffered: what psql did not take, because it has ended, would be sent once more when its input is closed.
    with subprocess.Popen(command, bufsize=0, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as psql:
        assert psql.stdin is not None and psql.stderr is not None
        try:
            psql.stdin.write(f"{PATIENCE}\nDROP TABLE IF EXISTS {names} CASCADE;\n".encode())
            script = subprocess.run(
                [tool("pg_restore"), *OURS, "--file=-", file], stdout=psql.stdin, stderr=subprocess.PIPE, check=False
            )
            if script.returncode and psql.poll() is None:
                psql.kill()
            psql.stdin.close()
        except BrokenPipeError:
            psql.kill()  # It has refused already, and says why.
        except BaseException:
            psql.kill()
            raise
        said = psql.stderr.read()
    if psql.returncode:
        # pg_restore fails, too, when psql goes away: what psql says comes first.
        raise refused("pg_restore", script.stderr) if script and not said else refused("psql", said)


def connection(engine: Engine) -> tuple[str, dict[str, str]]:
    """How PostgreSQL's tools reach the database: an address without the password, and an environment that has it."""
    given = engine.dialect.create_connect_args(engine.url)[1]
    password = given.pop("password", None)
    # SQLAlchemy's own, which libpq does not know.
    given.pop("context", None)
    return make_conninfo(**given), os.environ | ({"PGPASSWORD": str(password)} if password else {})


def run(name: str, *arguments: str, environment: dict[str, str] | None = None) -> str:
    """What the tool prints. Raises BackupRefused when it fails, or is not there."""
    done = subprocess.run([tool(name), *arguments], env=environment, capture_output=True, check=False)
    if done.returncode:
        raise refused(name, done.stderr)
    return done.stdout.decode(errors="replace")


def tool(name: str) -> str:
    """Where the tool is. Raises BackupRefused."""
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not installed here, or not on PATH. {INSTALL}")
    return found


def refused(name: str, said: bytes) -> BackupRefused:
    """The tool's own words, in a sentence."""
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    if any("version mismatch" in line for line in lines):
        return BackupRefused(f"{name} is of another version than the server. {INSTALL}")
    return BackupRefused(f"{name} refused: {lines[0].strip() if lines else 'it does not say why'}")
