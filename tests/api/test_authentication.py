"""The key decides who asks: RFC 7644 §2, RFC 6750 §3."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization, ScimKey
from scim_app.directory.transaction import transact
from scim_app.directory.turns import turn
from tests.api.wire import Client
from tests.api.words import refusal

CLOSED = [
    ("GET", "/Users"),
    ("POST", "/Users"),
    ("GET", "/Users/7"),
    ("PUT", "/Users/7"),
    ("PATCH", "/Users/7"),
    ("DELETE", "/Users/7"),
    ("GET", "/Groups"),
    ("POST", "/Groups"),
    ("GET", "/Groups/7"),
    ("PUT", "/Groups/7"),
    ("PATCH", "/Groups/7"),
    ("DELETE", "/Groups/7"),
    ("GET", "/Schemas"),
    ("GET", "/ResourceTypes"),
    ("GET", "/ResourceTypes/User"),
    ("POST", "/Bulk"),
    ("GET", "/Me"),
    ("POST", "/.search"),
    ("GET", "/nowhere"),
]


@pytest.mark.rfc("AUT-01", "AUT-04", "AUT-08")
def test_without_a_key_nothing_is_answered_but_a_challenge(anonymous: Client, subtests: pytest.Subtests) -> None:
    for method, path in CLOSED:
        with subtests.test(request=f"{method} {path}"):
            answer = anonymous.send(method, path)
            refusal(answer, 401)
            challenge = answer.headers["WWW-Authenticate"]
            assert challenge.startswith('Bearer realm="')
            assert "error=" not in challenge


@pytest.mark.rfc("AUT-07")
def test_a_wrong_key_is_told_that_it_is_invalid(anonymous: Client, key: str, subtests: pytest.Subtests) -> None:
    changed = key[:-1] + ("a" if key[-1] != "a" else "b")
    swapped = key[:20] + ("a" if key[20] != "a" else "b") + key[21:]
    wrong = [
        "Bearer nonsense",
        f"Bearer {changed}",
        f"Bearer {swapped}",
        f"Bearer {key}x",
        f"Bearer {key} x",
        "Bearer",
        "Bearer ",
    ]
    wrong += [
        "non-token",
        f"Basic {key}",
        f"Bearer Bearer {key}x",
        "Bearer " + "x" * 5000,
        f"Digest {key}",
        f"Bearer {key.upper()}",
    ]
    for header in wrong:
        with subtests.test(header=header[:60]):
            answer = anonymous.send("GET", "/Users", headers={"Authorization": header})
            refusal(answer, 401)
            assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="')


@pytest.mark.parametrize(
    "header",
    ["Bearer {wrong}", "Bearer {short}", "{wrong}", "{short}", "Token {wrong}", 'Bearer "{wrong}"'],
)
def test_a_key_with_a_typing_error_or_cut_off_is_told_to_be_copied_again(anonymous: Client, key: str, header: str) -> None:
    wrong = key[:20] + ("a" if key[20] != "a" else "b") + key[21:]
    answer = anonymous.send("GET", "/Users", headers={"Authorization": header.format(wrong=wrong, short=key[:-9])})
    assert refusal(answer, 401) == "The key has a typing error or is incomplete: copy it again with the button."


@pytest.mark.rfc("AUT-02")
def test_an_invalid_key_is_named_so_in_the_challenge(anonymous: Client, key: str) -> None:
    changed = key[:-1] + ("a" if key[-1] != "a" else "b")
    answer = anonymous.send("GET", "/Users", headers={"Authorization": f"Bearer {changed}"})
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_the_key_opens_in_the_forms_directories_send_it(anonymous: Client, key: str, subtests: pytest.Subtests) -> None:
    for header in (f"Bearer {key}", f"bearer {key}", f"BEARER {key}", key):
        with subtests.test(header=header.replace(key, "…")):
            assert anonymous.send("GET", "/Users", headers={"Authorization": header}).status == 200


def test_a_key_elsewhere_than_in_the_header_opens_nothing(anonymous: Client, key: str) -> None:
    refusal(anonymous.get("/Users", access_token=key), 401)
    refusal(anonymous.send("GET", "/Users", headers={"Cookie": f"session={key}"}), 401)
    refusal(anonymous.send("GET", "/Users", headers={"X-API-Key": key}), 401)


def test_two_authorization_headers_open_nothing(anonymous: Client, key: str) -> None:
    good, bad = f"Bearer {key}", "Bearer nonsense"
    for first, second in ((good, bad), (bad, good)):
        refusal(anonymous.send("GET", "/Users", headers={"Authorization": first, "authorization": second}), 401)


def test_a_refusal_never_repeats_the_key(anonymous: Client, key: str) -> None:
    changed = key[:-1] + ("a" if key[-1] != "a" else "b")
    answer = anonymous.send("GET", "/Users", headers={"Authorization": f"Bearer {changed}"})
    assert changed.encode() not in answer.content
    assert changed not in str(answer.headers)


@pytest.mark.rfc("AUT-06")
def test_a_key_that_was_deactivated_is_refused_from_the_next_request_on(
    scim: Client, session: scoped_session[Session]
) -> None:
    assert scim.get("/Users").status == 200
    transact(session, lambda: session.execute(update(ScimKey).values(deactivated_at=datetime.now(UTC))))
    refusal(scim.get("/Users"), 401)
    transact(session, lambda: session.execute(update(ScimKey).values(deactivated_at=None)))
    assert scim.get("/Users").status == 200


@pytest.mark.rfc("AUT-06")
def test_a_key_that_expired_is_refused(scim: Client, session: scoped_session[Session]) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    transact(session, lambda: session.execute(update(ScimKey).values(expires_at=soon)))
    assert scim.get("/Users").status == 200
    past = datetime.now(UTC) - timedelta(seconds=1)
    transact(session, lambda: session.execute(update(ScimKey).values(expires_at=past)))
    refusal(scim.get("/Users"), 401)


@pytest.mark.rfc("AUT-03")
def test_a_read_key_reads_and_changes_nothing(
    anonymous: Client,
    session: scoped_session[Session],
    organization: Organization,
    app: Flask,
    subtests: pytest.Subtests,
) -> None:
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(session, organization.id, OPERATOR, pepper, label="App", scope="read", expires_at=None),
    )
    reader = Client(anonymous.base_url, {"Authorization": f"Bearer {made.key}"})
    assert reader.get("/Users").status == reader.get("/Groups").status == 200
    for method, path in (("POST", "/Users"), ("PUT", "/Users/7"), ("PATCH", "/Groups/7"), ("DELETE", "/Users/7")):
        with subtests.test(request=f"{method} {path}"):
            answer = reader.send(method, path, {} if method != "DELETE" else None)
            refusal(answer, 403)
            assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.rfc("DSC-04")
def test_the_service_provider_configuration_is_open_to_everybody(anonymous: Client) -> None:
    assert anonymous.get("/ServiceProviderConfig").status == 200


def test_the_last_use_of_a_key_is_noted_with_the_log(scim: Client, app: Flask, session: scoped_session[Session]) -> None:
    assert scim.send("GET", "/Users", headers={"User-Agent": "Okta SCIM Client 1.0.0"}).status == 200
    assert app.extensions["journal"].flush()
    session.rollback()
    used = session.scalars(select(ScimKey)).one()
    assert used.last_used_at and (used.last_used_address, used.last_used_client) == (
        "127.0.0.1", "Okta SCIM Client 1.0.0"
    )  # fmt: skip


@pytest.mark.databases("sqlite")
def test_a_read_waits_for_no_writer_though_the_use_of_its_key_is_due_to_be_noted(
    scim: Client, session: scoped_session[Session]
) -> None:
    with turn(session.get_bind().engine):
        assert scim.get("/Users").status == 200
