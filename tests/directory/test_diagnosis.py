"""The connection doctor: every mistake is made over HTTP, found in the log, and no longer found once it is fixed."""

from __future__ import annotations

from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.ids import new_id
from scim_app.directory.journal import diagnosis
from scim_app.directory.journal.diagnosis import DIAGNOSES, Finding, Report
from scim_app.directory.journal.diagnosis.content import PUSHES
from scim_app.directory.journal.diagnosis.evidence import ENTRIES
from scim_app.directory.tables import Organization, ScimKey, ScimRequest
from scim_app.directory.transaction import transact

OKTA, ENTRA = "Okta SCIM Client 1.0.0", "Microsoft Azure AD SCIM provisioning"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NOW, SOON = timedelta(), timedelta(minutes=3)


@dataclass
class Wire:
    """A directory that talks to the service, well or badly, and the doctor who reads the log of it."""

    app: Flask
    session: scoped_session[Session]
    organization_id: str
    key: str
    agent: str = OKTA

    def send(
        self, method: str, path: str, body: object = None, *, base: str = "/scim/v2", authorization: str = "Bearer {key}",
        **headers: str,
    ) -> TestResponse:  # fmt: skip
        sent = {"Authorization": authorization.format(key=self.key), "User-Agent": self.agent} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        client = self.app.test_client()
        return Context().run(client.open, f"{base}{path}", method=method, json=body, headers=sent)

    def user(self, name: str, **given: Any) -> str:
        answer = self.send("POST", "/Users", {"userName": f"{name}@acme.example"} | given)
        assert answer.status_code == 201, answer.text
        return str(answer.get_json(force=True)["id"])

    def group(self, name: str, *ids: str) -> str:
        answer = self.send("POST", "/Groups", {"displayName": name, "members": [{"value": each} for each in ids]})
        assert answer.status_code == 201, answer.text
        return str(answer.get_json(force=True)["id"])

    def add(self, group_id: str, *ids: str) -> None:
        operation = {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}
        answer = self.send("PATCH", f"/Groups/{group_id}", {"schemas": [PATCH_OP], "Operations": [operation]})
        assert answer.status_code < 300, answer.text

    def works(self) -> None:
        """What a healthy directory does: test, look up, create, push, change, deactivate."""
        assert self.send("GET", "/Users?startIndex=1&count=2").status_code == 200
        assert self.send("GET", '/Users?filter=userName eq "ada@acme.example"').status_code == 200
        ada, grace = self.user("ada", orgRole="Admin"), self.user("grace")
        group_id = self.group("Sales", ada)
        self.add(group_id, grace)
        self.send("PATCH", f"/Users/{ada}", {"schemas": [PATCH_OP], "Operations": [
            {"op": "replace", "value": {"active": False}}]})  # fmt: skip
        self.send("GET", f"/Users/{grace}")

    def report(self, later: timedelta = NOW) -> Report:
        assert self.app.extensions["journal"].flush()
        self.session.rollback()
        catalog = self.app.extensions["catalog"]
        return diagnosis.diagnose(self.session, self.organization_id, catalog, datetime.now(UTC) + later)

    def names(self, later: timedelta = NOW) -> list[str]:
        return [each.name for each in self.report(later).findings]

    def finding(self, name: str, later: timedelta = NOW) -> Finding:
        found = {each.name: each for each in self.report(later).findings}
        assert list(found) == [name]
        return found[name]

    def change_key(self, **values: object) -> None:
        transact(self.session, lambda: self.session.execute(update(ScimKey).values(**values)))


@pytest.fixture
def wire(app: Flask, session: scoped_session[Session], organization: Organization, key: str) -> Wire:
    """A directory with Acme's key."""
    return Wire(app, session, organization.id, key)


@pytest.fixture
def rival(app: Flask, session: scoped_session[Session]) -> Wire:
    """The same directory with the key of another organisation."""

    def work() -> tuple[str, str]:
        other = organizations.create(session, "Rival")
        pepper = app.config["KEY_PEPPER"]
        made = keys.generate(session, other.id, OPERATOR, pepper, label="R", scope="provision", expires_at=None)
        return other.id, made.key

    return Wire(app, session, *transact(session, work))


@pytest.mark.parametrize("agent", [OKTA, ENTRA], ids=["one client", "another"])
def test_nothing_is_wrong_with_a_healthy_connection(wire: Wire, agent: str) -> None:
    wire.agent = agent
    wire.works()
    report = wire.report(SOON)
    assert report.findings == [] and report.requests == 8 and report.since is not None


