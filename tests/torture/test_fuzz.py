"""Requests made wrong in every way: each is answered, quickly and as SCIM has it, and the directory is whole afterwards."""

from __future__ import annotations

import gc
import logging
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from tests.api.direct import Reply, Request
from tests.api.parties import Party
from tests.api.strangers import newcomer
from tests.torture.invariants import fault, inconsistencies
from tests.torture.mutations import request

ROUND = 5_000
"""Requests that one organisation gets, before it is large."""
MEGABYTE = 2**20


def resident() -> int:
    """Bytes of memory that this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def timed(party: Party, asked: Request) -> tuple[Reply, float]:
    """The answer and the seconds it took: a machine may pause, so that what was slow once is asked again."""
    began = time.perf_counter()
    reply = party.send(asked)
    took = time.perf_counter() - began
    if took > 1:
        began = time.perf_counter()
        party.send(asked)
        took = min(took, time.perf_counter() - began)
    return reply, took


def test_whatever_is_sent_is_answered_as_scim_has_it_and_leaves_the_directory_whole(
    app: Flask,
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    count, chance = size(1_500, 50_000), random.Random(7)
    statuses: Counter[int] = Counter()
    party = newcomer(app, session, "First")
    faults: list[str] = []
    contradictions: list[str] = []
    slowest, started = 0.0, 0
    for number in range(count):
        if number and number % ROUND == 0:
            contradictions += inconsistencies(party, app.extensions["catalog"])
            party = newcomer(app, session, f"Round {number}")
        if number == count // 10:
            started = resident()
        asked = request(chance)
        reply, took = timed(party, asked)
        slowest = max(slowest, took)
        statuses[reply.status] += 1
        wrong = fault(asked, reply) or ("took more than a second" if took > 1 else None)
        if wrong:
            said = f"{asked.method} {asked.target[:300]} {asked.headers} {(asked.body or b'')[:2000]!r}"
            faults.append(f"{said} {wrong}: {reply}")
        else:
            party.understood(reply)
    contradictions += inconsistencies(party, app.extensions["catalog"])
    assert app.extensions["journal"].flush()
    ended = resident()
    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    figure(
        f"{count:,} fuzzed requests: {len(faults)} wrong, slowest {slowest * 1000:.0f} ms,"
        f" {len(contradictions)} contradictions, {started / MEGABYTE:.0f} MB after a tenth and {ended / MEGABYTE:.0f} MB at the"
        f" end, answers {dict(sorted(statuses.items()))}"
    )
    assert not faults, f"{len(faults)}: {faults[0]}"
    assert not contradictions, contradictions[0]
    assert not warnings, warnings[0]
    assert ended < started * 1.5
