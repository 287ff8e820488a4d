"""What went wrong, as a page with a sentence that says what to do. Never a stack, a query or a host."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, get_template_attribute, make_response, render_template, request
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError

from scim_app.directory.claims import ClaimRefused
from scim_app.directory.passwords import Busy
from scim_app.extensions import db
from scim_app.panel.crowds import BUSY_EXPORTING, BUSY_SIGNING_IN
from scim_app.panel.walls import MOVED, NO_TEXT, is_htmx, is_scim

PAGES = {
    400: ("This form could not be read", "Go back, reload the page and send it again."),
    401: ("Sign in first", "Your session has ended. Sign in to go on."),
    403: ("You may not do that", "Your role here is to look only, or the form came from another site. Ask an owner."),
    404: ("There is nothing here", "Check the address, or start from the settings of your organization."),
    405: ("That is not how this works", "Go back and use the buttons on the page."),
    409: ("Another organization is on screen", MOVED),
    413: ("That was too much", "Send less text in the form."),
    429: ("Too many attempts", "Wait a minute, then try again."),
    500: ("Something broke on our side", "Nothing was changed. Try again; if it happens again, ask your operator."),
    503: ("The service is busy", "Nothing was changed. Try again in a few seconds."),
}
AWAY = (OperationalError, TimeoutError, Busy)
"""The database does not answer or is locked, or too many people are signing in."""
OWN = {
    str(ClaimRefused()): "This link does not work any more",
    BUSY_EXPORTING: "Others are exporting",
    BUSY_SIGNING_IN: "Many are signing in",
    NO_TEXT: "This could not be read",
}
"""Errors that have a sentence of their own, with what stands above it."""
STALE = "This page is older than your session. Reload it and send the form again."


def init_app(app: Flask) -> None:
    """Draw every error below every path but the API's."""
    for code in PAGES:
        app.register_error_handler(code, show)


def show(error: HTTPException) -> Response | HTTPException:
    """The page for that error, or to htmx a notice."""
    if is_scim(request.path):
        return error
    code = error.code or 500
    if isinstance(error, InternalServerError) and isinstance(error.original_exception, AWAY):
        code = 503
    if code >= 500:
        # Pages ask who is signed in. That must not ask a database that has just failed.
        db.session.rollback()
        g._login_user = AnonymousUserMixin()
    if code == 403 or isinstance(error, CSRFError):
        who = getattr(current_user, "administrator_id", "nobody")
        current_app.logger.warning("panel:request:refused %s %s from %s", request.endpoint, who, request.remote_addr)
    title, advice = PAGES.get(code, PAGES[500])
    if isinstance(error, CSRFError):
        title, advice = "This form is too old", STALE
    elif error.description in OWN:
        title, advice = OWN[error.description], error.description
    if is_htmx():
        drawn = get_template_attribute("macros.html", "refusal")(f"{title}. {advice}")
    else:
        drawn = render_template("panel/error.html", code=code, title=title, advice=advice)
    response = make_response(drawn, code)
    if is_htmx():
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "innerHTML"
    if code == 503:
        response.headers["Retry-After"] = "5"
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response
