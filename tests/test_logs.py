"""What the service writes to standard error: one JSON object a line, with no secret in it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from scim_app import create_app
from scim_app.directory.keys.form import fresh
from tests.conftest import SECRETS

pytestmark = pytest.mark.databases("sqlite")
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(app: Flask, capsys: pytest.CaptureFixture[str]) -> Lines:
    """What was written since the last time."""
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize("hostile", ["a\nb", "a\r\n{}", "\u2028\u2029\x85", '"}\\', "\ud800", "\x1b[31m\0"])
def test_an_event_is_one_line_of_json_in_ascii_whatever_is_in_it(
    app: Flask, lines: Lines, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, hostile: str
) -> None:
    # What pytest catches goes from one of its processes to another, which half a character does not survive.
    monkeypatch.setattr(app.logger, "propagate", False)
    app.logger.warning("%s was sent", hostile)
    written = capsys.readouterr().err
    assert written.isascii() and written.count("\n") == 1 and len(written.splitlines()) == 1
    line = json.loads(written)
    assert line["message"] == f"{hostile} was sent"
    assert (line["level"], line["logger"]) == ("WARNING", "scim_app") and line["time"].endswith("+00:00")


def test_a_fault_is_one_line_too_with_where_it_happened(app: Flask, lines: Lines) -> None:
    try:
        raise ValueError("broken")
    except ValueError:
        app.logger.exception("it failed")
    (line,) = lines()
    assert line["message"] == "it failed" and "ValueError: broken" in line["exception"]


def test_neither_keys_nor_claim_links_come_through(app: Flask, lines: Lines) -> None:
    key, token = fresh()[1], "x-" * 21 + "y"
    try:
        raise ValueError(f"{key} at /claim/{token}")
    except ValueError:
        app.logger.exception("Bearer %s for https://scim.example.com/claim/%s?next=1", key, token)
    (line,) = lines()
    assert line["message"] == "Bearer scim_… for https://scim.example.com/claim/…?next=1"
    assert key not in repr(line) and token not in repr(line)


@pytest.mark.parametrize(("level", "written"), [("DEBUG", 4), ("INFO", 3), ("WARNING", 2), ("ERROR", 1)])
def test_the_setting_says_from_which_level_on(
    level: str, written: int, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app({"DATABASE_URL": database_url, "LOG_LEVEL": level, **SECRETS})
    for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        logging.getLogger("scim_app.journal").log(each, "said")
    assert len(capsys.readouterr().err.splitlines()) == written
    app.extensions["journal"].close()
    logging.getLogger("scim_app").setLevel(logging.INFO)
