"""PATCH operations that are not in the form of the RFC, and what they ask for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from scim_app.protocol import dialects, strict_json
from scim_app.protocol.attributes import Attribute, ResourceType
from scim_app.protocol.dialects.registries import OPERATIONS
from scim_app.protocol.errors import InvalidSyntax
from scim_app.protocol.quirks import quirk

Operation = dict[str, Any]


@quirk(OPERATIONS, sent_by=("Entra",), source="Microsoft Entra: Add, Replace, Remove; langwatch/langwatch#6972")
def op_in_capitals(kind: ResourceType, operation: Operation) -> list[Operation]:
    """`Add`, `Replace` and `Remove` are add, replace and remove."""
    op = operation.get("op")
    return [{**operation, "op": op.lower()}] if isinstance(op, str) else [operation]


@quirk(
    OPERATIONS, sent_by=("Keycloak",), source="Captain-P-Goldfish/scim-for-keycloak#133, #172: value is JSON in a text"
)
def value_as_json_text(kind: ResourceType, operation: Operation) -> list[Operation]:
    """Without a path, a text that holds a JSON object is that object."""
    value = operation.get("value")
    if "path" not in operation and isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return [{**operation, "value": strict_json.loads(value.encode())}]
        except InvalidSyntax:
            pass
    return [operation]


@quirk(OPERATIONS, sent_by=("Okta",), source="Okta, rename of a pushed group: its id beside the new name")
def read_only_beside_the_rest(kind: ResourceType, operation: Operation) -> list[Operation]:
    """Without a path, readOnly members of the value are left out: a client repeats the id it means."""
    value = operation.get("value")
    if "path" in operation or not isinstance(value, dict):
        return [operation]
    kept = {name: inner for name, inner in value.items() if not _is_read_only(kind, name)}
    return [{**operation, "value": kept}]


def _is_read_only(kind: ResourceType, name: str) -> bool:
    attribute = kind.member(name)
    return attribute is not None and attribute.mutability == "readOnly"


@quirk(OPERATIONS, sent_by=("Entra",), source="Microsoft Entra with aadOptscim062020; scimmyjs/scimmy#10, SCIM-SDK#267")
def paths_as_names(kind: ResourceType, operation: Operation) -> list[Operation]:
    """Without a path, members of the value named `name.givenName`, `emails[type eq "work"].value` or by a whole URN are
    operations with that path."""
    value = operation.get("value")
    if "path" in operation or not isinstance(value, dict):
        return [operation]
    paths = {
        name: inner for name, inner in value.items() if kind.member(name) is None and kind.find(name.partition("[")[0])
    }
    rest = {name: inner for name, inner in value.items() if name not in paths}
    operations = [{**operation, "value": rest}] if rest or not paths else []
    return operations + [{"op": operation.get("op"), "path": name, "value": inner} for name, inner in paths.items()]


@quirk(OPERATIONS, sent_by=("authors of custom clients",), source="rowless remove: {op: remove, value: {members: […]}}")
def remove_without_path(kind: ResourceType, operation: Operation) -> list[Operation]:
    """A remove without a path, of an object, removes what the object names."""
    value = operation.get("value")
    if operation.get("op") != "remove" or "path" in operation or not isinstance(value, dict) or not value:
        return [operation]
    return [{"op": "remove", "path": name, "value": inner} for name, inner in value.items()]


@quirk(OPERATIONS, sent_by=("Entra",), source="Microsoft's inbound collection: …:2.0:User.manager")
def dot_after_urn(kind: ResourceType, operation: Operation) -> list[Operation]:
    """A dot between a schema's URN and an attribute is a colon."""
    path = operation.get("path")
    for schema in (kind.schema, *kind.extensions):
        if isinstance(path, str) and path.lower().startswith(f"{schema.id.lower()}."):
            return [{**operation, "path": f"{schema.id}:{path[len(schema.id) + 1 :]}"}]
    return [operation]


@quirk(
    OPERATIONS, sent_by=("Entra", "JumpCloud"), source="AzureAD/SCIMReferenceCode#10; FusionAuth/fusionauth-issues#2834"
)
def remove_of_listed_values(kind: ResourceType, operation: Operation) -> list[Operation]:
    """A remove with a list of values removes those values, and nobody else."""
    path, value = operation.get("path"), operation.get("value")
    if operation.get("op") != "remove" or not isinstance(path, str) or value is None:
        return [operation]
    found = kind.find(path)
    if found is None or not found.attribute.multi_valued or found.attribute.find("value") is None:
        return [operation]
    listed = dialects.standard_value(found.attribute, value)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        return [operation]
    filters = ["".join(_selecting(found.attribute, one)) for one in listed]
    return [{"op": "remove", "path": f"{path}[{selected}]"} if selected else operation for selected in filters]


def _selecting(attribute: Attribute, element: dict[str, Any]) -> Iterator[str]:
    """The filter that selects the elements with this value, and of this type if it says one."""
    wanted = {name.lower(): inner for name, inner in element.items()}
    value = wanted.get("value")
    if isinstance(value, str):
        yield f"value eq {json.dumps(value)}"
        if attribute.name != "members" and isinstance(wanted.get("type"), str):
            yield f" and type eq {json.dumps(wanted['type'])}"
