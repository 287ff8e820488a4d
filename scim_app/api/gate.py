"""What every request below the base URL passes before any route is chosen: its path, its key, its scope."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

import werkzeug.exceptions
from flask import current_app, g, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from scim_app.api import journal, reading, strays
from scim_app.api.blueprint import BASE_PATH, below_base, blueprint
from scim_app.api.credentials import look_up, renew
from scim_app.directory import keys
from scim_app.directory.changes import Actor
from scim_app.directory.directory import Directory
from scim_app.extensions import db
from scim_app.protocol import dialects
from scim_app.protocol.errors import (
    Forbidden,
    InvalidToken,
    InvalidVersion,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    ScimError,
    TooManyRequests,
    Unauthorized,
)

OTHER_VERSION = re.compile(r"/scim/v\d[^/]*(/|$)")
AMBIGUOUS = re.compile(r"^//|%(2f|5c)", re.IGNORECASE)
"""A separator that is encoded, and slashes at the beginning, of which the framework makes one."""
OPEN_TO_ALL = frozenset({f"{BASE_PATH}/ServiceProviderConfig"})
"""Read without a key, so that a client can find out how to show one (RFC 7643 §5)."""
NOTHING_HERE = "There is nothing at this address. The base URL ends in /scim/v2, and /Users and /Groups follow it."
NOT_VALID = "The key is not valid: check that all of it was copied, and that it is active and not expired."
MISTYPED = "The key has a typing error or is incomplete: copy it again with the button."
"""What is told of a text that begins as a key does and cannot be one."""
ANSWERED = frozenset({"application/scim+json", "application/json", "application/*", "*/*"})
"""Media ranges that take the answers of this service."""
KEPT = 100
"""Accept headers that are remembered: clients have one each."""
READ = ("/Users", "/Groups")
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@blueprint.before_app_request
def enter() -> None:
    """Let a request to the API in, or refuse it before anything else is looked at."""
    if not below_base():
        if request.path == "/scim" or request.path.startswith("/scim/") or strays.lost():
            owner = strays.owner()
            if owner:
                journal.start()
                count(owner)
                g.outcome = owner
            raise elsewhere()
        return
    journal.start()
    if request.path.rstrip("/") in OPEN_TO_ALL:
        wait = current_app.extensions["rate_limits"].of_address(request.remote_addr or "")
        if wait:
            raise TooManyRequests("Too many requests came from this address.", wait)
    else:
        g.directory = directory(authenticated())
        if request.method not in READING:
            # Whoever writes takes a connection for it, once a body is there over which a client may take its time.
            reading.release()
    # A proxy and this service must not see two different paths in one.
    if AMBIGUOUS.search(request.environ.get("RAW_URI", "").partition("?")[0]):
        raise NotFound(NOTHING_HERE)
    if isinstance(request.routing_exception, HTTPException):
        raise unrouted(request.routing_exception)
    if not acceptable():
        raise NotAcceptable("This service answers in application/scim+json. Accept it, or application/json.")


def elsewhere() -> ScimError:
    """What a directory is told that asks beside the base URL: for another version of the protocol, or for none (§3.13)."""
    if OTHER_VERSION.match(request.path):
        return InvalidVersion("This service speaks SCIM 2.0 alone: its base URL ends in /scim/v2.")
    return NotFound(NOTHING_HERE)


def acceptable() -> bool:
    """Whether the client takes JSON under one of its names."""
    accept = request.headers.get("Accept")
    return not accept or takes_json(accept)


@lru_cache(KEPT)
def takes_json(accept: str) -> bool:
    """Whether media ranges take it. Parameters, such as a charset, change nothing (§3.8)."""
    ranges = parse_accept_header(accept, MIMEAccept)
    return not ranges or any(
        quality > 0 and name.partition(";")[0].strip().lower() in ANSWERED for name, quality in ranges
    )


def unrouted(error: HTTPException) -> ScimError:
    """Why no route answers, as a SCIM error."""
    if isinstance(error, werkzeug.exceptions.MethodNotAllowed):
        return MethodNotAllowed(error.valid_methods or ())
    return NotFound(NOTHING_HERE)


def authenticated() -> keys.Authenticated:
    """The key of the request. Raises Unauthorized, Forbidden when it may not do this, or TooManyRequests."""
    header = request.headers.get("Authorization")
    if header is None:
        refuse_a_flood()
        raise Unauthorized("Send a SCIM key: Authorization: Bearer scim_…")
    token = dialects.bearer_token(header) or ""
    now = datetime.now(UTC)
    outcome = look_up(token, now)
    said = NOT_VALID
    if isinstance(outcome, keys.Refusal) and outcome.reason is keys.Reason.MALFORMED:
        outcome, said = strays.miswritten(header, now) or (outcome, MISTYPED if keys.PREFIX in header else NOT_VALID)
    if isinstance(outcome, keys.Refusal):
        refuse_a_flood()
        g.outcome = outcome
        if outcome.reason is keys.Reason.ADDRESS:
            raise Forbidden(f"This key may not be used from {request.remote_addr}. Allow it under Access Management.")
        raise InvalidToken(said)
    count(outcome)
    g.outcome = outcome
    renew(outcome, token)
    if outcome.scope == "read" and not reads_resources():
        raise Forbidden(
            "This key may only read users and groups. Use a key with the scope provision for anything else."
        )
    return outcome


def refuse_a_flood() -> None:
    """Raises TooManyRequests when an address shows nothing but keys that are refused. Then the log is spared, too."""
    wait = current_app.extensions["rate_limits"].of_refusals(request.remote_addr or "")
    if wait:
        raise TooManyRequests("Too many requests without a key that is valid came from this address.", wait)


def count(key: keys.Authenticated) -> None:
    """Raises TooManyRequests when the key is used more often than it may be; the log hears of it once a second."""
    limits = current_app.extensions["rate_limits"]
    wait = limits.of_key(key.id)
    if wait:
        if limits.remark(key.id):
            g.outcome = keys.Refusal(keys.Reason.TOO_MANY, key.id, key.organization_id, key.label)
        raise TooManyRequests(f"This key may send {limits.per_second:,} requests a second, and sent more.", wait)


def reads_resources() -> bool:
    """Whether the request reads users or groups, which is all that a key of an application is for."""
    path = request.path.removeprefix(BASE_PATH).rstrip("/")
    if request.method == "POST":
        return path in {f"{endpoint}/.search" for endpoint in READ}
    return request.method in READING and any(path == each or path.startswith(f"{each}/") for each in READ)


def directory(key: keys.Authenticated) -> Directory:
    """The directory of the key's organisation: the only one this request can see."""
    actor = Actor("key", key.label, key.id, g.request_id)
    extensions = current_app.extensions
    own = key.organization_id, actor, extensions["catalog"], extensions["policy"]
    return Directory(db.session, *own, journal.receipt(), reading.connection)
