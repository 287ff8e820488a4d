"""Access Management: the keys with which a directory is let in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import keys
from scim_app.directory.changes import Actor
from scim_app.directory.keys import Generated, NoSuchKey
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import AnySession, transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import for_owners_and_admins, visitor
from scim_app.panel.walls import SCIM, is_htmx

LIFETIMES = {"90": "90 days", "365": "1 year", "730": "2 years", "": "No expiry"}
WARNED_AHEAD = timedelta(days=30)


@blueprint.get("/settings/organization/access")
def access() -> str:
    """The page. Without JavaScript, `?dialog=` opens one of its dialogs."""
    return page()


@blueprint.post("/settings/organization/access/keys")
@for_owners_and_admins
def generate_key() -> ResponseReturnValue:
    """Generate a key and show it, in this answer and never again.

    The form names the newest key it was drawn beside: sent again by a reload, it generates nothing.
    """
    me, days = visitor(), request.form.get("days", "365")
    if days not in LIFETIMES:
        return page(refusal="Choose one of the lifetimes offered."), 422

    def work() -> Generated:
        expires_at = datetime.now(UTC) + timedelta(days=int(days)) if days else None
        made = keys.generate(
            db.session,
            me.organization.id,
            me.actor,
            current_app.config["KEY_PEPPER"],
            label=request.form.get("label", ""),
            scope="provision",
            expires_at=expires_at,
        )
        others = [key.id for key in keys.of_organization(db.session, me.organization.id) if key.id != made.id]
        if request.form.get("newest", "") != (others[0] if others else ""):
            raise ValueError("A key was generated since this page was shown. Look at the keys below before you go on.")
        return made

    return reveal(work)


@blueprint.post("/settings/organization/access/keys/<key_id>/regenerate")
@for_owners_and_admins
def regenerate_key(key_id: str) -> ResponseReturnValue:
    """Replace a key and show the new one, in this answer and never again."""
    me, pepper = visitor(), current_app.config["KEY_PEPPER"]
    return reveal(lambda: keys.regenerate(db.session, me.organization.id, me.actor, pepper, key_id))


@blueprint.post("/settings/organization/access/keys/<key_id>/deactivate")
@for_owners_and_admins
def deactivate_key(key_id: str) -> ResponseReturnValue:
    """Refuse the key from now on."""
    return act(keys.deactivate, key_id, "The key is deactivated. Requests that show it are refused.")


@blueprint.post("/settings/organization/access/keys/<key_id>/reactivate")
@for_owners_and_admins
def reactivate_key(key_id: str) -> ResponseReturnValue:
    """Let the key in again."""
    return act(keys.reactivate, key_id, "The key is active again.")


@blueprint.post("/settings/organization/access/keys/<key_id>/delete")
@for_owners_and_admins
def delete_key(key_id: str) -> ResponseReturnValue:
    """Delete the key for good."""
    return act(keys.delete, key_id, "The key is deleted.")


def act(action: Callable[[AnySession, str, Actor, str], None], key_id: str, notice: str) -> ResponseReturnValue:
    """Do it, and show the keys as they are then."""
    me = visitor()
    try:
        transact(db.session, lambda: action(db.session, me.organization.id, me.actor, key_id))
    except ValueError as refusal:
        return refused(refusal)
    if is_htmx():
        return page(notice=notice)
    flash(notice)
    return redirect(url_for("panel.access"), 303)


def reveal(work: Callable[[], Generated]) -> ResponseReturnValue:
    """Make a key and show it in the answer itself: a redirect would have to keep it somewhere."""
    try:
        return page(made=transact(db.session, work))
    except ValueError as refusal:
        return refused(refusal)


def refused(refusal: ValueError) -> ResponseReturnValue:
    """The keys as they are, and why the action was refused."""
    return page(refusal=str(refusal)), 404 if isinstance(refusal, NoSuchKey) else 409


def page(notice: str | None = None, refusal: str | None = None, made: Generated | None = None) -> str:
    """The page or, to htmx, its block: keys that are live first, then the others."""
    now = datetime.now(UTC)
    found = keys.of_organization(db.session, visitor().organization.id)
    return page_or_block(
        "panel/access.html",
        "keys",
        live=[key for key in found if keys.is_live(key, now)],
        ended=[key for key in found if not keys.is_live(key, now)],
        newest=found[0].id if found else "",
        full=sum(key.scope == "provision" and keys.is_live(key, now) for key in found) >= keys.LIVE_AT_MOST,
        state=state_of(found, now),
        now=now,
        warned_from=now + WARNED_AHEAD,
        lifetimes=LIFETIMES,
        base_url=f"{current_app.config['PUBLIC_URL']}{SCIM}",
        dialog=request.args.get("dialog", ""),
        notice=notice,
        refusal=refusal,
        made=made,
    )


def state_of(found: Sequence[ScimKey], now: datetime) -> str:
    """Whether a directory can get in: `not enabled` without a key, `enabled` with a live one, else `deactivated`."""
    mine = [key for key in found if key.scope == "provision"]
    if any(keys.is_live(key, now) for key in mine):
        return "enabled"
    return "deactivated" if mine else "not enabled"
