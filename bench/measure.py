"""Bursts in turn: every server answers a short burst of every workload, round after round, in alternating order.

What is compared is measured within a second of each other, so that a machine that is busy for a while is busy for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import processes
from bench.client import Answer, Connection, ask_all
from bench.results import Row
from bench.targets import LIMIT, OURS, Target
from bench.workloads import Ask, Workload, WrongAnswer

FEWEST, MOST = 2, 400


@dataclass
class Plan:
    """How long a burst is, how many rounds there are, and how many of a workload that goes through everything."""

    rounds: int = 7
    seconds: float = 0.12
    whole_rounds: int = 3
    connections: int = 1
    told: Callable[[str], None] = print

    def whole_turns(self, requests: float) -> int:
        """About so many requests: the same even number for each connection."""
        both = 2 * self.connections
        return both * max(1, round(requests / both))


def play(targets: Sequence[Target], workloads: Sequence[Workload], plan: Plan) -> list[Row]:
    """A row for each server and workload that it serves.

    Raises WrongAnswer where this service or the limit gives one; another server is not asked that again.
    """
    rows: dict[tuple[str, int], Row] = {}
    counts: dict[tuple[str, int], int] = {}
    for turn in range(-1, plan.rounds):
        for workload in workloads:
            if workload.whole and turn >= plan.whole_rounds:
                continue
            for place in range(len(targets)) if turn % 2 else reversed(range(len(targets))):
                target = targets[place]
                if workload.name in target.lacks or not workload.fits(target):
                    continue
                key = workload.name, place
                count = counts.get(key, plan.whole_turns(2 * FEWEST))
                try:
                    rate, cpu = burst(target, workload, count, plan.connections)
                except WrongAnswer as wrong:
                    if target.name in {OURS, LIMIT}:
                        raise
                    plan.told(f"left out: {wrong}")
                    target.lacks |= {workload.name}
                    rows.pop(key, None)
                    continue
                if turn == -1:
                    counts[key] = plan.whole_turns(
                        min(MOST, max(rate, again(target, workload, count, plan)) * plan.seconds)
                    )
                    continue
                row = rows.setdefault(key, Row(workload.name, target.name, target.users, plan.connections))
                row.rates.append(round(rate, 2))
                row.cpu.append(round(cpu, 7))
        plan.told(f"round {turn + 1} of {plan.rounds}, {plan.connections} at once")
    return list(rows.values())


def again(target: Target, workload: Workload, count: int, plan: Plan) -> float:
    """Requests a second once the first of a kind were answered, which fill caches: how long a burst is must not hang on them.

    A burst of a few would be about what its first request finds cold after the bursts of all others.
    """
    return 0.0 if workload.whole else burst(target, workload, count, plan.connections)[0]


def burst(target: Target, workload: Workload, count: int, connections: int) -> tuple[float, float]:
    """Requests a second, and CPU seconds a request. Raises WrongAnswer."""
    asks = workload.make(target, count)
    pids = target.pids()
    before = processes.processor_time(pids)
    answers, seconds = ask_all(target.port, [each.request for each in asks], connections)
    used = processes.spent(before, processes.processor_time(pids + target.pids()))
    check(target, workload, asks, answers)
    return len(asks) / seconds, used / len(asks)


def check(target: Target, workload: Workload, asks: Sequence[Ask], answers: Sequence[Answer]) -> None:
    """Raise WrongAnswer unless every answer is right."""
    for ask, answer in zip(asks, answers, strict=True):
        try:
            if ask.right(answer):
                continue
        except (KeyError, TypeError, ValueError, AttributeError):
            pass
        raise WrongAnswer(
            f"{target.name}, {workload.name}: {answer.status} {answer.body[:300]!r} to {ask.request[:300]!r}"
        )


def memory(target: Target) -> list[dict[str, float]]:
    """The memory of each worker."""
    return [processes.memory(pid).plain() for pid in target.workers()]


def peak_of_import(target: Target, workload: Workload) -> list[dict[str, float]]:
    """The memory of each worker while everybody is imported once."""
    for pid in target.workers():
        processes.forget_peak(pid)
    with Connection(target.port) as connection:
        for ask in workload.make(target, 0):
            connection.ask(ask.request)
    return memory(target)
