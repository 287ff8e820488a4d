"""The blueprint that every room of the API hangs its routes on."""

from __future__ import annotations

from flask import Blueprint, request

BASE_PATH = "/scim/v2"
blueprint = Blueprint("scim", __name__, url_prefix=BASE_PATH)


def below_base() -> bool:
    """Whether the request is for the API, whether or not a route answers it."""
    return request.path == BASE_PATH or request.path.startswith(f"{BASE_PATH}/")
