"""Noting every request whose organisation is known in the log, once it is answered."""

from __future__ import annotations

import time

from flask import Flask, Response, current_app, g, request

from scim_app.api import strays
from scim_app.api.blueprint import BASE_PATH, below_base, blueprint
from scim_app.directory import keys
from scim_app.directory.ids import made_at
from scim_app.directory.journal import OUTSIDE, Journal, Noted

LARGEST = 256 * 1024
"""Bytes of a body that the log looks at."""


def init_app(app: Flask) -> None:
    """Keep the log, over a connection of its own."""
    app.extensions["journal"] = Journal(app.config["SQLALCHEMY_DATABASE_URI"], app.config["SQLALCHEMY_ENGINE_OPTIONS"])


@blueprint.after_app_request
def note(response: Response) -> Response:
    """Note the request. Whatever goes wrong here is no reason to answer anything else."""
    if "outcome" in g:
        try:
            noted = noted_of(g.outcome, response)
            if noted is not None:
                current_app.extensions["journal"].note(noted)
        except Exception:
            current_app.logger.warning("request %s is missing in the log", g.get("request_id"), exc_info=True)
    return response


def noted_of(outcome: keys.Authenticated | keys.Refusal, response: Response) -> Noted | None:
    """What the log is told: bodies of what wrote or failed, and of other reads that there was one.

    None for a key that nobody knows: the log is of organisations, and that request belongs to none.
    """
    if outcome.organization_id is None or outcome.id is None:
        current_app.logger.info("request %s came with a key that nobody knows", g.request_id)
        return None
    refused = isinstance(outcome, keys.Refusal)
    told = response.status_code >= 400 or request.method not in {"GET", "HEAD"}
    asked = None if refused else g.get("request_bytes")
    return Noted(
        request_id=g.request_id,
        organization_id=outcome.organization_id,
        key_id=outcome.id,
        key_name=outcome.label,
        user_agent=request.user_agent.string[:500],
        address=request.remote_addr or "",
        method=request.method,
        path=path(),
        query=request.query_string.decode("utf-8", "replace")[:4000],
        status=response.status_code,
        duration=max(int((time.time() - made_at(g.request_id).timestamp()) * 1000), 0),
        request=asked if told and asked and len(asked) <= LARGEST else None,
        response=response.get_data() if told and (response.content_length or 0) <= LARGEST else None,
        refused_because=outcome.reason.value if isinstance(outcome, keys.Refusal) else None,
        remark=strays.remarks(),
    )


def path() -> str:
    """The path of the request as it follows the base URL: from above it, where it is not below."""
    return request.path.removeprefix(BASE_PATH) or "/" if below_base() else f"{OUTSIDE}{request.path}"
