"""People, groups and projects of Acme, for the tests of pages about roles."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import Actor
from scim_app.directory.directory import Directory
from scim_app.directory.roles import pairs, scopes, why
from scim_app.directory.store import Store
from scim_app.directory.tables import Change, Scope
from scim_app.directory.transaction import transact
from scim_app.protocol.catalog import CORE_GROUP, CORE_USER

T = TypeVar("T")
REQUEST = "0192f0c1-0000-7000-8000-00000000abcd"


def dialogs(page: str) -> list[str]:
    """The ids of the dialogs on a page, but for the one that finds things."""
    return [each for each in re.findall(r'<dialog id="([^"]+)"', page) if each != "palette"]


def person(name: str, **more: Any) -> dict[str, Any]:
    """A document of a user."""
    return {"schemas": [CORE_USER], "userName": name, "active": True, **more}


@dataclass
class Acme:
    """The organisation as its directory fills it."""

    app: Flask
    session: scoped_session[Session]
    organization_id: str

    @property
    def actor(self) -> Actor:
        return Actor("key", "Okta", None, REQUEST)

    @property
    def store(self) -> Store:
        return Store(self.session, self.organization_id, self.actor, self.app.extensions["catalog"])

    @property
    def directory(self) -> Directory:
        return Directory(self.session, self.organization_id, self.actor, self.app.extensions["catalog"])

    def do(self, work: Callable[[Store], T]) -> T:
        store = self.store
        return transact(self.session, lambda: work(store))

    def user(self, name: str, **more: Any) -> str:
        return str(self.directory.create("User", person(name, **more))["id"])

    def deactivate(self, user_id: str, name: str) -> None:
        self.directory.replace("User", user_id, person(name, active=False))

    def users(self, *names: str) -> list[str]:
        return [self.user(name) for name in names]

    def group(self, name: str, members: Sequence[str] = ()) -> str:
        document = {"schemas": [CORE_GROUP], "displayName": name, "members": [{"value": each} for each in members]}
        return str(self.directory.create("Group", document)["id"])

    def project(self, name: str, *teams: str) -> str:
        def work(store: Store) -> str:
            made = scopes.create_project(store, name)
            for team in teams:
                scopes.create_team(store, made, team)
            return made.id

        return self.do(work)

    def team(self, project_id: str, name: str) -> str:
        self.session.rollback()
        own = Scope.parent_id == project_id, Scope.name == name
        return str(self.session.scalars(select(Scope.id).where(*own)).one())

    def role(self, name: str, kind: str = "project") -> str:
        self.session.rollback()
        return str(scopes.role_called(self.store, kind, name).id)

    def pair(self, scope_id: str, role: str) -> str:
        """The id of the group that is the role in the scope."""
        self.session.rollback()
        return next(pair.group_id for pair in pairs.of_scopes(self.store, [scope_id]) if pair.role.name == role)

    def push(self, group_id: str, *user_ids: str) -> None:
        self.directory.replace(
            "Group",
            group_id,
            {
                "schemas": [CORE_GROUP],
                "displayName": self.name(group_id),
                "members": [{"value": each} for each in user_ids],
            },
        )

    def name(self, group_id: str) -> str:
        self.session.rollback()
        return str(self.directory.get("Group", group_id)["displayName"])

    def roles(self, user_id: str) -> dict[str, str]:
        """What somebody may do, by the name of the scope."""
        self.session.rollback()
        return {held.scope: held.role for held in why.of_users(self.store, [user_id])[user_id]}

    def history(self) -> list[Change]:
        self.session.rollback()
        own = Change.organization_id == self.organization_id
        return list(self.session.scalars(select(Change).where(own).order_by(Change.id)))
