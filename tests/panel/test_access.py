"""Access Management: generate, regenerate, deactivate, reactivate, delete; with htmx and without."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.keys import Authenticated
from scim_app.directory.tables import Change, Organization, ScimKey, SignIn
from scim_app.directory.transaction import transact
from tests.conftest import SECRETS
from tests.panel.conftest import HTMX, PASSWORD, Person, text_of

pytestmark = pytest.mark.databases("sqlite")
ACCESS = "/settings/organization/access"
PEPPER = SECRETS["KEY_PEPPER"]


def generate(
    person: Person,
    label: str = "Okta",
    newest: str | None = None,
    days: str = "365",
    scope: str = "provision",
    networks: str = "",
    **given: object,
) -> TestResponse:
    """Send the form as the page drew it."""
    page = person.get(ACCESS).text
    drawn = re.search(r'name="newest" value="([^"]*)"', page)
    seen = newest if newest is not None else drawn[1] if drawn else ""
    form = {"label": label, "days": days, "newest": seen, "scope": scope, "networks": networks}
    return person.post(f"{ACCESS}/keys", form, on=ACCESS, **given)


def shown_key(answer: TestResponse) -> str:
    found = re.findall(keys.PATTERN, answer.text)
    assert len(set(found)) == 1, answer.status
    return str(found[0])


def opens(session: scoped_session[Session], key: str) -> bool:
    session.rollback()
    return isinstance(keys.authenticate(session, PEPPER, key, datetime.now(UTC)), Authenticated)


def the_key(session: scoped_session[Session]) -> ScimKey:
    session.rollback()
    return session.scalars(select(ScimKey).order_by(ScimKey.id.desc())).first()  # type: ignore[return-value]


def test_before_there_is_a_key_the_page_says_not_enabled_and_offers_to_generate_one(owner: Person, app: Flask) -> None:
    page = owner.get(ACCESS)
    assert "Not enabled" in text_of(page)
    assert "Generate key" in text_of(page)
    assert f"{app.config['PUBLIC_URL']}/scim/v2" in page.text


def test_a_generated_key_is_in_the_answer_works_and_is_never_shown_again(
    owner: Person, session: scoped_session[Session]
) -> None:
    answer = generate(owner)
    key = shown_key(answer)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert opens(session, key)
    page = owner.get(ACCESS)
    assert key not in page.text
    assert f"…{key[-4:]}" in text_of(page).replace("•" * 8, "…").replace("… ", "…")
    assert "Enabled" in text_of(page)


def test_the_secret_is_in_no_cookie_no_header_and_no_history(owner: Person, session: scoped_session[Session]) -> None:
    answer = generate(owner, headers=HTMX)
    secret = shown_key(answer).rpartition("_")[2]
    assert secret not in str(answer.headers)
    assert "Set-Cookie" not in answer.headers
    assert secret not in owner.get("/settings/organization/changelog").text
    assert "hx-push-url" not in answer.text


def test_to_htmx_an_action_answers_with_the_block_alone(owner: Person) -> None:
    answer = generate(owner, headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="keys"')
    assert "<html" not in answer.text
    assert text_of(answer).count("Your new key") == 1


def test_a_form_sent_again_by_a_reload_generates_nothing(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner, newest="")
    again = generate(owner, newest="")
    assert again.status_code == 409
    assert "A key was generated since this page was shown." in text_of(again)
    assert not re.search(keys.PATTERN, again.text)
    assert len(session.scalars(select(ScimKey)).all()) == 1


def test_a_third_live_key_is_refused_with_a_sentence(owner: Person) -> None:
    generate(owner)
    generate(owner)
    page = owner.get(ACCESS)
    assert "You have two active keys, the maximum." in text_of(page)
    newest = re.findall(r'id="key-([^"]+)"', page.text)[0]
    answer = generate(owner, newest=newest)
    assert answer.status_code == 409
    assert "Deactivate one first" in text_of(answer)


@pytest.mark.parametrize(
    ("label", "days", "status"), [("", "365", 409), ("x" * 101, "365", 409), ("Okta", "7", 422), ("Okta", "x", 422)]
)
def test_a_form_that_cannot_be_is_refused(owner: Person, label: str, days: str, status: int) -> None:
    assert generate(owner, label, days=days).status_code == status


@pytest.mark.parametrize(("days", "lifetime"), [("90", 90), ("365", 365), ("730", 730), ("", None)])
def test_a_key_lives_as_long_as_was_chosen(
    owner: Person, session: scoped_session[Session], days: str, lifetime: int | None
) -> None:
    generate(owner, days=days)
    made = the_key(session)
    lived = made.expires_at and made.expires_at - datetime.now(UTC)
    assert (lived is None) is (lifetime is None)
    assert lived is None or abs(lived - timedelta(days=lifetime or 0)) < timedelta(minutes=1)


def test_regenerating_shows_a_new_key_and_refuses_the_old_one(owner: Person, session: scoped_session[Session]) -> None:
    old = shown_key(generate(owner))
    path = f"{ACCESS}/keys/{the_key(session).id}/regenerate"
    answer = owner.post(path, on=ACCESS)
    new = shown_key(answer)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert (opens(session, old), opens(session, new)) == (False, True)
    again = owner.post(path, on=ACCESS)
    assert again.status_code == 409
    assert len(session.scalars(select(ScimKey)).all()) == 2


def test_with_an_overlap_both_keys_are_shown_with_what_uses_them_until_one_is_finished(
    owner: Person, session: scoped_session[Session]
) -> None:
    old = shown_key(generate(owner))
    old_id = the_key(session).id
    new = shown_key(owner.post(f"{ACCESS}/keys/{old_id}/regenerate", {"overlap": "24"}, on=ACCESS))
    assert opens(session, old) and opens(session, new)
    page = text_of(owner.get(ACCESS))
    assert "Being replaced" in page and "In 23 hours" in page and "is not used yet" in page
    used = {"last_used_at": datetime.now(UTC), "last_used_client": "Okta SCIM Client 1.0.0"}
    transact(session, lambda: session.execute(update(ScimKey).where(ScimKey.id != old_id).values(**used)))
    assert "It is time to finish." in text_of(owner.get(ACCESS))
    transact(session, lambda: session.execute(update(ScimKey).where(ScimKey.id == old_id).values(**used)))
    assert "something still holds it" in text_of(owner.get(ACCESS))
    assert owner.post(f"{ACCESS}/keys/{old_id}/finish", on=ACCESS).location == ACCESS
    assert not opens(session, old) and opens(session, new)


def test_a_replacement_is_cancelled_by_a_form(owner: Person, session: scoped_session[Session]) -> None:
    old = shown_key(generate(owner))
    old_id = the_key(session).id
    new = shown_key(owner.post(f"{ACCESS}/keys/{old_id}/regenerate", {"overlap": "168"}, on=ACCESS))
    assert owner.post(f"{ACCESS}/keys/{old_id}/cancel", on=ACCESS).location == ACCESS
    assert opens(session, old) and not opens(session, new)
    assert "Being replaced" not in text_of(owner.get(ACCESS))


def test_an_overlap_that_is_not_offered_is_refused(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    path = f"{ACCESS}/keys/{the_key(session).id}/regenerate"
    assert owner.post(path, {"overlap": "9999"}, on=ACCESS).status_code == 422


def test_a_read_key_stands_in_a_section_of_its_own_and_leaves_the_directory_out(
    owner: Person, session: scoped_session[Session]
) -> None:
    answer = generate(owner, "Billing", scope="read")
    assert "Give it to your application" in text_of(answer)
    assert the_key(session).scope == "read"
    page = text_of(owner.get(ACCESS))
    assert "Keys for applications 1 live" in page.replace("  ", " ") and "Not enabled" in page


def a_while_ago(session: scoped_session[Session]) -> None:
    """Everybody entered their password longer than five minutes ago."""
    past = datetime.now(UTC) - timedelta(minutes=5, seconds=1)
    transact(session, lambda: session.execute(update(SignIn).values(authenticated_at=past)))


def test_five_minutes_after_the_password_an_action_asks_for_it_and_then_goes_on(
    owner: Person, session: scoped_session[Session]
) -> None:
    a_while_ago(session)
    asked = generate(owner, "Okta production", days="90")
    assert asked.status_code == 200 and "Enter your password" in text_of(asked)
    assert session.scalars(select(ScimKey)).all() == []
    assert 'name="label" value="Okta production"' in asked.text and 'name="days" value="90"' in asked.text
    fields = dict(re.findall(r'type="hidden" name="(label|days|newest|scope)" value="([^"]*)"', asked.text))
    answer = owner.post(f"{ACCESS}/keys", fields | {"current_password": PASSWORD}, on=ACCESS)
    assert opens(session, shown_key(answer))
    assert the_key(session).label == "Okta production"
    again = owner.post(f"{ACCESS}/keys/{the_key(session).id}/deactivate", on=ACCESS)
    assert again.status_code == 303


def test_a_wrong_password_does_nothing_and_asks_again(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    a_while_ago(session)
    path = f"{ACCESS}/keys/{the_key(session).id}/delete"
    answer = owner.post(path, {"current_password": "wrong"}, on=ACCESS)
    assert answer.status_code == 403 and "That is not your password." in text_of(answer)
    assert "wrong" not in answer.text.replace("wrong</", "")
    assert the_key(session) is not None


def test_entering_the_password_again_leaves_the_old_cookie_worth_nothing(
    owner: Person, session: scoped_session[Session]
) -> None:
    generate(owner)
    a_while_ago(session)
    old = owner.client.get_cookie("session")
    assert old is not None
    path = f"{ACCESS}/keys/{the_key(session).id}/deactivate"
    assert owner.post(path, {"current_password": PASSWORD}, on=ACCESS).status_code == 303
    assert owner.get(ACCESS).status_code == 200
    owner.client.set_cookie("session", old.value)
    assert owner.get(ACCESS).status_code == 303


def test_to_htmx_the_question_is_a_dialog_over_the_page(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    a_while_ago(session)
    answer = owner.post(f"{ACCESS}/keys/{the_key(session).id}/delete", on=ACCESS, headers=HTMX)
    assert answer.headers["HX-Retarget"] == "#password"
    assert answer.text.lstrip().startswith('<div id="password"') and "<html" not in answer.text


def test_a_key_that_ends_soon_is_announced_on_every_page_and_louder_the_sooner(
    owner: Person, session: scoped_session[Session], key: str
) -> None:
    def ends_in(days: float) -> None:
        moment = datetime.now(UTC) + timedelta(days=days, minutes=1)
        transact(session, lambda: session.execute(update(ScimKey).values(expires_at=moment)))

    for days, loud in ((29, "plain"), (7, "plain"), (6, "warn"), (0.9, "bad")):
        ends_in(days)
        for path in (ACCESS, "/settings/organization", "/settings/organization/changelog"):
            page = owner.get(path)
            assert f'class="banner {loud}"' in page.text and "The key Okta expires in" in text_of(page), (days, path)
    ends_in(31)
    assert 'class="banner' not in owner.get(ACCESS).text


def test_a_key_is_deactivated_reactivated_and_deleted_by_forms_that_lead_back_to_the_page(
    owner: Person, session: scoped_session[Session]
) -> None:
    key = shown_key(generate(owner))
    path = f"{ACCESS}/keys/{the_key(session).id}"
    off, on = ("deactivate", "Deactivated", False), ("reactivate", "Enabled", True)
    for action, state, works in (off, on, off):
        answer = owner.post(f"{path}/{action}", on=ACCESS)
        assert (answer.status_code, answer.location) == (303, ACCESS)
        assert state in text_of(owner.get(ACCESS))
        assert opens(session, key) is works
    owner.post(f"{path}/delete", on=ACCESS)
    assert "The key is deleted." in text_of(owner.get(ACCESS))
    assert "Not enabled" in text_of(owner.get(ACCESS))


def test_htmx_gets_the_block_and_the_notice(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    answer = owner.post(f"{ACCESS}/keys/{the_key(session).id}/deactivate", on=ACCESS, headers=HTMX)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="keys"')
    assert "The key is deactivated." in text_of(answer)
    assert "The key is deactivated." not in text_of(owner.get(ACCESS))


def test_the_dialog_says_what_will_stop(owner: Person) -> None:
    generate(owner)
    assert "People deactivated in the directory stay active here" in text_of(owner.get(ACCESS))


def test_without_scripts_a_link_opens_the_dialog_in_the_page(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    name = f"deactivate-{the_key(session).id}"
    assert f'href="{ACCESS}?dialog={name}#{name}"' in owner.get(ACCESS).text
    assert "<dialog id" in owner.get(ACCESS).text
    assert not re.search(r"<dialog[^>]* open>", owner.get(ACCESS).text)
    assert re.search(rf'<dialog id="{name}"[^>]* open>', owner.get(f"{ACCESS}?dialog={name}").text)


def test_a_viewer_sees_the_keys_and_no_button(viewer: Person, key: str, session: scoped_session[Session]) -> None:
    page = viewer.get(ACCESS)
    assert "Okta" in text_of(page)
    assert "<dialog" not in page.text and f"{ACCESS}/keys" not in page.text


def test_a_key_of_another_organisation_is_as_one_that_never_was(
    owner: Person, session: scoped_session[Session]
) -> None:
    def work() -> str:
        rival = organizations.create(session, "Rival")
        return keys.generate(session, rival.id, OPERATOR, PEPPER, label="R", scope="provision", expires_at=None).id

    theirs = transact(session, work)
    for action in ("regenerate", "finish", "cancel", "deactivate", "reactivate", "delete"):
        answers = [owner.post(f"{ACCESS}/keys/{key_id}/{action}", on=ACCESS) for key_id in (theirs, "never")]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert text_of(answers[0]) == text_of(answers[1])
    assert the_key(session).deactivated_at is None


def test_each_action_names_the_administrator_in_the_history(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    owner.post(f"{ACCESS}/keys/{the_key(session).id}/deactivate", on=ACCESS)
    session.rollback()
    columns = select(Change.action, Change.actor_name, Change.actor_kind)
    assert {tuple(entry) for entry in session.execute(columns.where(Change.target_kind == "Key"))} == {
        ("key:generated", "owner@acme.example", "administrator"),
        ("key:deactivated", "owner@acme.example", "administrator"),
    }


def test_last_use_and_expiry_are_shown(owner: Person, session: scoped_session[Session], key: str) -> None:
    now = datetime.now(UTC)
    used = {"last_used_at": now - timedelta(minutes=5), "last_used_address": "192.0.2.7", "last_used_client": "Okta"}
    soon = now + timedelta(days=12, hours=1)
    transact(session, lambda: session.execute(update(ScimKey).values(expires_at=soon, **used)))
    page = text_of(owner.get(ACCESS))
    assert "5 minutes ago from 192.0.2.7 by Okta" in page.replace("  ", " ")
    assert "In 12 days" in page


def test_hostile_text_stays_text(owner: Person, session: scoped_session[Session], key: str) -> None:
    hostile = "<script>alert(1)</script>\u202e" + "x" * 10_000
    transact(session, lambda: session.execute(update(ScimKey).values(label=hostile, last_used_client=hostile)))
    page = owner.get(ACCESS).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_an_organisation_of_a_name_that_is_markup_stays_text(
    owner: Person, session: scoped_session[Session], organization: Organization
) -> None:
    transact(session, lambda: session.execute(update(Organization).values(name="<img src=x onerror=alert(1)>")))
    for path in ("/settings/organization", ACCESS, "/settings/organization/changelog"):
        assert "<img src=x" not in owner.get(path).text


def test_a_key_is_generated_for_some_networks_and_its_networks_change_later(
    owner: Person, session: scoped_session[Session]
) -> None:
    page = generate(owner, networks="203.0.113.0/24, 2001:db8::/32")
    assert "203.0.113.0/24, 2001:db8::/32" in text_of(page)
    key = the_key(session)
    assert key.allowed_networks == ["203.0.113.0/24", "2001:db8::/32"]
    answer = owner.post(f"{ACCESS}/keys/{key.id}/networks", {"networks": ""}, on=ACCESS, headers=HTMX)
    assert "The key is let in from anywhere, from now on." in text_of(answer)
    assert the_key(session).allowed_networks == []
    answer = owner.post(f"{ACCESS}/keys/{key.id}/networks", {"networks": "198.51.100.7"}, on=ACCESS, headers=HTMX)
    assert "from these networks alone" in text_of(answer) and "198.51.100.7/32" in text_of(answer)


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_networks_that_are_none_come_back_in_their_dialog_as_they_were_typed(
    owner: Person, session: scoped_session[Session], headers: dict[str, str]
) -> None:
    generate(owner)
    key = the_key(session)
    typed = {"networks": "203.0.113.7, not a network"}
    answer = owner.post(f"{ACCESS}/keys/{key.id}/networks", typed, on=ACCESS, headers=headers)
    assert answer.status_code == 409
    dialog = opened(answer, f"networks-{key.id}")
    assert "“not a network” is not an IP address or network." in dialog and dialog.count("notice bad") == 1
    assert 'value="203.0.113.7, not a network"' in dialog and answer.text.count("notice bad") == 1
    assert the_key(session).allowed_networks == []


def test_a_form_for_a_key_with_a_mistake_comes_back_filled_in(owner: Person, session: scoped_session[Session]) -> None:
    answer = generate(owner, label="Billing", days="90", networks="here", scope="read")
    dialog = opened(answer, "generate-read")
    assert answer.status_code == 409 and "“here” is not an IP address or network." in dialog
    assert 'value="Billing"' in dialog and 'value="here"' in dialog and '<option value="90" selected>' in dialog
    assert answer.text.count("<dialog") > answer.text.count(" open>") == 1
    assert the_key(session) is None


def test_a_form_whose_dialog_is_gone_is_refused_on_the_page(owner: Person, session: scoped_session[Session]) -> None:
    for label in ("One", "Two"):
        generate(owner, label=label)
    answer = generate(owner, label="Three")
    assert answer.status_code == 409 and " open>" not in answer.text and answer.text.count("notice bad") == 1
    key = the_key(session)
    owner.post(f"{ACCESS}/keys/{key.id}/deactivate", on=ACCESS)
    answer = owner.post(f"{ACCESS}/keys/{key.id}/networks", {"networks": "here"}, on=ACCESS)
    assert answer.status_code == 409 and " open>" not in answer.text and answer.text.count("notice bad") == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("203.0.113.7 198.51.100.0/24", ["203.0.113.7/32", "198.51.100.0/24"]),
        ("203.0.113.7;  2001:db8::/32 ,fe80::1", ["203.0.113.7/32", "2001:db8::/32", "fe80::1/128"]),
        (" , ", []),
    ],
)
def test_networks_are_told_apart_by_commas_or_spaces(
    owner: Person, session: scoped_session[Session], typed: str, kept: list[str]
) -> None:
    generate(owner, networks=typed)
    assert the_key(session).allowed_networks == kept


def test_dialogs_name_the_key_they_are_about(owner: Person, session: scoped_session[Session]) -> None:
    generate(owner)
    page = text_of(owner.get(ACCESS))
    for title in ("Deactivate the key “ Okta ”?", "Regenerate the key “ Okta ”?", "Where may “ Okta ” be used from?"):
        assert title in page, title


def opened(answer: TestResponse, name: str) -> str:
    """The dialog of that name, which stands open."""
    found = re.search(rf'<dialog id="{name}"[^>]* open>(.*?)</dialog>', answer.text, re.DOTALL)
    assert found, answer.text
    return found[1]
