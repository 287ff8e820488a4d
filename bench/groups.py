"""What is asked about groups: one member more or less in groups of every size, and a push of a thousand."""

from __future__ import annotations

from functools import partial

from bench.client import Answer, Connection
from bench.populations import SIZES, adding
from bench.targets import Target
from bench.workloads import Ask, Workload, WrongAnswer
from scim_app.cli.people import CORE_GROUP

PUSHED = 1_000


def member(size: int, target: Target, count: int) -> list[Ask]:
    """Some members leave the group, one after another, and come back the same way.

    Where sixteen connections take turns, whoever leaves on one comes back on the same one, and not before.
    """
    asks: list[Ask] = []
    at_once = min(size, max(1, count // 2))
    while len(asks) < count:
        numbers = [turn % size for turn in target.turn(f"member of {size}", at_once)]
        for message in (target.leaves, lambda id: adding([id])):
            asks += [
                Ask(target.request("PATCH", f"/Groups/{target.groups[size]}", message(target.ids[number])), is_done)
                for number in numbers
            ]
    return asks


def is_done(answer: Answer) -> bool:
    """Whether it was done, and the group is shown or not (RFC 7644 §3.5.2)."""
    return answer.status == 204 or (answer.status == 200 and answer.json["id"] != "")


def push(target: Target, count: int) -> list[Ask]:
    """A thousand members for a group that has none. Making the group is not counted, nor that the last ones are deleted.

    The first people would be in more groups after each round, and a page that shows them another page.
    """
    asks = []
    with Connection(target.port) as connection:
        for group in target.pushed:
            connection.ask(target.request("DELETE", f"/Groups/{group}"))
        target.pushed.clear()
        for turn in target.turn("push", count):
            body = {"schemas": [CORE_GROUP], "displayName": f"Pushed {turn}"}
            made = connection.ask(target.request("POST", "/Groups", body)).json["id"]
            target.pushed.append(made)
            asks.append(Ask(target.request("PATCH", f"/Groups/{made}", adding(target.ids[:PUSHED])), is_done))
    return asks


def members_of(target: Target, group_id: str) -> set[str]:
    """The members that the server says a group has."""
    with Connection(target.port) as connection:
        shown = connection.ask(target.request("GET", f"/Groups/{group_id}")).json
    return {str(each["value"]) for each in shown.get("members") or ()}


def verify(target: Target) -> None:
    """Raise WrongAnswer unless the groups have the members they should, and lose and gain one when told to."""
    for size, group in target.groups.items():
        if size > PUSHED:
            continue
        everybody, leaving = set(target.ids[:size]), target.ids[size // 2]
        for message, expected in ((target.leaves(leaving), everybody - {leaving}), (adding([leaving]), everybody)):
            with Connection(target.port) as connection:
                connection.ask(target.request("PATCH", f"/Groups/{group}", message))
            found = members_of(target, group)
            if found != expected:
                raise WrongAnswer(f"{target.name}: the group of {size} has {len(found)} members, not {len(expected)}")


GROUPS = [
    Workload(
        f"one member of {size:,}",
        partial(member, size),
        0.6,
        at_once=size == 1_000,
        fits=lambda target, size=size: size in target.groups,
    )
    for size in SIZES
] + [Workload("push of 1,000 members", push, fits=lambda target: target.users >= PUSHED)]
