"""`flask org`: organizations."""

from __future__ import annotations

import click

from scim_app.cli.console import PlainGroup, as_json, show
from scim_app.directory import organizations
from scim_app.directory.transaction import transact
from scim_app.extensions import db

group = PlainGroup("org", help="Organizations.")


@group.command()
@click.argument("name")
@click.option("--slug", help="What commands and addresses call it; made from the name by default.")
@click.option("--domain", "domains", multiple=True, help="An e-mail domain it accepts. Repeatable; none: any.")
@as_json
def create(name: str, slug: str | None, domains: tuple[str, ...], as_json: bool) -> None:
    """Make an organization."""
    made = transact(db.session, lambda: organizations.create(db.session, name, slug=slug, domains=domains))
    show({"id": made.id, "slug": made.slug}, f"Made the organization {made.name} with the slug {made.slug}.", as_json)


@group.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the organizations."""
    found = organizations.everywhere(db.session)
    rows = [{"id": each.id, "slug": each.slug, "name": each.name, "domains": each.domains} for each in found]
    lines = [f"{each.slug}  {each.name}{'  ' + ', '.join(each.domains) if each.domains else ''}" for each in found]
    show({"organizations": rows}, "\n".join(lines) or "No organizations.", as_json)