def test_nothing_is_wrong_before_anything_came(wire: Wire) -> None:
    assert wire.report() == Report([], 0, None)


REFUSED = {
    "key-expired": {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "key-deactivated": {"deactivated_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "key-replaced": {"retires_at": datetime(2026, 1, 1, tzinfo=UTC)},
    "key-wrong": {"secret_hash": "0" * 64},
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_key_that_is_refused_is_named_until_the_client_is_let_in(wire: Wire, name: str) -> None:
    wire.works()
    old = wire.session.execute(select(*(getattr(ScimKey, column) for column in REFUSED[name]))).one()._asdict()
    wire.session.rollback()
    wire.change_key(**REFUSED[name])
    for _ in range(3):
        assert wire.send("GET", "/Users").status_code == 401
    found = wire.finding(name)
    assert found.seen.startswith("Okta was refused 3 times: ") and "“Okta”" in found.seen and not found.hint
    assert found.request_id and found.at and found.client == "Okta"
    wire.change_key(**old)
    assert wire.send("GET", "/Users").status_code == 200
    assert wire.names() == []


@pytest.mark.parametrize(
    ("name", "header", "said"),
    [
        ("bearer-twice", "Bearer Bearer {key}", "more than once"),
        ("bearer-twice", "Bearer bearer  {key}", "more than once"),
        ("not-a-bearer", "Token {key}", "alone behind the word Bearer"),
        ("not-a-bearer", 'Bearer "{key}"', "alone behind the word Bearer"),
        ("not-a-bearer", "Bearer: {key}", "alone behind the word Bearer"),
    ],
)
def test_a_key_in_other_words_is_refused_and_found(wire: Wire, name: str, header: str, said: str) -> None:
    answer = wire.send("GET", "/Users", authorization=header)
    assert answer.status_code == 401 and said in answer.get_json(force=True)["detail"]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert wire.finding(name).seen.startswith("Okta was refused once: ")
    wire.works()
    assert wire.names() == []


def test_a_key_in_other_words_that_is_nobodys_is_answered_alike_and_noted_nowhere(wire: Wire) -> None:
    good = wire.send("GET", "/Users", authorization="Bearer Bearer {key}")
    body = f"scim_{'A' * 11}_{'B' * 43}"
    for stranger in (body + keys.checksum(body), wire.key[:-1] + ("a" if wire.key[-1] != "a" else "b")):
        bad = wire.send("GET", "/Users", authorization=f"Bearer Bearer {stranger}")
        assert (bad.status_code, bad.get_json(force=True)) == (good.status_code, good.get_json(force=True))
    wire.change_key(deactivated_at=datetime.now(UTC))
    off = wire.send("GET", "/Users", authorization="Bearer Bearer {key}")
    assert off.get_json(force=True) == good.get_json(force=True)
    assert {(each.name, each.seen[:22]) for each in wire.report().findings} == {
        ("bearer-twice", "Okta was refused once:"), ("key-deactivated", "Okta was refused once:")
    }  # fmt: skip


def test_a_client_that_repeats_itself_fills_one_row(wire: Wire) -> None:
    for _ in range(20):
        wire.send("POST", "/Users", {"userName": "ada"}, authorization="Bearer Bearer {key}")
    assert wire.report().requests == 20
    assert wire.session.query(ScimRequest).count() == 1


def test_a_key_without_bearer_is_let_in_and_told_as_a_hint(wire: Wire) -> None:
    assert wire.send("GET", "/Users", authorization="{key}").status_code == 200
    found = wire.finding("bearer-missing")
    assert found.hint and found.seen == "Okta sent the key “Okta” without Bearer once, and was let in."
    wire.works()
    assert wire.names() == []


def test_requests_with_and_without_bearer_are_counted_apart(wire: Wire) -> None:
    for header in ("{key}", "Bearer {key}", "{key}"):
        wire.send("GET", "/Users", authorization=header)
    assert wire.finding("bearer-missing").seen.startswith("Okta sent the key “Okta” without Bearer 2 times")


@pytest.mark.parametrize(
    ("name", "base", "address"),
    [
        ("base-url-doubled", "/scim/v2/scim/v2", "/scim/v2/scim/v2/Users"),
        ("base-url-doubled", "/scim/v2/v2", "/scim/v2/v2/Users"),
        ("base-url-short", "", "/Users"),
        ("base-url-short", "/scim", "/scim/Users"),
        ("base-url-short", "/v2", "/v2/Users"),
        ("base-url-long", "/scim/v2/Users", "/scim/v2/Users/Users"),
    ],
)
def test_a_wrong_base_url_is_answered_as_scim_and_found(wire: Wire, name: str, base: str, address: str) -> None:
    for method in ("GET", "POST"):
        answer = wire.send(method, "/Users", {} if method == "POST" else None, base=base)
        assert answer.status_code in {404, 405} and answer.content_type == "application/scim+json"
        assert answer.get_json(force=True)["status"] == str(answer.status_code)
    found = wire.finding(name)
    assert f"Okta asked 2 times where nothing is, last for {address}: " in found.seen
    wire.works()
    assert wire.names() == []


def test_beside_the_base_url_only_a_good_key_is_noted_and_only_a_key_is_answered_as_scim(wire: Wire) -> None:
    wire.change_key(deactivated_at=datetime.now(UTC))
    assert wire.send("GET", "/Users", base="").content_type == "application/scim+json"
    assert wire.send("GET", "/Users", base="", authorization="Bearer x").content_type.startswith("text/html")
    assert "scim_" not in wire.send("GET", "/Users", base="").text
    assert wire.report().requests == 0
    wire.change_key(deactivated_at=None)
    assert wire.send("GET", "/healthz", base="").status_code == 200
    assert wire.report().requests == 0


def test_requests_over_http_are_found_where_the_proxy_says_so(wire: Wire) -> None:
    wire.app.config["PUBLIC_URL"] = "https://scim.example"
    assert wire.send("GET", "/Users", X_Forwarded_Proto="http").status_code == 200
    assert "over http, not https, once." in wire.finding("plain-http").seen
    wire.send("GET", "/Users", X_Forwarded_Proto="https")
    assert wire.names() == []


def test_ids_of_another_organisation_are_found_and_those_of_people_deleted_here_are_not(
    wire: Wire, rival: Wire
) -> None:
    foreign, gone = rival.user("grace"), wire.user("ada")
    wire.send("DELETE", f"/Users/{gone}")
    assert wire.send("GET", f"/Users/{gone}").status_code == 404
    assert wire.send("GET", "/Users/nobody").status_code == 404
    assert wire.names() == []
    assert wire.send("GET", f"/Users/{foreign}").status_code == 404
    assert wire.send("PUT", f"/Users/{foreign}", {"userName": "grace"}).status_code == 404
    assert "2 times for users or groups by 1 id that nobody here has or had" in wire.finding("foreign-ids").seen
    assert rival.names() == []
    assert wire.names(timedelta(days=2)) == []


WRONG = "urn:ietf:params:scim:schemas:extension:acme:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.mark.parametrize("urn", [WRONG, ENTERPRISE], ids=["unknown", "enterprise"])
def test_the_role_in_another_namespace_is_found_until_it_comes_where_it_belongs(wire: Wire, urn: str) -> None:
    ada = wire.user("ada", **{urn: {"orgRole": "Admin"}})
    assert f"as orgRole in the namespace {urn}." in wire.finding("role-elsewhere").seen
    right = [{"op": "replace", "path": "orgRole", "value": "Admin"}]
    assert wire.send("PATCH", f"/Users/{ada}", {"schemas": [PATCH_OP], "Operations": right}).status_code == 200
    assert wire.names() == []


def test_the_role_in_both_places_is_nothing_wrong(wire: Wire) -> None:
    wire.user("ada", orgRole="Admin", **{WRONG: {"orgRole": "Admin"}})
    assert wire.names() == []


def test_the_role_in_a_patch_and_in_the_access_extension(wire: Wire) -> None:
    urn = wire.app.extensions["catalog"].access_urn
    ada = wire.user("ada", **{urn: {"orgRole": "Admin"}})
    assert wire.names() == []
    for operation in (
        {"op": "add", "path": f"{WRONG}:orgRole", "value": "Admin"},
        {"op": "add", "value": {WRONG: {"orgRole": "A"}}},
    ):
        wire.send("PATCH", f"/Users/{ada}", {"schemas": [PATCH_OP], "Operations": [operation]})
        assert wire.finding("role-elsewhere").client == "Okta"
        wire.send("PUT", f"/Users/{ada}", {"userName": "ada@acme.example", "orgRole": "Admin"})
        assert wire.names() == []


def test_members_who_are_not_here_are_counted_until_the_group_is_pushed_without_them(wire: Wire, rival: Wire) -> None:
    ada, gone, foreign = wire.user("ada"), wire.user("alan"), rival.user("grace")
    wire.send("DELETE", f"/Users/{gone}")
    group_id = wire.group("Sales", ada, gone, foreign)
    found = wire.finding("members-unknown")
    assert found.seen == "Okta pushed the group “Sales” with 2 members not here, who were left out; 1 was deleted here."
    wire.add(group_id, foreign)
    assert wire.finding("members-unknown").seen.endswith("with 1 member not here, who were left out.")
    wire.add(group_id, wire.user("mary"))
    assert wire.names() == []


def test_a_group_that_came_before_its_members_is_a_hint_until_somebody_is_in_it(wire: Wire) -> None:
    group_id = wire.group("Sales")
    ada = wire.user("ada")
    assert wire.names() == []
    found = wire.finding("pushed-before-assigned", SOON)
    assert found.hint and "“Sales” before it created 1 person" in found.seen
    wire.add(group_id, ada)
    assert wire.names(SOON) == []


def test_groups_that_are_empty_or_have_some_people_only_are_nothing_wrong(wire: Wire) -> None:
    ada, grace = wire.user("ada"), wire.user("grace")
    assert ada and grace
    wire.group("Nobody yet")
    wire.group("Sales", ada)
    wire.user("mary")
    assert wire.names(SOON) == []


def test_a_group_pushed_while_people_are_assigned_is_a_hint_until_all_are_in_it(wire: Wire) -> None:
    group_id = wire.group("Sales", wire.user("ada"), wire.user("grace"))
    mary = wire.user("mary")
    assert wire.names() == []
    found = wire.finding("same-group", SOON)
    assert found.hint and "the 2 created before are in it, and the 1 created after are not" in found.seen
    wire.add(group_id, mary)
    assert wire.names(SOON) == []


def test_people_created_again_without_an_import_are_a_hint_until_they_are_listed_or_matched(wire: Wire) -> None:
    ada = wire.user("ada")
    wire.send("GET", "/Users?startIndex=1&count=2")
    assert wire.send("POST", "/Users", {"userName": "ada@acme.example"}).status_code == 409
    assert "tried to create 1 person who is here already" in wire.finding("import-off").seen
    wire.send("PUT", f"/Users/{ada}", {"userName": "ada@acme.example", "displayName": "Ada"})
    assert wire.names() == []
    wire.send("POST", "/Users", {"userName": "ada@acme.example"})
    assert wire.names() == ["import-off"]
    wire.send("GET", "/Users?startIndex=1&count=100")
    assert wire.names() == []


def test_an_address_of_this_machine_is_a_hint_of_the_settings(wire: Wire) -> None:
    local = diagnosis.diagnose(
        wire.session, wire.organization_id, wire.app.extensions["catalog"], datetime.now(UTC), "http://localhost:5000"
    )
    assert [(each.name, each.hint) for each in local.findings] == [("address-local", True)]
    assert "http://localhost:5000" in local.findings[0].seen and local.wrong == []


def test_what_is_wrong_comes_before_hints_and_another_organisation_hears_of_nothing(wire: Wire, rival: Wire) -> None:
    wire.send("GET", "/Users", authorization="{key}")
    wire.agent = ENTRA
    wire.send("GET", "/Users", authorization="Bearer Bearer {key}")
    assert wire.names() == ["bearer-twice", "bearer-missing"]
    assert rival.report() == Report([], 0, None)


def test_every_diagnosis_has_a_name_a_title_and_a_fix() -> None:
    for name, each in DIAGNOSES.items():
        assert name == each.name and each.title and each.fix.endswith(".") and each.look.__doc__


def repeat(wire: Wire, action: str, times: int) -> None:
    """Have the log say again, of so many others, what it says once."""

    def work() -> None:
        (row,) = wire.session.scalars(select(ScimRequest).where(ScimRequest.action == action)).all()
        copied = {column.key: getattr(row, column.key) for column in ScimRequest.__table__.columns}
        rows = [copied | {"id": new_id(), "target_id": new_id()} for _ in range(times)]
        wire.session.execute(insert(ScimRequest), rows)

    transact(wire.session, work)


def test_the_doctor_reads_so_much_and_no_more_of_a_long_log(wire: Wire) -> None:
    wire.works()
    wire.report()
    repeat(wire, "group:created", ENTRIES + 200)
    assert wire.report(SOON).requests == ENTRIES


def test_the_doctor_asks_no_more_the_more_groups_were_pushed(wire: Wire) -> None:
    wire.user("ada")
    wire.group("Sales")
    wire.report()
    repeat(wire, "group:created", 3 * PUSHES)
    wire.user("mary")
    wire.report()
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = wire.session.get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    try:
        assert wire.report(SOON).findings == []
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(asked) < 2 * PUSHES
