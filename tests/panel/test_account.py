"""Your account: another password, and the sessions in which one is signed in, with htmx and without."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import sign_ins
from scim_app.directory.sign_ins import LISTED_AT_MOST
from scim_app.directory.tables import Administrator, Change, SignIn
from scim_app.directory.transaction import transact
from scim_app.panel import credentials
from scim_app.panel.browsers import browser
from tests.panel.conftest import HTMX, PASSWORD, Enter, Person, text_of
from tests.panel.test_session import cookie

pytestmark = pytest.mark.databases("sqlite")
ACCOUNT = "/settings/account"
ADA, NEW = "ada@acme.example", "another password entirely"
END = re.compile(rf'hx-post="({ACCOUNT}/sessions/[^/"]+/end)"')
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
BOTH = pytest.mark.parametrize("headers", [{}, HTMX], ids=["without htmx", "with htmx"])
AnySession = scoped_session[Session]


@pytest.fixture
def ada(enter: Enter) -> Person:
    """Ada, a viewer of Acme: the least that anybody is."""
    return enter("viewer", ADA)


@pytest.fixture
def elsewhere(app: Flask, ada: Person) -> Person:
    """Ada in another browser, at another address."""
    person = Person(app.test_client())
    seen = {"environ_base": {"REMOTE_ADDR": "198.51.100.9"}, "headers": {"User-Agent": WINDOWS}}
    assert person.post("/sign-in", {"email": ADA, "password": PASSWORD}, **seen).status_code == 303
    return person


def form(current: str = PASSWORD, password: str = NEW, again: str | None = None) -> dict[str, str]:
    return {"current": current, "password": password, "again": password if again is None else again}


def change(person: Person, headers: dict[str, str], **fields: str) -> tuple[int, str]:
    """Send the form; the status, and what the page says then."""
    answer = person.post(f"{ACCOUNT}/password", form(**fields), on=ACCOUNT, headers=headers)
    if answer.status_code == 303:
        assert answer.location == ACCOUNT and not headers
        answer = person.get(ACCOUNT)
    elif headers:
        assert answer.text.lstrip().startswith('<div id="account"')
    return answer.status_code, text_of(answer)


def inside(person: Person) -> bool:
    return person.get(ACCOUNT).status_code == 200


def copy_of(app: Flask, person: Person) -> Person:
    """Somebody who has the cookie of that person's."""
    thief = Person(app.test_client())
    thief.client.set_cookie("session", cookie(person))
    return thief


def long_ago(session: AnySession) -> None:
    """Everybody entered their password more than five minutes ago."""
    past = datetime.now(UTC) - timedelta(minutes=6)
    transact(session, lambda: session.execute(update(SignIn).values(authenticated_at=past)))


@pytest.mark.parametrize("role", ["owner", "admin", "viewer"])
def test_everybody_gets_to_their_account_from_the_menu_and_by_finding_it(enter: Enter, role: str) -> None:
    person = enter(role)
    for path in ("/settings/organization", "/settings/organization/find"):
        assert f'href="{ACCOUNT}"' in person.get(path).text
    assert f"{role}@acme.example" in text_of(person.get(ACCOUNT))


@BOTH
def test_a_password_is_changed_here_and_every_other_session_ends(
    app: Flask, ada: Person, elsewhere: Person, session: AnySession, headers: dict[str, str]
) -> None:
    stolen = copy_of(app, ada)
    assert inside(stolen) and inside(elsewhere)
    status, said = change(ada, headers)
    assert status == 200 and "Your password is changed, and every other session of yours has ended." in said
    assert [inside(each) for each in (ada, elsewhere, stolen)] == [True, False, False]
    assert ada.sign_in(ADA, PASSWORD).status_code == 403
    assert Person(app.test_client()).sign_in(ADA, NEW).status_code == 303
    assert "administrator:password:set" in session.scalars(select(Change.action)).all()


