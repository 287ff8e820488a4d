"""`flask reindex`: the search index anew, from the documents it is derived from."""

from __future__ import annotations

import click
from flask import current_app

from scim_app.cli.console import PlainCommand, as_json, of_organization, organization_called, show
from scim_app.directory import index
from scim_app.directory.transaction import transact
from scim_app.extensions import db


@click.command("reindex", cls=PlainCommand)
@of_organization
@as_json
def command(slug: str, as_json: bool) -> None:
    """Write the search index of an organization anew."""
    organization = organization_called(slug)
    catalog = current_app.extensions["catalog"]
    values = transact(db.session, lambda: index.rebuild(db.session, catalog, organization.id))
    show({"values": values}, f"Wrote {values} values for {organization.name}.", as_json)
