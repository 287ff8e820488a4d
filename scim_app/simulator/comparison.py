"""What the service holds beside what the directory knows: every difference, as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scim_app.simulator.company import Company, Group, Person
from scim_app.simulator.provider import Provider


def differences(provider: Provider, company: Company) -> Iterator[str]:
    """Every difference in people, groups, members and roles; nothing when both are in sync.

    Raises BrokenPages when the service cannot be read.
    """
    people = {each["id"]: each for each in provider.listed("/Users")}
    for person in company.people:
        yield from of_person(person, people.get(person.id), provider.role_attribute)
    for gone in company.gone:
        if gone in people:
            yield f"{people[gone].get('userName')} was deleted, and is there."
    groups = {each["id"]: each for each in provider.listed("/Groups")}
    for group in company.groups:
        yield from of_group(group, groups.get(group.id))
    yield from of_roles(provider, company)


def of_person(person: Person, there: dict[str, Any] | None, role_attribute: str) -> Iterator[str]:
    """What is different about one person."""
    if there is None:
        yield f"{person.user_name} is missing."
        return
    name = there.get("name") or {}
    for what, wanted, found in (
        ("userName", person.user_name, there.get("userName")),
        ("active", person.active, there.get("active")),
        ("givenName", person.given, name.get("givenName")),
        ("familyName", person.family, name.get("familyName")),
        ("displayName", person.display_name, there.get("displayName")),
        ("externalId", person.external_id, there.get("externalId")),
        (role_attribute, person.role, there.get(role_attribute, "Member")),
    ):
        if wanted != found:
            yield f"{person.user_name}: {what} is {found!r} and should be {wanted!r}."


def of_group(group: Group, there: dict[str, Any] | None) -> Iterator[str]:
    """What is different about one group."""
    if there is None:
        yield f"The group {group.name} is missing."
        return
    if there["displayName"] != group.name:
        yield f"The group {group.name} is called {there['displayName']}."
    found = {member["value"] for member in there.get("members") or ()}
    wanted = {person.id: person for person in group.members}
    for id, person in wanted.items():
        if id not in found:
            yield f"{person.user_name} is not in {group.name}."
    for stranger in sorted(found - wanted.keys()):
        yield f"{stranger} is in {group.name} and should not be."


def of_roles(provider: Provider, company: Company) -> Iterator[str]:
    """Who lacks a role that a linked group means, or has one and is not active."""
    linked = [group for group in company.groups if group.linked]
    if not linked:
        return
    users = provider.listed("/Users", attributes="userName,active,projectRoles,teamRoles")
    has = {each["id"]: set(places(each)) for each in users}
    for group in linked:
        for person in group.members:
            given = any(f"-{place}-" in group.name for place in has.get(person.id or "", ()))
            if given != person.active:
                yield f"{person.user_name} is {'' if given else 'not '}given the role of {group.name}."


def places(user: dict[str, Any]) -> Iterator[str]:
    """The names of the projects and teams in which a user has a role."""
    for extension in user.values():
        if isinstance(extension, dict):
            for name in ("projectRoles", "teamRoles"):
                yield from (role["display"] for role in extension.get(name) or ())
