"""/Users and /Groups, one resource at a time (RFC 7644 §3.3–3.6)."""

from __future__ import annotations

from flask import Response, current_app, g

from scim_app.api import operations, requests, responses
from scim_app.api.blueprint import blueprint
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.errors import NotServed

ENDPOINT = "/<any(Users, Groups):endpoint>"
RESOURCE = f"{ENDPOINT}/<resource_id>"


def kind_at(endpoint: str) -> ResourceType:
    """The resource type that an endpoint serves."""
    types: dict[str, ResourceType] = current_app.extensions["catalog"].types
    return next(kind for kind in types.values() if kind.endpoint == f"/{endpoint}")


@blueprint.post(ENDPOINT)
def create(endpoint: str) -> Response:
    """A new resource (§3.3)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    return responses.outcome(operations.create(g.directory, kind, requests.body(), projection), projection)


@blueprint.get(RESOURCE)
def read(endpoint: str, resource_id: str) -> Response:
    """One resource (§3.4.1)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    resource = g.directory.get(kind.name, resource_id, projection.wants)
    conditions = requests.conditions()
    # To see whether the version says all that is shown, the resource is looked into: only if that is asked.
    if conditions.if_none_match and conditions.not_modified(
        resource.version if projection.follows_version(resource) else None
    ):
        return responses.nothing(304, {"ETag": resource.version})
    return responses.outcome(operations.Outcome(200, resource), projection)


@blueprint.put(RESOURCE)
def replace(endpoint: str, resource_id: str) -> Response:
    """The whole resource anew (§3.5.1)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    body, conditions = requests.body(), requests.conditions()
    return responses.outcome(
        operations.replace(g.directory, kind, resource_id, body, conditions, projection), projection
    )


@blueprint.patch(RESOURCE)
def change(endpoint: str, resource_id: str) -> Response:
    """Some of a resource anew (§3.5.2)."""
    kind = kind_at(endpoint)
    projection = requests.projection_of(kind, requests.parameters())
    body, conditions = requests.body(), requests.conditions()
    return responses.outcome(
        operations.change(g.directory, kind, resource_id, body, conditions, projection), projection
    )


@blueprint.delete(RESOURCE)
def delete(endpoint: str, resource_id: str) -> Response:
    """No resource any more (§3.6)."""
    operations.delete(g.directory, kind_at(endpoint), resource_id, requests.conditions())
    return responses.nothing(204)


@blueprint.route("/Me", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def me() -> Response:
    """The user who asks (§3.11): a key stands for a directory and for no user."""
    raise NotServed("A SCIM key stands for a directory, so there is no /Me. Ask for /Users.")
