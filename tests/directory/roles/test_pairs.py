"""Every pair of a scope and a role is a group: names that collide, renames, names it had before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from scim_app.directory import index
from scim_app.directory.tables import Binding, SearchValue
from scim_app.extensions import db
from scim_app.protocol.errors import Uniqueness
from tests.directory.roles.acme import CATALOG, Acme, acme_of

ROLES = ("Admin", "Member", "Owner", "Read-Only")


def test_every_pair_is_a_group_from_the_moment_it_exists(acme: Acme) -> None:
    acme.project("Mobile App")
    assert acme.names() == [f"App-Mobile App-{role}" for role in ROLES]
    acme.team("Mobile App", "iOS - Core")
    assert [name for name in acme.names() if "iOS" in name] == [
        "App-Mobile App-iOS - Core-Admin",
        "App-Mobile App-iOS - Core-Member",
    ]
    acme.role("Auditor")
    acme.project("Web")
    assert {"App-Mobile App-Auditor", "App-Web-Auditor"} < set(acme.names())
    fixed = acme.session.scalars(select(Binding).where(Binding.fixed)).all()
    assert len(fixed) == len(acme.names()) == 12


def test_it_goes_with_what_it_is_a_pair_of(acme: Acme) -> None:
    acme.project("Mobile")
    acme.project("Web")
    acme.team("Mobile", "Core")
    acme.role("Auditor")
    acme.remove_role("Auditor")
    assert not [name for name in acme.names() if "Auditor" in name]
    acme.remove("Mobile", "Core")
    assert not [name for name in acme.names() if "Core" in name]
    acme.remove("Mobile")
    assert acme.names() == [f"App-Web-{role}" for role in ROLES]


@pytest.mark.parametrize("name", ["mobile", " MOBILE ", "Ｍobile", "Mobile"])
def test_a_project_is_not_called_like_another(acme: Acme, name: str) -> None:
    acme.project("Mobile")
    with pytest.raises(ValueError, match="There is a project called"):
        acme.project(name)
    assert len(acme.names()) == 4


def test_a_look_alike_of_another_script_is_another_name(acme: Acme) -> None:
    acme.project("Mobile")
    acme.project("Моbile")
    acme.project("Mo bile")
    assert len(acme.names()) == 12


def test_a_name_that_would_make_two_groups_collide_is_refused_there_and_then(acme: Acme) -> None:
    acme.project("Mobile")
    acme.team("Mobile", "Core")
    with pytest.raises(ValueError, match='There is a group called "App-Mobile-Core-(Member|Admin)" already'):
        acme.project("Mobile-Core")
    acme.project("Mobile-Web")
    with pytest.raises(ValueError, match='There is a group called "App-Mobile-Web-(Member|Admin)" already'):
        acme.team("Mobile", "Web")
    with pytest.raises(ValueError, match='There is a group called "App-Mobile-Core-Admin" already'):
        acme.role("core-admin")
    with pytest.raises(ValueError, match='There is a group called "App-Mobile-Core-'):
        acme.rename(("Mobile-Web",), "Mobile-CORE")
    acme.group("App-Web-Admin")
    with pytest.raises(ValueError, match='There is a group called "App-Web-Admin" already'):
        acme.project("Web")
    acme.role("Auditor")
    acme.group("App-Mobile-Reader")
    with pytest.raises(ValueError, match='There is a group called "App-Mobile-Reader" already'):
        acme.rename_role("Auditor", "Reader")
    assert "App-Mobile-Auditor" in acme.names()
    # Nothing of what was refused is left behind.
    assert len(acme.names()) == 5 + 2 + 5 + 2


def test_a_rename_keeps_ids_and_members_and_the_old_names_stay_findable(acme: Acme) -> None:
    acme.project("Mobile")
    acme.team("Mobile", "Core")
    acme.role("Auditor")
    ada = acme.person("ada")
    ids = {name: acme.found("Group", f'displayName eq "{name}"')[0] for name in acme.names()}
    acme.join(ids["App-Mobile-Core-Admin"], ada)
    acme.rename(("Mobile",), "Phones")
    assert acme.name(ids["App-Mobile-Core-Admin"]) == "App-Phones-Core-Admin"
    for name, group_id in ids.items():
        new = name.replace("Mobile", "Phones")
        assert acme.found("Group", f'displayName eq "{name}"') == [group_id]
        assert acme.found("Group", f'displayName eq "{new.upper()}"') == [group_id]
        assert acme.found("Group", f'displayName sw "{name}"') == [group_id]
    acme.rename(("Phones", "Core"), "Kernel")
    acme.rename_role("Auditor", "Reader")
    assert acme.found("Group", 'displayName eq "App-Mobile-Core-Admin"') == [ids["App-Mobile-Core-Admin"]]
    assert acme.found("Group", 'displayName eq "App-Phones-Core-Admin"') == [ids["App-Mobile-Core-Admin"]]
    assert acme.found("Group", 'displayName eq "App-Mobile-Auditor"') == [ids["App-Mobile-Auditor"]]
    assert acme.name(ids["App-Mobile-Auditor"]) == "App-Phones-Reader"
    assert acme.roles(ada) == {"Phones/Kernel": "Admin"}
    assert acme.found("User", f'{CATALOG.access_urn}:teamRoles[project eq "Phones" and role eq "Admin"]') == [ada]


def test_a_rename_in_case_alone_leaves_no_former_name(acme: Acme) -> None:
    acme.project("mobile")
    acme.rename(("mobile",), "Mobile")
    assert acme.names() == [f"App-Mobile-{role}" for role in ROLES]
    assert acme.former_names() == {}


def test_a_rename_there_and_back_leaves_the_name_between(acme: Acme) -> None:
    acme.project("Mobile")
    admin = acme.pair("Admin", "Mobile")
    acme.rename(("Mobile",), "Web")
    acme.rename(("Web",), "Mobile")
    assert acme.name(admin) == "App-Mobile-Admin"
    assert set(acme.former_names()) == {f"App-Web-{role}" for role in ROLES}
    assert acme.found("Group", 'displayName eq "App-Web-Admin"') == [admin]


def test_a_former_name_gives_way_to_a_group_that_is_given_it(acme: Acme) -> None:
    acme.project("Mobile")
    old = acme.pair("Admin", "Mobile")
    acme.rename(("Mobile",), "Phones")
    new = acme.group("app-mobile-admin")
    assert acme.found("Group", 'displayName eq "App-Mobile-Admin"') == [new]
    acme.project("Tablets")
    acme.rename(("Phones",), "Screens")
    acme.rename(("Tablets",), "Phones")
    assert acme.found("Group", 'displayName eq "App-Phones-Admin"') == [acme.pair("Admin", "Phones")]
    assert acme.name(old) == "App-Screens-Admin"
    assert len(set(acme.former_names().values())) == 4 + 3


@pytest.mark.parametrize(("before", "after"), [("A", "A-B"), ("A-B", "A"), ("A", "A-B-B")])
def test_a_new_name_may_be_one_that_another_group_of_the_project_gives_up(acme: Acme, before: str, after: str) -> None:
    acme.project(before)
    for team in ("B", "B-B", "B-B-B"):
        acme.team(before, team)
    ids = {name: acme.found("Group", f'displayName eq "{name}"')[0] for name in acme.names()}
    acme.rename((before,), after)
    for name, group_id in ids.items():
        assert acme.name(group_id) == name.replace(f"App-{before}-", f"App-{after}-", 1)
    taken = set(acme.names())
    for name, group_id in ids.items():
        found = acme.found("Group", f'displayName eq "{name}"')
        assert len(found) == 1 and (name in taken or found == [group_id])


def test_reindexing_keeps_former_names(acme: Acme) -> None:
    acme.project("Mobile")
    acme.rename(("Mobile",), "Phones")
    ada = acme.person("ada", roles=[{"value": acme.pair("Admin", "Phones")}])
    admin = acme.pair("Admin", "Phones")
    leaves = select(SearchValue.path, SearchValue.key, SearchValue.resource_id, SearchValue.item)
    before = set(acme.session.execute(leaves).all())
    written = acme.do(lambda: index.rebuild(acme.session, CATALOG, acme.directory.organization_id))
    assert set(acme.session.execute(leaves).all()) == before and written == len(before)
    assert acme.found("Group", 'displayName eq "App-Mobile-Admin"') == [admin]
    assert acme.roles(ada) == {"Phones": "Admin"}


def test_projects_and_roles_made_at_once_know_of_each_other(app: Flask, acme: Acme) -> None:
    organization_id = acme.directory.organization_id

    def make(number: int) -> None:
        with app.app_context():
            here = acme_of(db.session, organization_id)
            here.role(f"Role {number}") if number % 2 else here.project(f"Project {number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(make, range(8)))
    assert len(acme.names()) == 4 * (4 + 4)


def test_of_many_groups_pushed_at_once_one_makes_the_team(app: Flask, acme: Acme) -> None:
    acme.project("Mobile")
    organization_id = acme.directory.organization_id

    def push(role: str) -> str:
        with app.app_context():
            try:
                return acme_of(db.session, organization_id).group(f"App-Mobile-Core-{role}")
            except Uniqueness as error:
                return str(error)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(push, ["Member", "Admin"] * 4))
    made = [answer for answer in answers if len(answer) == 36]
    ids = {acme.pair(role, "Mobile", "Core") for role in ("Member", "Admin")}
    assert len(made) == 1 and set(made) < ids
    assert all(any(each in answer for each in ids) for answer in answers)
