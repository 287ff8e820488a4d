"""The commands about roles: project, role, team, group, access; what they print, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.changes import OPERATOR
from scim_app.directory.directory import Directory
from scim_app.directory.tables import Organization
from scim_app.protocol.catalog import CORE_GROUP, CORE_USER
from tests.cli.conftest import Run

pytestmark = [pytest.mark.databases("sqlite"), pytest.mark.usefixtures("organization")]
Acme = Callable[..., dict[str, Any]]


@pytest.fixture
def acme(run: Run) -> Acme:
    """Run a command on Acme; the JSON object that it prints."""

    def acme(*words: str) -> dict[str, Any]:
        ended = run(*words, "--org", "acme", "--json")
        assert ended.exit_code == 0, ended.output
        made: dict[str, Any] = json.loads(ended.stdout)
        return made

    return acme


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    """Run a command on Acme; the sentence that it ends with."""

    def refused(*words: str) -> str:
        ended = run(*words, "--org", "acme")
        assert ended.exit_code in {1, 2} and ended.stdout == "", ended.output
        return ended.stderr.strip()

    return refused


@pytest.fixture
def directory(app: Flask, session: scoped_session[Session], organization: Organization) -> Directory:
    """Acme's directory."""
    return Directory(session, organization.id, OPERATOR, app.extensions["catalog"])


def test_projects_roles_and_teams_are_made_listed_renamed_and_deleted(run: Run, acme: Acme) -> None:
    for kind, more in (("project", ()), ("role", ()), ("team", ("--project", "Mobile"))):
        if kind == "team":
            acme("project", "create", "Mobile")
        made = acme(kind, "create", "One", *more)
        assert made["name"] == "One" and len(made["id"]) == 36
        assert made | {"built_in": False} in [
            each | {"built_in": False} for each in acme(kind, "list", *more)[f"{kind}s"]
        ]
        renamed = acme(kind, "rename", "one", "Two", *more)
        assert renamed["name"] == "Two"
        assert "Two" in run(kind, "list", "--org", "acme", *more).stdout
        assert acme(kind, "delete", "TWO", *more) == {"name": "TWO", "state": "deleted"}
        assert "Two" not in [each["name"] for each in acme(kind, "list", *more)[f"{kind}s"]]
    assert run("team", "list", "--org", "acme", "--project", "Mobile").stdout == "No teams.\n"
    acme("project", "delete", "Mobile")
    assert run("project", "list", "--org", "acme").stdout == "No projects.\n"


def test_roles_have_ranks(acme: Acme, refused: Callable[..., str]) -> None:
    assert acme("role", "create", "Auditor", "--rank", "150")["rank"] == 150
    assert [(each["name"], each["rank"]) for each in acme("role", "list")["roles"]] == [
        ("Read-Only", 100), ("Auditor", 150), ("Member", 200), ("Admin", 300), ("Owner", 400),
    ]  # fmt: skip
    assert "The rank 300 is taken" in refused("role", "create", "Other", "--rank", "300")
    for words in (("rename", "Admin", "Boss"), ("delete", "owner")):
        assert "is built in: it cannot be renamed or deleted." in refused("role", *words)


def test_what_cannot_be_is_a_sentence(acme: Acme, refused: Callable[..., str], directory: Directory) -> None:
    acme("project", "create", "Mobile")
    acme("team", "create", "Core", "--project", "mobile")
    directory.create("Group", {"schemas": [CORE_GROUP], "displayName": "Engineers"})
    bind = ("group", "bind", "Engineers")
    for words, sentence in [
        (("project", "create", "MOBILE"), 'There is a project called "MOBILE" already.'),
        (("project", "create", "Mobile-Core"), "Choose another name, or rename that group."),
        (("project", "create", " "), "Give the project a name."),
        (("project", "rename", "Web", "Site"), 'There is no project called "Web".'),
        (("team", "create", "Core", "--project", "Mobile"), 'There is a team called "Core" already.'),
        (("team", "delete", "X", "--project", "Mobile"), 'There is no team called "X" in Mobile.'),
        (("project", "default-role", "Mobile", "Boss"), 'There is no project role called "Boss". There are Read-Only,'),
        ((*bind, "--project", "Mobile"), "Say --project P --role R"),
        ((*bind, "--role", "Admin"), "Say --project P --role R"),
        ((*bind, "--project", "Mobile", "--role", "Admin", "--org-role", "Admin"), "Say --project P --role R"),
        ((*bind, "--org-role", "Owner"), "A group cannot be bound to Owner"),
        (("group", "bind", "Nobody", "--org-role", "Admin"), 'There is no group called "Nobody".'),
        (("group", "bind", "App-Mobile-Admin", "--org-role", "Admin"), "is the group of a role itself"),
        (("group", "unbind", "Engineers", "--org-role", "Admin"), "is not bound to that role."),
        (("access", "show", "nobody"), 'There is no user called "nobody".'),
    ]:
        assert sentence in refused(*words)


