"""Whose the organisation is: the person whom the directory knows as its owner, and how an owner here gives it to another."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import people
from scim_app.directory.people import Wanted
from scim_app.directory.roles import ownership as owners
from scim_app.directory.store import Store
from scim_app.panel.blueprint import blueprint
from scim_app.panel.password import with_password
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import for_owners
from scim_app.panel.writing import done, store_on_screen, write

OWNERSHIP = "/settings/organization/ownership"
FOUND_AT_MOST = 8
LONGEST_SEARCH = 200


@blueprint.get(OWNERSHIP)
def ownership() -> str:
    """Who owns the organisation. `?q=` finds people, `?to=` asks whether that one shall own it."""
    return page()


@blueprint.post(OWNERSHIP)
@with_password("panel.ownership", "#ownership")
@for_owners
def transfer_ownership() -> ResponseReturnValue:
    """Make somebody the owner, and the owner until now an Admin."""
    to_id, from_id = request.form.get("to", ""), request.form.get("from", "")

    def work(store: Store) -> str:
        owners.transfer(store, to_id, from_id or None)
        return str(store.row("User", to_id).document["userName"])

    try:
        name = write(work)
    except ValueError as refusal:
        return page(str(refusal)), 409
    return done(f"{name} owns the organization now.", page, url_for("panel.ownership"))


def page(refusal: str | None = None) -> str:
    """The page or, to htmx, its block."""
    store = store_on_screen()
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    own = store.session, store.organization_id
    found = people.users(*own, Wanted(search=search), size=FOUND_AT_MOST) if search else people.Found([])
    return page_or_block(
        "panel/ownership.html",
        "ownership",
        owner=owners.owner(store),
        afterwards=owners.AFTERWARDS,
        attribute=store.catalog.org_role_attribute,
        search=search,
        found=found,
        to=people.user(*own, request.args.get("to", "")),
        refusal=refusal,
    )
