"""What happens in a company, as steps that each change the directory and tell the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from scim_app.simulator import mistakes
from scim_app.simulator.company import Company, Group, Person, every
from scim_app.simulator.provider import BrokenPages, Provider

Step = Callable[[], object]
LINKED_AT_MOST = 4


@dataclass
class Scene:
    """Who talks, for which company, and how much of everything there is.

    `product` is the word that names of role groups begin with; `expired_key` a key that no longer works, if there is one.
    """

    provider: Provider
    company: Company
    people: int
    groups: int
    product: str = "App"
    expired_key: str | None = None


def onboarding(scene: Scene) -> list[Step]:
    """The connection is tested, and everybody is assigned."""
    return [scene.provider.probe, *(partial(scene.provider.assign, each) for each in scene.company.hire(scene.people))]


def offboarding(scene: Scene) -> list[Step]:
    """One in ten leaves; some come back; where the directory ever deletes, some are deleted."""
    leaving = every(scene.company.active, 10, 3)
    returning, deleted = every(leaving, 3), every(leaving, 5, 1) if scene.provider.deletes_users else []
    return [
        *(partial(activate, scene, each, False) for each in leaving),
        *(partial(activate, scene, each, True) for each in returning),
        *(partial(delete, scene, each) for each in deleted if each not in returning),
    ]


def activate(scene: Scene, person: Person, active: bool) -> None:
    """Somebody leaves or comes back."""
    person.active = active
    scene.provider.set_active(person)


def delete(scene: Scene, person: Person) -> None:
    """Somebody is deleted for good, and with them their memberships."""
    scene.provider.delete_user(person)
    scene.company.people.remove(person)
    scene.company.gone.append(person.id or "")
    for group in scene.company.groups:
        group.members.discard(person)


def rename(scene: Scene) -> list[Step]:
    """Names change; for some the login, too; for some the name twice, and back."""
    steps: list[Step] = []
    for position, person in enumerate(every(scene.company.active, 7, 1)):
        steps.append(partial(call, scene, person, f"{person.family}-Silva", None))
        if position % 3 == 0:
            steps.append(partial(call, scene, person, person.family, None))
        if position % 4 == 1:
            steps.append(partial(call, scene, person, person.family, f"new.{person.user_name}"))
    return steps


def call(scene: Scene, person: Person, family: str, user_name: str | None) -> None:
    """Somebody has another name."""
    person.family, person.user_name = family, user_name or person.user_name
    scene.provider.update(person)


def groups(scene: Scene) -> list[Step]:
    """Groups are pushed, filled, emptied, renamed, deleted and pushed again."""
    company, provider = scene.company, scene.provider
    new = company.found(scene.groups)
    steps: list[Step] = [partial(provider.push, group) for group in new]
    for position, group in enumerate(new):
        steps.append(partial(change, scene, group, every(company.active, 11, position % 11)[:5], 3))
        if position % 5 == 0:
            steps.append(partial(title, scene, group, f"{group.name} (new)"))
        if position % 7 == 0:
            steps += [partial(empty, scene, group), partial(change, scene, group, every(company.active, 9)[:20], 0)]
    if new:
        steps += [partial(provider.delete_group, new[-1]), partial(provider.push, new[-1])]
    return steps


def change(scene: Scene, group: Group, joining: list[Person], leaving: int) -> None:
    """Some join the group, and so many of those who were in it leave."""
    removed = sorted(group.members - set(joining), key=lambda each: each.number)[:leaving]
    added = [person for person in joining if person not in group.members]
    if added or removed:
        group.members = (group.members | set(added)) - set(removed)
        scene.provider.change_members(group, added, removed)


def empty(scene: Scene, group: Group) -> None:
    """Everybody leaves the group."""
    removed, group.members = sorted(group.members, key=lambda each: each.number), set()
    scene.provider.change_members(group, [], removed)


def title(scene: Scene, group: Group, name: str) -> None:
    """The group has another name."""
    group.name = name
    scene.provider.rename(group)


def roles(scene: Scene) -> list[Step]:
    """Some become admins of the organisation, some no longer are; groups that mean roles are linked and filled."""
    rising = every(scene.company.active, 25, 2)
    return [
        *(partial(promote, scene, each, "Admin") for each in rising),
        *(partial(promote, scene, each, "Member") for each in every(rising, 2)),
        partial(link, scene),
    ]


def promote(scene: Scene, person: Person, role: str) -> None:
    """Somebody has another role in the organisation."""
    person.role = role
    scene.provider.update(person)


def link(scene: Scene) -> None:
    """Groups that the service made and nobody is in are linked, and members pushed onto them."""
    known = {group.name for group in scene.company.groups}
    offered = [
        each["displayName"]
        for each in scene.provider.listed("/Groups")
        if each["displayName"].startswith(f"{scene.product}-")
        and each["displayName"] not in known
        and not each.get("members")
    ]
    for position, name in enumerate(sorted(offered)[:LINKED_AT_MOST]):
        group = Group(name, set(every(scene.company.people, 6, position)), linked=True)
        scene.company.groups.append(group)
        scene.provider.push(group)
        change(scene, group, every(scene.company.active, 6, position + 1)[:3], 2)


def import_(scene: Scene) -> list[Step]:
    """Everybody and every group is read into the directory, page by page, and all it knows is found there."""
    return [partial(read, scene, "/Users"), partial(read, scene, "/Groups")]


def read(scene: Scene, endpoint: str) -> None:
    """Read every page of one endpoint. Raises BrokenPages when something is missing."""
    found = {each["id"] for each in scene.provider.listed(endpoint)}
    known: list[Person] | list[Group] = scene.company.people if endpoint == "/Users" else scene.company.groups
    missing = [each.id for each in known if each.id not in found]
    if missing:
        raise BrokenPages(f"{endpoint} lacks {len(missing)} that the directory knows, {missing[0]} among them.")


def reorganisation(scene: Scene) -> list[Step]:
    """Everybody moves from group to group, twice on average."""
    return list(moves(scene, 2 * len(scene.company.people)))


def moves(scene: Scene, count: int) -> Iterator[Step]:
    """So many moves, a few people at a time."""
    own = scene.company.own_groups
    for number in range(count // 3 if len(own) > 1 else 0):
        source, target = own[number % len(own)], own[(number * 7 + 1 + number // len(own)) % len(own)]
        if source is not target:
            yield partial(move, scene, source, target, 3)


def move(scene: Scene, source: Group, target: Group, count: int) -> None:
    """Some of one group leave it for another: who joined first leaves first."""
    moving = sorted(source.members, key=lambda each: (each in target.members, each.number))[:count]
    if moving:
        source.members -= set(moving)
        scene.provider.change_members(source, [], moving)
        change(scene, target, moving, 0)


def blunders(scene: Scene) -> list[Step]:
    """What administrators get wrong, and clients too: each is refused or survived, and changes nothing."""
    company = scene.company
    return mistakes.steps(scene.provider, company.people, company.own_groups, scene.expired_key)


SCENARIOS: dict[str, Callable[[Scene], list[Step]]] = {
    "onboarding": onboarding,
    "groups": groups,
    "rename": rename,
    "roles": roles,
    "reorganisation": reorganisation,
    "offboarding": offboarding,
    "import": import_,
    "mistakes": blunders,
}
"""In the order of a company's life."""
NEEDED_FIRST = {name: ("onboarding",) for name in SCENARIOS if name != "onboarding"} | {
    "reorganisation": ("onboarding", "groups"),
    "mistakes": ("onboarding", "groups"),
}
"""What must have happened before a scenario can."""
