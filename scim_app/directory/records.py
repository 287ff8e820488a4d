"""Which columns of a row repeat what of its document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scim_app.directory.tables import Group, User
from scim_app.protocol.catalog import MEMBER, ORGANIZATION_ROLES, Catalog
from scim_app.protocol.comparison import folded

TABLES: dict[str, type[User] | type[Group]] = {"User": User, "Group": Group}


def columns(catalog: Catalog, kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that repeat what its document says."""
    return _user(catalog, document) if kind == "User" else _group(catalog, document)


def _user(catalog: Catalog, document: Mapping[str, Any]) -> dict[str, Any]:
    name = document["userName"]
    shown = document.get("displayName") or document.get("name", {}).get("formatted") or name
    return {
        "user_name": name,
        "user_name_key": user_key(catalog, name),
        "external_id": document.get("externalId"),
        "display_name": shown,
        "display_key": _key(catalog, "User", "displayName", shown),
        "email": primary(document.get("emails", [])),
        "active": document.get("active", False),
        "org_role": organization_role(catalog, document),
    }


def organization_role(catalog: Catalog, document: Mapping[str, Any]) -> str:
    """The highest organisation role that a document says: in its own attribute, or as the value of one of its `roles`."""
    said = [document.get(catalog.org_role_attribute), *(each.get("value") for each in document.get("roles", []))]
    lowered = {text.lower() for text in said if isinstance(text, str)}
    return next((role for role in reversed(ORGANIZATION_ROLES) if role.lower() in lowered), MEMBER)


def _group(catalog: Catalog, document: Mapping[str, Any]) -> dict[str, Any]:
    name = document["displayName"]
    return {
        "external_id": document.get("externalId"),
        "display_name": name,
        "display_key": group_key(catalog, name),
    }


def user_key(catalog: Catalog, name: str) -> str:
    """A userName in comparison form, in which no two users of an organisation share one."""
    return _key(catalog, "User", "userName", name)


def group_key(catalog: Catalog, name: str) -> str:
    """The name of a group in comparison form, in which no two groups of an organisation share one."""
    return _key(catalog, "Group", "displayName", name)


def _key(catalog: Catalog, kind: str, attribute: str, value: str) -> str:
    described = catalog[kind].member(attribute)
    return described.key(value) if described else folded(value)


def primary(values: Sequence[Mapping[str, Any]]) -> str | None:
    """The value that is primary, or else the first (RFC 7643 §2.4)."""
    found = next((each for each in values if each.get("primary")), values[0] if values else {})
    return found.get("value")
