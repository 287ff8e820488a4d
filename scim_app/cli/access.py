"""`flask group` and `flask access`: what pushed groups mean, what people may do, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from scim_app.cli.console import PlainGroup, as_json, of_organization, show, store_of, within
from scim_app.directory import people
from scim_app.directory.roles import bindings, scopes, why
from scim_app.directory.roles.consequences import scope_names
from scim_app.directory.store import Store
from scim_app.directory.tables import Role, Scope, User

group = PlainGroup("group", help="What pushed groups mean.")
access = PlainGroup("access", help="What people may do, and why.")


def meant(
    store: Store, project_name: str | None, team_name: str | None, role_name: str | None, org_role: str | None
) -> tuple[Scope, Role]:
    """The scope and the role that the options name. Raises UsageError when they name none, or two."""
    if org_role and not (project_name or team_name or role_name):
        return store.session.get_one(Scope, store.organization_id), scopes.role_called(store, "organization", org_role)
    if not (project_name and role_name) or org_role:
        raise click.UsageError("Say --project P --role R, --project P --team T --role R, or --org-role R.")
    scope = scopes.project_called(store, project_name)
    if team_name:
        scope = scopes.team_called(store, scope, team_name)
    return scope, scopes.role_called(store, scope.kind, role_name)


MEANT = (
    click.option("--project", "project_name", metavar="P", help="A project."),
    click.option("--team", "team_name", metavar="T", help="A team of the project."),
    click.option("--role", "role_name", metavar="R", help="The role in the project or team."),
    click.option("--org-role", metavar="R", help="A role in the organization: Member or Admin."),
)


def meaning(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what a group means."""
    for option in reversed(MEANT):
        command = option(command)
    return command


def group_called(store: Store, name: str) -> str:
    """The id of the group of that name. Raises ValueError."""
    found = store.group_named(name)
    if found is None:
        raise ValueError(f'There is no group called "{name}".')
    return found


@group.command("bind")
@click.argument("name")
@of_organization
@meaning
@as_json
def bind(name: str, slug: str, as_json: bool, **options: str | None) -> None:
    """Give a role to whoever is in a group, now and later."""
    moves = within(slug, lambda store: len(bindings.bind(store, group_called(store, name), *meant(store, **options))))
    show({"name": name, "moved": moves}, f"{name} is bound. {changed(moves)}", as_json)


@group.command("unbind")
@click.argument("name")
@of_organization
@meaning
@as_json
def unbind(name: str, slug: str, as_json: bool, **options: str | None) -> None:
    """Take the role away from whoever has it through a group."""
    moves = within(slug, lambda store: len(bindings.unbind(store, group_called(store, name), *meant(store, **options))))
    show({"name": name, "moved": moves}, f"{name} is unbound. {changed(moves)}", as_json)


def changed(roles: int) -> str:
    """How many roles of people changed with it."""
    return f"{roles:,} {'role' if roles == 1 else 'roles'} changed."


@group.command("list")
@of_organization
@as_json
def list_groups(slug: str, as_json: bool) -> None:
    """List the roles of groups; groups without one are not listed."""
    store = store_of(slug)
    found = bindings.listed(store)
    names = scope_names(store, {each.scope.id for each in found})
    rows = [
        {"group": each.group_name, "scope": names[each.scope.id], "role": each.role.name, "fixed": each.fixed}
        for each in found
    ]
    lines = [f"{row['group']}  →  {row['role']} in {row['scope']}" for row in rows]
    show({"groups": rows}, "\n".join(lines) or "No group has a role yet.", as_json)


@access.command("show")
@click.argument("user_name", metavar="USERNAME")
@of_organization
@as_json
def show_access(user_name: str, slug: str, as_json: bool) -> None:
    """Show what somebody may do, and for each role why."""
    store = store_of(slug)
    user = people.user_called(store.session, store.organization_id, store.catalog, user_name)
    if user is None:
        raise click.ClickException(f'There is no user called "{user_name}".')
    held = why.of_users(store, [user.id]).get(user.id, [])
    values: dict[str, Any] = {"id": user.id, "userName": user.user_name, "active": user.active}
    values["roles"] = [why.described(each) for each in held]
    show(values, "\n".join(sentences(user, held)), as_json)


def sentences(user: User, held: list[why.Held]) -> list[str]:
    """What somebody may do, for a person to read."""
    if not user.active:
        return [f"{user.user_name} is not active and has no role."]
    if not held:
        return [f"{user.user_name} is a Member of the organization and has no project roles."]
    lines = [f"{user.user_name} has these roles:"]
    for each in held:
        lines.append(f"  {each.role} in {each.scope}{'' if each.grants else ', the default of the project'}")
        for grant in each.grants:
            since = f"{grant.since:%-d %B %Y %H:%M} UTC"
            request = f", request {grant.request_id}" if grant.request_id else ""
            lines.append(
                f"    {grant.role} through {grant.via} since {since}{request}; without it: {grant.without or 'no role'}"
            )
    return lines
