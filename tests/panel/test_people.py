"""Users and groups on the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.changes import Actor
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.panel.users import attributes
from tests.panel.conftest import HTMX, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
USERS = "/settings/organization/users"
GROUPS = "/settings/organization/groups"
Make = Callable[..., dict[str, Any]]


@pytest.fixture
def directory(app: Flask, session: scoped_session[Session], organization: Organization) -> Directory:
    """Acme's directory, as Okta writes it."""
    extensions = app.extensions
    return Directory(session, organization.id, Actor("key", "Okta"), extensions["catalog"], extensions["policy"])


@pytest.fixture
def make(directory: Directory) -> Make:
    """A user or a group of Acme's."""

    def make(kind: str, name: str, /, **given: Any) -> dict[str, Any]:
        what = "userName" if kind == "User" else "displayName"
        schema = f"urn:ietf:params:scim:schemas:core:2.0:{kind}"
        return directory.create(kind, {"schemas": [schema], what: name, **given})

    return make


def test_before_anybody_is_here_the_page_says_how_people_come(viewer: Person) -> None:
    assert "Nobody is here yet" in text_of(viewer.get(USERS))
    assert "No groups yet" in text_of(viewer.get(GROUPS))


def test_users_are_listed_searched_and_filtered(viewer: Person, make: Make) -> None:
    make("User", "ada@acme.example", displayName="Ada Lovelace", active=True)
    make("User", "grace@acme.example", active=False)
    page = text_of(viewer.get(USERS))
    assert "Ada Lovelace" in page and "grace@acme.example" in page and "Deactivated" in page
    assert "grace" not in viewer.get(f"{USERS}?q=LOVE&status=active").text.replace("autocomplete", "")
    assert "Ada" not in viewer.get(f"{USERS}?status=deactivated").text
    assert "Nobody matches" in text_of(viewer.get(f"{USERS}?q=nobody"))
    block = viewer.get(f"{USERS}?q=ada", headers=HTMX).text
    assert block.lstrip().startswith('<section id="list"') and "Ada" in block
    assert viewer.get(f"{USERS}?status=x&source=y&after=%01&before=").status_code == 200


def test_users_are_paged_by_links_that_keep_the_filter(viewer: Person, make: Make) -> None:
    for number in range(60):
        make("User", f"person{number:02}@acme.example", active=True)
    first = viewer.get(f"{USERS}?q=person&status=active").text
    onward = re.search(r'rel="next" href="([^"]+)"', first)
    assert onward and "q=person" in onward[1] and "person59" not in first
    second = viewer.get(onward[1].replace("&amp;", "&")).text
    assert "person59" in second and "person00" not in second
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back and "person00" in viewer.get(back[1].replace("&amp;", "&")).text


def test_a_users_page_tells_what_is_known_and_what_happened(
    viewer: Person, make: Make, directory: Directory, app: Flask
) -> None:
    given = {"name": {"givenName": "Ada", "familyName": "Lovelace"}, "externalId": "00u1", "active": True}
    ada = make("User", "ada@acme.example", emails=[{"value": "ada@work.example", "type": "work"}], **given)
    group = make("Group", "Sales", members=[{"value": ada["id"]}])
    page = viewer.get(f"{USERS}/{ada['id']}")
    said = text_of(page)
    for known in ("Lovelace", "00u1", "Active", "user:created", "Sales", "SCIM document", 'emails[type eq "work"]'):
        assert known in said, known
    assert f"{GROUPS}/{group['id']}" in page.text
    assert '"userName": "ada@acme.example"' in said


def test_a_groups_page_lists_its_members_page_by_page(viewer: Person, make: Make) -> None:
    members = [{"value": make("User", f"person{number:02}@acme.example")["id"]} for number in range(55)]
    group = make("Group", "Sales", members=members)
    first = viewer.get(f"{GROUPS}/{group['id']}")
    assert "person49" in first.text and "person54@" not in first.text.partition("Timeline")[0]
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert onward and "person54@" in viewer.get(onward[1].replace("&amp;", "&")).text
    assert "No role yet" in text_of(first)
    assert "group:created" in text_of(first)
    assert "Sales" in text_of(viewer.get(f"{GROUPS}?q=sal"))


def test_what_another_organisation_has_is_as_what_never_was(
    viewer: Person, app: Flask, session: scoped_session[Session]
) -> None:
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    theirs = Directory(session, rival, Actor("key", "R"), app.extensions["catalog"], app.extensions["policy"])
    spy = theirs.create("User", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "spy"})
    for path in (f"{USERS}/{spy['id']}", f"{USERS}/x", f"{GROUPS}/{spy['id']}"):
        assert viewer.get(path).status_code == 404
    assert "spy" not in viewer.get(USERS).text


def test_hostile_names_stay_text(viewer: Person, make: Make) -> None:
    hostile = '"><script>alert(1)</script>\u202e' + "x" * 900
    user = make("User", hostile[:900], displayName=hostile, nickName=hostile)
    group = make("Group", hostile[:900], members=[{"value": user["id"]}])
    for path in (USERS, GROUPS, f"{USERS}/{user['id']}", f"{GROUPS}/{group['id']}"):
        page = viewer.get(path)
        assert page.status_code == 200 and "<script>alert" not in page.text


def test_attributes_are_told_by_their_paths() -> None:
    document = {
        "userName": "ada",
        "name": {"givenName": "Ada"},
        "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R"},
    }
    assert list(attributes(document)) == [
        ("userName", "ada"),
        ("name.givenName", "Ada"),
        ('emails[type eq "work"]', "a@x"),
        ("emails", "b@x"),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "R"),
    ]
