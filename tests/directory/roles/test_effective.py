"""Effective roles in SQL are what ten lines in memory say, after every step of random histories, on both databases.

HISTORIES=5000 makes more of them. Each is a fresh organisation in which anything happens that can.
"""

from __future__ import annotations

import os
import random

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.roles import scopes, why
from scim_app.directory.transaction import transact
from tests.directory.roles.acme import Acme, acme_of
from tests.directory.roles.facts import RANKS
from tests.directory.roles.histories import History

HISTORIES = int(os.environ.get("HISTORIES", "50"))
STEPS = 18


@pytest.fixture
def quick(session: scoped_session[Session]) -> None:
    """Nothing here has to survive a power cut."""
    engine = session.get_bind()
    if engine.dialect.name == "sqlite":
        session.remove()
        event.listen(engine, "checkout", lambda connection, *_rest: connection.execute("PRAGMA synchronous = OFF"))


@pytest.mark.usefixtures("quick")
def test_effective_roles_are_what_ten_lines_in_memory_say(session: scoped_session[Session]) -> None:
    for seed in range(HISTORIES):
        organization = transact(session, lambda seed=seed: organizations.create(session, f"History {seed}").id)
        try:
            History(acme_of(session, organization), random.Random(seed)).run(STEPS)
        except Exception as error:
            error.add_note(f"in history {seed}")
            raise


@pytest.mark.usefixtures("quick")
def test_facts_end_the_same_in_whatever_order_they_arrive(session: scoped_session[Session]) -> None:
    for seed in range(HISTORIES // 10 or 1):
        ends = [shuffled(session, seed, order) for order in range(3)]
        assert ends[0] == ends[1] == ends[2] and ends[0], f"history {seed}"


def shuffled(session: scoped_session[Session], seed: int, order: int) -> set[tuple[str, str, str]]:
    """Facts that have nothing to do with each other, in some order: who has which role where, by names."""
    organization = transact(session, lambda: organizations.create(session, f"Order {seed} {order}").id)
    acme, chance = acme_of(session, organization), random.Random(seed)
    acme.project("Mobile")
    acme.team("Mobile", "Core")
    acme.role("Auditor", 150)
    places = [("Admin", "Mobile"), ("Auditor", "Mobile"), ("Member", "Mobile"), ("Admin", "Mobile", "Core"), ("Admin",)]
    fixed = [acme.pair(*place) for place in places[:4]]
    users = acme.people("a", "b", "c", "d")
    groups = [acme.group(f"Group {number}", *chance.sample(users, 2)) for number in range(3)] + fixed
    for group in fixed:
        acme.join(group, *chance.sample(users, 1))
    before = {
        group: [each["value"] for each in acme.directory.get("Group", group).get("members", [])] for group in groups
    }
    facts = []
    for user in users:
        for group in groups:
            if chance.random() < 0.4:
                facts.append((acme.leave if user in before[group] else acme.join, (group, user)))
        named = [{"value": each} for each in chance.sample(fixed, 1)]
        facts.append((lambda user, named: acme.set(user, roles=named), (user, named)))
    for group in groups[:3]:
        facts += [(acme.bind, (group, *place)) for place in chance.sample(places, 2)]
    facts.append((lambda user: acme.set(user, active=False), (users[0],)))
    facts.append((lambda user: acme.set(user, orgRole="Admin"), (users[1],)))
    random.Random(order).shuffle(facts)
    for act, about in facts:
        act(*about)
    names = dict(zip(users, "abcd", strict=True))
    return {(name, where, role) for user, name in names.items() for where, role in acme.roles(user).items()}


def test_a_move_between_two_role_groups_ends_the_same_in_either_order(acme: Acme) -> None:
    acme.project("Mobile")
    member, admin = acme.pair("Member", "Mobile"), acme.pair("Admin", "Mobile")
    ada, bob = acme.people("ada", "bob")
    acme.join(member, ada, bob)
    acme.join(admin, ada)
    acme.leave(member, ada)
    acme.leave(member, bob)
    acme.join(admin, bob)
    assert acme.roles(ada) == acme.roles(bob) == {"Mobile": "Admin"}
    acme.join(member, ada)
    acme.leave(admin, ada)
    acme.leave(admin, bob)
    acme.join(member, bob)
    assert acme.roles(ada) == acme.roles(bob) == {"Mobile": "Member"}


def test_leaving_one_of_two_groups_falls_back_to_the_other_and_leaving_the_last_to_the_default(acme: Acme) -> None:
    acme.project("Mobile")
    ada, bob, gone = acme.people("ada", "bob", "gone")
    acme.set(gone, active=False)
    acme.join(acme.pair("Admin", "Mobile"), ada)
    acme.join(acme.pair("Read-Only", "Mobile"), ada)
    acme.default("Mobile", "Member")
    acme.leave(acme.pair("Admin", "Mobile"), ada)
    assert acme.roles(ada) == {"Mobile": "Read-Only"}
    acme.leave(acme.pair("Read-Only", "Mobile"), ada)
    assert acme.roles(ada) == {}
    held = why.of_users(acme.store, [ada, bob, gone])
    assert {each: [(one.name, one.role, one.via) for one in held[each]] for each in held} == {
        ada: [("Mobile", "Member", "default role")],
        bob: [("Mobile", "Member", "default role")],
    }
    acme.default("Mobile", None)
    assert why.of_users(acme.store, [ada]) == {ada: []}


def test_a_custom_role_counts_by_its_rank(acme: Acme) -> None:
    acme.project("Mobile")
    acme.role("Low", 150)
    acme.role("High", 350)
    acme.role("Unranked")
    ranks = {role.name: role.rank for role in scopes.roles(acme.store, "project")}
    assert ranks == RANKS | {"Low": 150, "High": 350, "Unranked": 110}
    ada = acme.person("ada")
    for role, effective in [("Low", "Low"), ("Member", "Member"), ("Unranked", "Member"), ("Admin", "Admin"),
                            ("High", "High"), ("Owner", "Owner")]:  # fmt: skip
        acme.join(acme.pair(role, "Mobile"), ada)
        assert acme.roles(ada) == {"Mobile": effective}
    for rank in (150, 0, -1, 10**9):
        with pytest.raises(ValueError, match="taken or out of range"):
            acme.role("Other", rank)
