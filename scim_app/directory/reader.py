"""Rows → resources: documents with id and meta, and with what stands in other rows. It is all text put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from scim_app.directory import beside
from scim_app.directory.beside import Wants
from scim_app.directory.roles import why
from scim_app.directory.roles.why import Held
from scim_app.directory.store import UNREAD, Store
from scim_app.directory.tables import User
from scim_app.directory.transaction import AnySession, over
from scim_app.protocol.catalog import ENTERPRISE_USER, MEMBER, Catalog
from scim_app.protocol.comparison import instant_key
from scim_app.protocol.resource import Resource, as_text

NOTHING: Mapping[str, Any] = {}


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
        """The resources of these rows: as `beside.shown` has them, or as they were read to be changed or written."""
        texts = [row if isinstance(row.document, str) else self.told(kind, row, wants) for row in rows]
        documents = [row[1] for row in texts]
        name = "groups" if kind == "User" else "members"
        besides = [f'"{name}":{row[5]}' if row[5] else "" for row in texts]
        if kind == "User" and rows:
            documents = self.with_managers(documents, wants)
            besides = self.with_access([row[0] for row in texts], besides, wants)
        at = self.catalog.location(kind, "")
        return [
            Resource.of(kind, row[0], document, beside, row[2], row[3], row[4], at + row[0])
            for row, document, beside in zip(texts, documents, besides, strict=True)
        ]

    def told(self, kind: str, row: Any, wants: Wants) -> tuple[Any, ...]:
        """A row that was read to be changed, or has just been written, as it is shown."""
        name = beside.wanted(kind, wants)
        known = None if name is None else getattr(row, "beside", UNREAD)
        if known is UNREAD:
            return tuple(self.store.shown(kind, row.id, name))
        created, modified = instant_key(row.created_at), instant_key(row.updated_at)
        return row.id, as_text(row.document), row.version, created, modified, known

    def with_access(self, user_ids: Sequence[str], besides: list[str], wants: Wants) -> list[str]:
        """What stands beside these users, with what they may do, as far as it was asked for."""
        urn = self.catalog.access_urn
        asked = {"organization": "organizationRole", "project": "projectRoles", "team": "teamRoles"}
        kinds = [kind for kind, name in asked.items() if wants(f"{urn}:{name}")]
        if not kinds:
            return besides
        roles = why.of_users(self.store, user_ids, kinds)
        return [
            ",".join(filter(None, (before, access(urn, asked, kinds, roles.get(user_id)))))
            for user_id, before in zip(user_ids, besides, strict=True)
        ]

    def with_managers(self, documents: list[str], wants: Wants) -> list[str]:
        """The documents, saying where managers are and what they are called, if they are users (RFC 7643 §4.3)."""
        opened = {place: orjson.loads(each) for place, each in enumerate(documents) if '"manager":' in each}
        if not opened or not wants(ENTERPRISE_USER):
            return documents
        managers = [
            each[ENTERPRISE_USER]["manager"]
            for each in opened.values()
            if "manager" in each.get(ENTERPRISE_USER, NOTHING)
        ]
        ids = {manager["value"] for manager in managers if "value" in manager}
        if not ids:
            return documents
        statement = select(User.id, User.display_name).where(
            User.organization_id == self.organization_id, User.id.in_(ids)
        )
        names = {user_id: name for user_id, name in over(self.session).execute(statement)}
        for manager in managers:
            name = names.get(manager.get("value", ""))
            if name is not None:
                manager |= {"$ref": self.catalog.location("User", manager["value"]), "displayName": name}
        return [as_text(opened[place]) if place in opened else each for place, each in enumerate(documents)]


def in_order(ids: Sequence[str], found: Sequence[Sequence[Resource]]) -> list[Resource]:
    """The resources of several types in the order of these ids."""
    by_id = {resource.id: resource for each in found for resource in each}
    return [by_id[each] for each in ids]


def access(urn: str, asked: Mapping[str, str], kinds: Sequence[str], held: Sequence[Held] | None) -> str:
    """What somebody may do, as a member of the user's object; empty for somebody who is not active."""
    if held is None:
        return ""
    shown: dict[str, Any] = {}
    for kind in kinds:
        roles = [each for each in held if each.kind == kind]
        if kind == "organization":
            shown[asked[kind]] = roles[0].role if roles else MEMBER
        elif roles:
            shown[asked[kind]] = [access_role(each) for each in roles]
    return f'"{urn}":{as_text(shown)}'


def access_role(held: Held) -> dict[str, str]:
    """A role in a project or team, as the access extension shows it."""
    project = {"project": held.project} if held.project else {}
    return {"value": held.scope_id, "display": held.name, **project, "role": held.role, "via": held.via}
