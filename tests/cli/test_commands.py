"""The commands an operator sets an organisation up with: org, admin, key, demo, doctor."""

from __future__ import annotations

import json
import stat
import threading
from contextvars import Context
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.cli.doctor import public_address
from scim_app.directory import administrators, claims, keys
from scim_app.directory.keys import Authenticated, Reason, Refusal
from scim_app.directory.tables import Administrator, Membership, Organization
from scim_app.directory.transaction import transact
from tests.cli.conftest import Run
from tests.conftest import SECRETS

pytestmark = pytest.mark.databases("sqlite")
PASSWORD = "correct horse battery"


def printed(run: Run, *words: str, given: str | None = None) -> dict[str, Any]:
    """The JSON object that the command prints."""
    ended = run(*words, "--json", given=given)
    assert ended.exit_code == 0, ended.output
    made: dict[str, Any] = json.loads(ended.stdout)
    return made


def refused(run: Run, *words: str, given: str | None = None) -> str:
    """The sentence with which the command ends."""
    ended = run(*words, given=given)
    assert ended.exit_code == 1, ended.output
    assert ended.stdout == ""
    return ended.stderr.strip()


def found(session: scoped_session[Session], key: str) -> Authenticated | Refusal:
    session.rollback()
    return keys.authenticate(session, SECRETS["KEY_PEPPER"], key, datetime.now(UTC))


def test_an_organisation_is_made_and_named(run: Run, session: scoped_session[Session]) -> None:
    made = printed(run, "org", "create", "Acme Corp", "--domain", "Acme.example", "--domain", "acme.test")
    assert list(made) == ["id", "slug"]
    assert made["slug"] == "acme-corp"
    kept = session.get_one(Organization, made["id"])
    assert (kept.name, kept.domains) == ("Acme Corp", ["acme.example", "acme.test"])


def test_organisations_are_listed(run: Run) -> None:
    assert run("org", "list").stdout == "No organizations.\n" and printed(run, "org", "list") == {"organizations": []}
    for words in (("Beta",), ("Acme", "--domain", "acme.example")):
        printed(run, "org", "create", *words)
    assert run("org", "list").stdout == "acme  Acme  acme.example\nbeta  Beta\n"
    (acme, beta) = printed(run, "org", "list")["organizations"]
    assert (acme["slug"], acme["name"], acme["domains"], beta["domains"]) == ("acme", "Acme", ["acme.example"], [])
    assert len(acme["id"]) == 36


def test_administrators_are_listed_with_their_roles_and_never_with_a_link(
    run: Run, session: scoped_session[Session], organization: Organization
) -> None:
    assert run("admin", "list", "--org", "acme").stdout == "No administrators.\n"
    words = ("admin", "create", "--org", "acme", "--role")
    printed(run, *words, "admin", "grace@acme.example")
    printed(run, *words, "owner", "ada@acme.example", "--password-stdin", given=f"{PASSWORD}\n")
    assert run("admin", "list", "--org", "acme").stdout == "ada@acme.example  owner\ngrace@acme.example  admin  invited\n"
    transact(session, lambda: session.execute(update(Membership).values(disabled_at=datetime.now(UTC))))
    found = printed(run, "admin", "list", "--org", "acme")["administrators"]
    assert [(each["email"], each["role"], each["state"]) for each in found] == [
        ("ada@acme.example", "owner", "disabled"), ("grace@acme.example", "admin", "disabled")
    ]  # fmt: skip
    assert set(found[0]) == {"id", "email", "role", "state"}
    assert "There is no organization with the slug" in refused(run, "admin", "list", "--org", "nowhere")


def test_what_cannot_be_is_a_sentence_on_standard_error(run: Run, organization: Organization) -> None:
    assert 'The slug "acme" is taken' in refused(run, "org", "create", "Other", "--slug", "acme")
    assert "is not an e-mail domain" in refused(run, "org", "create", "Other", "--domain", "x")
    assert "There is no organization with the slug" in refused(run, "key", "create", "--org", "nowhere")
    assert "There is no such key" in refused(run, "key", "deactivate", "7", "--org", "acme")
    assert "There is no such key" in refused(run, "key", "delete", "7", "--org", "acme")


