"""What the simulated directory knows: people, groups, and who is in which. Everything else is compared with this."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

GIVEN = "Amara Bjørn Chloé Dmitri Elif Farid Gabriela Haruto Ingrid João Keiko Łukasz Mina Noor Oisín Priya Rosa Zoë".split()
FAMILY = "Okafor Lindqvist Moreau Ivanova Yılmaz Haddad Costa Tanaka Berg Silva Mori Nowak O'Neill Rahman Kamau".split()
GROUPS = "Engineering Design Finance People Sales Support Legal Security Research Operations".split()


@dataclass(eq=False)
class Person:
    """Somebody in the directory. `id` is what the service calls them, once it has answered."""

    number: int
    user_name: str
    given: str
    family: str
    role: str = "Member"
    active: bool = True
    id: str | None = None

    @property
    def external_id(self) -> str:
        """The directory's own id, which never changes."""
        return f"00u{self.number:017}"

    @property
    def display_name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(eq=False)
class Group:
    """A group of the directory, with its members, active or not. `linked`: the service had it first."""

    name: str
    members: set[Person] = field(default_factory=set)
    linked: bool = False
    id: str | None = None


@dataclass
class Company:
    """Everybody who was ever assigned, in order, and the groups that are pushed. `gone` are ids that were deleted.

    `token` is in every name, so that a run does not meet the people and groups of an earlier one.
    """

    domain: str = "simulated.example"
    token: str = field(default_factory=lambda: secrets.token_hex(2))
    people: list[Person] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def hire(self, count: int) -> list[Person]:
        """New people: the same ones in the same order in every run, but for the token."""
        first = len(self.people)
        hired = [self._person(number) for number in range(first, first + count)]
        self.people += hired
        return hired

    def _person(self, number: int) -> Person:
        given, family = GIVEN[number % len(GIVEN)], FAMILY[(number // len(GIVEN) + number) % len(FAMILY)]
        return Person(number, f"Person.{self.token}.{number:05}@{self.domain}", given, family)

    def _group_name(self, number: int) -> str:
        cycle, which = divmod(number, len(GROUPS))
        return f"{GROUPS[which]} {self.token}" + (f" {cycle + 1}" if cycle else "")

    def found(self, count: int) -> list[Group]:
        """New groups: every person stands in one to three of all the groups."""
        first = len(self.groups)
        new = [Group(self._group_name(number)) for number in range(first, first + count)]
        self.groups += new
        for number, person in enumerate(self.people if new else ()):
            for step in range(1 + number % 3):
                new[(number + 7 * step) % len(new)].members.add(person)
        return new

    @property
    def active(self) -> list[Person]:
        """Those who work here."""
        return [person for person in self.people if person.active]

    @property
    def own_groups(self) -> list[Group]:
        """The groups that the directory made, without those it linked to."""
        return [group for group in self.groups if not group.linked]


def every(people: Iterable[Person], nth: int, offset: int = 0) -> list[Person]:
    """Every nth of the people, from the offset on."""
    return list(people)[offset::nth]
