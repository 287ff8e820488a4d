"""Whatever goes wrong below the base URL is answered as a SCIM error, and here alone (RFC 7644 §3.12)."""

from __future__ import annotations

from flask import Response, current_app, g
from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError
from werkzeug.exceptions import HTTPException

from scim_app.api import responses
from scim_app.api.blueprint import blueprint
from scim_app.directory.transaction import passes
from scim_app.extensions import db
from scim_app.protocol.errors import InvalidToken, MethodNotAllowed, ScimError, TooManyRequests, error_body

REFUSED = {
    400: "The request cannot be read.",
    413: "The request is larger than this service reads.",
    414: "The address is longer than this service reads. Ask for less at a time.",
}
FAILED = "Something went wrong here, and nothing was changed. Try again; if it happens again, give the operator {}."
UNAVAILABLE = "The database does not answer just now, and nothing was changed. Try again in a moment."
REALM = 'Bearer realm="SCIM"'


@blueprint.errorhandler(ScimError)
@blueprint.app_errorhandler(ScimError)
def scim_error(error: ScimError) -> Response:
    """What a layer below refused, in its own words."""
    response = responses.json(error.body(), error.status)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(error.allowed)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        invalid = isinstance(error, InvalidToken)
        response.headers["WWW-Authenticate"] = f'{REALM}, error="invalid_token"' if invalid else REALM
    elif error.status == 403 and error.scim_type is None:
        response.headers["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope"'
    return response


@blueprint.errorhandler(HTTPException)
def http_error(error: HTTPException) -> Response:
    """What Flask refused."""
    status = error.code or 500
    return responses.json(error_body(status, REFUSED.get(status, "The request was refused.")), status)


for code in REFUSED:
    # Handlers of a code come before handlers of a class, and the panel has some for the whole application.
    blueprint.register_error_handler(code, http_error)


@blueprint.errorhandler(DBAPIError)
@blueprint.errorhandler(TimeoutError)
def database_error(error: DBAPIError | TimeoutError) -> Response:
    """The database is gone, locked or full, or others are in the way: 503, and the client tries again.

    Anything else that it refuses is a fault of ours.
    """
    db.session.rollback()
    current_app.logger.error("request %s: the database refused", g.get("request_id"), exc_info=error)
    if isinstance(error, IntegrityError) and not passes(error):
        return failure(error)
    return responses.json(error_body(503, UNAVAILABLE), 503, {"Retry-After": "5"})


def answer(error: Exception) -> Response:
    """What a request is answered that failed, of which one operation of several did."""
    return database_error(error) if isinstance(error, DBAPIError | TimeoutError) else failure(error)


@blueprint.errorhandler(Exception)
def failure(error: Exception) -> Response:
    """A fault of ours: said without a word of the inside."""
    db.session.rollback()
    current_app.logger.error("request %s failed", g.get("request_id"), exc_info=error)
    return responses.json(error_body(500, FAILED.format(f"the request id {g.get('request_id')}")), 500)


@blueprint.after_app_request
def name_request(response: Response) -> Response:
    """Every answer of the API carries the id under which the log knows its request."""
    if "request_id" in g:
        response.headers["X-Request-Id"] = g.request_id
    return response
