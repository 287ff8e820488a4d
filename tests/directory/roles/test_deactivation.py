"""Deactivation ends every effective role and reactivation brings them back, or not: ON_DEACTIVATE=wipe. Races."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from scim_app.extensions import db
from tests.directory.roles.acme import Acme, acme_of


def everything(acme: Acme) -> tuple[str, str]:
    """A user with every kind of grant, and a pushed group that is bound."""
    acme.project("Mobile")
    acme.project("Web")
    acme.team("Mobile", "Core")
    ada = acme.person(
        "ada", orgRole="Admin",
        roles=[{"value": acme.pair("Admin", "Web")}], entitlements=[{"value": acme.pair("Member", "Mobile", "Core")}],
    )  # fmt: skip
    group = acme.group("Engineers", ada)
    acme.bind(group, "Owner", "Mobile")
    return ada, group


ALL = {"-": "Admin", "Mobile": "Owner", "Web": "Admin", "Mobile/Core": "Member"}


def test_deactivation_ends_every_role_and_reactivation_brings_them_back(acme: Acme) -> None:
    ada, group = everything(acme)
    assert acme.roles(ada) == ALL
    acme.set(ada, active=False)
    assert acme.roles(ada) == {}
    assert [each["value"] for each in acme.directory.get("Group", group)["members"]] == [ada]
    acme.set(ada, active=True)
    assert acme.roles(ada) == ALL
    [gone, back] = acme.history("user:deactivated"), acme.history("user:reactivated")
    [lost], [gained] = acme.history("role:lost"), acme.history("role:gained")[-1:]
    assert (lost.cause_id, gained.cause_id) == (gone[0].id, back[0].id)
    assert len(lost.difference) == len(gained.difference) == 4
    assert acme.moves(lost.id) == {
        ("ada", "Organization", "Admin", None), ("ada", "Mobile", "Owner", None), ("ada", "Web", "Admin", None),
        ("ada", "Mobile / Core", "Member", None),
    }  # fmt: skip


def test_what_changes_while_somebody_is_inactive_counts_after_the_return(acme: Acme) -> None:
    ada, group = everything(acme)
    acme.set(ada, active=False)
    acme.leave(group, ada)
    acme.join(acme.pair("Member", "Mobile"), ada)
    acme.set(ada, orgRole="Member")
    assert acme.roles(ada) == {}
    acme.set(ada, active=True)
    assert acme.roles(ada) == {"Mobile": "Member", "Web": "Admin", "Mobile/Core": "Member"}


def test_wiping_takes_memberships_and_roles_away_for_good(wiping: Acme) -> None:
    ada, group = everything(wiping)
    bob = wiping.person("bob")
    wiping.join(group, bob)
    before = wiping.directory.get("Group", group)["meta"]["version"]
    wiping.set(ada, active=False)
    assert wiping.roles(ada) == {}
    shown = wiping.directory.get("Group", group)
    assert [each["value"] for each in shown["members"]] == [bob] and shown["meta"]["version"] != before
    wiping.set(ada, active=True)
    assert wiping.roles(ada) == {}
    document = wiping.directory.get("User", ada)
    assert not {"roles", "entitlements", "orgRole", "groups"} & document.keys()
    assert wiping.rows()["assignments"] == 0
    assert wiping.roles(bob) == {"Mobile": "Owner"}
    [lost] = wiping.history("role:lost")
    assert len(wiping.moves(lost.id)) == 4 and lost.cause_id == wiping.history("user:deactivated")[0].id


def test_wiping_by_put_leaves_what_the_same_request_says_out_too(wiping: Acme) -> None:
    ada, _ = everything(wiping)
    wiping.put("User", ada, {"userName": "ada", "active": False, "orgRole": "Admin", "roles": [{"value": "Admin"}]})
    assert wiping.roles(ada) == {}
    wiping.put("User", ada, {"userName": "ada", "active": True})
    assert wiping.roles(ada) == {}


def test_a_role_given_in_the_moment_of_deactivation_is_not_left_behind(app: Flask, acme: Acme) -> None:
    acme.project("Mobile")
    organization_id, group = acme.directory.organization_id, acme.pair("Admin", "Mobile")
    for number in range(6):
        user, ready = acme.person(f"user{number}"), Barrier(2)

        def act(join: bool, user: str = user, ready: Barrier = ready) -> None:
            with app.app_context():
                here = acme_of(db.session, organization_id)
                ready.wait(10)
                here.join(group, user) if join else here.set(user, active=False)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(act, (True, False)))
        acme.session.rollback()
        assert acme.roles(user) == {}
        acme.set(user, active=True)
        assert acme.roles(user) == {"Mobile": "Admin"}


def test_one_user_in_several_pushes_at_once_ends_with_the_highest_role(app: Flask, acme: Acme) -> None:
    acme.project("Mobile")
    organization_id = acme.directory.organization_id
    groups = [acme.pair(role, "Mobile") for role in ("Read-Only", "Member", "Admin", "Owner")]
    for number in range(4):
        user, ready = acme.person(f"user{number}"), Barrier(4)

        def push(group: str, user: str = user, ready: Barrier = ready) -> None:
            with app.app_context():
                here = acme_of(db.session, organization_id)
                ready.wait(10)
                here.join(group, user)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(push, groups))
        acme.session.rollback()
        assert acme.roles(user) == {"Mobile": "Owner"}
