"""Rows → resources: documents with id and meta, and with what stands in other rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
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
from scim_app.protocol.resource import Resource, as_text

NOTHING: Mapping[str, Any] = {}
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

    def resources(self, kind: str, rows: Sequence[Any], wants: Wants) -> list[Resource]:
        """The resources of these rows, each with `id`, `document`, `version`, `created_at` and `updated_at`.

        A document that was read to be shown is text; one that was just written is a value.
        """
        ids = [row.id for row in rows]
        beside = self.beside(kind, ids, wants) if ids else {}
        documents = [row.document if isinstance(row.document, str) else as_text(row.document) for row in rows]
        if kind == "User" and wants(ENTERPRISE_USER):
            documents = self.with_managers(documents)
        return [
            Resource.of(kind, row.id, document, beside.get(row.id, NOTHING), self.meta(kind, row))
            for row, document in zip(rows, documents, strict=True)
        ]

    def meta(self, kind: str, row: Any) -> dict[str, str]:
        """What this service says about a resource (RFC 7643 §3.1)."""
        created = instant_key(row.created_at)
        return {
            "resourceType": kind,
            "created": created,
            "lastModified": created if row.updated_at == row.created_at else instant_key(row.updated_at),
            "location": self.catalog.location(kind, row.id),
            "version": entity_tag(row.version),
        }

    def beside(self, kind: str, ids: Sequence[str], wants: Wants) -> dict[str, dict[str, Any]]:
        """What stands in other rows, by id: the groups and roles of users, the members of groups."""
        found: dict[str, dict[str, Any]] = {each: {} for each in ids}
        if kind == "User":
            if wants("groups"):
                groups: dict[str, dict[str, str]] = {}
                for each, rows in members.groups_of(self.session, self.organization_id, ids).items():
                    for group_id, name in rows:
                        if group_id not in groups:
                            groups[group_id] = self.group(group_id, name)
                    found[each]["groups"] = [groups[group_id] for group_id, _ in rows]
            self.add_access(found, wants)
        elif wants("members.display"):
            for each, users in members.members_of(self.session, self.organization_id, ids).items():
                found[each]["members"] = [self.member(user_id) | {"display": name} for user_id, name in users]
        elif wants("members"):
            for each, user_ids in members.ids_of(self.session, self.organization_id, ids).items():
                found[each]["members"] = [self.member(user_id) for user_id in user_ids]
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

    def group(self, group_id: str, name: str) -> dict[str, str]:
        location = self.catalog.location("Group", group_id)
        return {"value": group_id, "$ref": location, "display": name, "type": "direct"}

    def member(self, user_id: str) -> dict[str, str]:
        return {"value": user_id, "$ref": self.catalog.location("User", user_id), "type": "User"}

    def with_managers(self, documents: Sequence[str]) -> list[str]:
        """The documents, saying where managers are and what they are called, if they are users (RFC 7643 §4.3)."""
        opened = {place: orjson.loads(each) for place, each in enumerate(documents) if '"manager":' in each}
        managers = [
            each[ENTERPRISE_USER]["manager"]
            for each in opened.values()
            if "manager" in each.get(ENTERPRISE_USER, NOTHING)
        ]
        ids = {manager["value"] for manager in managers if "value" in manager}
        if not ids:
            return list(documents)
        statement = select(User.id, User.display_name).where(
            User.organization_id == self.organization_id, User.id.in_(ids)
        )
        names = {user_id: name for user_id, name in self.session.execute(statement)}
        for manager in managers:
            name = names.get(manager.get("value", ""))
            if name is not None:
                manager |= {"$ref": self.catalog.location("User", manager["value"]), "displayName": name}
        return [as_text(opened[place]) if place in opened else each for place, each in enumerate(documents)]


def access_role(held: Held) -> dict[str, str]:
    """A role in a project or team, as the access extension shows it."""
    project = {"project": held.project} if held.project else {}
    return {"value": held.scope_id, "display": held.name, **project, "role": held.role, "via": held.via}
