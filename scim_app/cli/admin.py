"""`flask admin`: administrators of the panel."""

from __future__ import annotations

import sys

import click
from flask import current_app, url_for

from scim_app.cli.console import PlainGroup, as_json, of_organization, organization_called, show
from scim_app.directory import administrators, claims, memberships
from scim_app.directory.memberships import Member
from scim_app.directory.transaction import transact
from scim_app.extensions import db

group = PlainGroup("admin", help="Administrators of the panel.")
STATES = {"active": "", "invited": "  invited", "disabled": "  disabled"}


@group.command()
@click.argument("email")
@of_organization
@click.option("--role", type=click.Choice(["owner", "admin", "viewer"]), required=True)
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of making a claim link."
)
@as_json
def create(email: str, slug: str, role: str, password_stdin: bool, as_json: bool) -> None:
    """Make an administrator, with a password or with a link that lets its holder choose one."""
    organization = organization_called(slug)
    known = administrators.by_email(db.session, email) is not None
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    made, token = transact(
        db.session, lambda: administrators.create(db.session, email, organization.id, role, password=password)
    )
    values = {"id": made.id, "email": made.email, "role": role}
    sentence = f"{made.email} is now {role} of {organization.name}."
    if token:
        values["claim_url"] = claim_url(token)
        sentence += f" To choose a password, within 30 minutes and once: {values['claim_url']}"
    elif known and password:
        sentence += " They had an account already and keep the password they have."
    show(values, sentence, as_json)


@group.command()
@click.argument("email")
@as_json
def claim(email: str, as_json: bool) -> None:
    """Make a new link with which an administrator chooses a password, for a lost link or a forgotten password."""
    found = administrators.by_email(db.session, email)
    if found is None:
        raise click.ClickException(f"There is no administrator {email}; `flask admin create` makes one.")
    address, administrator_id = found.email, found.id
    url = claim_url(transact(db.session, lambda: claims.issue(db.session, administrator_id)))
    sentence = f"{address} can choose a password, within 30 minutes and once: {url}"
    show({"id": administrator_id, "email": address, "claim_url": url}, sentence, as_json)


@group.command("list")
@of_organization
@as_json
def list_(slug: str, as_json: bool) -> None:
    """List the administrators of an organization, owners first."""
    found = memberships.of_organization(db.session, organization_called(slug).id)
    lines = [f"{each.email}  {each.role}{STATES[state(each)]}" for each in found]
    rows = [{"id": each.id, "email": each.email, "role": each.role, "state": state(each)} for each in found]
    show({"administrators": rows}, "\n".join(lines) or "No administrators.", as_json)


def state(member: Member) -> str:
    """active, invited until a password is chosen, or disabled."""
    return "disabled" if member.disabled else "active" if member.claimed else "invited"


def claim_url(token: str) -> str:
    """The address at which the holder of the token chooses a password."""
    with current_app.test_request_context():
        return str(current_app.config["PUBLIC_URL"]) + url_for("panel.claim", token=token)
