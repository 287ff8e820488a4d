"""Signing in, signing out, claiming an account, and which organisation is on screen."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from scim_app.directory import claims, sign_ins
from scim_app.directory.claims import ClaimRefused, Link
from scim_app.directory.passwords import Verified
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.credentials import check
from scim_app.panel.visitor import caller, load, visitor
from scim_app.panel.walls import inside


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The settings, or the sign-in that leads there."""
    return redirect(url_for("panel.organization" if current_user.is_authenticated else "panel.sign_in"), 303)


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> ResponseReturnValue:
    """The form, and what comes of it. One sentence for every reason, so that it tells nobody who has an account."""
    onward = inside(request.values.get("next"))
    if request.method != "POST":
        if current_user.is_authenticated:
            return redirect(onward, 303)
        return render_template("panel/sign_in.html", onward=onward)
    email, password = request.form.get("email", ""), request.form.get("password", "")
    found = check(email, password)
    if found is None or not enter(found):
        refusal = "That e-mail address and password do not match an account."
        return render_template("panel/sign_in.html", onward=onward, email=email[:254], refusal=refusal), 403
    return redirect(onward, 303)


def enter(shown: Verified, place: str | None = None) -> bool:
    """Sign them in under a new token, at that organisation; False when they belong to none, or have another password now."""
    if current_user.is_authenticated:
        leave()
    begun = caller()
    token = transact(db.session, lambda: sign_ins.begin_as(db.session, shown, datetime.now(UTC), begun, place))
    someone = load(token) if token else None
    session.clear()
    return someone is not None and login_user(someone)


def leave() -> None:
    """End the sign-in, in every copy of its cookie."""
    token = visitor().id
    transact(db.session, lambda: sign_ins.end(db.session, token))
    logout_user()
    session.clear()


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out, and leave nothing in the browser to go back to."""
    leave()
    response = redirect(url_for("panel.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@blueprint.route("/claim/<token>", methods=["GET", "POST"])
def claim(token: str) -> ResponseReturnValue:
    """Choose a password by a one-time link, or accept with the one there is, and be signed in. Looking uses nothing up."""
    try:
        link = claims.holder(db.session, token)
        if request.method != "POST":
            return render_template("panel/claim.html", token=token, link=link)
        password = request.form.get("password", "")
        found = chosen(token, password) if link.chooses else accepted(token, link, password)
    except ClaimRefused as refusal:
        abort(404, str(refusal))
    except ValueError as refusal:
        return render_template("panel/claim.html", token=token, link=link, refusal=str(refusal)), 422
    enter(found, link.organization_id)
    return redirect(url_for("panel.home"), 303)


def chosen(token: str, password: str) -> Verified:
    """Whose password this is from now on. Raises ValueError with what is wrong with it."""
    if password != request.form.get("again", ""):
        raise ValueError("The two passwords are not the same.")
    return claims.claim(db.session, token, password, current_app.config["PRODUCT_NAME"])


def accepted(token: str, link: Link, password: str) -> Verified:
    """Who accepted the invitation, with the password of their account. Raises ValueError for another one."""
    found = check(link.email, password)
    if found is None:
        raise ValueError("That is not the password of this account.")
    transact(db.session, lambda: claims.accept(db.session, token, found))
    return found


@blueprint.post("/organization")
def switch_organization() -> ResponseReturnValue:
    """Show another organisation of the visitor's."""
    token, organization_id = visitor().id, request.form.get("organization", "")
    try:
        transact(db.session, lambda: sign_ins.switch(db.session, token, organization_id))
    except ValueError:
        abort(404)
    return redirect(url_for("panel.organization"), 303)
