"""Fixtures of the command tests: `flask`, on a database of this test's own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask, tmp_path: Path) -> Run:
    """Run `flask` with these words; what it printed and how it ended. The instance folder is the test's own."""
    app.instance_path = str(tmp_path / "instance")

    def run(*words: str, given: str | None = None) -> Result:
        return Context().run(app.test_cli_runner().invoke, args=words, input=given)

    return run
