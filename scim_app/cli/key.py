"""`flask key`: what a directory, or an application, shows to be let in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click
from flask import current_app

from scim_app.cli.console import PlainGroup, as_json, of_organization, organization_called, show
from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import transact
from scim_app.extensions import db

group = PlainGroup("key", help="Keys that open an organization.")


@group.command()
@of_organization
@click.option("--scope", type=click.Choice(["provision", "read"]), default="provision", show_default=True)
@click.option("--label", default="Command line", show_default=True, help="What people will know it by.")
@click.option("--expires-days", type=click.IntRange(1, 3650), default=365, show_default=True)
@click.option("--from", "within", multiple=True, metavar="NETWORK", help="Only from there, for example 203.0.113.0/24.")
@as_json
def create(slug: str, scope: str, label: str, expires_days: int, within: tuple[str, ...], as_json: bool) -> None:
    """Generate a key and show it, this once."""
    organization = organization_called(slug)
    expires_at = datetime.now(UTC) + timedelta(days=expires_days)
    made = transact(
        db.session,
        lambda: keys.generate(
            db.session, organization.id, OPERATOR, current_app.config["KEY_PEPPER"],
            label=label, scope=scope, expires_at=expires_at, allowed_networks=within,
        ),
    )  # fmt: skip
    sentence = (
        f"{made.key}\nShown once. It opens {organization.name} until {day(made.expires_at)}; its id is {made.id}."
    )
    show({"id": made.id, "key": made.key, "expires_at": keys.instant(made.expires_at)}, sentence, as_json)


@group.command("list")
@of_organization
@as_json
def list_(slug: str, as_json: bool) -> None:
    """List the keys of an organization, never their secrets."""
    found = keys.of_organization(db.session, organization_called(slug).id)
    lines = [f"{key.id}  {state(key):11}  {key.scope:9}  …{key.last_four}  {key.label}" for key in found]
    show({"keys": [described(key) for key in found]}, "\n".join(lines) or "No keys.", as_json)


@group.command()
@click.argument("key_id", metavar="ID")
@click.argument("within", metavar="[NETWORK]...", nargs=-1)
@of_organization
@as_json
def allow(key_id: str, within: tuple[str, ...], slug: str, as_json: bool) -> None:
    """Let a key in from these networks only or, without any, from anywhere."""
    organization = organization_called(slug)
    transact(db.session, lambda: keys.bind(db.session, organization.id, OPERATOR, key_id, within))
    where = f"from {', '.join(within)} only" if within else "from anywhere"
    show({"id": key_id, "allowed_networks": list(within)}, f"The key is let in {where}.", as_json)


@group.command()
@click.argument("key_id", metavar="ID")
@of_organization
@as_json
def deactivate(key_id: str, slug: str, as_json: bool) -> None:
    """Refuse a key from now on."""
    organization = organization_called(slug)
    transact(db.session, lambda: keys.deactivate(db.session, organization.id, OPERATOR, key_id))
    show({"id": key_id, "state": "deactivated"}, "The key is refused from now on.", as_json)


@group.command()
@click.argument("key_id", metavar="ID")
@of_organization
@as_json
def delete(key_id: str, slug: str, as_json: bool) -> None:
    """Delete a key; its history stays."""
    organization = organization_called(slug)
    transact(db.session, lambda: keys.delete(db.session, organization.id, OPERATOR, key_id))
    show({"id": key_id, "state": "deleted"}, "The key is deleted.", as_json)


def described(key: ScimKey) -> dict[str, str | list[str] | None]:
    """What may be known of a key."""
    return {
        "id": key.id,
        "label": key.label,
        "scope": key.scope,
        "state": state(key),
        "last_four": key.last_four,
        "created_by": key.created_by,
        "created_at": keys.instant(key.created_at),
        "expires_at": keys.instant(key.expires_at),
        "last_used_at": keys.instant(key.last_used_at),
        "allowed_networks": key.allowed_networks,
    }


def state(key: ScimKey) -> str:
    """active, expired, deactivated, or replaced by another."""
    if key.deactivated_at is not None:
        return "deactivated"
    if key.retires_at is not None and key.retires_at <= datetime.now(UTC):
        return "replaced"
    return "expired" if key.expires_at is not None and key.expires_at <= datetime.now(UTC) else "active"


def day(value: datetime | None) -> str:
    """The day on which a key ends, in words."""
    return "it is deleted" if value is None else value.strftime("%-d %B %Y")
