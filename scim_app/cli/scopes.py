"""`flask project`, `flask role` and `flask team`: where roles apply, and which there are."""

from __future__ import annotations

from typing import Any

import click

from scim_app.cli.console import PlainGroup, as_json, of_organization, show, store_of, within
from scim_app.directory.roles import scopes
from scim_app.directory.store import Store
from scim_app.directory.tables import Role, Scope

project = PlainGroup("project", help="Projects: each has a group for every project role.")
role = PlainGroup("role", help="Project roles of an organization: the built-in ones and its own.")
team = PlainGroup("team", help="Teams of a project: each has a group for every team role.")
of_project = click.option("--project", "project_name", required=True, metavar="P", help="The project.")


def named(scope: Scope) -> dict[str, str]:
    """A project or team, for JSON."""
    return {"id": scope.id, "name": scope.name}


@project.command("create")
@click.argument("name")
@of_organization
@as_json
def create_project(name: str, slug: str, as_json: bool) -> None:
    """Make a project."""
    made = within(slug, lambda store: named(scopes.create_project(store, name)))
    show(made, f"Made the project {made['name']} and a group for each of its roles.", as_json)


@project.command("list")
@of_organization
@as_json
def list_projects(slug: str, as_json: bool) -> None:
    """List the projects."""
    found = [named(each) for each in scopes.projects(store_of(slug))]
    show({"projects": found}, "\n".join(each["name"] for each in found) or "No projects.", as_json)


@project.command("rename")
@click.argument("name")
@click.argument("new_name")
@of_organization
@as_json
def rename_project(name: str, new_name: str, slug: str, as_json: bool) -> None:
    """Rename a project and its groups, which keep their ids."""

    def work(store: Store) -> dict[str, str]:
        found = scopes.project_called(store, name)
        scopes.rename(store, found, new_name)
        return named(found)

    show(within(slug, work), f"{name} is now called {new_name}, and so are its groups.", as_json)


@project.command("delete")
@click.argument("name")
@of_organization
@as_json
def delete_project(name: str, slug: str, as_json: bool) -> None:
    """Delete a project, its teams and its groups."""
    within(slug, lambda store: scopes.delete_scope(store, scopes.project_called(store, name)))
    show(
        {"name": name, "state": "deleted"},
        f"{name} is deleted, with its teams, its groups and the roles in it.",
        as_json,
    )


@project.command("default-role")
@click.argument("name")
@click.argument("role_name", required=False)
@of_organization
@as_json
def default_role(name: str, role_name: str | None, slug: str, as_json: bool) -> None:
    """Say which role everybody active has in a project without another; none without ROLE_NAME."""

    def work(store: Store) -> None:
        found = scopes.role_called(store, "project", role_name) if role_name else None
        scopes.set_default_role(store, scopes.project_called(store, name), found)

    within(slug, work)
    show({"name": name, "default_role": role_name}, f"Everybody else in {name} has {role_name or 'no role'}.", as_json)


@role.command("create")
@click.argument("name")
@of_organization
@click.option("--rank", type=int, help="Of two roles the higher rank counts. Built-in: 100, 200, 300 and 400.")
@as_json
def create_role(name: str, slug: str, rank: int | None, as_json: bool) -> None:
    """Make a project role."""
    made = within(slug, lambda store: ranked(scopes.create_role(store, name, rank)))
    show(
        made, f"Made the role {made['name']} with the rank {made['rank']}, and a group for it in each project.", as_json
    )


def ranked(role: Role) -> dict[str, Any]:
    """A role, for JSON."""
    return {"id": role.id, "name": role.name, "rank": role.rank, "built_in": role.built_in}


@role.command("list")
@of_organization
@as_json
def list_roles(slug: str, as_json: bool) -> None:
    """List the project roles, lowest first."""
    found = [ranked(each) for each in scopes.roles(store_of(slug), "project")]
    show({"roles": found}, "\n".join(f"{each['rank']:>5}  {each['name']}" for each in found), as_json)


@role.command("rename")
@click.argument("name")
@click.argument("new_name")
@of_organization
@as_json
def rename_role(name: str, new_name: str, slug: str, as_json: bool) -> None:
    """Rename a role of the organization's own, and its groups."""
    within(slug, lambda store: scopes.rename_role(store, scopes.role_called(store, "project", name), new_name))
    show({"name": new_name}, f"{name} is now called {new_name}, and so are its groups.", as_json)


@role.command("delete")
@click.argument("name")
@of_organization
@as_json
def delete_role(name: str, slug: str, as_json: bool) -> None:
    """Delete a role of the organization's own, and its groups."""
    within(slug, lambda store: scopes.delete_role(store, scopes.role_called(store, "project", name)))
    show({"name": name, "state": "deleted"}, f"{name} is deleted: who had it has what else was granted.", as_json)


@team.command("create")
@click.argument("name")
@of_project
@of_organization
@as_json
def create_team(name: str, project_name: str, slug: str, as_json: bool) -> None:
    """Make a team in a project."""
    made = within(
        slug, lambda store: named(scopes.create_team(store, scopes.project_called(store, project_name), name))
    )
    show(made, f"Made the team {made['name']} in {project_name}, and a group for each of its roles.", as_json)


@team.command("list")
@of_project
@of_organization
@as_json
def list_teams(project_name: str, slug: str, as_json: bool) -> None:
    """List the teams of a project."""
    store = store_of(slug)
    found = [named(each) for each in scopes.teams(store, scopes.project_called(store, project_name).id)]
    show({"teams": found}, "\n".join(each["name"] for each in found) or "No teams.", as_json)


@team.command("rename")
@click.argument("name")
@click.argument("new_name")
@of_project
@of_organization
@as_json
def rename_team(name: str, new_name: str, project_name: str, slug: str, as_json: bool) -> None:
    """Rename a team and its groups, which keep their ids."""
    within(slug, lambda store: scopes.rename(store, team_in(store, project_name, name), new_name))
    show({"name": new_name}, f"{name} is now called {new_name}, and so are its groups.", as_json)


@team.command("delete")
@click.argument("name")
@of_project
@of_organization
@as_json
def delete_team(name: str, project_name: str, slug: str, as_json: bool) -> None:
    """Delete a team and its groups."""
    within(slug, lambda store: scopes.delete_scope(store, team_in(store, project_name, name)))
    show({"name": name, "state": "deleted"}, f"{name} is deleted, with its groups and the roles in it.", as_json)


def team_in(store: Store, project_name: str, name: str) -> Scope:
    """The team of that name in a project. Raises ValueError."""
    return scopes.team_called(store, scopes.project_called(store, project_name), name)
