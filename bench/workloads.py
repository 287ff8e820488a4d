"""What is asked of every server: requests, each with what makes its answer a right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

from bench.client import Answer, Connection
from bench.populations import PATCH_OP, PROJECT, ROLE
from bench.targets import Target
from scim_app.cli.people import person

DOMAIN = "example.com"
PAGE = 100
MOST_READ = 20_000
STRIDE = 7_919
"""A prime: numbers a stride apart go everywhere before they return."""


class WrongAnswer(Exception):
    """A server answered something else than it should."""


class Ask(NamedTuple):
    """A request, and whether an answer to it is right."""

    request: bytes
    right: Callable[[Answer], bool]


@dataclass(frozen=True)
class Workload:
    """So many requests of one kind at a time. `goal`: the share of the limit that is to be reached, if one is set."""

    name: str
    make: Callable[[Target, int], list[Ask]]
    goal: float | None = None
    at_once: bool = False
    """Whether it is also measured with sixteen connections."""
    whole: bool = False
    """Whether it goes through everything, whatever count is asked for."""
    fits: Callable[[Target], bool] = lambda target: True


def somebody(target: Target, what: str, count: int) -> list[int]:
    """The numbers of the next so many people, all over the organisation."""
    return [turn * STRIDE % target.users for turn in target.turn(what, count)]


def lookup(attribute: str, target: Target, count: int) -> list[Ask]:
    """One user by the value of an attribute."""
    asks = []
    for number in somebody(target, attribute, count):
        value = person(number, DOMAIN)[attribute]
        condition = quote(f'{attribute} eq "{value}"')
        asks.append(Ask(target.request("GET", f"/Users?filter={condition}"), partial(is_one, attribute, value)))
    return asks


def is_one(attribute: str, value: str, answer: Answer) -> bool:
    """Whether it is a list of the one user with that value."""
    body = answer.json
    return answer.status == 200 and body["totalResults"] == 1 and body["Resources"][0][attribute] == value


def read(target: Target, count: int) -> list[Ask]:
    """One user by id."""
    return [
        Ask(target.request("GET", f"/Users/{target.ids[number]}"), partial(is_user, (200,), {"id": target.ids[number]}))
        for number in somebody(target, "read", count)
    ]


def is_user(statuses: tuple[int, ...], values: dict[str, Any], answer: Answer) -> bool:
    """Whether it is one user with these values, or nothing where that is allowed (RFC 7644 §3.5.2)."""
    if answer.status == 204 and 204 in statuses:
        return not answer.body
    return answer.status in statuses and values.items() <= answer.json.items()


def create(target: Target, count: int) -> list[Ask]:
    """A user that is not there yet."""
    asks = []
    for _ in range(count):
        body = person(target.users + target.made, DOMAIN)
        target.made += 1
        asks.append(
            Ask(target.request("POST", "/Users", body), partial(is_user, (201,), {"userName": body["userName"]}))
        )
    return asks


def deactivate(target: Target, count: int) -> list[Ask]:
    """`active` of one in the first half of the users; in the next round through them, it is set again."""
    asks, half = [], target.users // 2
    for turn in target.turn("deactivate", count):
        number, active = turn % half, bool(turn // half % 2)
        # One in ten is not active to begin with.
        number, active = (number, active) if number % 10 != 9 else (number, not active)
        message = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": active}}]}
        request = target.request("PATCH", f"/Users/{target.ids[number]}", message)
        asks.append(Ask(request, partial(is_user, (200, 204), {"active": active})))
    return asks


def rename(target: Target, count: int) -> list[Ask]:
    """Another family name for one in the second half of the users, the whole user being put."""
    asks, half = [], target.users // 2
    for turn in target.turn("rename", count):
        number = half + turn % half
        user = person(number, DOMAIN)
        user["name"]["familyName"] = user["displayName"] = f"Renamed {turn}"
        request = target.request("PUT", f"/Users/{target.ids[number]}", user | {"id": target.ids[number]})
        asks.append(Ask(request, partial(is_called, user["name"]["familyName"])))
    return asks


def is_called(family: str, answer: Answer) -> bool:
    """Whether it is one user with that family name."""
    return answer.status == 200 and answer.json["name"]["familyName"] == family


def page(share: float, target: Target, count: int) -> list[Ask]:
    """A hundred users by index, behind that share of them all."""
    last = target.users - PAGE
    asks = []
    for turn in target.turn("page", count):
        start = 1 + max(0, min(last, int(last * share)) - (turn % 10 if share else 0))
        request = target.request("GET", f"/Users?startIndex={start}&count={PAGE}")
        asks.append(Ask(request, partial(is_page, PAGE, target.users)))
    return asks


def is_page(length: int, at_least: int, answer: Answer) -> bool:
    """Whether it is a list of so many different users, out of at least as many as there were."""
    body = answer.json
    shown = {each["id"] for each in body["Resources"]}
    whole = all("userName" in each for each in body["Resources"])
    return answer.status == 200 and len(shown) == length and whole and body["totalResults"] >= at_least


def everybody(target: Target, count: int) -> list[Ask]:
    """All users, page by page; of more than MOST_READ only every second page, or third, or as many as that takes."""
    step = PAGE * max(1, target.users // MOST_READ)
    return [
        Ask(
            target.request("GET", f"/Users?startIndex={start}&count={PAGE}"),
            partial(is_page, min(PAGE, target.users - start + 1), target.users),
        )
        for start in range(1, target.users + 1, step)
    ]


def walk(share: float, target: Target, count: int) -> list[Ask]:
    """A hundred users by a cursor that lies behind that share of them all. The walk to it is not counted."""
    if not target.cursors:
        with Connection(target.port) as connection:
            cursor: str | None = ""
            while cursor is not None:
                target.cursors.append(cursor)
                path = f"/Users?cursor={quote(cursor, safe='')}&count={PAGE}"
                cursor = connection.ask(target.request("GET", path)).json.get("nextCursor")
    cursor = quote(target.cursors[round((len(target.cursors) - 2) * share)], safe="")
    request = target.request("GET", f"/Users?cursor={cursor}&count={PAGE}")
    return [Ask(request, partial(is_page, PAGE, target.users))] * count


def sorted_page(target: Target, count: int) -> list[Ask]:
    """The first hundred in the order of family names."""
    request = target.request("GET", f"/Users?sortBy=name.familyName&count={PAGE}")
    return [Ask(request, is_sorted)] * count


def is_sorted(answer: Answer) -> bool:
    """Whether it is a page in the order of family names."""
    names = [each["name"]["familyName"].casefold() for each in answer.json["Resources"]]
    return is_page(PAGE, PAGE, answer) and names == sorted(names)


def broad(target: Target, count: int) -> list[Ask]:
    """The first hundred of all who are active."""
    request = target.request("GET", f"/Users?filter={quote('active eq true')}&count={PAGE}")
    return [Ask(request, is_active)] * count


def is_active(answer: Answer) -> bool:
    """Whether it is a page of active users."""
    return is_page(PAGE, PAGE, answer) and all(each["active"] for each in answer.json["Resources"])


def with_role(target: Target, count: int) -> list[Ask]:
    """Who has a role in a project, by name."""
    condition = f'projectRoles[display eq "{PROJECT}" and role eq "{ROLE}"]'
    request = target.request("GET", f"/Users?filter={quote(condition)}&attributes=userName")
    return [Ask(request, partial(is_page_of_role, target))] * count


def is_page_of_role(target: Target, answer: Answer) -> bool:
    """Whether it lists those who were put into the group of the role and are active."""
    shown = {each["id"] for each in answer.json["Resources"]}
    return (
        answer.status == 200
        and bool(shown)
        and shown <= set(target.ids[:50])
        and answer.json["totalResults"] == len(shown)
    )


PEOPLE = [
    Workload("lookup by userName", partial(lookup, "userName"), 0.8, at_once=True),
    Workload("lookup by externalId", partial(lookup, "externalId"), 0.8),
    Workload("read by id", read, 0.8, at_once=True),
    Workload("create", create, 0.5, at_once=True),
    Workload("deactivate by PATCH", deactivate, 0.6, at_once=True),
    Workload("rename by PUT", rename),
]
PAGES = [
    Workload("first page of 100", partial(page, 0.0), 0.5, at_once=True),
    Workload("deep page of 100, by index", partial(page, 1.0), 0.5),
    Workload("deep page of 100, by cursor", partial(walk, 1.0), 0.5),
    Workload("page of 100, sorted", sorted_page),
    Workload("page of 100, broad filter", broad),
    Workload("who has a role in a project", with_role),
    Workload("full import, by pages of 100", everybody, 0.5, whole=True),
]
DEPTHS = (0.0, 0.25, 0.5, 0.75, 1.0)
BY_DEPTH = [
    Workload(f"{way} at {share:.0%}", partial(make, share))
    for way, make in (("index", page), ("cursor", walk))
    for share in DEPTHS
]
