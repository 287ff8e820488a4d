"""Your account: the visitor's own password, and the sessions in which they are signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import abort, current_app, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import accounts, sign_ins
from scim_app.directory.passwords import SHORTEST
from scim_app.directory.sign_ins import NoSuchSignIn
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.credentials import check
from scim_app.panel.password import go_on, with_password
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor
from scim_app.panel.writing import done

ACCOUNT = "/settings/account"


@blueprint.get(ACCOUNT)
def account() -> str:
    """The page."""
    return page()


@blueprint.post(f"{ACCOUNT}/password")
def change_password() -> ResponseReturnValue:
    """Another password, for whoever knows the one until now. It goes on here, and ends everywhere else."""
    me, former, password = visitor(), request.form.get("current", ""), request.form.get("password", "")
    if not former:
        return page("Enter the password you have now."), 422
    if password != request.form.get("again", ""):
        return page("The two new passwords are not the same."), 422
    found = check(me.email, former)
    if found is None or found.id != me.administrator_id:
        return page("That is not the password you have now."), 403
    now, product = datetime.now(UTC), current_app.config["PRODUCT_NAME"]
    try:
        token = accounts.change_password(db.session, me.id, found, former, password, now, product)
    except NoSuchSignIn:
        abort(401)
    except ValueError as refusal:
        return page(str(refusal)), 422
    go_on(token)
    current_app.logger.info("panel:password:changed %s from %s", me.administrator_id, request.remote_addr)
    return done("Your password is changed, and every other session of yours has ended.", page, url_for("panel.account"))


@blueprint.post(f"{ACCOUNT}/sessions/end")
@with_password("panel.account", "#account")
def end_other_sessions() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    me = visitor()
    return end(
        lambda: sign_ins.end_others(db.session, me.administrator_id, me.id),
        "Every other session of yours has ended.",
    )


@blueprint.post(f"{ACCOUNT}/sessions/<session_id>/end")
@with_password("panel.account", "#account")
def end_session(session_id: str) -> ResponseReturnValue:
    """Sign out there."""
    me, now = visitor(), datetime.now(UTC)
    return end(
        lambda: sign_ins.end_one(db.session, me.administrator_id, me.id, session_id, now), "The session has ended."
    )


def end(work: Callable[[], None], notice: str) -> ResponseReturnValue:
    """Do it, and show the sessions that are left."""
    try:
        transact(db.session, work)
    except ValueError as refusal:
        return page(str(refusal)), 404 if isinstance(refusal, NoSuchSignIn) else 409
    current_app.logger.info("panel:session:ended %s from %s", visitor().administrator_id, request.remote_addr)
    return done(notice, page, url_for("panel.account"))


def page(refusal: str | None = None) -> str:
    """The page or, to htmx, its block."""
    me = visitor()
    return page_or_block(
        "panel/account.html",
        "account",
        sessions=sign_ins.of_administrator(db.session, me.administrator_id, me.id, datetime.now(UTC)),
        at_most=sign_ins.LISTED_AT_MOST,
        shortest=SHORTEST,
        refusal=refusal,
    )
