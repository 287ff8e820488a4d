"""What stands around every page: sign-in, roles, CSRF, headers, errors."""

from __future__ import annotations

import logging
import re

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.routing import Rule

from scim_app import create_app
from scim_app.panel import organization as organization_page
from tests.panel.conftest import HTMX, Enter, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EVERYBODY, SIGNED_IN, ACTING, OWNING = "everybody", "any role", "owner and admin", "owner"
MATRIX = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("POST", "/sign-in"): EVERYBODY,
    ("GET", "/claim/<token>"): EVERYBODY,
    ("POST", "/claim/<token>"): EVERYBODY,
    ("POST", "/theme"): EVERYBODY,
    ("POST", "/sign-out"): SIGNED_IN,
    ("POST", "/organization"): SIGNED_IN,
    ("GET", "/settings/account"): SIGNED_IN,
    ("POST", "/settings/account/password"): SIGNED_IN,
    ("POST", "/settings/account/sessions/end"): SIGNED_IN,
    ("POST", "/settings/account/sessions/<session_id>/end"): SIGNED_IN,
    ("GET", "/settings/organization"): SIGNED_IN,
    ("GET", "/settings/organization/access"): SIGNED_IN,
    ("GET", "/settings/organization/changelog"): SIGNED_IN,
    ("GET", "/settings/organization/changelog/releases"): SIGNED_IN,
    ("GET", "/settings/organization/changelog/<change_id>"): SIGNED_IN,
    ("POST", "/settings/organization/changelog/export"): SIGNED_IN,
    ("GET", "/settings/organization/access/connect/<provider>"): SIGNED_IN,
    ("POST", "/settings/organization/access/self-test"): ACTING,
    ("GET", "/settings/organization/find"): SIGNED_IN,
    ("GET", "/settings/organization/users"): SIGNED_IN,
    ("GET", "/settings/organization/users/<user_id>"): SIGNED_IN,
    ("GET", "/settings/organization/groups"): SIGNED_IN,
    ("GET", "/settings/organization/groups/<group_id>"): SIGNED_IN,
    ("GET", "/settings/organization/log"): SIGNED_IN,
    ("GET", "/settings/organization/log/new"): SIGNED_IN,
    ("GET", "/settings/organization/log/<request_id>"): SIGNED_IN,
    ("POST", "/settings/organization/log/retention"): ACTING,
    ("GET", "/settings/organization/log/simulation"): ACTING,
    ("POST", "/settings/organization/log/simulation"): ACTING,
    ("GET", "/settings/organization/projects"): SIGNED_IN,
    ("GET", "/settings/organization/projects/<project_id>"): SIGNED_IN,
    ("GET", "/settings/organization/groups/<group_id>/bindings"): SIGNED_IN,
    ("GET", "/settings/organization/ownership"): SIGNED_IN,
    ("POST", "/settings/organization/projects"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/rename"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/delete"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/default-role"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/teams"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/teams/<team_id>/rename"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/teams/<team_id>/delete"): ACTING,
    ("POST", "/settings/organization/projects/<project_id>/teams/<team_id>/restore"): ACTING,
    ("POST", "/settings/organization/roles"): ACTING,
    ("POST", "/settings/organization/roles/<role_id>/rename"): ACTING,
    ("POST", "/settings/organization/roles/<role_id>/delete"): ACTING,
    ("POST", "/settings/organization/groups/<group_id>/bindings"): ACTING,
    ("POST", "/settings/organization/groups/<group_id>/bindings/remove"): ACTING,
    ("POST", "/settings/organization/ownership"): OWNING,
    ("POST", "/settings/organization/name"): ACTING,
    ("POST", "/settings/organization/domains"): ACTING,
    ("POST", "/settings/organization/administrators"): ACTING,
    ("POST", "/settings/organization/administrators/<administrator_id>/link"): ACTING,
    ("POST", "/settings/organization/administrators/<administrator_id>/role"): ACTING,
    ("POST", "/settings/organization/administrators/<administrator_id>/disable"): ACTING,
    ("POST", "/settings/organization/administrators/<administrator_id>/enable"): ACTING,
    ("POST", "/settings/organization/administrators/<administrator_id>/remove"): ACTING,
    ("POST", "/settings/organization/access/keys"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/regenerate"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/finish"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/networks"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/cancel"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/deactivate"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/reactivate"): ACTING,
    ("POST", "/settings/organization/access/keys/<key_id>/delete"): ACTING,
}
INFO = "/settings/organization"


def routes(app: Flask) -> set[tuple[str, str]]:
    def methods(rule: Rule) -> set[str]:
        return (rule.methods or set()) - {"HEAD", "OPTIONS"}

    panel = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("panel.")]
    return {(method, rule.rule) for rule in panel for method in methods(rule)}


def address(rule: str) -> str:
    return re.sub(r"<[^>]+>", "x", rule)


def ask(person: Person, method: str, rule: str) -> int:
    path = address(rule)
    if method == "GET":
        return person.get(path).status_code
    return person.post(path, on=INFO).status_code


def test_every_route_has_a_row_in_the_matrix_of_roles(app: Flask) -> None:
    assert routes(app) == set(MATRIX)


