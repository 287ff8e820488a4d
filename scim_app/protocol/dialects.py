"""What identity providers send, and what they mean by it: the only file that knows a vendor's name.

A quirk is a function that rewrites one thing to the form of the RFC, or leaves it alone. Its name is the quirk's name, its
docstring says what is meant, and its registration who sends it and where that was seen. `tests/conversations/` holds a
conversation that fails without it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scim_app.protocol.attributes import Attribute, ResourceType
from scim_app.protocol.quirks import Quirk, quirk

Operation = dict[str, Any]

ROLE_SCHEMA = "urn:okta:scim:schemas:core:1.0:Role"
ENTITLEMENT_SCHEMA = "urn:okta:scim:schemas:core:1.0:Entitlement"
"""What Okta Identity Governance looks for among the resource types, to list roles that it can give to users by name through
`roles` and `entitlements` (Okta, SCIM 2.0 with entitlements)."""

VALUES: dict[str, Quirk] = {}
"""Rewrites of a value, given the attribute it is a value of."""
COMPARISONS: dict[str, Quirk] = {}
"""Rewrites of the value that a filter compares an attribute with."""
OPERATIONS: dict[str, Quirk] = {}
"""Rewrites of a PATCH operation into one or several, given the resource type. Member names are in lower case."""
BODIES: dict[str, Quirk] = {}
"""Rewrites of the body of a POST or PUT, given the resource type."""
CREDENTIALS: dict[str, Quirk] = {}
"""Rewrites of an Authorization header."""


def standard_value(attribute: Attribute, value: Any) -> Any:
    """A value as the RFC would have it. Whether it is one the attribute takes is decided elsewhere."""
    for each in VALUES.values():
        value = each.rewrite(attribute, value)
    return value


def comparison_value(attribute: Attribute, value: Any) -> Any:
    """The value that a filter compares an attribute with, as the RFC would have it."""
    for each in COMPARISONS.values():
        value = each.rewrite(attribute, value)
    return value


def standard_operations(kind: ResourceType, operation: Operation) -> list[Operation]:
    """A PATCH operation as the RFC would have it: one, or several in its place."""
    operations = [operation]
    for each in OPERATIONS.values():
        operations = [rewritten for one in operations for rewritten in each.rewrite(kind, one)]
    return operations


def standard_body(kind: ResourceType, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a POST or PUT as the RFC would have it."""
    for each in BODIES.values():
        body = each.rewrite(kind, body)
    return body


def bearer_token(header: str) -> str | None:
    """The token in an Authorization header (RFC 6750 §2.1), or None if the header is of another scheme."""
    for each in CREDENTIALS.values():
        header = each.rewrite(header)
    scheme, _, token = header.strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


CLIENTS = (
    ("Okta", "okta"),
    ("Entra", "microsoft|azure|adscim|entra"),
    ("OneLogin", "onelogin"),
    ("JumpCloud", "jumpcloud"),
    ("Google", "google"),
    ("Ping", "ping(one|federate|identity)"),
    ("Keycloak", "keycloak"),
    ("authentik", "authentik"),
    ("SailPoint", "sailpoint"),
    ("Workday", "workday"),
)
"""What people call a client, and what its User-Agent has in it."""


def client(user_agent: str) -> str:
    """Who sends requests with that User-Agent, in one word: its product for a client unknown here, or nothing at all."""
    for name, pattern in CLIENTS:
        if re.search(pattern, user_agent, re.IGNORECASE):
            return name
    product = re.match(r"[\w.+-]{1,40}(?=[/ ]|$)", user_agent)
    return product[0] if product else ""


@quirk(CREDENTIALS, sent_by=("Okta",), source="OIN wizard, authentication mode Header; getsentry/sentry#28016")
def key_without_scheme(header: str) -> str:
    """The key alone, without `Bearer` before it."""
    return f"Bearer {header}" if re.match(r"scim_\w+\s*$", header) else header


