"""A run of scenarios: what was done, how much of it, and whether both sides agree in the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scim_app.simulator.comparison import differences
from scim_app.simulator.entra import Entra, EntraOptScim
from scim_app.simulator.okta import Okta, OktaCatalogue
from scim_app.simulator.onelogin import OneLogin
from scim_app.simulator.provider import BrokenPages, Provider
from scim_app.simulator.scenarios import NEEDED_FIRST, SCENARIOS, Scene
from scim_app.simulator.wire import Refused, Unreachable

PROVIDERS: dict[str, type[Provider]] = {
    "okta": Okta,
    "okta-catalogue": OktaCatalogue,
    "entra": Entra,
    "entra-optscim": EntraOptScim,
    "onelogin": OneLogin,
}
SHOWN = 20
"""Differences that are told one by one."""

Progress = Callable[[str, int, int], None]
"""Told the scenario, and how many of how many steps are done."""


@dataclass
class Outcome:
    """What came of a run: the scenarios that were played, and every difference or refusal as a sentence."""

    scenarios: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    people: int = 0
    groups: int = 0
    requests: int = 0
    retries: int = 0
    seconds: float = 0.0

    @property
    def in_sync(self) -> bool:
        """Whether the service holds what the directory knows."""
        return not self.differences

    @property
    def shown(self) -> list[str]:
        """The differences that are told one by one."""
        return self.differences[:SHOWN]

    @property
    def more(self) -> int:
        """How many differences there are beyond those."""
        return len(self.differences) - len(self.shown)

    @property
    def sentence(self) -> str:
        """The outcome for a person."""
        played = f"{', '.join(self.scenarios)}: {self.people} people, {self.groups} groups, {self.requests} requests"
        again = f", {self.retries} sent again" if self.retries else ""
        if self.in_sync:
            return f"In sync. {played}{again}, {self.seconds:.1f} s."
        told = "\n".join(f"  {each}" for each in self.shown)
        rest = f"\n  … and {self.more} more" if self.more else ""
        return f"Not in sync. {played}{again}, {self.seconds:.1f} s.\n{told}{rest}"


def with_what_is_needed(names: Iterable[str]) -> list[str]:
    """These scenarios and those that must come before, in the order of a company's life."""
    wanted = set(names)
    for name in tuple(wanted):
        wanted |= set(NEEDED_FIRST.get(name, ()))
    return [name for name in SCENARIOS if name in wanted]


def untold(scenario: str, done: int, steps: int) -> None:
    """Progress that nobody looks at."""


def simulate(scene: Scene, names: Iterable[str], progress: Progress = untold) -> Outcome:
    """Play the scenarios and compare. Whatever the service refuses ends the run, and is a difference."""
    outcome, began = Outcome(), time.monotonic()
    try:
        for name in with_what_is_needed(names):
            outcome.scenarios.append(name)
            steps = SCENARIOS[name](scene)
            progress(name, 0, len(steps))
            for done, step in enumerate(steps, 1):
                step()
                progress(name, done, len(steps))
        outcome.differences += differences(scene.provider, scene.company)
    except (Refused, Unreachable, BrokenPages) as error:
        outcome.differences.append(str(error))
    finally:
        scene.provider.wire.close()
    outcome.people, outcome.groups = len(scene.company.people), len(scene.company.groups)
    outcome.requests, outcome.retries = scene.provider.wire.requests, scene.provider.wire.retries
    outcome.seconds = time.monotonic() - began
    return outcome
