"""Why somebody has a role: group, binding, request and moment of each grant, and what would remain without it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import Actor
from scim_app.directory.directory import Directory
from scim_app.directory.ids import new_id
from scim_app.directory.roles import why
from scim_app.directory.roles.why import Held
from tests.directory.roles.acme import CATALOG, Acme

Told = list[tuple[str, str, str | None]]


def of(acme: Acme, user: str) -> dict[str, Held]:
    return {held.scope: held for held in why.of_users(acme.store, [user]).get(user, [])}


def told(held: Held) -> Told:
    return [(grant.role, grant.via, grant.without) for grant in held.grants]


def test_every_grant_is_told_with_what_would_remain_without_it(acme: Acme) -> None:
    acme.project("Mobile")
    acme.team("Mobile", "Core")
    ada = acme.person("ada", orgRole="Admin")
    group = acme.group("Engineers", ada)
    acme.bind(group, "Member", "Mobile")
    acme.bind(group, "Admin", "Mobile", "Core")
    acme.join(acme.pair("Admin", "Mobile"), ada)
    acme.set(
        ada, entitlements=[{"value": acme.pair("Read-Only", "Mobile")}], roles=[{"value": acme.pair("Admin", "Mobile")}]
    )
    held = of(acme, ada)
    assert list(held) == ["Organization", "Mobile", "Mobile / Core"]
    assert {name: each.role for name, each in held.items()} == {
        "Organization": "Admin", "Mobile": "Admin", "Mobile / Core": "Admin",
    }  # fmt: skip
    assert told(held["Mobile"]) == [
        ("Admin", "App-Mobile-Admin", "Admin"),
        ("Admin", "roles of the user", "Admin"),
        ("Member", "Engineers", "Admin"),
        ("Read-Only", "entitlements of the user", "Admin"),
    ]
    assert told(held["Mobile / Core"]) == [("Admin", "Engineers", None)]
    assert told(held["Organization"]) == [("Admin", "attribute", "Member")]
    assert held["Mobile"].grants[0].group_id == acme.pair("Admin", "Mobile")
    assert held["Mobile / Core"].grants[0].group_id == group
    acme.set(ada, roles=[])
    acme.default("Mobile", "Owner")
    assert told(of(acme, ada)["Mobile"]) == [
        ("Admin", "App-Mobile-Admin", "Member"),
        ("Member", "Engineers", "Admin"),
        ("Read-Only", "entitlements of the user", "Admin"),
    ]
    acme.leave(acme.pair("Admin", "Mobile"), ada)
    acme.leave(group, ada)
    assert told(of(acme, ada)["Mobile"]) == [("Read-Only", "entitlements of the user", "Owner")]


def test_a_role_that_moves_to_another_attribute_is_told_of_that_one(acme: Acme) -> None:
    acme.project("Mobile")
    ada = acme.person("ada")
    named = [{"value": acme.pair("Admin", "Mobile")}]
    acme.set(ada, roles=named)
    assert told(of(acme, ada)["Mobile"]) == [("Admin", "roles of the user", None)]
    acme.set(ada, roles=[], entitlements=named)
    assert told(of(acme, ada)["Mobile"]) == [("Admin", "entitlements of the user", None)]
    acme.set(ada, roles=named)
    assert told(of(acme, ada)["Mobile"]) == [("Admin", "roles of the user", None)]


def test_the_request_and_the_moment_of_a_grant_are_known(session: scoped_session[Session], acme: Acme) -> None:
    acme.project("Mobile")
    requests = [new_id(), new_id()]
    okta = [
        Acme(Directory(session, acme.directory.organization_id, Actor("key", "Okta", None, each), CATALOG))
        for each in requests
    ]
    ada = okta[0].person("ada")
    okta[0].join(acme.pair("Admin", "Mobile"), ada)
    okta[1].set(ada, roles=[{"value": acme.pair("Member", "Mobile")}])
    grants = of(acme, ada)["Mobile"].grants
    assert [grant.request_id for grant in grants] == requests
    assert all(timedelta() <= datetime.now(UTC) - grant.since < timedelta(minutes=1) for grant in grants)
    described = why.described(of(acme, ada)["Mobile"])
    assert {name: described[name] for name in ("scope", "kind", "role", "via")} == {
        "scope": "Mobile", "kind": "project", "role": "Admin", "via": "App-Mobile-Admin",
    }  # fmt: skip
    assert [grant["request_id"] for grant in described["grants"]] == requests


def test_without_is_what_is_really_left(acme: Acme) -> None:
    acme.project("Mobile")
    ada = acme.person("ada")
    for role in ("Read-Only", "Admin", "Member"):
        acme.join(acme.pair(role, "Mobile"), ada)
    for _ in range(3):
        grant = of(acme, ada)["Mobile"].grants[0]
        assert grant.group_id
        acme.leave(grant.group_id, ada)
        assert acme.roles(ada).get("Mobile") == grant.without


def test_somebody_inactive_has_nothing_to_explain(acme: Acme) -> None:
    acme.project("Mobile")
    ada = acme.person("ada", orgRole="Admin")
    acme.join(acme.pair("Admin", "Mobile"), ada)
    acme.set(ada, active=False)
    assert why.of_users(acme.store, [ada]) == {}


def test_a_project_that_is_deleted_between_two_statements_gives_nobody_a_role(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.project("Mobile")
    ada = acme.person("ada", orgRole="Admin")
    acme.join(acme.pair("Admin", "Mobile"), ada)
    known = why.scopes_of
    monkeypatch.setattr(
        why, "scopes_of", lambda store, ids: [each for each in known(store, ids) if each.kind == "organization"]
    )
    assert list(of(acme, ada)) == ["Organization"]
