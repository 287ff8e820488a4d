"""Writers of a SQLite file take turns."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError

from scim_app.directory import turns
from scim_app.directory.turns import turn
from scim_app.extensions import db
from tests.torture.clients import until

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The SQLite file of the test."""
    with app.app_context():
        return db.engine


@contextmanager
def another_process(engine: Engine) -> Iterator[None]:
    """Another process has the turn. Who opens the file anew is another to its lock."""
    held = os.open(f"{engine.url.database}-writer", os.O_RDWR | os.O_CREAT)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(held)


def here(engine: Engine) -> Any:
    """Another thread of this process has the turn."""
    return turn(engine)


def gives_up(engine: Engine, patience: float = 0.05) -> bool:
    """Whether somebody who wants the turn is told that there is none."""
    try:
        with turn(engine, patience):
            return False
    except TimeoutError:
        return True


@pytest.mark.parametrize("others", [another_process, here])
def test_whoever_waited_longer_than_the_patience_gives_up_while_the_turn_is_still_anothers(
    engine: Engine, others: Callable[[Engine], Any]
) -> None:
    with ThreadPoolExecutor(3) as pool:
        with others(engine):
            asked = [pool.submit(gives_up, engine) for _ in range(3)]
            assert [each.result(10) for each in asked] == [True] * 3
        assert not gives_up(engine, 10)


@pytest.mark.parametrize("others", [another_process, here])
def test_whoever_has_the_patience_gets_the_turn_in_the_order_in_which_they_came(
    engine: Engine, others: Callable[[Engine], Any]
) -> None:
    came: list[int] = []

    def come(number: int) -> None:
        with turn(engine):
            came.append(number)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(5)]
    line = turns.Line(engine.url.database or "")
    turns._lines[engine.url.database or ""] = line
    with others(engine):
        for number, thread in enumerate(threads):
            thread.start()
            until(lambda number=number: len(line.waiting) + (line.first is not None) == number + 1)  # type: ignore[misc]
        gives_up(engine)
    for thread in threads:
        thread.join(10)
    assert came == [0, 1, 2, 3, 4]


def test_however_many_give_up_one_thread_waits_for_other_processes_and_leaves_the_turn_when_nobody_wants_it(
    engine: Engine,
) -> None:
    with another_process(engine):
        assert all(gives_up(engine, 0.01) for _ in range(5))
        waiting = [each for each in threading.enumerate() if each.name == "turns"]
        assert len(waiting) == 1
    waiting[0].join(10)
    with another_process(engine):
        pass
    assert not gives_up(engine)


def test_without_a_file_to_be_had_there_is_no_turn_and_the_next_one_gets_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_given: object) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as none, pytest.raises(TimeoutError, match="Too many open files"):
        none.setattr(turns.os, "open", opened)
        with turn(engine):
            raise AssertionError("there is no file")
    assert not gives_up(engine)


def test_a_process_that_was_forked_has_a_line_of_its_own(engine: Engine) -> None:
    with turn(engine):
        assert engine.url.database in turns._lines
        child = os.fork()
        if not child:
            os._exit(bool(turns._lines))
    assert os.waitpid(child, 0)[1] == 0
