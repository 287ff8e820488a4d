"""What a client may do with one resource, as values: the same for a request of its own and for one in a bulk request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scim_app.directory.directory import Directory
from scim_app.protocol import patch, payload
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.projection import Projection

MEMBERS_SHOWN = 100
"""Members of a group that the answer to a PATCH shows: it is 204 for a larger one."""


@dataclass(frozen=True)
class Outcome:
    """What was done: the status, the resource as it is now, and whether an answer shows it."""

    status: int
    resource: dict[str, Any] | None = None
    shown: bool = True


def create(directory: Directory, kind: ResourceType, data: Any, projection: Projection) -> Outcome:
    """A new resource (RFC 7644 §3.3)."""
    return Outcome(201, directory.create(kind.name, payload.load(kind, data), projection.wants))


def replace(
    directory: Directory,
    kind: ResourceType,
    resource_id: str,
    data: Any,
    conditions: Conditions,
    projection: Projection,
) -> Outcome:
    """The whole resource anew (§3.5.1)."""
    document = payload.load(kind, data)
    return Outcome(200, directory.replace(kind.name, resource_id, document, conditions, projection.wants))


def change(
    directory: Directory,
    kind: ResourceType,
    resource_id: str,
    data: Any,
    conditions: Conditions,
    projection: Projection,
) -> Outcome:
    """Some of the resource anew (§3.5.2): shown whole, unless it is a group too large to be shown each time."""
    operations = patch.read(kind, data)
    wants = projection.without("members").wants
    resource = directory.patch(kind.name, resource_id, operations, conditions, wants)
    if kind.name != "Group" or not projection.is_default:
        return Outcome(200, resource)
    members = directory.few_members(resource_id, MEMBERS_SHOWN)
    if members is None:
        return Outcome(204, resource, shown=False)
    return Outcome(200, resource | ({"members": members} if members else {}))


def delete(directory: Directory, kind: ResourceType, resource_id: str, conditions: Conditions) -> Outcome:
    """No resource any more (§3.6)."""
    directory.delete(kind.name, resource_id, conditions)
    return Outcome(204)
