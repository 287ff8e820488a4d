"""OneLogin: the whole user from a template, with its URNs, its odd question marks and one address as an object."""

from __future__ import annotations

import uuid
from typing import Any

from scim_app.simulator.company import Group, Person
from scim_app.simulator.provider import CORE_USER, Provider, members


class OneLogin(Provider):
    """A connector with the template of its documentation."""

    title = "OneLogin"
    headers = {"Accept": "application/scim+json", "User-Agent": "OneLogin"}
    content_type = "application/json"
    space = "+"

    def probe(self) -> None:
        self.find("/Users", "userName", str(uuid.uuid4()))

    def look_up(self, endpoint: str, filter: str) -> dict[str, Any]:
        """Nobody may be an empty list or nothing at all."""
        answer = self.wire.ask("GET", endpoint, query={"filter": filter}, tail="&", expected=(200, 404))
        return answer.body if answer.status == 200 else {}

    def profile(self, person: Person) -> dict[str, Any]:
        address = {"value": person.user_name, "type": "work", "primary": True}
        schemas = [CORE_USER, "urn:scim:schemas:extension:enterprise:2.0:User"]
        return {**super().profile(person), "schemas": schemas, "emails": address, "title": "", "nickName": ""}

    def update(self, person: Person) -> None:
        self.wire.ask("GET", f"/Users/{person.id}")
        self.wire.ask("PUT", f"/Users/{person.id}", self.profile(person), tail="?")

    def set_active(self, person: Person) -> None:
        self.wire.ask("PUT", f"/Users/{person.id}", self.profile(person), tail="?")

    def rename(self, group: Group) -> None:
        self.patch(f"/Groups/{group.id}", {"op": "replace", "path": "displayName", "value": group.name})

    def change_members(self, group: Group, added: list[Person], removed: list[Person]) -> None:
        if added:
            self.patch(f"/Groups/{group.id}", {"op": "add", "path": "members", "value": members(added)})
        if removed:
            self.patch(f"/Groups/{group.id}", {"op": "remove", "path": "members", "value": members(removed)})
