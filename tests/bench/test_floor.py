"""What the statements of a request take by themselves: they are those of the request, all of them, with their values."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bench import floor
from bench.stores import SqliteFiles
from bench.workloads import PAGES, PEOPLE, Workload

ROWS = (
    "SELECT * FROM users", "SELECT * FROM search_values", "SELECT * FROM changes", "SELECT * FROM population",
    "SELECT id, change_ids FROM scim_requests",
)  # fmt: skip
"""Of the log what is there with the change: its thread completes it beside the requests."""
COUNT = 4
WRITES = {"create", "deactivate by PATCH", "rename by PUT"}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[floor.Kind, floor.Kind]]:
    folder = tmp_path_factory.mktemp("floor")
    with pytest.MonkeyPatch.context() as patch:
        # The limit reads the environment.
        for name, value in floor.environment_of(floor.PORT, "").items():
            patch.setenv(name, value)
        yield floor.kinds(SqliteFiles(folder / "kept", folder))


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """What a write leaves."""
    with closing(sqlite3.connect(file)) as connection:
        return {each: sorted(connection.execute(each), key=repr) for each in ROWS}


@pytest.mark.parametrize("work", [each for each in PEOPLE if each.name in WRITES], ids=lambda each: each.name)
def test_statements_that_are_sent_again_leave_what_the_requests_left(
    kinds: tuple[floor.Kind, floor.Kind], work: Workload
) -> None:
    ours = kinds[0]
    before = rows(ours.file)
    with ours.server(f"{work.name}-recorded") as server:
        visits = server.visits(work.make(ours.target, COUNT))
    with ours.server(f"{work.name}-alone") as server:
        assert all(floor.replayed(server.engine, each) > 0 for each in visits)
    after = [rows(ours.file.with_name(f"this-service-{work.name}-{name}.db")) for name in ("recorded", "alone")]
    assert after[0] == after[1] != before


def test_a_read_takes_a_visit_without_a_commit_and_the_limit_takes_two(
    kinds: tuple[floor.Kind, floor.Kind]
) -> None:
    read = next(each for each in PEOPLE if each.name == "read by id")
    for kind, expected in zip(kinds, (1, 2), strict=True):
        with kind.server("read") as server:
            [first, *_] = server.visits(read.make(kind.target, COUNT))
        assert len(first) == expected and not any(each.committed for each in first)


def test_what_a_request_takes_is_measured_beside_its_statements(kinds: tuple[floor.Kind, floor.Kind]) -> None:
    for kind in kinds:
        whole, alone = kind.measure(PAGES[0].make(kind.target, 8), "page")
        assert whole > alone > 0
