"""The display names of the groups that are pairs of a scope and a role: labels for people, made of the names they join."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scim_app.directory.tables import Scope

NAME_LENGTH = 100


def label(product: str, *names: str) -> str:
    """`Product-Project-Role` or `Product-Project-Team-Role`, spaces and dashes kept."""
    return "-".join((product, *names))


@dataclass(frozen=True)
class Reading:
    """What the name of a pushed group could mean: a new team of a project, and a role in it."""

    project: Scope
    team: str
    role: str


def readings(product: str, name: str, projects: Sequence[Scope], roles: Sequence[str]) -> Iterator[Reading]:
    """Every way to read a name as that of a team of one of these projects."""
    for project in projects:
        before = f"{label(product, project.name)}-"
        for role in roles:
            behind = f"-{role}"
            team = name[len(before) : -len(behind)].strip()
            if (
                team
                and same_but_for_case(name[: len(before)], before)
                and same_but_for_case(name[-len(behind) :], behind)
            ):
                yield Reading(project, team, role)


def checked(what: str, name: str) -> str:
    """A name without spaces around it. Raises ValueError for one that is empty, too long or not one line of text."""
    name = name.strip()
    if not name:
        raise ValueError(f"Give the {what} a name.")
    if len(name) > NAME_LENGTH or not name.isprintable():
        raise ValueError(f"The name of a {what} is one line of at most {NAME_LENGTH} characters.")
    return name


def same_but_for_case(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but case."""
    return one.casefold() == other.casefold()


def same_but_for_case_and_spaces(one: str, other: str) -> bool:
    """Whether two names differ in nothing but case and spaces."""
    return same_but_for_case("".join(one.split()), "".join(other.split()))