@quirk(VALUES, COMPARISONS, sent_by=("Entra",), source="AzureAD/SCIMReferenceCode#21; rancher/rancher#54025")
def booleans_as_text(attribute: Attribute, value: Any) -> Any:
    """`"True"` and `"False"` are true and false."""
    if attribute.type == "boolean" and isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower(), value)
    return value


@quirk(VALUES, sent_by=("Okta",), source="Okta, SCIM with entitlements: externalId 701984, postalCode 91608")
def numbers_for_text(attribute: Attribute, value: Any) -> Any:
    """A number where a text belongs is its digits."""
    if attribute.type == "string" and not attribute.multi_valued and type(value) in {int, float}:
        return str(value)
    return value


@quirk(
    VALUES,
    sent_by=("authors of custom clients",),
    source="Okta and RFC examples copied: members wrapped once too often",
)
def list_wrapped_twice(attribute: Attribute, value: Any) -> Any:
    """`{"members": […]}` as the value of members is the list."""
    if (
        attribute.multi_valued
        and isinstance(value, dict)
        and [name.lower() for name in value] == [attribute.name.lower()]
    ):
        return next(iter(value.values()))
    return value


@quirk(
    VALUES,
    sent_by=("OneLogin",),
    source="OneLogin user templates: emails rendered as one object; grokability/snipe-it#12049",
)
def one_object_for_a_list(attribute: Attribute, value: Any) -> Any:
    """One object where a list belongs is a list of one."""
    return [value] if attribute.multi_valued and isinstance(value, dict) else value


@quirk(VALUES, sent_by=("OneLogin",), source="OneLogin user templates; tuist/tuist#13209: roles sent as text")
def role_as_text(attribute: Attribute, value: Any) -> Any:
    """A text where the list of roles belongs is one role."""
    if attribute.name in {"roles", "entitlements"} and attribute.multi_valued and isinstance(value, str) and value:
        return [value]
    return value


@quirk(VALUES, sent_by=("authors of custom clients",), source="indigo-iam/iam#934: members as a list of ids")
def elements_as_text(attribute: Attribute, value: Any) -> Any:
    """A text as an element of a list of objects is the `value` of one."""
    if attribute.multi_valued and attribute.find("value") and isinstance(value, list):
        return [{"value": element} if isinstance(element, str) else element for element in value]
    return value


@quirk(VALUES, sent_by=("Entra",), source="Microsoft Entra, customising attribute mappings: app roles as JSON in value")
def role_as_json_in_value(attribute: Attribute, value: Any) -> Any:
    """`{"value": "{\\"value\\": …, \\"displayName\\": …}"}` is a role of that value and name."""
    if attribute.name != "roles" or not isinstance(value, list):
        return value
    return [_unpacked(element) for element in value]


def _unpacked(element: Any) -> Any:
    packed = element.get("value") if isinstance(element, dict) else None
    if not isinstance(packed, str) or not packed.startswith("{"):
        return element
    try:
        role = json.loads(packed)
    except ValueError:
        return element
    if not isinstance(role.get("value"), str):
        return element
    return {**element, "value": role["value"], "display": element.get("display") or role.get("displayName")}


@quirk(VALUES, sent_by=("Entra",), source="Microsoft Entra sends manager as an id, and as a list of one reference")
def manager_as_id_or_list(attribute: Attribute, value: Any) -> Any:
    """The id of a manager alone, or one manager in a list, is the manager."""
    if attribute.type != "complex" or attribute.multi_valued or attribute.find("value") is None:
        return value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict):
        return value[0]
    return {"value": value} if isinstance(value, str) else value


@quirk(
    BODIES, sent_by=("scimverify",), source="scimverify, alternative 2: core attributes inside the core schema's URN"
)
def core_schema_as_container(kind: ResourceType, body: dict[str, Any]) -> dict[str, Any]:
    """Attributes in an object under the core schema's URN stand beside it."""
    for name in list(body):
        if name.lower() == kind.schema.id.lower() and isinstance(body[name], dict):
            return {**{key: value for key, value in body.items() if key != name}, **body[name]}
    return body


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
            return [{**operation, "value": json.loads(value)}]
        except ValueError:
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
    listed = standard_value(found.attribute, value)
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