@BOTH
def test_with_a_wrong_current_password_nothing_happens(
    ada: Person, elsewhere: Person, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    status, said = change(ada, headers, current="guess")
    assert status == 403 and "That is not the password you have now." in said
    assert inside(ada) and inside(elsewhere)
    assert "panel:password:refused" in caplog.text and "guess" not in caplog.text
    assert ada.sign_in(ADA, PASSWORD).status_code == 303


def test_guesses_at_the_current_password_wait_as_those_at_the_sign_in_do(
    ada: Person, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(credentials.time, "sleep", waits.append)
    for _ in range(6):
        assert change(ada, {}, current="guess")[0] == 403
    assert waits == [0.25, 0.5, 1.0]
    assert Person(app.test_client()).sign_in(ADA, "guess").status_code == 403
    assert waits[-1] == 2.0
    assert change(ada, {})[0] == 200
    waits.clear()
    assert change(ada, {}, current=NEW, password="a third password altogether")[0] == 200
    assert waits == []


@BOTH
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password": "short"}, "A password has at least 12 characters."),
        ({"password": "acme acme 2026"}, "A few unrelated words"),
        ({"password": "password12345678"}, "A few unrelated words"),
        ({"password": ADA}, "A password is not the e-mail address."),
        ({"password": PASSWORD}, "That is the password you have."),
        ({"password": NEW, "again": NEW + "!"}, "The two new passwords are not the same."),
        ({"current": ""}, "Enter the password you have now."),
    ],
)
def test_a_new_password_that_will_not_do_is_refused_with_the_rule(
    ada: Person, elsewhere: Person, headers: dict[str, str], fields: dict[str, str], sentence: str
) -> None:
    status, said = change(ada, headers, **fields)
    assert status == 422 and sentence in said
    assert inside(ada) and inside(elsewhere)
    assert ada.sign_in(ADA, PASSWORD).status_code == 303


def test_a_password_in_the_form_comes_back_in_no_page(ada: Person) -> None:
    for fields in ({"password": "short"}, {"current": "a wrong one"}, {"again": "another"}):
        sent = form(**fields)
        answer = ada.post(f"{ACCOUNT}/password", sent, on=ACCOUNT)
        assert not [value for value in sent.values() if value != "another" and value in answer.text]


def test_passwords_are_typed_where_a_manager_knows_which_is_which(ada: Person) -> None:
    fields = re.findall(r'<input type="password" name="(\w+)" autocomplete="([\w-]+)"', ada.get(ACCOUNT).text)
    assert fields == [("current", "current-password"), ("password", "new-password"), ("again", "new-password")]


def test_a_session_that_ended_while_the_form_was_sent_changes_nothing(
    ada: Person, session: AnySession, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = credentials.check

    def meanwhile(email: str, password: str) -> Administrator | None:
        transact(session, lambda: session.execute(update(SignIn).values(expires_at=datetime.now(UTC))))
        return check(email, password)

    monkeypatch.setattr("scim_app.panel.account.check", meanwhile)
    answer = ada.post(f"{ACCOUNT}/password", form(), on=ACCOUNT)
    assert answer.status_code == 401 and "Sign in to go on." in text_of(answer)
    assert ada.sign_in(ADA, PASSWORD).status_code == 303


def test_the_sessions_say_where_and_when_each_began_and_was_last_used_and_which_is_this(
    ada: Person, elsewhere: Person, enter: Enter
) -> None:
    enter("owner")
    said = text_of(ada.get(ACCOUNT))
    here, there = said.find("Werkzeug"), said.find("Chrome on Windows , 198.51.100.9")
    assert 0 < here < said.find("127.0.0.1") < said.find("This session") < there
    assert said.count("Last used just now") == 2 and said.count("Began just now .") == 2
    assert len(END.findall(ada.get(ACCOUNT).text)) == 1


def test_a_session_used_from_another_address_says_where_it_began_too(
    ada: Person, elsewhere: Person, session: AnySession
) -> None:
    past = datetime.now(UTC) - timedelta(minutes=2)
    transact(session, lambda: session.execute(update(SignIn).values(seen_at=past)))
    assert elsewhere.get(ACCOUNT, environ_base={"REMOTE_ADDR": "192.0.2.77"}).status_code == 200
    said = text_of(ada.get(ACCOUNT))
    assert "192.0.2.77" in said and "from Chrome on Windows , 198.51.100.9" in said


def test_what_a_browser_calls_itself_stays_text(ada: Person, session: AnySession) -> None:
    hostile = '<script>alert("1")</script>'
    transact(session, lambda: session.execute(update(SignIn).values(seen_client=hostile, begun_client=None)))
    page = ada.get(ACCOUNT).text
    assert hostile not in page and html.escape(hostile)[:20] in page
    assert "A browser that does not say which" in page


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (WINDOWS, "Chrome on Windows"),
        (WINDOWS + " Edg/140.0", "Edge on Windows"),
        (WINDOWS + " OPR/120.0", "Opera on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) CriOS/140.0 Mobile Safari/604.1", "Chrome on iPad"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0", "Samsung Internet on Android"),
        ("Firefox/1", "Firefox"),
        ("curl/8.0", "curl/8.0"),
        ("x" * 200, "x" * 60 + "…"),
        (" ", "A browser that does not say which"),
        (None, "A browser that does not say which"),
    ],
)
def test_a_browser_is_named_as_its_user_would(user_agent: str | None, words: str) -> None:
    assert browser(user_agent) == words


