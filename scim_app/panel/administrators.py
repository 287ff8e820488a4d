"""What is done to administrators and to the accepted domains, on Organization Info, by owners and admins."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import memberships, organizations
from scim_app.directory.memberships import NoSuchAdministrator
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.organization import page
from scim_app.panel.password import with_password
from scim_app.panel.visitor import Visitor, acting, for_owners_and_admins, visitor
from scim_app.panel.walls import is_htmx

ADMINISTRATORS = "/settings/organization/administrators"
View = TypeVar("View", bound=Callable[..., Any])


def guarded(address: str) -> Callable[[View], View]:
    """Serve the view at that address, behind the password and then the role."""

    def register(view: View) -> View:
        return blueprint.post(address)(with_password("panel.organization", "#info")(for_owners_and_admins(view)))

    return register


@guarded(ADMINISTRATORS)
def invite_administrator() -> ResponseReturnValue:
    """Invite somebody, and show their claim link in this answer and never again."""
    email, role = request.form.get("email", ""), request.form.get("role", "")
    return act(
        lambda me, by: memberships.invite(db.session, me.organization.id, me.actor, by, email, role),
        "",
        invited=email.strip(),
    )


@guarded(f"{ADMINISTRATORS}/<administrator_id>/link")
def invite_administrator_again(administrator_id: str) -> ResponseReturnValue:
    """Another claim link for somebody who has not used theirs."""
    return act(on(memberships.invite_again, administrator_id), "", invited="them")


@guarded(f"{ADMINISTRATORS}/<administrator_id>/role")
def change_administrator(administrator_id: str) -> ResponseReturnValue:
    """Give them another role."""
    return act(on(memberships.change_role, administrator_id, request.form.get("role", "")), "The role is changed.")


@guarded(f"{ADMINISTRATORS}/<administrator_id>/disable")
def disable_administrator(administrator_id: str) -> ResponseReturnValue:
    """Keep them out until they are enabled again."""
    return act(on(memberships.disable, administrator_id), "They are kept out of this organization.")


@guarded(f"{ADMINISTRATORS}/<administrator_id>/enable")
def enable_administrator(administrator_id: str) -> ResponseReturnValue:
    """Let them in again."""
    return act(on(memberships.enable, administrator_id), "They are let in again.")


@guarded(f"{ADMINISTRATORS}/<administrator_id>/remove")
def remove_administrator(administrator_id: str) -> ResponseReturnValue:
    """They administer the organisation no more."""
    return act(on(memberships.remove, administrator_id), "They are no longer an administrator of this organization.")


@guarded("/settings/organization/domains")
def change_domains() -> ResponseReturnValue:
    """Accept these e-mail domains, or any."""
    domains = re.split(r"[\s,;]+", request.form.get("domains", "").strip())
    return act(
        lambda me, _by: organizations.accept(db.session, me.organization.id, me.actor, filter(None, domains)),
        "The accepted domains are changed.",
    )


def on(action: Callable[..., Any], administrator_id: str, *given: str) -> Callable[[Visitor, str], Any]:
    """The action, on that administrator, by the visitor in the role they have by then."""
    return lambda me, by: action(db.session, me.organization.id, me.actor, by, administrator_id, *given)


def act(work: Callable[[Visitor, str], Any], notice: str, invited: str = "") -> ResponseReturnValue:
    """Do it and show the page as it is then; with the claim link, which no redirect could carry, if there is one."""
    me = visitor()
    try:
        token = transact(db.session, lambda: work(me, acting()))
    except ValueError as refusal:
        return page(refusal=str(refusal)), 404 if isinstance(refusal, NoSuchAdministrator) else 409
    if token is not None and invited:
        return page(link=current_app.config["PUBLIC_URL"] + url_for("panel.claim", token=token), invited=invited)
    if is_htmx():
        return page(notice=notice)
    flash(notice)
    return redirect(url_for("panel.organization"), 303)
