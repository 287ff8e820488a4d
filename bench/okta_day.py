"""A day of Okta: everybody is assigned, groups are pushed, people move, change and leave, and all of it is read back."""

from __future__ import annotations

from dataclasses import dataclass

from bench import processes
from bench.targets import Target
from scim_app.simulator.company import Company
from scim_app.simulator.okta import Okta
from scim_app.simulator.scenarios import SCENARIOS, Scene
from scim_app.simulator.simulation import simulate
from scim_app.simulator.wire import Connection

PEOPLE_OF_A_GROUP = 25


@dataclass(frozen=True)
class Day:
    """How many people and requests a day had, how long it took, and how much of it the service's processors worked."""

    people: int
    groups: int
    requests: int
    seconds: float
    cpu: float


def day(target: Target, people: int) -> Day:
    """Play the day and compare both sides at its end. Raises AssertionError when they differ."""
    wire = Connection(
        f"http://127.0.0.1:{target.port}{target.base}", target.key, Okta.headers, Okta.content_type, Okta.space
    )
    scene = Scene(Okta(wire), Company(), people, max(2, people // PEOPLE_OF_A_GROUP))
    pids = target.pids()
    before = processes.processor_time(pids)
    outcome = simulate(scene, SCENARIOS)
    used = processes.spent(before, processes.processor_time(pids + target.pids()))
    assert outcome.in_sync, outcome.sentence
    return Day(people, outcome.groups, outcome.requests, round(outcome.seconds, 2), round(used, 2))
