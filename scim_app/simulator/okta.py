"""Okta: applications of a company's own read and put back whole resources; those of the catalogue change parts."""

from __future__ import annotations

import secrets
from typing import Any

from scim_app.simulator.company import Group, Person
from scim_app.simulator.provider import CORE_GROUP, Provider, batches, members, without

AT_ONCE = 100
"""Operations in one request."""


class Okta(Provider):
    """An application made with the wizard: GET, then PUT of what came back with the changes laid over it."""

    title = "Okta"
    headers = {
        "Accept": "application/scim+json",
        "Accept-Charset": "utf-8",
        "Accept-Encoding": "gzip,deflate",
        "User-Agent": "Okta SCIM Client 1.0.0",
    }

    def probe(self) -> None:
        self.wire.ask("GET", "/Users", query={"startIndex": 1, "count": 2})

    def profile(self, person: Person) -> dict[str, Any]:
        """With a password that nobody knows, and the groups that only the service may set."""
        return {**super().profile(person), "locale": "en-US", "groups": [], "password": secrets.token_hex(8)}

    def update(self, person: Person) -> None:
        there = self.wire.ask("GET", f"/Users/{person.id}").body
        changed = super().profile(person)
        changed["schemas"] = there.get("schemas", changed["schemas"])
        self.wire.ask(
            "PUT", f"/Users/{person.id}", {**there, **changed, "name": {**there.get("name", {}), **changed["name"]}}
        )

    def set_active(self, person: Person) -> None:
        there = self.wire.ask("GET", f"/Users/{person.id}").body
        self.wire.ask("PUT", f"/Users/{person.id}", {**there, "active": person.active})

    def rename(self, group: Group) -> None:
        self.put(group)

    def change_members(self, group: Group, added: list[Person], removed: list[Person]) -> None:
        self.put(group)

    def set_members(self, group: Group) -> None:
        self.put(group)

    def put(self, group: Group) -> None:
        """Put the group as the directory has it."""
        self.wire.ask("GET", f"/Groups/{group.id}")
        whole = {"schemas": [CORE_GROUP], "id": group.id, "displayName": group.name, "members": members(group.members)}
        self.wire.ask("PUT", f"/Groups/{group.id}", whole)


class OktaCatalogue(Okta):
    """An application of the catalogue: profiles by PUT, `active` and groups by PATCH, the name with every change of members."""

    title = "Okta from the catalogue"

    def set_active(self, person: Person) -> None:
        self.patch(f"/Users/{person.id}", {"op": "replace", "value": {"active": person.active}})

    def rename(self, group: Group) -> None:
        self.patch(f"/Groups/{group.id}", {"op": "replace", "value": {"id": group.id, "displayName": group.name}})

    def change_members(self, group: Group, added: list[Person], removed: list[Person]) -> None:
        operations = without(removed)
        if added:
            operations.append({"op": "add", "path": "members", "value": members(added)})
        for batch in batches(operations, AT_ONCE):
            self.patch(f"/Groups/{group.id}", *batch)
        self.rename(group)

    def set_members(self, group: Group) -> None:
        self.patch(f"/Groups/{group.id}", {"op": "replace", "path": "members", "value": members(group.members)})
