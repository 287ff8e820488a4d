"""/ServiceProviderConfig, /ResourceTypes and /Schemas (RFC 7644 §4)."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from scim_app.api import reading, requests, responses
from scim_app.api.blueprint import blueprint
from scim_app.directory.roles import scopes
from scim_app.protocol import discovery
from scim_app.protocol.errors import Forbidden, NotFound
from scim_app.protocol.listing import Page, list_response


@blueprint.get("/ServiceProviderConfig")
def service_provider_config() -> Response:
    """What this service can do."""
    refuse_filter()
    return responses.json(discovery.service_provider_config(current_app.extensions["catalog"]))


@blueprint.get("/ResourceTypes")
def resource_types() -> Response:
    """Which kinds of resource there are."""
    return listed(known_types())


@blueprint.get("/ResourceTypes/<name>")
def resource_type(name: str) -> Response:
    """One kind of resource."""
    return one(known_types(), name)


@blueprint.get("/Schemas")
def schemas() -> Response:
    """Every schema."""
    return listed(discovery.schemas(current_app.extensions["catalog"]))


@blueprint.get("/Schemas/<urn>")
def schema(urn: str) -> Response:
    """One schema."""
    return one(discovery.schemas(current_app.extensions["catalog"]), urn)


def known_types() -> list[dict[str, Any]]:
    """The resource types of the organisation that asks: roles are offered where there are projects, unless switched off."""
    with_roles = current_app.config["OFFER_ROLES"] and scopes.has_projects(reading.store())
    return discovery.resource_types(current_app.extensions["catalog"], with_roles)


def listed(described: list[dict[str, Any]]) -> Response:
    """Descriptions as a ListResponse, which discovery never cuts into pages."""
    refuse_filter()
    return responses.json(list_response(Page(described, len(described))))


def one(described: list[dict[str, Any]], name: str) -> Response:
    """The description of that name, in any case. Raises NotFound."""
    refuse_filter()
    found = next((each for each in described if each["id"].lower() == name.lower()), None)
    if found is None:
        raise NotFound("There is no such description. The list without a name shows those there are.")
    return responses.json(found)


def refuse_filter() -> None:
    """Discovery is whole: a filter is refused, so that nobody takes the answer for a filtered one (RFC 7644 §4)."""
    if "filter" in requests.parameters():
        raise Forbidden("Discovery cannot be filtered. Ask without a filter.")
