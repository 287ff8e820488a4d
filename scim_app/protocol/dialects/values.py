"""Values that are not in the form of the RFC, and the one thing each can mean."""

from __future__ import annotations

from typing import Any

from scim_app.protocol import strict_json
from scim_app.protocol.attributes import Attribute
from scim_app.protocol.dialects.registries import COMPARISONS, VALUES
from scim_app.protocol.errors import InvalidSyntax
from scim_app.protocol.quirks import quirk


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
        role = strict_json.loads(packed.encode())
    except InvalidSyntax:
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