@BOTH
def test_one_session_is_ended_and_the_others_stay(
    app: Flask, ada: Person, elsewhere: Person, headers: dict[str, str]
) -> None:
    third = Person(app.test_client())
    third.sign_in(ADA)
    offered = END.findall(elsewhere.get(ACCOUNT).text)
    (path,) = [path for path in END.findall(third.get(ACCOUNT).text) if path not in offered]
    answer = ada.post(path, on=ACCOUNT, headers=headers)
    assert answer.status_code == (200 if headers else 303)
    page = answer if headers else ada.get(answer.location)
    assert "The session has ended." in text_of(page) and path not in page.text
    assert page.text.lstrip().startswith('<div id="account"') is bool(headers)
    assert [inside(each) for each in (ada, elsewhere, third)] == [True, False, True]


@BOTH
def test_all_others_are_ended_at_once_and_nobody_elses(
    ada: Person, elsewhere: Person, enter: Enter, headers: dict[str, str]
) -> None:
    owner = enter("owner")
    answer = ada.post(f"{ACCOUNT}/sessions/end", on=ACCOUNT, headers=headers)
    page = answer if headers else ada.get(answer.location)
    said = text_of(page)
    assert "Every other session of yours has ended." in said and "End all others" not in said
    assert not END.search(page.text)
    assert [inside(each) for each in (ada, elsewhere, owner)] == [True, False, True]


@BOTH
def test_the_session_of_another_administrator_is_answered_as_one_that_never_was(
    ada: Person, enter: Enter, session: AnySession, headers: dict[str, str]
) -> None:
    owner = enter("owner")
    theirs = select(SignIn.id).join(Administrator, Administrator.id == SignIn.administrator_id)
    real = session.scalars(theirs.where(Administrator.email == "owner@acme.example")).one()
    session.rollback()
    assert real
    answers = []
    for name in (real, f"{real[:-4]}0000", "nobodys"):
        answer = ada.post(f"{ACCOUNT}/sessions/{name}/end", on=ACCOUNT, headers=headers)
        answers.append((answer.status_code, re.sub(r'value="[^"]+"', "", answer.text).replace(name, "ID")))
    assert answers[0][0] == 404 and "That session has ended already." in answers[0][1]
    assert answers[0] == answers[1] == answers[2]
    assert inside(owner)


def test_the_session_one_is_in_is_not_ended_from_the_list(ada: Person, session: AnySession) -> None:
    mine = session.scalars(select(SignIn.id)).one()
    answer = ada.post(f"{ACCOUNT}/sessions/{mine}/end", on=ACCOUNT)
    assert answer.status_code == 409 and "Sign out to end it." in text_of(answer)
    assert inside(ada)


@BOTH
@pytest.mark.parametrize("every", [True, False], ids=["all others", "one"])
def test_five_minutes_after_the_password_it_is_asked_for_before_a_session_is_ended(
    ada: Person, elsewhere: Person, session: AnySession, headers: dict[str, str], every: bool
) -> None:
    found = END.search(ada.get(ACCOUNT).text)
    assert found
    path = f"{ACCOUNT}/sessions/end" if every else found[1]
    long_ago(session)
    asked = ada.post(path, on=ACCOUNT, headers=headers)
    assert asked.status_code == 200 and "Enter your password" in text_of(asked) and inside(elsewhere)
    wrong = ada.post(path, {"current_password": "guess"}, on=ACCOUNT, headers=headers)
    assert wrong.status_code == 403 and "That is not your password." in text_of(wrong) and inside(elsewhere)
    answer = ada.post(path, {"current_password": PASSWORD}, on=ACCOUNT, headers=headers)
    assert answer.status_code == (200 if headers else 303)
    assert inside(ada) and not inside(elsewhere)


def test_ending_a_session_and_changing_the_password_are_logged_without_secrets(
    ada: Person, elsewhere: Person, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        ada.post(f"{ACCOUNT}/sessions/end", on=ACCOUNT)
        change(ada, {})
    assert "panel:session:ended" in caplog.text and "panel:password:changed" in caplog.text
    assert PASSWORD not in caplog.text and NEW not in caplog.text


def test_of_very_many_sessions_those_used_last_are_shown_and_all_are_ended(ada: Person, session: AnySession) -> None:
    administrator_id, now = session.scalars(select(Administrator.id)).one(), datetime.now(UTC)

    def work() -> None:
        for _ in range(LISTED_AT_MOST):
            sign_ins.begin(session, administrator_id, now)

    transact(session, work)
    page = ada.get(ACCOUNT)
    assert len(END.findall(page.text)) == LISTED_AT_MOST - 1
    assert "The 50 that were used last are shown." in text_of(page) and "50+" in page.text
    ada.post(f"{ACCOUNT}/sessions/end", on=ACCOUNT)
    session.rollback()
    assert len(session.scalars(select(SignIn)).all()) == 1
