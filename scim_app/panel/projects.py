"""Projects: a matrix of projects, teams and roles, the organisation's own roles, and groups without a role."""

from __future__ import annotations

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory.roles import bindings, matrix, meanings, scopes
from scim_app.directory.roles.suggestions import suggested
from scim_app.directory.store import Store
from scim_app.panel.blueprint import blueprint
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import for_owners_and_admins
from scim_app.panel.writing import done, store_on_screen, write

PROJECTS = "/settings/organization/projects"
ROLES = "/settings/organization/roles"
UNBOUND_SHOWN = 20
"""Groups without a meaning that the page lists; it counts them all."""


@blueprint.get(PROJECTS)
def projects() -> str:
    """The page. Without JavaScript, `?dialog=` opens one of its dialogs."""
    return page()


@blueprint.post(PROJECTS)
@for_owners_and_admins
def create_project() -> ResponseReturnValue:
    """Make a project, and a group for each of its roles."""
    name = request.form.get("name", "")
    try:
        made = write(lambda store: scopes.create_project(store, name).name)
    except ValueError as refusal:
        return page("create-project", str(refusal)), 422
    return done(f"{made} is there, with a group for each role.", page, url_for("panel.projects"))


@blueprint.post(ROLES)
@for_owners_and_admins
def create_role() -> ResponseReturnValue:
    """Make a project role of the organisation's own, and a group for it in each project."""
    name, given = request.form.get("name", ""), request.form.get("rank", "").strip()

    def work(store: Store) -> str:
        if given and not (given.isascii() and given.isdigit() and len(given) < 10):
            raise ValueError("A rank is a whole number such as 250. Of two roles the higher rank counts.")
        return scopes.create_role(store, name, int(given) if given else None).name

    try:
        made = write(work)
    except ValueError as refusal:
        return page("create-role", str(refusal)), 422
    return done(f"The role {made} is there, with a group for it in each project.", page, url_for("panel.projects"))


@blueprint.post(f"{ROLES}/<role_id>/rename")
@for_owners_and_admins
def rename_role(role_id: str) -> ResponseReturnValue:
    """Give a role of the organisation's own, and its groups, another name."""
    name = request.form.get("name", "")
    try:
        write(lambda store: scopes.rename_role(store, scopes.get_role(store, role_id), name))
    except ValueError as refusal:
        return page(f"rename-role-{role_id}", str(refusal)), 422
    return done("The role and its groups are renamed.", page, url_for("panel.projects"))


@blueprint.post(f"{ROLES}/<role_id>/delete")
@for_owners_and_admins
def delete_role(role_id: str) -> ResponseReturnValue:
    """Delete a role of the organisation's own: people fall back to what else they were granted."""

    def work(store: Store) -> str:
        role = scopes.get_role(store, role_id)
        name = role.name
        scopes.delete_role(store, role)
        return name

    try:
        name = write(work)
    except ValueError as refusal:
        return page(f"delete-role-{role_id}", str(refusal)), 409
    return done(f"The role {name} is deleted, with its groups.", page, url_for("panel.projects"))


def page(dialog: str = "", refusal: str | None = None) -> str:
    """The page or, to htmx, its block; with the dialog of a form that was refused, as it was filled in."""
    store = store_on_screen()
    roles = scopes.roles(store, "project")
    own = [role.id for role in roles if not role.built_in]
    if not dialog.startswith("create-") and dialog.rpartition("-role-")[2] not in own:
        dialog = ""  # A built-in role has none: the refusal stands above the page.
    unbound, unbound_total = bindings.waiting(store, UNBOUND_SHOWN)
    known = meanings.all_of(store) if unbound else []
    product = current_app.config["PRODUCT_NAME"]
    return page_or_block(
        "panel/projects.html",
        "projects",
        rows=matrix.rows(store),
        roles=roles,
        people=matrix.people_by_role(store),
        unbound=[(each, suggested(each.name, known, product)) for each in unbound],
        unbound_total=unbound_total,
        product=product,
        dialog=dialog or request.args.get("dialog", ""),
        typed=request.form if dialog and refusal else {},
        refusal=refusal,
    )
