"""Rows → resources: documents with id and meta, and with what stands in other rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from scim_app.directory import members
from scim_app.directory.roles import why
from scim_app.directory.roles.why import Held
from scim_app.directory.store import Store
from scim_app.directory.tables import User
from scim_app.directory.transaction import AnySession
from scim_app.protocol.catalog import ENTERPRISE_USER, ORGANIZATION_ROLES, Catalog
from scim_app.protocol.comparison import instant_key
from scim_app.protocol.conditions import entity_tag

Wants = Callable[[str], bool]
"""Whether an attribute of a resource will be looked at, so that it has to be read."""


@dataclass(frozen=True)
class Reader:
    """Makes resources of rows: documents with id, meta and what stands in other rows."""

    store: Store

    @property
    def session(self) -> AnySession:
        return self.store.session

    @property
    def organization_id(self) -> str:
        return self.store.organization_id

    @property
    def catalog(self) -> Catalog:
        return self.store.catalog

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
        """What stands in other rows, by id: the groups and roles of users, the members of groups."""
        found: dict[str, dict[str, Any]] = {each: {} for each in ids}
        if kind == "User":
            if wants("groups"):
                for each, groups in members.groups_of(self.session, self.organization_id, ids).items():
                    found[each]["groups"] = list(self.groups(groups))
            self.add_access(found, wants)
        elif wants("members"):
            for each, users in members.members_of(self.session, self.organization_id, ids).items():
                found[each]["members"] = list(self.members(users))
        return found

    def add_access(self, found: dict[str, dict[str, Any]], wants: Wants) -> None:
        """Add what users may do, as far as it was asked for."""
        urn = self.catalog.access_urn
        asked = {"organization": "organizationRole", "project": "projectRoles", "team": "teamRoles"}
        kinds = [kind for kind, name in asked.items() if wants(f"{urn}:{name}")]
        if not kinds:
            return
        for user_id, held in why.of_users(self.store, list(found), kinds).items():
            access: dict[str, Any] = {}
            for kind in kinds:
                roles = [each for each in held if each.kind == kind]
                if kind == "organization":
                    access[asked[kind]] = roles[0].role if roles else ORGANIZATION_ROLES[0]
                elif roles:
                    access[asked[kind]] = [access_role(each) for each in roles]
            found[user_id][urn] = access

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


def access_role(held: Held) -> dict[str, str]:
    """A role in a project or team, as the access extension shows it."""
    project = {"project": held.project} if held.project else {}
    return {"value": held.scope_id, "display": held.name, **project, "role": held.role, "via": held.via}
