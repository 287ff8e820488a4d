"""Commands for operators, one file per group: each finds its organization, calls the directory, and prints.

`--json` prints one JSON object on standard output. What goes wrong is a sentence on standard error and an exit code
other than 0.
"""

from __future__ import annotations

from flask import Flask

from scim_app.cli import access, admin, backup, demo, doctor, key, org, reindex, scopes, seed, simulate

ROLES = (scopes.project, scopes.role, scopes.team, access.group, access.access)


def init_app(app: Flask) -> None:
    """Add every command to `flask`."""
    for command in (
        org.group,
        admin.group,
        key.group,
        *ROLES,
        seed.command,
        reindex.command,
        demo.command,
        doctor.command,
        simulate.command,
        backup.backup,
        backup.restore,
    ):
        app.cli.add_command(command)
