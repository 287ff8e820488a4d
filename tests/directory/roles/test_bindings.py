"""What pushed groups mean: any number of roles, before or after members arrive; unbinding, deleting, again; the cost."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from scim_app.directory.roles import bindings
from scim_app.directory.tables import GroupMember
from scim_app.protocol.errors import NotFound
from tests.directory.roles.acme import Acme, nothing, statements


@pytest.fixture
def mobile(acme: Acme) -> Acme:
    """Acme with the project Mobile and its team Core."""
    acme.project("Mobile")
    acme.team("Mobile", "Core")
    return acme


def test_a_pushed_group_grants_nothing_until_it_is_bound(mobile: Acme) -> None:
    ada = mobile.person("ada")
    group = mobile.group("Engineers", ada)
    assert mobile.roles(ada) == {}
    assert [each.id for each in bindings.waiting(mobile.store, 10)[0]] == [group]
    assert mobile.bind(group, "Admin", "Mobile") == 1
    assert mobile.roles(ada) == {"Mobile": "Admin"}
    assert bindings.waiting(mobile.store, 10) == ([], 0)


def test_a_binding_applies_to_members_who_come_later(mobile: Acme) -> None:
    group = mobile.group("Engineers")
    assert mobile.bind(group, "Member", "Mobile", "Core") == 0
    ada = mobile.person("ada")
    mobile.join(group, ada)
    assert mobile.roles(ada) == {"Mobile/Core": "Member"}


def test_a_group_means_any_number_of_roles_and_a_role_is_meant_by_any_number_of_groups(mobile: Acme) -> None:
    ada, bob = mobile.people("ada", "bob")
    one, two = mobile.group("One", ada), mobile.group("Two", ada, bob)
    mobile.bind(one, "Admin", "Mobile")
    mobile.bind(one, "Admin", "Mobile", "Core")
    mobile.bind(one, "Admin")
    mobile.bind(two, "Admin", "Mobile")
    mobile.bind(two, "Read-Only", "Mobile")
    assert mobile.roles(ada) == {"Mobile": "Admin", "Mobile/Core": "Admin", "-": "Admin"}
    assert mobile.roles(bob) == {"Mobile": "Admin"}
    assert mobile.unbind(one, "Admin", "Mobile") == 0
    assert mobile.unbind(two, "Admin", "Mobile") == 2
    assert mobile.roles(ada) == {"Mobile": "Read-Only", "Mobile/Core": "Admin", "-": "Admin"}
    assert mobile.unbind(one, "Admin") == 1
    assert mobile.roles(ada) == {"Mobile": "Read-Only", "Mobile/Core": "Admin"}


def test_deleting_a_group_ends_its_grants_and_pushing_it_again_starts_unbound(mobile: Acme) -> None:
    ada = mobile.person("ada")
    group = mobile.group("Engineers", ada)
    mobile.bind(group, "Admin", "Mobile")
    mobile.directory.delete("Group", group)
    assert mobile.roles(ada) == {}
    again = mobile.group("Engineers", ada)
    assert mobile.roles(ada) == {}
    mobile.bind(again, "Member", "Mobile")
    assert mobile.roles(ada) == {"Mobile": "Member"}


def test_a_bound_group_keeps_its_meaning_through_a_rename(mobile: Acme) -> None:
    ada = mobile.person("ada")
    group = mobile.group("Engineers", ada)
    mobile.bind(group, "Admin", "Mobile")
    mobile.change("Group", group, {"op": "replace", "path": "displayName", "value": "Builders"})
    assert mobile.roles(ada) == {"Mobile": "Admin"}
    assert [(each.group_name, each.role.name) for each in bindings.of_groups(mobile.store, [group])] == [
        ("Builders", "Admin")
    ]


def test_what_cannot_be_bound_is_refused_in_a_sentence(mobile: Acme) -> None:
    group, pair = mobile.group("Engineers"), mobile.pair("Admin", "Mobile")
    mobile.bind(group, "Admin", "Mobile")
    mobile.bind(group, "Admin")
    for refused, words in [
        (lambda: mobile.bind(group, "Admin", "Mobile"), '"Engineers" is bound to that role already.'),
        (lambda: mobile.bind(group, "Member"), "bound to an organization role already. Unbind it from that one first."),
        (lambda: mobile.bind(group, "Owner"), "A group cannot be bound to Owner: an organization has one."),
        (lambda: mobile.bind(pair, "Member", "Mobile"), "is the group of a role itself, and means that role alone."),
        (lambda: mobile.unbind(pair, "Admin", "Mobile"), "delete the project, team or role instead."),
        (lambda: mobile.unbind(group, "Member", "Mobile"), '"Engineers" is not bound to that role.'),
        (lambda: mobile.bind(group, "Boss", "Mobile"), 'no project role called "Boss". There are Read-Only, Member, '),
        (
            lambda: mobile.bind(group, "Owner", "Mobile", "Core"),
            'no team role called "Owner". There are Member, Admin.',
        ),
        (lambda: mobile.bind(group, "Member", "Mobile", "Web"), 'There is no team called "Web" in Mobile.'),
        (lambda: mobile.bind(group, "Member", "Web"), 'There is no project called "Web".'),
    ]:
        with pytest.raises(ValueError) as error:
            refused()
        assert words in str(error.value)
    with pytest.raises(NotFound):
        mobile.bind("00000000-0000-7000-8000-000000000000", "Member", "Mobile")


def test_to_bind_a_group_again_with_everybody_in_it_holding_more_moves_nobody(mobile: Acme) -> None:
    ada = mobile.person("ada")
    mobile.join(mobile.pair("Owner", "Mobile"), ada)
    group = mobile.group("Engineers", ada)
    assert mobile.bind(group, "Admin", "Mobile") == 0
    assert not [entry for entry in mobile.history("role:") if entry.cause_id == mobile.history("group:bound")[-1].id]


def crowd(acme: Acme, group: str, size: int) -> None:
    """So many members, from thin air: straight into the tables."""
    made = acme.people(*(f"{group}-{number}" for number in range(size)))
    rows = [{"organization_id": acme.directory.organization_id, "group_id": group, "user_id": each} for each in made]
    acme.do(lambda: acme.session.execute(insert(GroupMember), rows))


def test_one_member_more_or_less_costs_the_same_in_a_bound_group_of_10_and_of_10000(mobile: Acme) -> None:
    ada = mobile.person("ada")
    costs: list[list[str]] = []
    for size in (10, 10_000):
        group = mobile.group(f"of {size}")
        crowd(mobile, group, size)
        mobile.bind(group, "Admin", "Mobile")
        with statements() as sent:
            mobile.join(group, ada)
            mobile.leave(group, ada)
        costs.append(sent)
    assert costs[0] == costs[1]
    # Whoever reads memberships says whose: there is no statement that could load the members.
    reads = [each for each in costs[1] if "FROM group_members" in each]
    assert reads and all("group_members.user_id IN" in each or "user_id =" in each for each in reads)
    assert len(costs[1]) < 40


def test_a_push_to_a_pair_of_a_large_group_answers_without_the_members(mobile: Acme) -> None:
    pair = mobile.pair("Admin", "Mobile")
    crowd(mobile, pair, 500)
    with statements() as sent:
        mobile.directory.get("Group", pair, wants=nothing)
    assert len(sent) == 1
