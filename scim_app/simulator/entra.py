"""Microsoft Entra: PATCH for everything, in the dialect it speaks unasked and in the one a flag in the tenant URL asks for."""

from __future__ import annotations

import uuid
from typing import Any

from scim_app.simulator.company import Group, Person
from scim_app.simulator.provider import CORE_GROUP, CORE_USER, ENTERPRISE_USER, PAGE, Provider, batches, without

AT_ONCE = 50
"""Members that are named in one request."""


class Entra(Provider):
    """The dialect it speaks unasked: a path for each attribute, operations in capitals, booleans as text."""

    title = "Entra"
    headers = {
        "Accept": "application/scim+json",
        "User-Agent": "Microsoft Azure AD SCIM provisioning",
        "ADSCIMVersion": "2.0",
    }
    space = "+"
    deletes_users = True

    def probe(self) -> None:
        nobody = str(uuid.uuid4())
        self.find("/Users", "userName", nobody)
        self.find("/Groups", "displayName", nobody)

    def look_up(self, endpoint: str, filter: str) -> dict[str, Any]:
        """A group is looked up without its members: there may be thousands."""
        query = {"excludedAttributes": "members"} if endpoint == "/Groups" else {}
        found: dict[str, Any] = self.wire.ask("GET", endpoint, query={**query, "filter": filter}).body
        return found

    def profile(self, person: Person) -> dict[str, Any]:
        whole = super().profile(person)
        department = {"department": f"Department {person.number % 8}"}
        return {**whole, "schemas": [CORE_USER, ENTERPRISE_USER], "meta": {"resourceType": "User"}, "roles": []} | {
            ENTERPRISE_USER: department
        }

    def group(self, group: Group) -> dict[str, Any]:
        """Always without members: they follow."""
        second = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
        external_id = str(uuid.uuid5(uuid.NAMESPACE_URL, group.name))
        return {
            "schemas": [CORE_GROUP, second],
            "externalId": external_id,
            "displayName": group.name,
            "meta": {"resourceType": "Group"},
            "members": [],
        }

    def make(self, group: Group) -> None:
        super().make(group)
        if group.members:
            self.change_members(group, sorted(group.members, key=lambda each: each.number), [])

    def attributes(self, person: Person) -> dict[str, Any]:
        """What is sent when somebody changed, by path."""
        return {
            "userName": person.user_name,
            "displayName": person.display_name,
            'emails[type eq "work"].value': person.user_name,
            "name.givenName": person.given,
            "name.familyName": person.family,
            "name.formatted": person.display_name,
            self.role_attribute: person.role,
            "active": person.active,
        }

    def update(self, person: Person) -> None:
        self.wire.ask("GET", f"/Users/{person.id}")
        operations = [
            {"op": "Replace", "path": path, "value": str(value) if isinstance(value, bool) else value}
            for path, value in self.attributes(person).items()
        ]
        self.patch(f"/Users/{person.id}", *operations)

    def set_active(self, person: Person) -> None:
        self.patch(f"/Users/{person.id}", {"op": "Replace", "path": "active", "value": str(person.active)})

    def rename(self, group: Group) -> None:
        self.patch(f"/Groups/{group.id}", {"op": "Replace", "path": "displayName", "value": group.name})

    def change_members(self, group: Group, added: list[Person], removed: list[Person]) -> None:
        self.wire.ask("GET", f"/Groups/{group.id}", query={"excludedAttributes": "members"})
        for op, people in (("Add", added), ("Remove", removed)):
            for batch in batches(people, AT_ONCE):
                value = [{"$ref": None, "value": each.id} for each in batch]
                self.patch(f"/Groups/{group.id}", {"op": op, "path": "members", "value": value})


class EntraOptScim(Entra):
    """With `aadOptscim062020`: one replace whose names are paths, booleans as such, members removed by value path."""

    title = "Entra with aadOptscim062020"

    def probe(self) -> None:
        super().probe()
        self.wire.ask("GET", "/Users", query={"aadOptscim062020": "", "startIndex": 1, "count": PAGE})

    def update(self, person: Person) -> None:
        self.wire.ask("GET", f"/Users/{person.id}")
        self.patch(f"/Users/{person.id}", {"op": "replace", "value": self.attributes(person)})

    def set_active(self, person: Person) -> None:
        self.patch(f"/Users/{person.id}", {"op": "replace", "path": "active", "value": person.active})

    def rename(self, group: Group) -> None:
        self.patch(f"/Groups/{group.id}", {"op": "replace", "value": {"displayName": group.name}})

    def change_members(self, group: Group, added: list[Person], removed: list[Person]) -> None:
        operations: list[dict[str, Any]] = [
            {"op": "add", "path": "members", "value": [{"value": each.id} for each in batch]}
            for batch in batches(added, AT_ONCE)
        ]
        for operations_at_once in batches(operations + without(removed), AT_ONCE):
            self.patch(f"/Groups/{group.id}", *operations_at_once)
