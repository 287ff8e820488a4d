"""Resources that are not laid out as the RFC has it."""

from __future__ import annotations

import re
from typing import Any

from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.dialects.registries import BODIES
from scim_app.protocol.quirks import quirk

OLD_ENTERPRISE = r"urn:scim:schemas:extension:enterprise:[12]\.0"


@quirk(
    BODIES, sent_by=("scimverify",), source="scimverify, alternative 2: core attributes inside the core schema's URN"
)
def core_schema_as_container(kind: ResourceType, body: dict[str, Any]) -> dict[str, Any]:
    """Attributes in an object under the core schema's URN stand beside it."""
    for name in list(body):
        if name.lower() == kind.schema.id.lower() and isinstance(body[name], dict):
            return {**{key: value for key, value in body.items() if key != name}, **body[name]}
    return body


@quirk(
    BODIES,
    sent_by=("OneLogin",),
    source="OneLogin user templates: urn:scim:schemas:extension:enterprise:1.0; 15five/django-scim2, its adapters",
)
def enterprise_under_an_old_urn(kind: ResourceType, body: dict[str, Any]) -> dict[str, Any]:
    """An object under a URN that the enterprise extension had in drafts is the extension, unless that is there too."""
    for urn in (each.id for each in kind.extensions if each.id.lower().endswith(":extension:enterprise:2.0:user")):
        old = [name for name in body if re.fullmatch(OLD_ENTERPRISE, name, re.IGNORECASE)]
        if len(old) == 1 and not any(name.lower() == urn.lower() for name in body):
            return {urn if name == old[0] else name: value for name, value in body.items()}
    return body
