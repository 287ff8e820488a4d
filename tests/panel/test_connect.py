"""Guides that tick themselves off, and the self-test."""

from __future__ import annotations

import re
from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.journal import KEY_REFUSED, SELF_TEST
from scim_app.directory.journal.diagnosis import DIAGNOSES
from scim_app.directory.tables import Organization, ScimKey, ScimRequest, User
from scim_app.directory.transaction import transact
from scim_app.panel.guides import DOCS, PROVIDERS, TROUBLES, WORKS, Guide, Step, Trouble, drawn, guide, parse, to_copy
from scim_app.panel.sentences import DONE, REFUSALS, sentence
from tests.conftest import SECRETS
from tests.panel.conftest import HTMX, Person, text_of
from tests.panel.test_log import Call, call

__all__ = ["call"]
pytestmark = pytest.mark.databases("sqlite")
ACCESS = "/settings/organization/access"
CONNECT = f"{ACCESS}/connect"
TEST = f"{ACCESS}/self-test"
CLIENTS = {
    "okta": "Okta",
    "entra": "Entra",
    "onelogin": "OneLogin",
    "jumpcloud": "JumpCloud",
    "google": "Google",
    "other": "curl",
}


def test_a_guide_is_a_title_a_paragraph_and_steps_with_traps() -> None:
    text = "# Any\n\nIt works.\n\n1. Do **this**. <!-- arrives: key, user:created -->\n   > Not that.\n2. Then `{base_url}`\n"
    assert parse(text) == Guide(
        "Any", "It works.", (Step("Do **this**.", ("Not that.",), ("key", "user:created")), Step("Then `{base_url}`"))
    )
    with pytest.raises(ValueError, match="neither a step nor a trap"):
        parse(text + "Lost.\n")
    works, trouble = "- `Okta listed the users`: good.", "- It fails. <!-- finding: a, b -->\n  > Fix it."
    lists = f"{text}\n{WORKS}\n\n{works}\n\n{TROUBLES}\n\n{trouble}\n"
    whole = parse(lists)
    assert whole.steps == parse(text).steps and whole.works == ("`Okta listed the users`: good.",)
    assert whole.troubles == (Trouble("It fails.", "Fix it.", ("a", "b")),)
    for lost in ("Lost.\n", "   > A second fix.\n", "1. A step.\n"):
        with pytest.raises(ValueError, match="neither a step nor a trap"):
            parse(lists + lost)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_guide_can_be_read_and_waits_only_for_what_the_log_says(provider: str) -> None:
    shown = guide(provider)
    assert shown.title == PROVIDERS[provider] and shown.lead and len(shown.steps) > 5
    assert shown.actions <= set(DONE)
    whole = (DOCS / f"{provider}.md").read_text()
    assert "{base_url}" in whole and re.findall(r"\{(\w+)\}", whole)
    assert len(shown.steps) == len(re.findall(r"^\d+\. ", whole, re.MULTILINE))


def said_of(action: str, name: str, client: str, status: int = 200, reason: str | None = None) -> str:
    """The sentence of a request as the log prints it."""
    row = ScimRequest(action=action, client=client, key_name="Payroll", target_name=name, status=status, scim_type=reason,
                      failed=status >= 400, key_id=None)  # fmt: skip
    words = sentence(row, {})
    return " ".join(filter(None, (words.who, words.what, words.whom, words.rest)))


def test_a_push_with_members_who_are_not_here_is_said_to_have_skipped_them() -> None:
    assert said_of("group:members:skipped", "Sales", "Okta") == "Okta pushed Sales with unknown members, who were skipped"
    assert said_of("group:members:skipped", "", "Okta").startswith("Okta pushed a group with unknown members")


NAMES = ("ada@acme.example", "test@acme.example", "Sales", "test-group", "App-Mobile-Member")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_sentence_that_a_guide_says_the_log_shows_is_one_that_it_prints(provider: str) -> None:
    shown, client = guide(provider), CLIENTS[provider]
    printed = {said_of(action, name, who) for action in DONE for name in NAMES for who in (client, "")}
    quoted = [each for line in shown.works for each in re.findall("`([^`]+)`", line)]
    assert len(quoted) >= len(shown.works) > 3
    for each in quoted:
        assert each in printed, each
    printed |= {said_of(KEY_REFUSED, "", client, 401, reason) for reason in REFUSALS}
    for trouble in shown.troubles:
        for each in re.findall("`([^`]+)`", trouble.text):
            assert each in printed or not each.startswith(f"{client} "), each


