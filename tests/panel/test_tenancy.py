"""To an administrator, whatever belongs to another organisation is as if it never was, on every page and in every form."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from tests.api.organizations import CANARY
from tests.api.strangers import Stranger, never, strange
from tests.panel.conftest import Enter, Person
from tests.panel.people import Acme
from tests.panel.routes import readable, writable

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"
IDS = ("user", "group", "project group", "project", "team", "role", "custom role", "key", "change", "administrator")
FIELDS = ("to", "from", "role", "organization", "newest", "unbind", "after", "before", "key", "q")
"""Fields of forms, and parameters of pages, that may hold an id."""
PASSING = re.compile(r'name="csrf_token" value="[^"]+"|\d{4}-\d\d-\d\dT[\d:.+Z-]+|datetime="[^"]*"')


@pytest.fixture
def third(app: Flask, session: scoped_session[Session], acme: Acme) -> Stranger:
    """Another organisation beside Acme, which has a project of its own."""
    acme.project("Mobile", "Core")
    return strange(app, session)


def told(person: Person, method: str, path: str, named: str) -> tuple[int, str | None, str]:
    """What a page says of an id, but for the id itself and what is new each time."""
    fields = dict.fromkeys(FIELDS, named)
    if method == "GET":
        answer = person.get(path, query_string=fields)
    else:
        answer = person.post(path, fields, on=INFO)
    location = (answer.location or "").replace(named, "ID")
    assert CANARY not in answer.text.replace(named, "")
    return answer.status_code, location, PASSING.sub("", answer.text).replace(named, "ID")


def test_an_id_of_another_organization_is_answered_like_one_that_never_was(
    app: Flask, third: Stranger, enter: Enter, subtests: pytest.Subtests
) -> None:
    owner = enter("owner")
    routes = [("GET", rule) for rule in readable(app)] + [("POST", rule) for rule in writable(app)]
    before = third.rows()
    for method, rule in routes:
        if not rule.startswith(INFO) or rule.endswith(("/export", "/find", "/self-test", "/simulation", "/keys")):
            continue
        for kind in IDS:
            real, made_up = third.theirs[kind], never(third.theirs[kind])
            with subtests.test(route=f"{method} {rule}", kind=kind):
                answers = [told(owner, method, re.sub(r"<[^>]+>", each, rule), each) for each in (real, made_up)]
                assert answers[0] == answers[1]
    assert third.rows() == before
