"""The benchmark in small: this service and the limit answer every workload rightly, and wrong answers are noticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bench import groups, limit_tables, measure, okta_day, targets
from bench.populations import prepare
from bench.stores import SqliteFiles
from bench.targets import Target
from bench.workloads import BY_DEPTH, PAGES, PEOPLE, Ask, Workload, WrongAnswer

ALL = PEOPLE + PAGES + BY_DEPTH + groups.GROUPS
USERS = 1_000
TOO_LARGE = {"one member of 10,000", "one member of 100,000"}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Target]]:
    """This service and the limit, running, with the same thousand users."""
    folder = tmp_path_factory.mktemp("bench")
    store = SqliteFiles(folder / "kept", folder)
    prepare(store, USERS)
    with targets.ours(store, USERS) as own, targets.limit(store, USERS, own) as least:
        yield [own, least]


@pytest.mark.parametrize("workload", [each for each in ALL if each.name not in TOO_LARGE], ids=lambda each: each.name)
def test_a_workload_is_answered_rightly_by_the_service_and_by_the_limit(both: list[Target], workload: Workload) -> None:
    for target in both:
        assert workload.fits(target)
        for connections in (1, 16) if workload.at_once else (1,):
            rate, cpu = measure.burst(target, workload, 32 if connections > 1 else 4, connections)
            assert rate > 0 and cpu > 0


def test_the_groups_have_the_members_they_should_and_another_group_is_noticed(both: list[Target]) -> None:
    for target in both:
        groups.verify(target)
        with pytest.raises(WrongAnswer):
            groups.verify(replace(target, groups={10: target.groups[1_000]}))


def test_an_answer_that_is_not_right_ends_the_run(both: list[Target]) -> None:
    def nobody(target: Target, count: int) -> list[Ask]:
        return [Ask(target.request("GET", "/Users/nobody"), lambda answer: answer.status == 200)] * count

    for target in both:
        with pytest.raises(WrongAnswer, match="404"):
            measure.burst(target, Workload("nobody", nobody), 1, 1)


def test_a_day_of_okta_ends_in_sync(both: list[Target]) -> None:
    day = okta_day.day(both[0], people=20)
    assert day.requests > 100 and day.cpu > 0


def test_the_limit_lets_nobody_in_without_the_key(both: list[Target]) -> None:
    stranger = replace(both[1], key=both[0].key)
    assert limit_tables.keys.c.public_id.primary_key
    with pytest.raises(WrongAnswer, match="401"):
        measure.burst(stranger, PEOPLE[0], 1, 1)


def test_rounds_take_turns_and_every_server_gets_a_figure_for_each(both: list[Target]) -> None:
    told: list[str] = []
    rows = measure.play(both, PEOPLE[:1] + PAGES[-1:], measure.Plan(2, 0.01, whole_rounds=1, told=told.append))
    assert [(row.target, row.workload, len(row.rates), len(row.cpu)) for row in rows] == [
        (targets.LIMIT, "lookup by userName", 2, 2),
        (targets.OURS, "lookup by userName", 2, 2),
        (targets.LIMIT, "full import, by pages of 100", 1, 1),
        (targets.OURS, "full import, by pages of 100", 1, 1),
    ]
    assert len(told) == 3
