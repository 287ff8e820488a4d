"""`flask demo`: an organization to look at, and everything needed to look at it, on this machine only.

The password and the key are made up once and kept, readable by their owner only, in the instance folder beside the
database. When that file is lost, or what it holds no longer works, a new administrator and a new key are made.
"""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from scim_app.cli import people
from scim_app.cli.console import PlainCommand, as_json, show, store_of
from scim_app.cli.seed import load
from scim_app.config import is_loopback
from scim_app.directory import administrators, keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.roles import bindings, pairs, scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Administrator, Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol import patch_op

GROUPS = {"Engineering": range(0, 24, 2), "Design": range(1, 24, 4), "Everyone": range(24), "On call": range(3, 24, 8)}


@click.command("demo", cls=PlainCommand)
@as_json
@with_appcontext
def command(as_json: bool) -> None:
    """Make sure that a demo organization exists, and print how to get in."""
    public_url = current_app.config["PUBLIC_URL"]
    if not is_loopback(public_url):
        raise click.ClickException(f"The demo is for a loopback address, and PUBLIC_URL is {public_url}.")
    organization = organizations.by_slug(db.session, organizations.DEMO) or made_organization()
    access = kept_access(organization) or made_access(organization)
    base_url = f"{public_url}/scim/v2"
    curl = f"curl -H 'Authorization: Bearer {access['key']}' '{base_url}/Users?count=2'"
    values = {"panel": f"{public_url}/sign-in", **access, "base_url": base_url, "curl": curl}
    show(values, described(values), as_json)


def described(values: dict[str, Any]) -> str:
    """How to get in, for a person."""
    return "\n".join(
        (
            "",
            f"  Panel     {values['panel']}",
            f"            sign in as {values['email']} with the password {values['password']}",
            f"  SCIM      {values['base_url']}",
            f"  Key       {values['key']}",
            "",
            "  Try it, once the server below listens:",
            f"  {values['curl']}",
            "",
        )
    )


def made_organization() -> Organization:
    """The demo organization: 24 people in four groups, two projects with a team, and groups that mean roles in them."""
    organization = transact(db.session, lambda: organizations.create(db.session, "Demo", slug=organizations.DEMO))
    ids = load(organization, "User", [people.person(number, "demo.example") for number in range(24)])
    groups = load(
        organization, "Group", [people.group(name, [ids[each] for each in who]) for name, who in GROUPS.items()]
    )
    admins = transact(
        db.session, lambda: make_roles(store_of(organizations.DEMO), dict(zip(GROUPS, groups, strict=True)))
    )
    catalog = current_app.extensions["catalog"]
    push = {"schemas": [patch_op.PATCH_OP], "Operations": [{"op": "add", "path": "members", "value": ids[:2]}]}
    directory = Directory(db.session, organization.id, OPERATOR, catalog)
    directory.patch("Group", admins, patch_op.read(catalog["Group"], push))
    return organization


def make_roles(store: Store, groups: dict[str, str]) -> str:
    """What the demo's groups mean: two are bound, the others wait for it. The id of the group of a project's admins."""
    mobile, _ = (scopes.create_project(store, name) for name in ("Mobile", "Website"))
    team = scopes.create_team(store, mobile, "Release")
    bindings.bind(store, groups["Engineering"], mobile, scopes.role_called(store, "project", "Member"))
    bindings.bind(store, groups["On call"], team, scopes.role_called(store, "team", "Member"))
    return next(pair.group_id for pair in pairs.of_scopes(store, [mobile.id]) if pair.role.name == "Admin")


def file() -> Path:
    """Where the demo's password and key are kept."""
    return Path(current_app.instance_path) / "demo.json"


def kept_access(organization: Organization) -> dict[str, str] | None:
    """E-mail, password and key of an earlier run, if this database still knows them."""
    try:
        kept: dict[str, str] = json.loads(file().read_text())
    except (FileNotFoundError, ValueError):
        return None
    live = {key.id for key in keys.of_organization(db.session, organization.id) if key.deactivated_at is None}
    known = db.session.get(Administrator, kept.pop("administrator_id", ""))
    return kept if kept.pop("key_id", None) in live and known is not None else None


def made_access(organization: Organization) -> dict[str, str]:
    """A new owner and a new key, kept for the next run. Older keys of the demo are deactivated: two may be live."""
    password = secrets.token_urlsafe(15)
    email = f"owner-{secrets.token_hex(3)}@demo.example"
    pepper = current_app.config["KEY_PEPPER"]

    def work() -> dict[str, str]:
        administrator, _ = administrators.create(db.session, email, organization.id, "owner", password=password)
        for key in keys.of_organization(db.session, organization.id):
            if key.deactivated_at is None:
                keys.deactivate(db.session, organization.id, OPERATOR, key.id)
        made = keys.generate(
            db.session, organization.id, OPERATOR, pepper, label="Demo", scope="provision", expires_at=None
        )
        return {
            "administrator_id": administrator.id,
            "key_id": made.id,
            "email": email,
            "password": password,
            "key": made.key,
        }

    access = transact(db.session, work)
    file().parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as kept:
        json.dump(access, kept)
    return {name: access[name] for name in ("email", "password", "key")}
