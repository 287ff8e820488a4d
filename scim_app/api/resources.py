"""/Users and /Groups: what RFC 7644 §3.3–3.6 lets a client do with a resource."""

from __future__ import annotations

from flask import Response, current_app, g

from scim_app.api import requests, responses
from scim_app.api.blueprint import blueprint
from scim_app.protocol import patch, payload
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.errors import NotImplementedYet
from scim_app.protocol.listing import Page, list_response, query

ENDPOINT = "/<any(Users, Groups):endpoint>"
MEMBERS_SHOWN = 100
"""Members of a group that an answer to a PATCH shows."""


def kind_at(endpoint: str) -> ResourceType:
    """The resource type that an endpoint serves."""
    types: dict[str, ResourceType] = current_app.extensions["catalog"].types
    return next(kind for kind in types.values() if kind.endpoint == f"/{endpoint}")


@blueprint.get(ENDPOINT)
def search(endpoint: str) -> Response:
    """The page of resources that the parameters ask for (§3.4.2)."""
    kind, given = kind_at(endpoint), requests.parameters()
    projection = requests.projection_of(kind, given)
    page = g.directory.search(kind.name, query(kind, given), projection.wants)
    shown = [projection.apply(resource) for resource in page.resources]
    return responses.json(list_response(Page(shown, page.total, page.start_index)))


@blueprint.post(ENDPOINT)
def create(endpoint: str) -> Response:
    """A new resource (§3.3)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    resource = g.directory.create(kind.name, payload.load(kind, requests.body()), projection.wants)
    return responses.resource(resource["meta"], projection.apply(resource), 201)


@blueprint.get(f"{ENDPOINT}/<resource_id>")
def read(endpoint: str, resource_id: str) -> Response:
    """One resource (§3.4.1)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    resource = g.directory.get(kind.name, resource_id, projection.wants)
    if requests.conditions().not_modified(resource["meta"]["version"]):
        return responses.nothing(304, {"ETag": resource["meta"]["version"]})
    return responses.resource(resource["meta"], projection.apply(resource))


@blueprint.put(f"{ENDPOINT}/<resource_id>")
def replace(endpoint: str, resource_id: str) -> Response:
    """The whole resource anew (§3.5.1)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    document = payload.load(kind, requests.body())
    resource = g.directory.replace(kind.name, resource_id, document, requests.conditions(), projection.wants)
    return responses.resource(resource["meta"], projection.apply(resource))


@blueprint.patch(f"{ENDPOINT}/<resource_id>")
def change(endpoint: str, resource_id: str) -> Response:
    """Some of a resource anew (§3.5.2): the whole resource, or 204 for a group too large to be shown each time."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    operations = patch.read(kind, requests.body())
    wants = projection.without("members").wants
    resource = g.directory.patch(kind.name, resource_id, operations, requests.conditions(), wants)
    if kind.name == "Group" and projection.is_default:
        members = g.directory.few_members(resource_id, MEMBERS_SHOWN)
        if members is None:
            return responses.nothing(204, {"ETag": resource["meta"]["version"]})
        resource |= {"members": members} if members else {}
    return responses.resource(resource["meta"], projection.apply(resource))


@blueprint.delete(f"{ENDPOINT}/<resource_id>")
def delete(endpoint: str, resource_id: str) -> Response:
    """No resource any more (§3.6)."""
    g.directory.delete(kind_at(endpoint).name, resource_id, requests.conditions())
    return responses.nothing(204)


@blueprint.post("/Bulk")
@blueprint.post("/.search")
@blueprint.post(f"{ENDPOINT}/.search")
@blueprint.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def later(endpoint: str = "") -> Response:
    """What the RFC knows and this service does not serve yet."""
    raise NotImplementedYet("This service does not serve this part of SCIM yet. It serves /Users and /Groups.")
