"""Resources that are not laid out as the RFC has it."""

from __future__ import annotations

from typing import Any

from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.dialects.registries import BODIES
from scim_app.protocol.quirks import quirk


@quirk(
    BODIES, sent_by=("scimverify",), source="scimverify, alternative 2: core attributes inside the core schema's URN"
)
def core_schema_as_container(kind: ResourceType, body: dict[str, Any]) -> dict[str, Any]:
    """Attributes in an object under the core schema's URN stand beside it."""
    for name in list(body):
        if name.lower() == kind.schema.id.lower() and isinstance(body[name], dict):
            return {**{key: value for key, value in body.items() if key != name}, **body[name]}
    return body
