"""Values → responses: JSON, media type, and the headers that RFC 7644 and common sense ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response
from werkzeug.datastructures import Headers

from scim_app.api.operations import Outcome
from scim_app.protocol.projection import Projection
from scim_app.protocol.resource import as_it_is

SCIM_JSON = "application/scim+json"
ALWAYS = {"Content-Type": SCIM_JSON, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Answer(Response):
    """A response with a body, whose headers go out as they were set.

    Werkzeug would look whether an address in them has to be written otherwise. Those here are PUBLIC_URL and ids.
    """

    def get_wsgi_headers(self, environ: Any) -> Headers:
        """The headers."""
        return self.headers


def json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as a SCIM response: kept by no cache, read as nothing else."""
    return Answer(orjson.dumps(value, default=as_it_is), status, {**ALWAYS, **(headers or {})})


def outcome(done: Outcome, projection: Projection) -> Response:
    """A resource as its projection shows it, with where it is and which version it is of (RFC 7644 §3.3, §3.14)."""
    resource = done.resource
    assert resource is not None
    if not done.shown:
        return nothing(done.status, {"ETag": resource.version})
    headers = {"Content-Location": resource.location, "ETag": resource.version}
    if done.status == 201:
        headers["Location"] = resource.location
    return json(projection.apply(resource, done.written), done.status, headers)


def nothing(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    response = Response(status=status, headers=dict(headers or {}))
    response.headers["Cache-Control"] = "no-store"
    response.headers.pop("Content-Type", None)
    return response
