"""Values → responses: JSON, media type, and the headers that RFC 7644 and common sense ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

SCIM_JSON = "application/scim+json"


def json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as a SCIM response: kept by no cache, read as nothing else."""
    response = Response(orjson.dumps(value), status, content_type=SCIM_JSON)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.update(headers or {})
    return response


def resource(meta: Mapping[str, str], shown: Mapping[str, Any], status: int = 200) -> Response:
    """A resource as its projection shows it, with where it is and which version it is of (RFC 7644 §3.3, §3.14)."""
    headers = {"Content-Location": meta["location"], "ETag": meta["version"]}
    if status == 201:
        headers["Location"] = meta["location"]
    return json(shown, status, headers)


def nothing(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    response = Response(status=status, headers=dict(headers or {}))
    response.headers["Cache-Control"] = "no-store"
    response.headers.pop("Content-Type", None)
    return response
