"""The house rules, kept by tests: imports go one way, one commit, vendors in one package, every route behind a door."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

ROOT = Path(__file__).parents[1]
APP = ROOT / "scim_app"
FILES = sorted(file for file in APP.rglob("*.py") if "migrations" not in file.parts)
DOORS = {"api", "panel", "cli"}
MAY_IMPORT = {
    "protocol": {"protocol"},
    "directory": {"directory", "protocol"},
    "simulator": {"simulator"},
    **{door: {door, "directory", "protocol", "simulator", "extensions", "config"} for door in DOORS},
    "extensions": {"directory"},
    "config": {"protocol"},
    "health": {"extensions", "directory"},
    "server": {"protocol"},
    "logs": {"directory"},
}
"""What each package or module below scim_app may import from scim_app. `__init__` puts everything together."""
LOOKED_INTO = {
    ("cli/backup.py", "health"): "`flask restore` and /readyz have the same newest migration",
    ("cli/doctor.py", "health"): "`flask doctor` and /readyz ask the database the same",
}
"""Imports of one module for one thing, which go sideways or up, each with its reason."""
FORBIDDEN = {
    "protocol": {
        "flask",
        "flask_login",
        "flask_wtf",
        "werkzeug",
        "sqlalchemy",
        "time",
        "uuid",
        "secrets",
        "random",
        "os",
    },
    "directory": {"flask", "flask_login", "flask_wtf", "flask_sqlalchemy", "werkzeug"},
}
VENDORS = (
    "okta entra azure microsoft onelogin jumpcloud google ping pingone pingfederate rippling cyberark keycloak authentik "
    "sailpoint salesforce workday wso aws amazon scimverify"
).split()
SHAPELESS = {"utils", "util", "helpers", "managers", "handlers", "base", "common", "misc"}


def named(file: Path) -> str:
    return file.relative_to(APP).as_posix()


def room(file: Path) -> str:
    """The package of the file below scim_app, or its own name there."""
    return file.relative_to(APP).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, by its whole name, wherever in the file that is."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(file)} has a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{each.name}" for each in node.names)


def rooms_imported(file: Path) -> set[str]:
    parts = [name.split(".") for name in imports(file) if name.startswith("scim_app.")]
    return {each[1] for each in parts if (APP / each[1]).is_dir() or (APP / f"{each[1]}.py").exists()}


@pytest.mark.parametrize(
    "file", [file for file in FILES if file.name != "__init__.py" or file.parent != APP], ids=named
)
def test_imports_go_from_the_doors_to_the_directory_to_the_protocol(file: Path) -> None:
    excused = {to for (name, to) in LOOKED_INTO if name == named(file)}
    assert rooms_imported(file) - excused <= MAY_IMPORT[room(file)]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_the_inside_knows_no_framework_and_the_protocol_no_clock_and_no_chance(package: str) -> None:
    for file in FILES:
        if room(file) == package:
            found = {name.split(".")[0] for name in imports(file)} & FORBIDDEN[package]
            assert not found, f"{named(file)} imports {found}"


def test_the_protocol_never_asks_what_time_it_is() -> None:
    for file in FILES:
        if room(file) == "protocol":
            calls = [node.attr for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Attribute)]
            assert not {"now", "utcnow", "today"} & set(calls), named(file)


def test_the_doors_ask_the_directory_and_never_the_database() -> None:
    for file in FILES:
        if room(file) in DOORS:
            asked = {
                each.name
                for node in ast.walk(ast.parse(file.read_text()))
                if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
                for each in node.names
            }
            assert asked <= {"Connection"}, named(file)


def test_there_is_one_commit() -> None:
    lines = [
        f"{named(file)}: {line.strip()}"
        for file in FILES
        for line in file.read_text().splitlines()
        if re.search(r"\.commit\(|\.begin\(\)|autocommit", line, re.IGNORECASE)
    ]
    assert [each for each in lines if "AUTOCOMMIT" not in each] == ["directory/transaction.py: session.commit()"]
    # What only reads has nothing to commit.
    assert len(lines) == 2 and "return engine.execution_options(" in lines[0]


@pytest.mark.parametrize("file", [file for file in FILES if room(file) in {"protocol", "directory", "api"}], ids=named)
def test_vendors_are_known_to_one_package(file: Path) -> None:
    if file.parent != APP / "protocol" / "dialects":
        words = set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", file.read_text()).lower()))
        assert not words & set(VENDORS)


def test_files_are_short() -> None:
    long = {named(file): lines for file in FILES if (lines := len(file.read_text().splitlines())) > 300}
    assert not long


def test_modules_are_named_after_what_they_are_about() -> None:
    places = {part for file in APP.rglob("*.py") for part in file.relative_to(APP).with_suffix("").parts}
    assert not places & SHAPELESS


@pytest.mark.parametrize("file", FILES, ids=named)
def test_what_is_public_says_what_it_is(file: Path) -> None:
    module = ast.parse(file.read_text())
    # A package may be a mere folder; a module never is.
    silent = [] if ast.get_docstring(module) or not module.body else ["the module itself"]
    for node in module.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if not node.name.startswith("_") and not ast.get_docstring(node):
                silent.append(node.name)
    assert not silent


OPEN_TO_ALL = {
    "/scim/v2/ServiceProviderConfig": "a client finds out how to show a key before it has one (RFC 7643 §5)",
}
"""Routes of the API that answer without a key, and why."""
NO_SIGN_IN = {
    "/sign-in": "it is where one signs in",
    "/claim/<token>": "the holder of a claim link has no password yet; the link is the secret",
    "/theme": "light or dark is remembered before anybody is known",
    "/healthz": "a monitor has no account, and is told no more than that the service runs",
    "/readyz": "the same, and that its database answers",
    "/static/<path:filename>": "stylesheets, scripts and icons hold nothing of anybody's",
}
"""Routes beside the API that answer a visitor who is not signed in, and why."""


def address(rule: Rule) -> str:
    """An address that the rule answers."""
    choice = re.search(r"<any\((\w+)", rule.rule)
    filled = re.sub(r"<any\(.*?\):\w+>", choice[1] if choice else "", rule.rule)
    return re.sub(r"<[^>]+>", "00000000-0000-7000-8000-000000000000", filled)


def routes(app: Flask, of_the_api: bool) -> Iterator[tuple[Rule, str]]:
    """The routes of the API, or the others, with each method they serve."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/scim/v2") == of_the_api:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


@pytest.mark.databases("sqlite")
def test_every_route_of_the_api_answers_401_without_a_key(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    asked = list(routes(app, of_the_api=True))
    assert len(asked) > 10
    for rule, method in asked:
        if rule.rule not in OPEN_TO_ALL:
            with subtests.test(f"{method} {rule.rule}"):
                answer = client.open(address(rule), method=method)
                assert (answer.status_code, answer.content_type) == (401, "application/scim+json")
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.databases("sqlite")
def test_every_other_route_sends_a_stranger_to_sign_in(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for rule, method in routes(app, of_the_api=False):
        if rule.rule not in NO_SIGN_IN:
            with subtests.test(f"{method} {rule.rule}"):
                answer = client.open(address(rule), method=method)
                assert answer.status_code in {302, 303}, answer.status_code
                assert re.match(r"(http://[^/]+)?/sign-in", answer.headers["Location"])


@pytest.mark.databases("sqlite")
def test_the_lists_of_open_routes_name_nothing_that_is_gone(app: Flask) -> None:
    assert {*OPEN_TO_ALL, *NO_SIGN_IN} <= {rule.rule for rule in app.url_map.iter_rules()}