def test_without_a_sign_in_every_other_page_leads_to_it(visitor: Person, subtests: pytest.Subtests) -> None:
    for (method, rule), who in MATRIX.items():
        if who == EVERYBODY:
            continue
        with subtests.test(route=f"{method} {rule}"):
            path = address(rule)
            answer = visitor.get(path) if method == "GET" else visitor.post(path)
            assert answer.status_code == 303
            assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize(("role", "refused"), [("owner", set()), ("admin", {OWNING}), ("viewer", {ACTING, OWNING})])
def test_each_role_may_do_what_the_matrix_says(
    enter: Enter, role: str, refused: set[str], subtests: pytest.Subtests
) -> None:
    person = enter(role)
    for (method, rule), who in MATRIX.items():
        if rule == "/sign-out" or who == EVERYBODY:
            continue
        with subtests.test(route=f"{method} {rule}"):
            assert (ask(person, method, rule) == 403) is (who in refused)


def test_a_form_without_its_token_changes_nothing(owner: Person, visitor: Person, subtests: pytest.Subtests) -> None:
    for method, rule in MATRIX:
        if method == "POST":
            with subtests.test(route=rule):
                path = address(rule)
                answer = owner.open(path, method="POST", data={"csrf_token": "wrong"})
                assert answer.status_code == 400
                assert "too old" in text_of(answer)
    assert owner.get(INFO).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 303),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_a_form_from_another_site_is_refused_even_with_a_token(
    owner: Person, headers: dict[str, str], status: int
) -> None:
    assert owner.post("/theme", {"theme": "dark"}, on=INFO, headers=headers).status_code == status


def test_a_form_from_our_own_address_is_taken(owner: Person, app: Flask) -> None:
    headers = {"Origin": app.config["PUBLIC_URL"]}
    assert owner.post("/theme", {"theme": "dark"}, on=INFO, headers=headers).status_code == 303


@pytest.mark.parametrize("path", ["/", "/sign-in", "/claim/x", INFO, f"{INFO}/access", f"{INFO}/changelog", "/nowhere"])
def test_every_answer_tells_the_browser_what_to_refuse(owner: Person, path: str) -> None:
    headers = owner.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_over_https_the_browser_is_told_to_stay_there_and_the_cookie_is_bound_to_the_host(
    environment: dict[str, str],
) -> None:
    app = create_app(environment | {"PUBLIC_URL": "https://scim.example.com"})
    answer = app.test_client().get("/sign-in", base_url="https://scim.example.com")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=") and "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie


def test_pages_have_nothing_inline(owner: Person, subtests: pytest.Subtests) -> None:
    for path in ("/sign-in", INFO, f"{INFO}/access", f"{INFO}/changelog", f"{INFO}/changelog/releases", "/nowhere"):
        with subtests.test(path=path):
            page = owner.get(path, follow_redirects=True).text
            assert "<style" not in page and " style=" not in page and " on" + "click" not in page
            assert page.count("<script") == page.count("<script src=")


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/nowhere", 404, "Check the address"),
        ("GET", "/settings", 404, "Check the address"),
        ("GET", "/sign-out", 405, "use the buttons"),
        ("DELETE", "/sign-in", 405, "use the buttons"),
    ],
)
def test_errors_are_pages_that_say_what_to_do(
    owner: Person, app: Flask, method: str, path: str, status: int, sentence: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = owner.open(path, method=method)
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert sentence in text_of(answer)
    assert ("Allow" in answer.headers) is (status == 405)


def test_a_form_that_is_too_large_is_a_page_too(owner: Person) -> None:
    answer = owner.open("/sign-in", method="POST", data={"email": "x" * 1_000_000})
    assert answer.status_code == 413
    assert "Send less text" in text_of(answer)


def test_htmx_gets_an_error_as_a_notice_at_the_top(viewer: Person) -> None:
    answer = viewer.post(f"{INFO}/name", {"name": "x"}, on=INFO, headers=HTMX)
    assert answer.status_code == 403
    assert answer.headers["HX-Retarget"] == "#notices"
    assert answer.text.startswith('<p class="notice bad" role="alert"')


def test_a_fault_of_ours_shows_nothing_of_the_inside(
    owner: Person, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(organization_page.organizations, "get", fail)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with caplog.at_level(logging.CRITICAL):
        answer = owner.get(INFO)
    assert answer.status_code == 500
    assert "Something broke on our side" in text_of(answer)
    assert "secret inside" not in answer.text and "Traceback" not in answer.text


def test_a_database_that_does_not_answer_is_a_page_that_says_to_try_again(
    owner: Person, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise OperationalError("SELECT secret", {}, Exception("gone"))

    monkeypatch.setattr("scim_app.directory.sign_ins.current", gone)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = owner.get(INFO)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "SELECT" not in answer.text


def test_errors_below_the_base_url_are_not_the_panels(visitor: Person) -> None:
    answer = visitor.get("/scim/v2/nowhere")
    assert answer.mimetype != "text/html"
    assert "Content-Security-Policy" not in answer.headers


def test_files_are_kept_for_ever_under_an_address_that_changes_with_them(visitor: Person) -> None:
    page = visitor.get("/sign-in").text
    address = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    assert "?v=" in address
    for path, kept in ((address, "immutable"), ("/static/app.css", "no-cache"), ("/static/nothing.css", "no-store")):
        with visitor.get(path) as answer:
            assert kept in answer.headers["Cache-Control"]
