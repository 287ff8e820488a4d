"""Every request whose organisation is known comes into the log: with what it changes, and once it is answered."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from flask import Flask, Response, current_app, g, request

from scim_app.api import strays
from scim_app.api.blueprint import BASE_PATH, below_base, blueprint
from scim_app.directory import keys
from scim_app.directory.ids import new_id
from scim_app.directory.journal import OUTSIDE, Journal, Noted, Receipt

LARGEST = 256 * 1024
"""Bytes of a body that the log looks at."""


def init_app(app: Flask) -> None:
    """Keep the log, over a connection of its own."""
    app.extensions["journal"] = Journal(app.config["SQLALCHEMY_DATABASE_URI"], app.config["SQLALCHEMY_ENGINE_OPTIONS"])


def start() -> None:
    """Give the request an id, under which the log knows it, and look at the clock."""
    g.request_id = new_id()
    g.began = time.monotonic()


def receipt() -> Receipt:
    """By which the log is told of what the request changes, in the transaction that changes it."""
    return Receipt(lambda: noted_of(g.outcome, expected()))


def expected() -> int:
    """The status of what changes something: how it is answered in the end is noted then."""
    created = request.method == "POST" and path().rstrip("/") != "/Bulk"
    return 201 if created else 204 if request.method == "DELETE" else 200


@blueprint.after_app_request
def note(response: Response) -> Response:
    """Note the request. Whatever goes wrong here is no reason to answer anything else."""
    if "outcome" in g:
        try:
            if g.outcome.organization_id is None:
                current_app.logger.info("request %s came with a key that nobody knows", g.request_id)
            else:
                current_app.extensions["journal"].note(noted_of(g.outcome, response.status_code, response))
        except Exception:
            current_app.logger.warning("request %s is missing in the log", g.get("request_id"), exc_info=True)
    return response


def noted_of(outcome: keys.Authenticated | keys.Refusal, status: int, response: Response | None = None) -> Noted:
    """What the log is told: bodies of what wrote or failed, and of other reads that there was one.

    The key is one that an organisation has or had: the log is of organisations.
    """
    assert outcome.organization_id is not None and outcome.id is not None
    made = g.directory.receipt.made if response is not None and "directory" in g else ()
    told = status >= 400 or request.method not in {"GET", "HEAD"}
    asked = None if made or isinstance(outcome, keys.Refusal) else g.get("request_bytes")
    said = response.get_data() if told and response and (response.content_length or 0) <= LARGEST else None
    return Noted(
        request_id=g.request_id,
        organization_id=outcome.organization_id,
        key_id=outcome.id,
        key_name=outcome.label,
        user_agent=keys.masked(request.headers.get("User-Agent", ""))[:500],
        address=request.remote_addr or "",
        method=request.method,
        path=path(),
        query=request.query_string.decode("utf-8", "replace")[:4000],
        status=status,
        duration=int((time.monotonic() - g.began) * 1000),
        request=asked if told and asked and len(asked) <= LARGEST else None,
        response=said,
        refused_because=outcome.reason.value if isinstance(outcome, keys.Refusal) else None,
        remark=strays.remarks(),
        is_use="directory" in g and isinstance(outcome, keys.Authenticated) and outcome.touch_due(datetime.now(UTC)),
        made=made,
    )


def path() -> str:
    """The path of the request as it follows the base URL: from above it, where it is not below."""
    return request.path.removeprefix(BASE_PATH) or "/" if below_base() else f"{OUTSIDE}{request.path}"
