"""What a client may do with one resource, as values: the same for a request of its own and for one in a bulk request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scim_app.directory.directory import Directory
from scim_app.protocol import patch_op, payload
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.projection import Projection, Selection, written
from scim_app.protocol.resource import Resource

MEMBERS_SHOWN = 100
"""Members of a group that the answer to a PATCH shows: it is 204 for a larger one."""


@dataclass(frozen=True)
class Outcome:
    """What was done: the status, the resource as it is now, whether an answer shows it, and what the client wrote of it."""

    status: int
    resource: Resource | None = None
    shown: bool = True
    written: Selection = field(default_factory=Selection)


def create(directory: Directory, kind: ResourceType, data: Any, projection: Projection) -> Outcome:
    """A new resource (RFC 7644 §3.3)."""
    document = payload.load(kind, data)
    return Outcome(201, directory.create(kind.name, document, projection.wants), written=written(kind, document))


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
    resource = directory.replace(kind.name, resource_id, document, conditions, projection.wants)
    return Outcome(200, resource, written=written(kind, document))


def change(
    directory: Directory,
    kind: ResourceType,
    resource_id: str,
    data: Any,
    conditions: Conditions,
    projection: Projection,
) -> Outcome:
    """Some of the resource anew (§3.5.2): shown whole, unless it is a group too large to be shown each time."""
    operations = patch_op.read(kind, data)
    few = MEMBERS_SHOWN if kind.name == "Group" and projection.is_default else None
    resource = directory.patch(kind.name, resource_id, operations, conditions, projection.wants, few)
    if not resource.complete:
        return Outcome(204, resource, shown=False)
    return Outcome(200, resource, written=written(kind, {}, operations))


def delete(directory: Directory, kind: ResourceType, resource_id: str, conditions: Conditions) -> Outcome:
    """No resource any more (§3.6)."""
    directory.delete(kind.name, resource_id, conditions)
    return Outcome(204)
