"""`flask simulate`: a sentence and an exit code for a person, JSON for a script."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.cli.simulate import EVERYDAY
from scim_app.directory.journal.diagnosis import diagnose
from scim_app.directory.tables import Organization
from tests.cli.conftest import Run

pytestmark = pytest.mark.databases("sqlite")


def test_a_run_that_agrees_ends_with_in_sync_and_zero(run: Run, live_server: str, key: str) -> None:
    words = [
        "simulate",
        "entra",
        "--base-url",
        f"{live_server}/scim/v2",
        "--key",
        key,
        "--people",
        "5",
        "--groups",
        "2",
    ]
    ended = run(*words, "--scenario", "groups")
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.startswith("In sync. onboarding, groups: 5 people, 2 groups, ")
    made = json.loads(run(*words, "--scenario", "onboarding", "--json").stdout)
    assert (made["in_sync"], made["people"], made["differences"]) == (True, 5, [])


@pytest.mark.parametrize("provider", ["okta", "entra", "onelogin"])
def test_after_a_run_in_which_nothing_else_is_asked_for_nothing_is_wrong(
    run: Run, app: Flask, session: scoped_session[Session], organization: Organization, live_server: str, key: str,
    provider: str,
) -> None:  # fmt: skip
    words = ("simulate", provider, "--base-url", f"{live_server}/scim/v2", "--key", key, "--people", "20")
    ended = run(*words, "--json")
    assert json.loads(ended.stdout)["scenarios"] == EVERYDAY and ended.exit_code == 0, ended.output
    assert app.extensions["journal"].flush()
    session.rollback()
    report = diagnose(session, organization.id, app.extensions["catalog"], datetime.now(UTC))
    assert report.requests and report.wrong == []


def test_a_run_that_is_refused_says_so_and_ends_with_one(run: Run, live_server: str) -> None:
    ended = run(
        "simulate", "okta", "--base-url", f"{live_server}/scim/v2", "--key", "wrong", "--scenario", "onboarding"
    )
    assert ended.exit_code == 1
    assert ended.stdout.startswith("Not in sync. onboarding: 50 people, 0 groups, 1 requests")
    assert "GET /Users was answered with 401. The key is not valid" in ended.stdout
