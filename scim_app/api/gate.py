"""What every request below the base URL passes before any route is chosen: its path, its key, its scope."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import werkzeug.exceptions
from flask import current_app, g, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from scim_app.api.blueprint import BASE_PATH, below_base, blueprint
from scim_app.directory import keys
from scim_app.directory.changes import Actor
from scim_app.directory.directory import Directory
from scim_app.directory.ids import new_id
from scim_app.extensions import db
from scim_app.protocol import dialects
from scim_app.protocol.errors import Forbidden, MethodNotAllowed, NotAcceptable, NotFound, ScimError, Unauthorized

ENCODED_SEPARATOR = re.compile(r"%(2f|5c)", re.IGNORECASE)
OPEN_TO_ALL = frozenset({f"{BASE_PATH}/ServiceProviderConfig"})
"""Read without a key, so that a client can find out how to show one (RFC 7643 §5)."""
NOTHING_HERE = "There is nothing at this address. The base URL ends in /scim/v2, and /Users and /Groups follow it."
ANSWERED = ("application/scim+json", "application/json")
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@blueprint.before_app_request
def enter() -> None:
    """Let a request to the API in, or refuse it before anything else is looked at."""
    if not below_base():
        return
    g.request_id = new_id()
    if request.path.rstrip("/") not in OPEN_TO_ALL:
        g.directory = directory(authenticated())
    # A proxy and this service must not see two different paths in one.
    if ENCODED_SEPARATOR.search(request.environ.get("RAW_URI", "").partition("?")[0]):
        raise NotFound(NOTHING_HERE)
    if isinstance(request.routing_exception, HTTPException):
        raise unrouted(request.routing_exception)
    if not request.accept_mimetypes or any(request.accept_mimetypes[each] for each in ANSWERED):
        return
    raise NotAcceptable("This service answers in application/scim+json. Accept it, or application/json.")


def unrouted(error: HTTPException) -> ScimError:
    """Why no route answers, as a SCIM error."""
    if isinstance(error, werkzeug.exceptions.MethodNotAllowed):
        return MethodNotAllowed(error.valid_methods or ())
    return NotFound(NOTHING_HERE)


def authenticated() -> keys.Authenticated:
    """The key of the request. Raises Unauthorized, or Forbidden when it may not do this."""
    header = request.headers.get("Authorization")
    if header is None:
        raise Unauthorized("Send a SCIM key: Authorization: Bearer scim_…")
    token = dialects.bearer_token(header)
    outcome = keys.authenticate(db.session, current_app.config["KEY_PEPPER"], token or "", datetime.now(UTC))
    if not isinstance(outcome, keys.Authenticated):
        g.invalid_token = True
        raise Unauthorized(
            "The key is not valid: check that all of it was copied, and that it is active and not expired."
        )
    touch(outcome)
    if outcome.scope == "read" and request.method not in READING and not request.path.rstrip("/").endswith("/.search"):
        raise Forbidden("This key may only read. Use a key with the scope provision to change anything.")
    return outcome


def touch(key: keys.Authenticated) -> None:
    """Note that the key was used. Losing the note fails nothing."""
    try:
        client = request.user_agent.string[:200]
        keys.touch(db.session, key.id, datetime.now(UTC), request.remote_addr or "", client)
    except SQLAlchemyError:
        db.session.rollback()
        current_app.logger.warning("the last use of a key could not be noted", exc_info=True)


def directory(key: keys.Authenticated) -> Directory:
    """The directory of the key's organisation: the only one this request can see."""
    actor = Actor("key", key.label, key.id, g.request_id)
    return Directory(db.session, key.organization_id, actor, current_app.extensions["catalog"])
