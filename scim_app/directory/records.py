"""Rows ⇄ resources: which columns repeat what of a document, and what a resource shows beside its document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scim_app.directory import members
from scim_app.directory.tables import Group, User
from scim_app.directory.transaction import AnySession
from scim_app.protocol.attributes import folded, instant_key
from scim_app.protocol.catalog import ENTERPRISE_USER, ORGANIZATION_ROLES, Catalog
from scim_app.protocol.conditions import entity_tag

TABLES: dict[str, type[User] | type[Group]] = {"User": User, "Group": Group}
Wants = Callable[[str], bool]
"""Whether an attribute of a resource will be looked at, so that it has to be read."""


def everything(_name: str) -> bool:
    """Wants every attribute."""
    return True


def columns(catalog: Catalog, kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a row that repeat what its document says."""
    return _user(catalog, document) if kind == "User" else _group(catalog, document)


def _user(catalog: Catalog, document: Mapping[str, Any]) -> dict[str, Any]:
    name = document["userName"]
    shown = document.get("displayName") or document.get("name", {}).get("formatted") or name
    return {
        "user_name": name,
        "user_name_key": _key(catalog, "User", "userName", name),
        "external_id": document.get("externalId"),
        "display_name": shown,
        "display_key": _key(catalog, "User", "displayName", shown),
        "email": primary(document.get("emails", [])),
        "active": document.get("active", False),
        "org_role": document.get(catalog.org_role_attribute, ORGANIZATION_ROLES[0]),
    }


def _group(catalog: Catalog, document: Mapping[str, Any]) -> dict[str, Any]:
    name = document["displayName"]
    return {
        "external_id": document.get("externalId"),
        "display_name": name,
        "display_key": _key(catalog, "Group", "displayName", name),
    }


def _key(catalog: Catalog, kind: str, attribute: str, value: str) -> str:
    described = catalog[kind].member(attribute)
    return described.key(value) if described else folded(value)


def primary(values: Sequence[Mapping[str, Any]]) -> str | None:
    """The value that is primary, or else the first (RFC 7643 §2.4)."""
    found = next((each for each in values if each.get("primary")), values[0] if values else {})
    return found.get("value")


@dataclass(frozen=True)
class Reader:
    """Makes resources of rows: documents with id, meta and what stands in other rows."""

    session: AnySession
    organization_id: str
    catalog: Catalog

    def resources(self, kind: str, rows: Sequence[Any], wants: Wants) -> list[dict[str, Any]]:
        """The resources of these rows, each with `id`, `document`, `version`, `created_at` and `updated_at`."""
        ids = [row.id for row in rows]
        beside = self.beside(kind, ids, wants) if ids else {}
        documents = [row.document for row in rows]
        if kind == "User" and wants(ENTERPRISE_USER):
            self.name_managers(documents)
        return [
            self.resource(kind, row, document, beside.get(row.id, {}))
            for row, document in zip(rows, documents, strict=True)
        ]

    def resource(self, kind: str, row: Any, document: Mapping[str, Any], beside: Mapping[str, Any]) -> dict[str, Any]:
        meta = self.meta(kind, row.id, row.version, row.created_at, row.updated_at)
        return {"schemas": document["schemas"], "id": row.id, **document, **beside, "meta": meta}

    def meta(self, kind: str, resource_id: str, version: int, created: datetime, modified: datetime) -> dict[str, str]:
        """What this service says about a resource (RFC 7643 §3.1)."""
        return {
            "resourceType": kind,
            "created": instant_key(created),
            "lastModified": instant_key(modified),
            "location": self.catalog.location(kind, resource_id),
            "version": entity_tag(version),
        }

    def beside(self, kind: str, ids: Sequence[str], wants: Wants) -> dict[str, dict[str, Any]]:
        """The groups of users, or the members of groups, by id; nothing for who has none."""
        if kind == "User":
            if not wants("groups"):
                return {}
            found = members.groups_of(self.session, self.organization_id, ids)
            return {each: {"groups": list(self.groups(groups))} for each, groups in found.items()}
        if not wants("members"):
            return {}
        found = members.members_of(self.session, self.organization_id, ids)
        return {each: {"members": list(self.members(users))} for each, users in found.items()}

    def groups(self, groups: Iterable[tuple[str, str]]) -> Iterable[dict[str, str]]:
        for group_id, name in groups:
            location = self.catalog.location("Group", group_id)
            yield {"value": group_id, "$ref": location, "display": name, "type": "direct"}

    def members(self, users: Iterable[tuple[str, str]]) -> Iterable[dict[str, str]]:
        for user_id, name in users:
            yield {"value": user_id, "$ref": self.catalog.location("User", user_id), "type": "User", "display": name}

    def name_managers(self, documents: Sequence[dict[str, Any]]) -> None:
        """Say where managers are and what they are called, if they are users of the organisation (RFC 7643 §4.3)."""
        managers = [
            each[ENTERPRISE_USER]["manager"] for each in documents if "manager" in each.get(ENTERPRISE_USER, {})
        ]
        ids = {manager["value"] for manager in managers if "value" in manager}
        if not ids:
            return
        statement = select(User.id, User.display_name).where(
            User.organization_id == self.organization_id, User.id.in_(ids)
        )
        names = {user_id: name for user_id, name in self.session.execute(statement)}
        for manager in managers:
            name = names.get(manager.get("value", ""))
            if name is not None:
                manager |= {"$ref": self.catalog.location("User", manager["value"]), "displayName": name}
