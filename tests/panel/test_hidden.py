"""What a visitor never sees: the repository, folders, debug pages, other sites' scripts, and how the inside is called."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.panel.conftest import Enter, Person
from tests.panel.routes import address, readable

pytestmark = pytest.mark.databases("sqlite")
INFO = "/settings/organization"


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.env",
        "/wsgi.py",
        "/requirements.txt",
        "/instance/scim.db",
        "/static/",
        "/static/vendor",
        "/static/../wsgi.py",
        "/static/%2e%2e/wsgi.py",
        "/static/..%2fwsgi.py",
        "/static//etc/passwd",
        "/console",
        "/debug",
        "/metrics",
        "/server-status",
        "/swagger.json",
        "/?__debugger__=yes&cmd=resource&f=debugger.js",
    ],
)
def test_there_are_no_files_folders_or_tools_of_the_server(visitor: Person, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == (303 if path.startswith("/?") else 404)
    assert "Index of" not in answer.text and "create_app" not in answer.text


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG", "PROPFIND"])
def test_methods_of_other_times_are_refused(owner: Person, method: str) -> None:
    for path in ("/", "/sign-in", INFO, "/healthz", "/scim/v2/Users"):
        answer = owner.open(path, method=method, headers={"X-Canary": "canary"})
        assert answer.status_code in {401, 405}
        assert "canary" not in answer.text


def test_health_says_one_word(visitor: Person) -> None:
    assert visitor.get("/healthz").get_json() == {"status": "alive"}
    assert visitor.get("/readyz").get_json() == {"status": "ready"}


def test_no_answer_names_what_it_is_made_with_or_lets_another_site_read_it(owner: Person, app: Flask, key: str) -> None:
    asked = {"Origin": "https://evil.example", "Authorization": f"Bearer {key}"}
    for path in (
        *map(address, readable(app)),
        "/static/app.css",
        "/scim/v2/Users",
        "/scim/v2/Schemas",
        "/scim/v2/nowhere",
    ):
        for method in ("GET", "OPTIONS"):
            with owner.open(path, method=method, headers=asked) as answer:
                named = {name.lower() for name in answer.headers.keys()}
                assert not [name for name in named if name.startswith("access-control-")]
                assert not {"server", "x-powered-by", "via"} & named


def test_a_password_is_typed_where_nobody_reads_it_and_a_manager_may_fill_it_in(owner: Person, enter: Enter) -> None:
    owner.post("/sign-out", on=INFO)
    fields = re.findall(r"<input[^>]*name=\"password\"[^>]*>", owner.get("/sign-in").text)
    assert len(fields) == 1
    for field in fields:
        assert 'type="password"' in field and 'autocomplete="current-password"' in field
        assert "onpaste" not in field and "readonly" not in field and 'autocomplete="off"' not in field


def test_every_page_has_the_way_out(owner: Person, app: Flask) -> None:
    for rule in readable(app):
        page = owner.get(address(rule))
        if page.status_code == 200 and "<main" in page.text and rule.startswith("/settings"):
            assert 'action="/sign-out"' in page.text, rule


def test_signing_out_clears_what_the_browser_kept(owner: Person) -> None:
    assert owner.post("/sign-out", on=INFO).headers["Clear-Site-Data"] == '"cache"'
