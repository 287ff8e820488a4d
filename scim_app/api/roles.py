"""/Roles and /Entitlements: what a directory can give to a user by name. They are made in the panel, and only read here."""

from __future__ import annotations

from flask import Response, current_app

from scim_app.api import reading, requests, responses
from scim_app.api.blueprint import blueprint
from scim_app.api.searches import Walk
from scim_app.directory.roles import offered
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.errors import NotFound
from scim_app.protocol.listing import list_response, query, select

ENDPOINT = "/<any(Roles, Entitlements):endpoint>"
KINDS = {"Roles": "Role", "Entitlements": "Entitlement"}


@blueprint.get(ENDPOINT)
def offers(endpoint: str) -> Response:
    """The page that the parameters ask for."""
    kind: ResourceType = current_app.extensions["catalog"][KINDS[endpoint]]
    given = requests.parameters()
    projection = requests.projection_of(kind, given)
    asked = query([kind], given)
    walk = Walk(asked)
    page = select(asked, offered.resources(reading.store(), kind.name), walk.place)
    return responses.json(list_response(page, [projection.apply(each) for each in page.resources], walk.cursors(page)))


@blueprint.get(f"{ENDPOINT}/<offered_id>")
def offer(endpoint: str, offered_id: str) -> Response:
    """One of them."""
    kind: ResourceType = current_app.extensions["catalog"][KINDS[endpoint]]
    found = next((each for each in offered.resources(reading.store(), kind.name) if each["id"] == offered_id), None)
    if found is None:
        raise NotFound(f"There is no {kind.name} with this id in the organization of the key.")
    return responses.json(requests.projection_of(kind, requests.parameters()).apply(found))