def test_an_administrator_with_a_password_can_sign_in(
    run: Run, session: scoped_session[Session], organization: Organization
) -> None:
    command = ("admin", "create", "ada@acme.example", "--org", "acme", "--role", "owner", "--password-stdin")
    made = printed(run, *command, given=f"{PASSWORD}\n")
    assert made == {"id": made["id"], "email": "ada@acme.example", "role": "owner"}
    signed_in = administrators.authenticate(session, "ada@acme.example", PASSWORD)
    assert signed_in is not None and signed_in.id == made["id"]
    assert "already" in refused(run, *command, given=f"{PASSWORD}\n")
    other = ("admin", "create", "bob@acme.example", "--org", "acme", "--role", "viewer", "--password-stdin")
    assert "at least 12 characters" in refused(run, *other, given="short\n")


def test_an_administrator_without_a_password_gets_a_link_to_choose_one(
    run: Run, app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    made = printed(run, "admin", "create", "ada@acme.example", "--org", "acme", "--role", "owner")
    base, token = made["claim_url"].rsplit("/", 1)
    assert base == f"{app.config['PUBLIC_URL']}/claim"
    assert claims.holder(session, token).id == made["id"]


def test_a_lost_link_is_replaced_by_a_new_one(
    run: Run, session: scoped_session[Session], organization: Organization
) -> None:
    old = printed(run, "admin", "create", "ada@acme.example", "--org", "acme", "--role", "owner")["claim_url"]
    new = printed(run, "admin", "claim", "ADA@acme.example")["claim_url"]
    assert claims.holder(session, new.rsplit("/", 1)[1]).email == "ada@acme.example"
    with pytest.raises(claims.ClaimRefused):
        claims.holder(session, old.rsplit("/", 1)[1])
    assert "There is no administrator" in refused(run, "admin", "claim", "eve@acme.example")


def test_somebody_who_has_an_account_keeps_their_password_and_is_told(
    run: Run, session: scoped_session[Session], organization: Organization
) -> None:
    printed(run, "org", "create", "Beta")
    words = ("admin", "create", "ada@acme.example", "--role", "owner", "--password-stdin", "--org")
    printed(run, *words, "acme", given=f"{PASSWORD}\n")
    ended = run(*words, "beta", given="another password entirely\n")
    assert "keep the password they have" in ended.stdout
    assert administrators.authenticate(session, "ada@acme.example", PASSWORD) is not None


def test_a_key_is_made_listed_deactivated_and_deleted(
    run: Run, session: scoped_session[Session], organization: Organization
) -> None:
    made = printed(run, "key", "create", "--org", "acme", "--label", "Okta", "--expires-days", "30")
    assert list(made) == ["id", "key", "expires_at"]
    ends = datetime.fromisoformat(made["expires_at"])
    assert abs(ends - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=1)
    assert found(session, made["key"]) == Authenticated(made["id"], organization.id, "provision", "Okta")
    listed = printed(run, "key", "list", "--org", "acme")["keys"]
    assert [(key["id"], key["state"], key["last_four"]) for key in listed] == [(made["id"], "active", made["key"][-4:])]
    assert made["key"] not in json.dumps(listed)
    printed(run, "key", "deactivate", made["id"], "--org", "acme")
    outcome = found(session, made["key"])
    assert isinstance(outcome, Refusal)
    assert (outcome.reason, outcome.id, outcome.organization_id) == (Reason.DEACTIVATED, made["id"], organization.id)
    assert "deactivated" in run("key", "list", "--org", "acme").stdout
    printed(run, "key", "delete", made["id"], "--org", "acme")
    assert found(session, made["key"]) == Refusal(Reason.UNKNOWN)
    assert run("key", "list", "--org", "acme").stdout == "No keys.\n"


def test_a_key_to_read_is_one(run: Run, session: scoped_session[Session], organization: Organization) -> None:
    opened = found(session, printed(run, "key", "create", "--org", "acme", "--scope", "read")["key"])
    assert isinstance(opened, Authenticated) and opened.scope == "read"


def test_a_key_is_bound_to_networks_and_let_in_from_anywhere_again(run: Run, organization: Organization) -> None:
    made = printed(run, "key", "create", "--org", "acme", "--from", "203.0.113.0/24", "--from", "2001:db8::1")
    listed = printed(run, "key", "list", "--org", "acme")["keys"]
    assert listed[0]["allowed_networks"] == ["203.0.113.0/24", "2001:db8::1/128"]
    said = run("key", "allow", made["id"], "192.0.2.7", "--org", "acme").stdout
    assert said == "The key is let in from 192.0.2.7 only.\n"
    assert run("key", "allow", made["id"], "--org", "acme").stdout == "The key is let in from anywhere.\n"
    assert printed(run, "key", "list", "--org", "acme")["keys"][0]["allowed_networks"] == []
    assert "“here” is not an IP address or network." in refused(run, "key", "allow", made["id"], "here", "--org", "acme")


def test_the_doctor_says_when_a_pepper_is_missing_and_when_a_former_one_is_needed_no_more(
    run: Run, app: Flask, organization: Organization
) -> None:
    printed(run, "key", "create", "--org", "acme")
    former, app.config["KEY_PEPPER"] = app.config["KEY_PEPPER"], "n" * 32
    assert "WRONG  keys: 1 key is kept under a pepper that is not set: refused." in run("doctor").stdout
    app.config["KEY_PEPPER_FALLBACKS"] = (former,)
    assert "ok     keys: 1 key is kept under KEY_PEPPER_FALLBACKS until used next." in run("doctor").stdout
    made = printed(run, "key", "list", "--org", "acme")["keys"][0]["id"]
    printed(run, "key", "delete", made, "--org", "acme")
    assert "ok     keys: all are kept under KEY_PEPPER. KEY_PEPPER_FALLBACKS may be unset." in run("doctor").stdout


def test_a_third_key_is_refused(run: Run, organization: Organization) -> None:
    for _ in range(2):
        printed(run, "key", "create", "--org", "acme")
    assert "You have two active keys, the maximum." in refused(run, "key", "create", "--org", "acme")


def test_the_demo_shows_how_to_get_in_and_says_the_same_the_next_time(
    run: Run, app: Flask, session: scoped_session[Session], tmp_path: Path
) -> None:
    first, second = printed(run, "demo"), printed(run, "demo")
    assert first == second
    assert administrators.authenticate(session, first["email"], first["password"]) is not None
    assert isinstance(found(session, first["key"]), Authenticated)
    assert first["panel"] == f"{app.config['PUBLIC_URL']}/sign-in"
    assert first["key"] in first["curl"] and first["base_url"] in first["curl"]
    assert stat.S_IMODE((tmp_path / "instance" / "demo.json").stat().st_mode) == 0o600


def test_a_demo_that_lost_its_notes_makes_a_new_way_in(
    run: Run, session: scoped_session[Session], tmp_path: Path
) -> None:
    first = printed(run, "demo")
    (tmp_path / "instance" / "demo.json").unlink()
    second = printed(run, "demo")
    assert isinstance(found(session, second["key"]), Authenticated)
    refusal = found(session, first["key"])
    assert isinstance(refusal, Refusal) and refusal.reason is Reason.DEACTIVATED


def test_a_demo_whose_administrator_is_gone_makes_a_new_way_in(run: Run, session: scoped_session[Session]) -> None:
    first = printed(run, "demo")
    transact(session, lambda: session.execute(delete(Administrator)))
    second = printed(run, "demo")
    assert second["email"] != first["email"]
    assert administrators.authenticate(session, second["email"], second["password"]) is not None


def test_the_demo_is_for_this_machine_only(run: Run, app: Flask) -> None:
    app.config["PUBLIC_URL"] = "https://scim.example.com"
    assert "The demo is for a loopback address" in refused(run, "demo")


def test_the_doctor_finds_nothing_wrong_with_a_good_installation(run: Run) -> None:
    found = printed(run, "doctor")
    assert found["ok"] is True
    assert [finding["about"] for finding in found["findings"]] == [
        "version",
        "database",
        "migrations",
        "public address",
        "secrets",
        "keys",
    ]


@pytest.fixture
def unmigrated(empty_database: str, environment: dict[str, str]) -> dict[str, str]:
    """Settings that name a database without tables."""
    environment["DATABASE_URL"] = empty_database
    return environment


def test_the_doctor_names_the_fix_for_a_database_without_migrations(unmigrated: dict[str, str], run: Run) -> None:
    ended = run("doctor")
    assert ended.exit_code == 1
    assert "WRONG  migrations" in ended.stdout and "Run `flask db upgrade`." in ended.stdout
    assert "`flask doctor` says what is wrong and the fix." in refused(run, "org", "create", "Acme")


def looked(run: Run, *words: str) -> tuple[int, dict[str, Any]]:
    """How `flask doctor` ended, and what it found, by what it looked at."""
    ended = run("doctor", "--json", *words)
    return ended.exit_code, {finding["about"]: finding for finding in json.loads(ended.stdout)["findings"]}


def ask(app: Flask, key: str, header: str = "Bearer {key}") -> None:
    """A request of a directory's, in the log."""
    headers = {"Authorization": header.format(key=key), "User-Agent": "Okta SCIM Client"}
    Context().run(app.test_client().get, "/scim/v2/Users", headers=headers)
    assert app.extensions["journal"].flush()


def test_the_doctor_reads_the_log_of_each_organisation(
    run: Run, app: Flask, organization: Organization, key: str
) -> None:
    printed(run, "org", "create", "Beta")
    code, found = looked(run, "--org", "acme")
    assert (code, found["connection"]["state"]) == (0, "nothing has come yet.")
    ask(app, key)
    assert looked(run, "--org", "acme")[1]["connection"]["state"] == "nothing wrong in the last 1 requests."
    ask(app, key, "Bearer Bearer {key}")
    ended = run("doctor")
    assert ended.exit_code == 1
    assert (
        "WRONG  acme: bearer-twice: Okta was refused once: " in ended.stdout and "paste the key alone." in ended.stdout
    )
    assert "ok     beta: connection: nothing has come yet." in ended.stdout
    code, found = looked(run, "--org", "acme")
    assert code == 1 and found["bearer-twice"]["organization"] == "acme" and found["bearer-twice"]["fix"]
    assert looked(run, "--org", "beta")[0] == 0
    assert "There is no organization with the slug" in refused(run, "doctor", "--org", "nowhere")


def test_a_hint_is_no_reason_to_fail(run: Run, app: Flask, key: str) -> None:
    ask(app, key, "{key}")
    code, found = looked(run, "--org", "acme")
    assert code == 0 and found["bearer-missing"]["ok"] is True


class Elsewhere(BaseHTTPRequestHandler):
    """What answers at an address that is not the service's."""

    def do_GET(self) -> None:
        if self.path.startswith("/moved"):
            self.send_response(301)
            self.send_header("Location", "/good/healthz")
        else:
            self.send_response(200 if self.path == "/good/healthz" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("path", "ok", "words"),
    [
        ("/good", True, "answers."),
        ("/bad", False, "answers 404, so this service is not there."),
        ("/moved", False, "leads on to"),
        (None, False, "does not answer from here ("),
    ],
)
def test_the_doctor_asks_whether_the_public_address_is_reached(path: str | None, ok: bool, words: str) -> None:
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    url = f"http://127.0.0.1:{server.server_port}{path or ''}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    if path is None:
        server.shutdown()
        server.server_close()
    found = public_address(url)
    if path is not None:
        server.shutdown()
        server.server_close()
    thread.join()
    assert found.ok is ok and words in found.state and bool(found.fix) is not ok


def test_the_doctor_looks_at_a_public_address_that_is_not_this_machine(
    run: Run, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["PUBLIC_URL"] = "https://scim.example"
    asked: list[str] = []

    def unreachable(url: str, timeout: float) -> None:
        asked.append(url)
        raise URLError("no such host")

    monkeypatch.setattr("scim_app.cli.doctor.urlopen", unreachable)
    code, found = looked(run)
    assert code == 1 and asked == ["https://scim.example/healthz"]
    assert found["public address"]["state"] == "https://scim.example does not answer from here (no such host)."
