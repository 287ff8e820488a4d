"""What is done to keys: each action is one URL, for owners and admins who entered their password a moment ago."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import keys
from scim_app.directory.changes import Actor
from scim_app.directory.keys import Generated, NoSuchKey
from scim_app.directory.transaction import AnySession, transact
from scim_app.extensions import db
from scim_app.panel.access import LIFETIMES, OVERLAPS, page
from scim_app.panel.blueprint import blueprint
from scim_app.panel.password import with_password
from scim_app.panel.visitor import acting, for_owners_and_admins, visitor
from scim_app.panel.walls import is_htmx

KEYS = "/settings/organization/access/keys"
BETWEEN = re.compile(r"[,;]| (?=[\da-f.]*[.:])", re.IGNORECASE)
"""What stands between networks: a comma, or a space before what begins as an address does. Other words stay together."""
View = TypeVar("View", bound=Callable[..., Any])


class Overtaken(ValueError):
    """Somebody generated a key since the page was drawn."""

    def __init__(self) -> None:
        super().__init__("A key was generated since this page was shown. Look at the keys below before you go on.")


def key_action(address: str) -> Callable[[View], View]:
    """Serve the view at that address below the keys, behind the password and then the role."""

    def register(view: View) -> View:
        guarded = with_password("panel.access", "#keys")(for_owners_and_admins(view))
        return blueprint.post(f"{KEYS}{address}")(guarded)

    return register


@key_action("")
def generate_key() -> ResponseReturnValue:
    """Generate a key and show it, in this answer and never again.

    The form names the newest key it was drawn beside: sent again by a reload, it generates nothing.
    """
    me, days = visitor(), request.form.get("days", "365")
    if days not in LIFETIMES:
        return page(refusal="Choose one of the lifetimes offered."), 422

    def work() -> Generated:
        acting()
        expires_at = datetime.now(UTC) + timedelta(days=int(days)) if days else None
        made = keys.generate(
            db.session,
            me.organization.id,
            me.actor,
            current_app.config["KEY_PEPPER"],
            label=request.form.get("label", ""),
            scope=request.form.get("scope", "provision"),
            expires_at=expires_at,
            allowed_networks=networks_named(),
        )
        others = [key.id for key in keys.of_organization(db.session, me.organization.id) if key.id != made.id]
        if request.form.get("newest", "") != (others[0] if others else ""):
            raise Overtaken
        return made

    return reveal(work, "generate-read" if request.form.get("scope") == "read" else "generate")


@key_action("/<key_id>/regenerate")
def regenerate_key(key_id: str) -> ResponseReturnValue:
    """Replace a key and show the new one, in this answer and never again. The old one lives on for the overlap."""
    me, pepper, hours = visitor(), current_app.config["KEY_PEPPER"], request.form.get("overlap", "0")
    if hours not in OVERLAPS:
        return page(refusal="Choose one of the overlaps offered."), 422
    overlap = timedelta(hours=int(hours))

    def work() -> Generated:
        acting()
        return keys.regenerate(db.session, me.organization.id, me.actor, pepper, key_id, overlap)

    return reveal(work)


@key_action("/<key_id>/finish")
def finish_key(key_id: str) -> ResponseReturnValue:
    """Refuse the key that is being replaced now, before its overlap is over."""
    return act(keys.finish, key_id, "The old key is refused from now on.")


@key_action("/<key_id>/cancel")
def cancel_key(key_id: str) -> ResponseReturnValue:
    """Keep the key that was to be replaced, and delete the new one."""
    return act(keys.cancel, key_id, "The new key is deleted, and the old one stays.")


@key_action("/<key_id>/networks")
def allow_key(key_id: str) -> ResponseReturnValue:
    """Let the key in from the networks named alone, or from anywhere."""
    given = networks_named()

    def allow(session: AnySession, organization_id: str, actor: Actor, key_id: str) -> None:
        keys.bind(session, organization_id, actor, key_id, given)

    where = "from these networks alone" if given else "from anywhere"
    return act(allow, key_id, f"The key is let in {where}, from now on.", f"networks-{key_id}")


@key_action("/<key_id>/deactivate")
def deactivate_key(key_id: str) -> ResponseReturnValue:
    """Refuse the key from now on."""
    return act(keys.deactivate, key_id, "The key is deactivated. Requests that show it are refused.")


@key_action("/<key_id>/reactivate")
def reactivate_key(key_id: str) -> ResponseReturnValue:
    """Let the key in again."""
    return act(keys.reactivate, key_id, "The key is active again.")


@key_action("/<key_id>/delete")
def delete_key(key_id: str) -> ResponseReturnValue:
    """Delete the key for good."""
    return act(keys.delete, key_id, "The key is deleted.")


def networks_named() -> list[str]:
    """The networks in the form, as they were typed."""
    typed = " ".join(request.form.get("networks", "").split())
    return [each.strip() for each in BETWEEN.split(typed) if each.strip()]


def act(
    action: Callable[[AnySession, str, Actor, str], None], key_id: str, notice: str, dialog: str = ""
) -> ResponseReturnValue:
    """Do it, and show the keys as they are then; refused, the dialog in which it was asked for."""
    me = visitor()

    def work() -> None:
        acting()
        action(db.session, me.organization.id, me.actor, key_id)

    try:
        transact(db.session, work)
    except ValueError as refusal:
        return refused(refusal, dialog)
    if is_htmx():
        return page(notice=notice)
    flash(notice)
    return redirect(url_for("panel.access"), 303)


def reveal(work: Callable[[], Generated], dialog: str = "") -> ResponseReturnValue:
    """Make a key and show it in the answer itself: a redirect would have to keep it somewhere."""
    try:
        return page(made=transact(db.session, work))
    except Overtaken as refusal:
        return refused(refusal)
    except ValueError as refusal:
        return refused(refusal, dialog)


def refused(refusal: ValueError, dialog: str = "") -> ResponseReturnValue:
    """The keys as they are, and why the action was refused, in the dialog in which it was asked for."""
    return page(refusal=str(refusal), reopened=dialog), 404 if isinstance(refusal, NoSuchKey) else 409
