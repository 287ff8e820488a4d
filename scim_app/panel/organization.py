"""Organization Info: how the organisation is known here and to its directory."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import keys, memberships, organizations
from scim_app.directory.administrators import ROLES
from scim_app.directory.roles import ownership
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.access import state_of
from scim_app.panel.blueprint import blueprint
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import for_owners_and_admins, visitor
from scim_app.panel.walls import is_htmx
from scim_app.panel.writing import store_on_screen


@blueprint.get("/settings/organization")
def organization() -> str:
    """The page."""
    return page()


@blueprint.post("/settings/organization/name")
@for_owners_and_admins
def rename_organization() -> ResponseReturnValue:
    """Give the organisation another name."""
    me, name = visitor(), request.form.get("name", "")
    try:
        transact(db.session, lambda: organizations.rename(db.session, me.organization.id, me.actor, name))
    except ValueError as refusal:
        return page(refusal=str(refusal)), 422
    if is_htmx():
        return page(notice="The organization is renamed.")
    flash("The organization is renamed.")
    return redirect(url_for("panel.organization"), 303)


def page(
    notice: str | None = None, refusal: str | None = None, link: str | None = None, invited: str | None = None
) -> str:
    """The page or, to htmx, its block."""
    organization_id = visitor().organization.id
    shown = organizations.get(db.session, organization_id)
    if shown is None:
        abort(404)
    return page_or_block(
        "panel/organization.html",
        "info",
        shown=shown,
        owner=ownership.owner(store_on_screen()),
        state=state_of(keys.of_organization(db.session, organization_id), datetime.now(UTC)),
        prefix=keys.PREFIX,
        administrators=memberships.of_organization(db.session, organization_id),
        roles=ROLES if visitor().owns else ROLES[1:],
        link=link,
        invited=invited,
        dialog=request.args.get("dialog", ""),
        notice=notice,
        refusal=refusal,
    )