def test_a_group_is_bound_and_access_says_why(run: Run, acme: Acme, directory: Directory) -> None:
    ada = directory.create("User", {"schemas": [CORE_USER], "userName": "Ada@acme.example"})["id"]
    directory.create("User", {"schemas": [CORE_USER], "userName": "bob", "active": False})
    directory.create("Group", {"schemas": [CORE_GROUP], "displayName": "Engineers", "members": [{"value": ada}]})
    acme("project", "create", "Mobile")
    acme("project", "create", "Web")
    acme("team", "create", "Core", "--project", "Mobile")
    assert run("access", "show", "ada@acme.example", "--org", "acme").stdout == (
        "Ada@acme.example is a Member of the organization and has no project roles.\n"
    )
    assert run("group", "list", "--org", "acme").stdout.count("→") == 10
    bound = acme("group", "bind", "engineers", "--project", "Mobile", "--role", "admin")
    assert bound == {"name": "engineers", "moved": 1}
    acme("group", "bind", "Engineers", "--project", "Mobile", "--team", "Core", "--role", "Member")
    acme("group", "bind", "Engineers", "--org-role", "Admin")
    acme("project", "default-role", "Web", "read-only")
    assert "Engineers  →  Member in Mobile / Core" in run("group", "list", "--org", "acme").stdout
    shown = acme("access", "show", "ADA@acme.example")
    assert (shown["id"], shown["userName"], shown["active"]) == (ada, "Ada@acme.example", True)
    assert [(each["scope"], each["kind"], each["role"], each["via"]) for each in shown["roles"]] == [
        ("Organization", "organization", "Admin", "Engineers"), ("Mobile", "project", "Admin", "Engineers"),
        ("Mobile / Core", "team", "Member", "Engineers"), ("Web", "project", "Read-Only", "default role"),
    ]  # fmt: skip
    assert [each["without"] for role in shown["roles"] for each in role["grants"]] == ["Member", None, None]
    told = run("access", "show", "ada@acme.example", "--org", "acme").stdout
    assert "  Admin in Mobile\n    Admin through Engineers since " in told and "; without it: no role" in told
    assert "  Read-Only in Web, the default of the project" in told
    unbind = ("group", "unbind", "Engineers", "--org", "acme", "--project", "Mobile", "--role", "Admin")
    assert run(*unbind).stdout == "Engineers is unbound. 1 role changed.\n"
    acme("project", "default-role", "Web")
    assert [each["scope"] for each in acme("access", "show", "ada@acme.example")["roles"]] == [
        "Organization",
        "Mobile / Core",
    ]
    assert run("access", "show", "bob", "--org", "acme").stdout == "bob is not active and has no role.\n"
    directory.create("User", {"schemas": [CORE_USER], "userName": f"{'long' * 150}@acme.example"})
    assert "has no project roles." in run("access", "show", f"{'LONG' * 150}@acme.example", "--org", "acme").stdout


def test_the_demo_shows_roles(run: Run) -> None:
    assert run("demo").exit_code == 0
    projects = json.loads(run("project", "list", "--org", "demo", "--json").stdout)["projects"]
    assert [each["name"] for each in projects] == ["Mobile", "Website"]
    told = run("group", "list", "--org", "demo").stdout
    assert "Engineering  →  Member in Mobile" in told and "On call  →  Member in Mobile / Release" in told
    shown = json.loads(run("access", "show", "user000000@demo.example", "--org", "demo", "--json").stdout)
    [mobile] = shown["roles"]
    assert (mobile["scope"], mobile["role"], mobile["via"]) == ("Mobile", "Admin", "App-Mobile-Admin")
    assert [each["without"] for each in mobile["grants"]] == ["Member", "Admin"]
