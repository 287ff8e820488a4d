"""`flask doctor`: what is wrong with this installation, and the mend.

Settings that are refused never get this far: every command, this one too, then ends with the sentence that says what to
set.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from scim_app.cli.console import as_json, show
from scim_app.config import is_loopback
from scim_app.extensions import db
from scim_app.health import current, newest


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its state in a sentence, and what to do when it is wrong."""

    about: str
    ok: bool
    state: str
    mend: str = ""


@click.command("doctor")
@as_json
@with_appcontext
def command(as_json: bool) -> None:
    """Say what is wrong with this installation, and the mend."""
    findings = list(examine())
    healthy = all(finding.ok for finding in findings)
    lines = [f"{'ok   ' if each.ok else 'WRONG'}  {each.about}: {each.state} {each.mend}".rstrip() for each in findings]
    show({"ok": healthy, "findings": [asdict(each) for each in findings]}, "\n".join(lines), as_json)
    if not healthy:
        raise SystemExit(1)


def examine() -> Iterator[Finding]:
    """Look at the database, the migrations, the secrets and the public address."""
    name = db.engine.url.render_as_string(hide_password=True)
    try:
        at = current(db.engine)
    except DBAPIError as error:
        reason = str(error.orig).splitlines()[0]
        yield Finding("database", False, f"{name} does not answer ({reason}).", "Start it, or set DATABASE_URL.")
    else:
        yield Finding("database", True, f"{name} answers.")
        yield Finding(
            "migrations", at == newest(), f"at {', '.join(sorted(at)) or 'none'}; the newest is {', '.join(newest())}.",
            "" if at == newest() else "Run `flask db upgrade`.",
        )  # fmt: skip
    url = current_app.config["PUBLIC_URL"]
    if is_loopback(url):
        yield Finding("public address", True, f"{url}: only this machine reaches it. Set PUBLIC_URL before others do.")
        yield Finding("secrets", True, "set, or made up in the instance folder. Set your own before others reach it.")
    else:
        yield Finding("public address", True, f"{url}.")
        yield Finding("secrets", True, "SECRET_KEY and KEY_PEPPER are set and long enough.")