def test_a_guide_quotes_refusals_as_the_service_words_them(
    app: Flask, client: FlaskClient, key: str, session: scoped_session[Session], organization: Organization
) -> None:
    said = set()

    def ask(method: str, path: str, body: object = None, header: str = f"Bearer {key}") -> None:
        answer = Context().run(client.open, path, method=method, json=body, headers={"Authorization": header})
        said.add((answer.get_json(force=True) or {}).get("detail"))

    reader = transact(session, lambda: keys.generate(
        session, organization.id, OPERATOR, SECRETS["KEY_PEPPER"], label="B", scope="read", expires_at=None)).key  # fmt: skip
    for name in ("ada", "test"):
        for _ in range(2):
            ask("POST", "/scim/v2/Users", {"userName": f"{name}@acme.example"})
    for _ in range(2):
        ask("POST", "/scim/v2/Groups", {"displayName": "Sales"})
        ask("POST", "/scim/v2/Users", {"userName": f"owner{_}@acme.example", "orgRole": "Owner"})
    ask("GET", "/scim/v2/Users/nobody")
    ask("GET", "/Users")
    ask("GET", "/scim/v2/Users", header=f"Bearer Bearer {key}")
    ask("GET", "/scim/v2/Users", header=f"Token {key}")
    ask("POST", "/scim/v2/Users", {}, f"Bearer {reader}")
    transact(session, lambda: session.execute(update(Organization).values(domains=["elsewhere.example"])))
    for address in ("ada@other.example", "test@acme.example"):
        ask("POST", "/scim/v2/Users", {"userName": address})
    quoted = {
        each
        for name in PROVIDERS
        for line in guide(name).troubles
        for each in re.findall("`([A-Z][^`]+[.…])`", line.text)
    }
    assert len(quoted) > 8
    for each in quoted:
        form = each if each in said else ".+".join(map(re.escape, each.split("…")))
        assert each in said or any(re.fullmatch(form, told) for told in said if told), each


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_trouble_has_a_fix_and_names_only_diagnoses_that_there_are(provider: str) -> None:
    named = [name for trouble in guide(provider).troubles for name in trouble.findings]
    assert all(trouble.text and trouble.fix for trouble in guide(provider).troubles)
    assert set(named) <= set(DIAGNOSES) and len(named) == len(set(named))


@pytest.mark.parametrize("name", DIAGNOSES)
def test_every_diagnosis_has_its_fix_in_a_guide(name: str) -> None:
    assert any(name in trouble.findings for trouble in guide("okta").troubles)
    assert name == "bearer-missing" or any(name in trouble.findings for trouble in guide("entra").troubles)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_tab_shows_what_the_log_says_and_what_may_go_wrong_below_the_steps(viewer: Person, provider: str) -> None:
    page = viewer.get(f"{CONNECT}/{provider}")
    said = text_of(page)
    assert said.index("What the log shows when it works") < said.index("When it does not")
    assert page.text.count('<details class="trouble">') == len(guide(provider).troubles)
    assert "{org_role}" not in page.text and "finding:" not in page.text
    assert "When it does not" not in text_of(viewer.get(f"{CONNECT}/{provider}", headers=HTMX))


