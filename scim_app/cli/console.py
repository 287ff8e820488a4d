"""What the commands share: sentences instead of tracebacks, JSON on request, and the organization a slug names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
from flask import current_app, json
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from scim_app.directory import organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.store import Store
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol.errors import ScimError

T = TypeVar("T")

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
of_organization = click.option("--org", "slug", required=True, metavar="SLUG", help="The organization.")


def plainly(error: Exception) -> click.ClickException:
    """What went wrong as a sentence for the person at the keyboard; raised again when nobody foresaw it."""
    if isinstance(error, DBAPIError):
        reason = str(error.orig).splitlines()[0]
        return click.ClickException(f"The database refused: {reason}. `flask doctor` says what is wrong and the fix.")
    if isinstance(error, ValueError | ScimError):
        return click.ClickException(str(error))
    raise error


class PlainCommand(click.Command):
    """A command whose refusals are sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (DBAPIError, ScimError, ValueError) as error:
            raise plainly(error) from error


class PlainGroup(AppGroup):
    """A group of commands whose refusals are sentences."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (DBAPIError, ScimError, ValueError) as error:
            raise plainly(error) from error


def show(values: Mapping[str, Any], sentence: str, as_json: bool) -> None:
    """Print the values as one JSON object, or else the sentence."""
    click.echo(json.dumps(values, sort_keys=False) if as_json else sentence)


def organization_called(slug: str) -> Organization:
    """The organization with that slug. Raises ClickException when there is none."""
    found = organizations.by_slug(db.session, slug)
    if found is None:
        raise click.ClickException(f'There is no organization with the slug "{slug}"; `flask org create` makes one.')
    return found


def store_of(slug: str) -> Store:
    """The rows of the organization with that slug, written by the operator."""
    return Store(db.session, organization_called(slug).id, OPERATOR, current_app.extensions["catalog"])


def within(slug: str, work: Callable[[Store], T]) -> T:
    """The result of work on an organization, in one transaction."""
    store = store_of(slug)
    return transact(db.session, lambda: work(store))
