"""A simulation that says "in sync" means it: whatever the service lacks, or has too much of, is a difference."""

from __future__ import annotations

from typing import Any

import pytest

from scim_app.simulator.company import Group, Person
from scim_app.simulator.comparison import differences
from scim_app.simulator.scenarios import Scene
from scim_app.simulator.simulation import simulate
from tests.api.wire import Client
from tests.simulator.playing import scene

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def played(live_server: str, key: str) -> Scene:
    """Ten people in three groups, in sync."""
    playing = scene("okta-catalogue", live_server, key, people=10, groups=3)
    outcome = simulate(playing, ["onboarding", "groups"])
    assert outcome.in_sync, outcome.sentence
    return playing


@pytest.fixture
def behind_its_back(live_server: str, key: str) -> Client:
    """A client that changes things without telling the simulated directory."""
    return Client(f"{live_server}/scim/v2", {"Authorization": f"Bearer {key}"})


def told(playing: Scene) -> list[str]:
    """What is different now."""
    try:
        return list(differences(playing.provider, playing.company))
    finally:
        playing.provider.wire.close()


@pytest.mark.parametrize(
    ("attribute", "value", "says"),
    [
        ("active", False, "active is False and should be True"),
        ("userName", "somebody.else", "userName is 'somebody.else'"),
        ("name.givenName", "Nobody", "givenName is 'Nobody'"),
        ("displayName", "Nobody", "displayName is 'Nobody'"),
        ("externalId", "7", "externalId is '7'"),
        ("orgRole", "Admin", "orgRole is 'Admin' and should be 'Member'"),
    ],
)
def test_a_person_who_is_not_as_the_directory_knows_them_is_a_difference(
    played: Scene, behind_its_back: Client, attribute: str, value: Any, says: str
) -> None:
    person = played.company.people[3]
    answer = behind_its_back.patch(f"/Users/{person.id}", {"op": "replace", "path": attribute, "value": value})
    assert answer.status == 200
    [difference] = told(played)
    assert difference.startswith(f"{person.user_name}: {says}")


def test_a_person_who_is_gone_is_a_difference_and_so_is_one_who_should_be(
    played: Scene, behind_its_back: Client
) -> None:
    gone, kept = played.company.people[0], played.company.people[1]
    behind_its_back.delete(f"/Users/{gone.id}")
    played.company.gone.append(kept.id or "")
    found = told(played)
    assert f"{gone.user_name} is missing." in found
    assert f"{kept.user_name} was deleted, and is there." in found


def test_a_member_too_few_and_a_member_too_many_are_differences(played: Scene, behind_its_back: Client) -> None:
    group = played.company.groups[0]
    member = min(group.members, key=lambda each: each.number)
    stranger = next(each for each in played.company.people if each not in group.members)
    behind_its_back.patch(
        f"/Groups/{group.id}",
        {"op": "remove", "path": f'members[value eq "{member.id}"]'},
        {"op": "add", "path": "members", "value": [{"value": stranger.id}]},
    )
    assert told(played) == [
        f"{member.user_name} is not in {group.name}.",
        f"{stranger.id} is in {group.name} and should not be.",
    ]


def test_a_group_of_another_name_and_a_missing_one_are_differences(played: Scene, behind_its_back: Client) -> None:
    renamed, missing = played.company.groups[:2]
    behind_its_back.patch(f"/Groups/{renamed.id}", {"op": "replace", "path": "displayName", "value": "Else"})
    behind_its_back.delete(f"/Groups/{missing.id}")
    assert told(played) == [
        f"The group {renamed.name} is called Else.",
        f"The group {missing.name} is missing.",
    ]


def test_a_linked_group_that_gives_no_role_is_a_difference(played: Scene) -> None:
    person: Person = played.company.people[0]
    group = Group("App-Nowhere-Admin", {person}, linked=True)
    played.company.groups.append(group)
    played.provider.push(group)
    assert told(played) == [f"{person.user_name} is not given the role of App-Nowhere-Admin."]


def test_a_mistake_that_the_service_lets_pass_ends_the_run_with_a_sentence(live_server: str, key: str) -> None:
    playing = scene("okta", live_server, key, people=3, groups=2)
    playing.expired_key = key
    outcome = simulate(playing, ["mistakes"])
    assert outcome.differences == ["GET /Users was answered with 200."]
    assert outcome.sentence.startswith("Not in sync. onboarding, groups, mistakes: 3 people, 2 groups")
