"""`flask seed`: many made-up people and groups, through the code that stores what a directory sends."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from scim_app.cli import people
from scim_app.cli.console import PlainCommand, as_json, of_organization, organization_called, show
from scim_app.directory import population
from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Organization
from scim_app.extensions import db

AT_ONCE = 500


@click.command("seed", cls=PlainCommand)
@of_organization
@click.option("--users", type=click.IntRange(0), required=True, help="How many people to add.")
@click.option("--groups", type=click.IntRange(0), default=0, show_default=True, help="How many groups to add.")
@click.option("--members", type=click.IntRange(0), default=10, show_default=True, help="Members of each group.")
@as_json
@with_appcontext
def command(slug: str, users: int, groups: int, members: int, as_json: bool) -> None:
    """Add made-up people and groups to an organization, after those it has."""
    organization = organization_called(slug)
    began = time.monotonic()
    first_user, first_group = (population.of(db.session, organization.id, kind) for kind in ("User", "Group"))
    domain = organization.domains[0] if organization.domains else "example.com"
    ids = load(
        organization, "User", (people.person(number, domain) for number in range(first_user, first_user + users))
    )
    several = members if ids else 0
    load(
        organization,
        "Group",
        (
            people.group(f"Group {number:06}", [ids[(number * members + each) % len(ids)] for each in range(several)])
            for number in range(first_group, first_group + groups)
        ),
    )
    seconds = round(time.monotonic() - began, 3)
    show(
        {"users": users, "groups": groups, "seconds": seconds},
        f"Added {users} people and {groups} groups to {organization.name} in {seconds} s.",
        as_json,
    )


def load(organization: Organization, kind: str, documents: Iterable[dict[str, Any]]) -> list[str]:
    """Store the documents, some hundreds in a transaction, and return the ids they were given, in order."""
    directory = Directory(db.session, organization.id, OPERATOR, current_app.extensions["catalog"])
    remaining, ids = iter(documents), []
    while batch := list(islice(remaining, AT_ONCE)):
        ids += [resource["id"] for resource in directory.create_all(kind, batch)]
    return ids
