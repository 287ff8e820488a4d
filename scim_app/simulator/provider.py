"""What every identity provider does alike: look somebody up, make them, read pages. How each changes things is its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, TypeVar

import orjson

from scim_app.simulator.company import Group, Person
from scim_app.simulator.wire import Connection

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PAGE = 100

T = TypeVar("T")


class BrokenPages(Exception):
    """Pages that a directory could not import from."""


class Provider(ABC):
    """One identity provider, connected to one service. `role_attribute` names the organisation role in the core User schema."""

    title: ClassVar[str]
    headers: ClassVar[dict[str, str]]
    content_type: ClassVar[str] = "application/scim+json; charset=utf-8"
    space: ClassVar[str] = "%20"
    deletes_users: ClassVar[bool] = False

    def __init__(self, connection: Connection, role_attribute: str = "orgRole") -> None:
        self.wire = connection
        self.role_attribute = role_attribute

    @abstractmethod
    def probe(self) -> None:
        """What is sent when an administrator tests the connection."""

    @abstractmethod
    def update(self, person: Person) -> None:
        """Tell the service what the directory knows of somebody who has an id there: names, login, role, active."""

    @abstractmethod
    def set_active(self, person: Person) -> None:
        """Deactivate or reactivate somebody, as `person.active` says."""

    @abstractmethod
    def rename(self, group: Group) -> None:
        """Tell the service the new name of a group."""

    @abstractmethod
    def change_members(self, group: Group, added: list[Person], removed: list[Person]) -> None:
        """Tell the service who came and who left."""

    def set_members(self, group: Group) -> None:
        """Make the members in the service those of the directory, whoever was in the group before."""
        found = self.wire.ask("GET", f"/Groups/{group.id}").body
        wanted = {person.id: person for person in group.members}
        there = {member["value"] for member in found.get("members") or ()}
        strangers = [Person(-1, "", "", "", id=each) for each in sorted(there - wanted.keys())]
        added = [person for each, person in wanted.items() if each not in there]
        if added or strangers:
            self.change_members(group, added, strangers)

    def delete_user(self, person: Person) -> None:
        """Forget somebody for good, where the directory ever does."""
        self.wire.ask("DELETE", f"/Users/{person.id}")

    def delete_group(self, group: Group) -> None:
        """Unlink a pushed group and delete it in the service."""
        self.wire.ask("DELETE", f"/Groups/{group.id}")

    def assign(self, person: Person) -> None:
        """Somebody is assigned to the application: found there and updated, or made."""
        found = self.find("/Users", "userName", person.user_name)
        if found is not None:
            person.id = found["id"]
            self.update(person)
            return
        person.id = self.wire.ask("POST", "/Users", self.profile(person), expected=(201,)).body["id"]

    def push(self, group: Group) -> None:
        """A group is pushed: found there and filled, or made with its members."""
        found = self.find("/Groups", "displayName", group.name)
        if found is None:
            self.make(group)
        else:
            group.id = found["id"]
            self.set_members(group)

    def make(self, group: Group) -> None:
        """Make a group that the service does not have, with its members."""
        group.id = self.wire.ask("POST", "/Groups", self.group(group), expected=(201,)).body["id"]

    def find(self, endpoint: str, attribute: str, value: str) -> dict[str, Any] | None:
        """The one resource with that value; None when there is none."""
        found = self.look_up(endpoint, f"{attribute} eq {quoted(value)}")
        return next(iter(found.get("Resources") or ()), None)

    def look_up(self, endpoint: str, filter: str) -> dict[str, Any]:
        """The list that answers a filter (RFC 7644 §3.4.2)."""
        query = {"filter": filter, "startIndex": 1, "count": PAGE}
        found: dict[str, Any] = self.wire.ask("GET", endpoint, query=query).body
        return found

    def listed(self, endpoint: str, **query: str) -> Iterator[dict[str, Any]]:
        """Every resource, page by page, each once.

        Raises BrokenPages when the pages do not hold what they say: a directory would import some people twice, or never.
        """
        seen: set[str] = set()
        start, total = 1, 1
        while start <= total:
            page = self.wire.ask("GET", endpoint, query={"startIndex": start, "count": PAGE, **query}).body
            resources, total = page.get("Resources") or [], page["totalResults"]
            counted = [page.get("startIndex"), page.get("itemsPerPage")]
            if counted != [start, len(resources)] and resources:
                raise BrokenPages(f"{endpoint} from {start} says it holds {counted}, and holds {len(resources)}.")
            if not resources and start <= total:
                raise BrokenPages(f"{endpoint} promises {total} and ends at {start - 1}.")
            for resource in resources:
                if resource["id"] in seen:
                    raise BrokenPages(f"{endpoint} lists {resource['id']} twice.")
                seen.add(resource["id"])
                yield resource
            start += len(resources)

    def profile(self, person: Person) -> dict[str, Any]:
        """The whole user, the way this directory writes one."""
        names = {"givenName": person.given, "familyName": person.family, "formatted": person.display_name}
        return {
            "schemas": [CORE_USER],
            "userName": person.user_name,
            "name": names,
            "displayName": person.display_name,
            "emails": [{"primary": True, "value": person.user_name, "type": "work"}],
            "externalId": person.external_id,
            self.role_attribute: person.role,
            "active": person.active,
        }

    def group(self, group: Group) -> dict[str, Any]:
        """The whole group, the way this directory writes one."""
        return {"schemas": [CORE_GROUP], "displayName": group.name, "members": members(group.members)}

    def patch(self, path: str, *operations: dict[str, Any]) -> None:
        """Send one PatchOp message (RFC 7644 §3.5.2)."""
        self.wire.ask("PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)})


def members(people: set[Person] | list[Person]) -> list[dict[str, Any]]:
    """People as the members of a group."""
    return [
        {"value": person.id, "display": person.user_name} for person in sorted(people, key=lambda each: each.id or "")
    ]


def without(people: Sequence[Person]) -> list[dict[str, Any]]:
    """An operation for each of these members that removes them by a value path (RFC 7644 §3.5.2.2)."""
    return [{"op": "remove", "path": f"members[value eq {quoted(each.id or '')}]"} for each in people]


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in their order, so many at a time."""
    return (items[first : first + size] for first in range(0, len(items), size))


def quoted(value: str) -> str:
    """A text as a filter writes it: as JSON does (RFC 7644 §3.4.2.2)."""
    return orjson.dumps(value).decode()
