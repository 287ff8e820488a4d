"""Whose the organisation is: the person whom the directory knows as its owner, and how an owner here gives it to another."""

from __future__ import annotations

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from scim_app.directory.roles import ownership as owners
from scim_app.directory.store import Store
from scim_app.directory.tables import User
from scim_app.panel.blueprint import blueprint
from scim_app.panel.password import with_password
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import for_owners
from scim_app.panel.writing import done, store_on_screen, write
from scim_app.protocol.comparison import folded

OWNERSHIP = "/settings/organization/ownership"
FOUND_AT_MOST = 8
LONGEST_SEARCH = 200


@blueprint.get(OWNERSHIP)
def ownership() -> str:
    """Who owns the organisation. `?q=` finds people, `?to=` asks whether that one shall own it."""
    return page()


@blueprint.post(OWNERSHIP)
@for_owners
@with_password("panel.ownership", "#ownership")
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
    return page_or_block(
        "panel/ownership.html",
        "ownership",
        owner=owners.owner(store),
        afterwards=owners.AFTERWARDS,
        attribute=store.catalog.org_role_attribute,
        search=search,
        found=people(store, search) if search else [],
        at_most=FOUND_AT_MOST,
        to=person(store, request.args.get("to", "")),
        refusal=refusal,
    )


def people(store: Store, search: str) -> list[User]:
    """The first people whose user name or name begins so, active ones first, and one more than are shown."""
    key = folded(search)
    begins = or_(*(column.startswith(key, autoescape=True) for column in (User.user_name_key, User.display_key)))
    statement = select(User).where(User.organization_id == store.organization_id, begins)
    return list(store.session.scalars(statement.order_by(User.user_name_key).limit(FOUND_AT_MOST + 1)))


def person(store: Store, user_id: str) -> User | None:
    """The user of that id, if there is one."""
    own = User.organization_id == store.organization_id, User.id == user_id
    return store.session.scalars(select(User).where(*own)).one_or_none() if user_id else None
