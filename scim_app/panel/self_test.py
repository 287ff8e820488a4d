"""The self-test: a user's whole life over this service's own SCIM endpoints, with a key that lives for a minute.

Every request goes through the application as one from outside does: the key, the rules, the database. What is made is
deleted again, whatever happens in between; the key would expire by itself.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.test import TestResponse

from scim_app.directory import keys, organizations
from scim_app.directory.journal import SELF_TEST
from scim_app.directory.keys import Generated
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.rendering import render_block
from scim_app.panel.visitor import for_owners_and_admins, visitor
from scim_app.panel.walls import SCIM, is_htmx

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Check:
    """One step of the test, and what came of it."""

    words: str
    asked: str
    status: int
    took: int
    passed: bool
    detail: str = ""


@blueprint.post("/settings/organization/access/self-test")
@for_owners_and_admins
def self_test() -> ResponseReturnValue:
    """Run the test and show what came of it."""
    checks = run()
    values = {"checks": checks, "passed": all(each.passed for each in checks)}
    template = "panel/self_test.html"
    return render_block(template, "results", **values) if is_htmx() else render_template(template, **values)


def run() -> list[Check]:
    """The checks of a user's life in the organisation on screen; those behind one that failed are not made."""
    me, pepper = visitor(), current_app.config["KEY_PEPPER"]
    domains = getattr(organizations.get(db.session, me.organization.id), "domains", [])
    name = f"self-test-{secrets.token_hex(6)}@{domains[0] if domains else 'self-test.invalid'}"
    key = transact(db.session, lambda: keys.temporary(db.session, me.organization.id, me.actor, pepper, SELF_TEST))
    db.session.rollback()
    asking = Asking(key)
    try:
        checks = list(life(asking, name))
    finally:
        asking.clean_up()
        transact(db.session, lambda: keys.forget(db.session, me.organization.id, key.id))
    return checks


class Asking:
    """Requests to this service's own API, each in a context of its own: nothing of one is known to another, or to this page."""

    def __init__(self, key: Generated) -> None:
        self.client = current_app.test_client()
        self.headers = {"Authorization": f"Bearer {key.key}", "User-Agent": SELF_TEST}
        self.user_id: str | None = None

    def ask(self, method: str, path: str, body: Any = None) -> tuple[TestResponse, int]:
        """The answer, and how many milliseconds it took."""
        given: dict[str, Any] = {}
        if body is not None:
            given = {"data": orjson.dumps(body), "content_type": "application/scim+json"}
        began = time.monotonic()
        with current_app.app_context():
            answer = self.client.open(f"{SCIM}{path}", method=method, headers=self.headers, **given)
        return answer, round((time.monotonic() - began) * 1000)

    def clean_up(self) -> None:
        """Delete the user if they are still there."""
        if self.user_id is not None:
            self.ask("DELETE", f"/Users/{self.user_id}")


def life(asking: Asking, name: str) -> Iterator[Check]:
    """Each step with its check, until one fails."""
    search = f'/Users?filter=userName eq "{name}"'
    user = {"schemas": [USER], "userName": name, "displayName": SELF_TEST, "active": True}
    for words, method, path, body, expected in (
        ("Authenticate", "GET", "/Users?count=1", None, {"status": 200}),
        ("Create a user", "POST", "/Users", user, {"status": 201, "userName": name}),
        ("Read the user", "GET", "/Users/{}", None, {"status": 200, "userName": name}),
        ("Find the user by name", "GET", search, None, {"status": 200, "totalResults": 1}),
        (
            "Change the name",
            "PATCH",
            "/Users/{}",
            changed("displayName", "Tested"),
            {"status": 200, "displayName": "Tested"},
        ),
        ("Deactivate", "PATCH", "/Users/{}", changed("active", False), {"status": 200, "active": False}),
        ("Delete", "DELETE", "/Users/{}", None, {"status": 204}),
        ("Confirm the user is gone", "GET", search, None, {"status": 200, "totalResults": 0}),
    ):
        answer, took = asking.ask(method, path.format(asking.user_id), body)
        found = answer.get_json(force=True, silent=True) or {}
        if method == "POST":
            asking.user_id = found.get("id")
        elif answer.status_code == 204:
            asking.user_id = None
        passed = all(found.get(what) == value for what, value in expected.items() if what != "status")
        passed = passed and answer.status_code == expected["status"]
        asked = f"{method} {path.partition('?')[0].format('…')}"
        yield Check(words, asked, answer.status_code, took, passed, "" if passed else str(found.get("detail", "")))
        if not passed:
            return


def changed(attribute: str, value: Any) -> dict[str, Any]:
    """A PATCH that replaces one attribute."""
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": attribute, "value": value}]}
