"""One project: its name, who has which role, what everybody else has, and its teams."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory.roles import bindings, matrix, preview, scopes, teams
from scim_app.directory.store import Store
from scim_app.panel.blueprint import blueprint
from scim_app.panel.projects import PROJECTS
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import for_owners_and_admins
from scim_app.panel.writing import done, store_on_screen, write

PROJECT = f"{PROJECTS}/<project_id>"


@blueprint.get(PROJECT)
def project(project_id: str) -> str:
    """The page. Without JavaScript, `?dialog=` opens one of its dialogs."""
    return page(project_id)


@blueprint.post(f"{PROJECT}/rename")
@for_owners_and_admins
def rename_project(project_id: str) -> ResponseReturnValue:
    """Give the project and its groups another name."""
    name = request.form.get("name", "")
    try:
        write(lambda store: scopes.rename(store, scopes.get(store, project_id, "project"), name))
    except ValueError as refusal:
        return page(project_id, "rename-project", str(refusal)), 422
    return answer("The project and its groups are renamed.", project_id)


@blueprint.post(f"{PROJECT}/delete")
@for_owners_and_admins
def delete_project(project_id: str) -> ResponseReturnValue:
    """Delete the project, its teams and their groups, and go back to those that are left."""

    def work(store: Store) -> str:
        found = scopes.get(store, project_id, "project")
        name = found.name
        scopes.delete_scope(store, found)
        return name

    try:
        flash(f"{write(work)} is deleted, with its teams, its groups and the roles in it.")
    except ValueError as refusal:
        return page(project_id, "delete-project", str(refusal)), 409
    return redirect(url_for("panel.projects"), 303)


@blueprint.post(f"{PROJECT}/default-role")
@for_owners_and_admins
def set_default_role(project_id: str) -> ResponseReturnValue:
    """Say which role everybody else in the organisation has in the project."""
    role_id = request.form.get("role", "")

    def work(store: Store) -> str:
        role = scopes.get_role(store, role_id) if role_id else None
        scopes.set_default_role(store, scopes.get(store, project_id, "project"), role)
        return role.name if role else "no role"

    return answer(f"Everybody else in the organization has {write(work)} here.", project_id)


@blueprint.post(f"{PROJECT}/teams")
@for_owners_and_admins
def create_team(project_id: str) -> ResponseReturnValue:
    """Make a team, and a group for each of its roles."""
    name = request.form.get("name", "")
    try:
        made = write(lambda store: scopes.create_team(store, scopes.get(store, project_id, "project"), name).name)
    except ValueError as refusal:
        return page(project_id, "create-team", str(refusal)), 422
    return answer(f"The team {made} is there, with a group for each role.", project_id)


@blueprint.post(f"{PROJECT}/teams/<team_id>/rename")
@for_owners_and_admins
def rename_team(project_id: str, team_id: str) -> ResponseReturnValue:
    """Give the team and its groups another name."""
    name = request.form.get("name", "")
    try:
        write(lambda store: scopes.rename(store, scopes.get(store, team_id, "team", project_id), name))
    except ValueError as refusal:
        return page(project_id, f"rename-{team_id}", str(refusal)), 422
    return answer("The team and its groups are renamed.", project_id)


@blueprint.post(f"{PROJECT}/teams/<team_id>/delete")
@for_owners_and_admins
def delete_team(project_id: str, team_id: str) -> ResponseReturnValue:
    """Delete the team and its groups. It can be restored for seven days."""

    def work(store: Store) -> str:
        team = scopes.get(store, team_id, "team", project_id)
        name = team.name
        teams.delete_team(store, team)
        return name

    try:
        name = write(work)
    except ValueError as refusal:
        return page(project_id, f"delete-{team_id}", str(refusal)), 409
    return answer(f"The team {name} is deleted. It can be restored for {teams.RESTORABLE.days} days.", project_id)


@blueprint.post(f"{PROJECT}/teams/<team_id>/restore")
@for_owners_and_admins
def restore_team(project_id: str, team_id: str) -> ResponseReturnValue:
    """Bring a deleted team back, with its groups and the members who are still there."""

    def work(store: Store) -> str:
        scopes.get(store, project_id, "project")
        if team_id not in {each.id for each in teams.restorable(store, project_id)}:
            raise ValueError("There is no such team to restore any more.")
        return teams.restore(store, team_id).name

    try:
        name = write(work)
    except ValueError as refusal:
        return page(project_id, "", str(refusal)), 409
    return answer(f"The team {name} is back, with its groups and members.", project_id)


def answer(notice: str, project_id: str) -> ResponseReturnValue:
    """The page, with what was done."""
    return done(notice, lambda: page(project_id), url_for("panel.project", project_id=project_id))


def page(project_id: str, dialog: str = "", refusal: str | None = None) -> str:
    """The page or, to htmx, its block; with the dialog of a form that was refused, as it was filled in."""
    store = store_on_screen()
    row = next(iter(matrix.rows(store, project_id)), None)
    if row is None:
        abort(404)
    inside = [row.scope.id, *(team.scope.id for team in row.teams)]
    return page_or_block(
        "panel/project.html",
        "project",
        row=row,
        roles=scopes.roles(store, "project"),
        bound=bindings.of_scopes(store, inside),
        others=preview.people_without_a_role(store, project_id),
        affected=preview.people_with_a_role(store, inside),
        restorable=teams.restorable(store, project_id),
        keeps=teams.RESTORABLE,
        dialog=dialog or request.args.get("dialog", ""),
        typed=request.form if dialog and refusal else {},
        refusal=refusal,
    )
