"""One owner per organisation: by attribute, by `roles`, by the access extension; races on real connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from scim_app.directory.tables import User
from scim_app.extensions import db
from scim_app.protocol.errors import InvalidValue, Mutability, ScimError
from tests.directory.roles.acme import ACCESS, Acme, acme_of

SAYINGS: dict[str, Any] = {
    "attribute": lambda role: {"orgRole": role},
    "roles": lambda role: {"roles": [{"value": role}]},
    "typed roles": lambda role: {"roles": [{"value": role, "type": "organization"}]},
    "access extension": lambda role: {ACCESS: {"orgRole": role}},
    "access extension by path": lambda role: {f"{ACCESS}:orgRole": role},
}


def org_role(acme: Acme, user: str) -> str | None:
    return acme.session.scalar(select(User.org_role).where(User.id == user))


@pytest.mark.parametrize("way", SAYINGS)
def test_a_second_owner_is_refused(acme: Acme, way: str) -> None:
    ada, bob = acme.people("ada", "bob")
    acme.set(ada, **SAYINGS[way]("owner"))
    assert org_role(acme, ada) == "Owner" and acme.roles(ada) == {"-": "Owner"}
    for other in SAYINGS.values():
        with pytest.raises(InvalidValue, match="^Cannot set multiple owners"):
            acme.set(bob, **other("OWNER"))
    with pytest.raises(InvalidValue, match="^Cannot set multiple owners"):
        acme.person("cyd", orgRole="Owner")
    assert acme.roles(bob) == {}
    acme.set(ada, displayName="Ada King")
    acme.set(ada, **SAYINGS[way]("Owner"))


@pytest.mark.parametrize(
    "change", [{"orgRole": "Admin"}, {"orgRole": None}, {ACCESS: {"orgRole": "Member"}}, {"active": False}], ids=str
)
def test_the_owner_cannot_be_modified(acme: Acme, change: dict[str, Any]) -> None:
    ada = acme.person("ada", orgRole="Owner")
    with pytest.raises(Mutability, match="^Owner cannot be modified"):
        acme.set(ada, **change)
    with pytest.raises(Mutability, match="^Owner cannot be modified"):
        acme.directory.delete("User", ada)
    assert acme.roles(ada) == {"-": "Owner"}


def test_an_owner_by_roles_cannot_lose_the_role_by_losing_the_value(acme: Acme) -> None:
    ada = acme.person("ada", roles=[{"value": "Owner"}])
    with pytest.raises(Mutability, match="^Owner cannot be modified"):
        acme.set(ada, roles=[])
    acme.set(ada, roles=[], orgRole="Owner")
    assert acme.roles(ada) == {"-": "Owner"}


def test_an_owner_who_never_was_active_can_be_edited_and_activated(acme: Acme) -> None:
    ada = acme.person("ada", orgRole="Owner", active=False)
    acme.set(ada, displayName="Ada King")
    assert acme.roles(ada) == {}
    acme.set(ada, active=True)
    assert acme.roles(ada) == {"-": "Owner"}


def test_of_many_who_become_owner_at_once_one_does(app: Flask, acme: Acme) -> None:
    users = acme.people(*(f"user{number}" for number in range(4)))
    organization_id, ready = acme.directory.organization_id, Barrier(4)

    def claim(number: int) -> str:
        with app.app_context():
            here = acme_of(db.session, organization_id)
            ready.wait(10)
            try:
                if number % 2:
                    here.set(users[number], roles=[{"value": "Owner"}])
                else:
                    here.person(f"new{number}", orgRole="Owner")
            except ScimError as error:
                return str(error.detail)
            return "owner"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(claim, range(4)))
    acme.session.rollback()
    assert len(acme.session.scalars(select(User.id).where(User.org_role == "Owner")).all()) == 1
    assert sorted(answers)[-1] == "owner"
    assert all(answer.startswith("Cannot set multiple owners") for answer in sorted(answers)[:-1]), answers


def test_a_group_and_an_attribute_together_give_the_higher_role(acme: Acme) -> None:
    ada = acme.person("ada")
    group = acme.group("Admins", ada)
    acme.bind(group, "Admin")
    assert acme.roles(ada) == {"-": "Admin"}
    acme.set(ada, orgRole="Owner")
    acme.leave(group, ada)
    assert acme.roles(ada) == {"-": "Owner"}


@pytest.mark.parametrize("value", ["Boss", "Ownerr", "Member Admin", 7, True, ["Admin"]])
def test_an_unknown_value_is_refused_and_the_values_are_listed(acme: Acme, value: object) -> None:
    ada = acme.person("ada", orgRole="Admin")
    for said in ({"orgRole": value}, {ACCESS: {"orgRole": value}}):
        with pytest.raises(InvalidValue) as error:
            acme.set(ada, **said)
        assert isinstance(value, bool | list) or "Member, Admin, Owner" in str(error.value.detail)
    assert acme.roles(ada) == {"-": "Admin"}


@pytest.mark.parametrize("empty", [None, ""])
def test_empty_is_the_default_and_absent_is_unchanged(acme: Acme, empty: str | None) -> None:
    ada = acme.person("ada", orgRole="ADMIN")
    assert org_role(acme, ada) == "Admin"
    acme.set(ada, displayName="Ada")
    acme.put("User", ada, {"userName": "ada"})
    assert org_role(acme, ada) == "Admin"
    acme.put("User", ada, {"userName": "ada", "orgRole": empty})
    assert (org_role(acme, ada), acme.roles(ada)) == ("Member", {})
    acme.set(ada, orgRole="Admin")
    acme.set(ada, **{ACCESS: {"orgRole": empty}})
    assert (org_role(acme, ada), acme.roles(ada)) == ("Member", {})
