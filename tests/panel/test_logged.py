"""Who came to the panel's doors is told on standard error: each password that was shown, and each refusal."""

from __future__ import annotations

import json

import pytest

from tests.panel.conftest import PASSWORD, Enter, Person

pytestmark = pytest.mark.databases("sqlite")


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What was said since the last time."""
    return [json.loads(line)["message"] for line in capsys.readouterr().err.splitlines()]


def test_every_password_that_is_shown_is_told_with_whose_it_is_and_from_where_and_never_the_password(
    enter: Enter, visitor: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    enter("owner")
    (accepted,) = said(capsys)
    assert accepted.startswith("panel:password:accepted ") and accepted.endswith(" from 127.0.0.1")
    whose = accepted.split()[1]
    visitor.sign_in("owner@acme.example", "not the password at all")
    visitor.sign_in("my password typed here", PASSWORD)
    assert said(capsys) == [
        f"panel:password:refused {whose} from 127.0.0.1",
        "panel:password:refused nobody from 127.0.0.1",
    ]


def test_whoever_may_not_do_something_is_told_with_what_it_was(
    enter: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer = enter("viewer")
    whose = said(capsys)[0].split()[1]
    path = "/settings/organization/name"
    viewer.post(path, {"name": "x"}, on="/settings/organization")
    viewer.open(path, method="POST", data={"name": "x"})
    viewer.post(path, on="/settings/organization", headers={"Sec-Fetch-Site": "cross-site"})
    assert said(capsys) == [f"panel:request:refused panel.rename_organization {whose} from 127.0.0.1"] * 3