def test_values_are_filled_in_and_hostile_ones_stay_text() -> None:
    values = {"base_url": "https://x/scim/v2", "org_role": "<b>"}
    assert drawn("Go to `{base_url}` as **<i>**, {other}", values) == (
        "Go to <code>https://x/scim/v2</code> as <strong>&lt;i&gt;</strong>, {other}"
    )
    assert "<b>" not in drawn("`{org_role}`", values)
    assert drawn("[a <b>](https://x/?a&b), [a file](docs/a.md), [no](javascript:x)", values) == (
        '<a href="https://x/?a&amp;b">a &lt;b&gt;</a>, <code>a file</code>, <code>no</code>'
    )
    assert to_copy(Step("`plain` and `{base_url}`"), values) == ["https://x/scim/v2"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_guide_shows_this_organisations_values(viewer: Person, app: Flask, provider: str) -> None:
    page = viewer.get(f"{CONNECT}/{provider}")
    assert f'data-copy="{app.config["PUBLIC_URL"]}/scim/v2' in page.text
    assert "{base_url}" not in page.text
    assert "Waiting for" in text_of(page)


def test_a_guide_that_does_not_exist_is_404(viewer: Person) -> None:
    assert viewer.get(f"{CONNECT}/..%2Fdeploy").status_code == 404
    assert viewer.get(f"{CONNECT}/deploy").status_code == 404


def test_steps_tick_themselves_off_as_calls_arrive(viewer: Person, call: Call, key: str) -> None:
    page = viewer.get(f"{CONNECT}/okta")
    assert text_of(page).count("Done:") == 1
    seen = re.search(r"seen=([0-9a-f]+)", page.text)
    assert seen
    assert viewer.get(f"{CONNECT}/okta?seen={seen[1]}", headers=HTMX).status_code == 204
    call("GET", "/Users", 200)
    after = viewer.get(f"{CONNECT}/okta?seen={seen[1]}", headers=HTMX)
    assert after.text.lstrip().startswith('<section id="steps"')
    assert text_of(after).count("Done:") == 2
    assert re.search(r"Received GET /Users ?, 200 ?, from Okta", re.sub(r"\s+", " ", text_of(after)))
    call("POST", "/Users", 201, response={"userName": "ada"})
    assert "Waiting for Okta: 3 of 4 checks passed." in text_of(viewer.get(f"{CONNECT}/okta"))
    call("PATCH", "/Groups/1", 204)
    assert "All 4 checks passed: Okta is connected." in text_of(viewer.get(f"{CONNECT}/okta"))


AGENTS = {
    "okta": "Okta SCIM Client 1.0.0",
    "entra": "Microsoft Azure AD",
    "onelogin": "OneLogin SCIM",
    "jumpcloud": "JumpCloud",
    "google": "Google-SCIM",
    "other": "curl/8.5.0",
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_calls_of_one_client_tick_its_own_guide_and_no_other(viewer: Person, call: Call, provider: str) -> None:
    call("GET", "/Users", 200, agent=AGENTS[provider])
    call("GET", "/Users", 200, query="filter=userName+eq+%22ada%22", agent=AGENTS[provider])
    for each in PROVIDERS:
        expected = each in {provider, "other"}
        assert ("Received GET /Users" in text_of(viewer.get(f"{CONNECT}/{each}"))) == expected, each


def test_the_self_test_connects_nobody(owner: Person, app: Flask, key: str) -> None:
    owner.post(TEST, on=ACCESS)
    assert app.extensions["journal"].flush()
    for provider in PROVIDERS:
        page = text_of(owner.get(f"{CONNECT}/{provider}"))
        assert "Waiting for" in page and "is connected" not in page and "Received" not in page
        assert page.count("Done:") == 1


def test_a_step_that_no_call_can_show_is_marked_as_one_to_check_oneself(viewer: Person) -> None:
    page = viewer.get(f"{CONNECT}/okta")
    unseen = sum(not step.arrives for step in guide("okta").steps)
    assert unseen and page.text.count('<li class="step unseen">') == text_of(page).count("For you to check:") == unseen


def test_a_call_that_failed_ticks_nothing(viewer: Person, call: Call) -> None:
    call("GET", "/Users", 401, refused_because="expired")
    assert "Done:" not in text_of(viewer.get(f"{CONNECT}/okta"))


def test_the_self_test_lives_a_users_life_and_leaves_nothing(owner: Person, session: scoped_session[Session]) -> None:
    answer = owner.post(TEST, on=ACCESS)
    page = text_of(answer)
    assert "Passed" in page and "Failed" not in page
    for step in ("Authenticate", "Create a user", "Deactivate", "Confirm the user is gone"):
        assert step in page
    session.rollback()
    assert session.scalars(select(ScimKey)).all() == [] and session.scalars(select(User)).all() == []
    assert owner.post(TEST, on=ACCESS, headers=HTMX).text.lstrip().startswith('<section id="self-test"')


def test_the_self_test_writes_its_own_requests_into_the_log_and_none_of_them_failed(
    owner: Person, app: Flask, session: scoped_session[Session], caplog: pytest.LogCaptureFixture
) -> None:
    owner.post(TEST, on=ACCESS)
    assert app.extensions["journal"].flush()
    session.rollback()
    rows = session.scalars(select(ScimRequest)).all()
    assert {row.client for row in rows} == {SELF_TEST}
    assert {row.path.partition("?")[0].split("/")[1] for row in rows} == {"Users"}
    assert not any(row.failed for row in rows)
    assert [record.message for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
    assert "Self-test read a user" in text_of(owner.get("/settings/organization/log"))


def test_access_management_counts_no_call_of_the_self_test(owner: Person, app: Flask, call: Call, key: str) -> None:
    owner.post(TEST, on=ACCESS)
    assert app.extensions["journal"].flush()
    page = text_of(owner.get(ACCESS))
    assert "Self-test" not in page and "Last calls" not in page and "Nothing wrong" not in page
    call("GET", "/Users", 200)
    owner.post(TEST, on=ACCESS)
    assert app.extensions["journal"].flush()
    page = text_of(owner.get(ACCESS))
    assert "Self-test" not in page and "Okta listed the users" in page and "Last failure None" in page


def test_the_self_test_runs_beside_two_live_keys_and_in_an_organisation_of_certain_domains(
    owner: Person, session: scoped_session[Session], organization: Organization
) -> None:
    place, pepper = organization.id, SECRETS["KEY_PEPPER"]

    def work() -> None:
        session.execute(update(Organization).values(domains=["acme.example"]))
        for label in ("One", "Two"):
            keys.generate(session, place, OPERATOR, pepper, label=label, scope="provision", expires_at=None)

    transact(session, work)
    assert "Passed" in text_of(owner.post(TEST, on=ACCESS))
    session.rollback()
    assert len(session.scalars(select(ScimKey)).all()) == 2


def test_a_self_test_that_fails_says_where_and_cleans_up(
    owner: Person, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    from scim_app.api import operations

    def broken(*_: object) -> object:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(operations, "change", broken)
    page = text_of(owner.post(TEST, on=ACCESS))
    assert "Failed" in page and "Change the name" in page and "Deactivate" not in page
    session.rollback()
    assert session.scalars(select(ScimKey)).all() == [] and session.scalars(select(User)).all() == []
