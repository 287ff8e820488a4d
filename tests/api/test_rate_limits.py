"""One key may send so much, and one address may be wrong so often; nobody else notices (RFC 6585 §4)."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from scim_app.api.rate_limits import BURST, REFUSED, RateLimits
from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization, ScimRequest
from scim_app.directory.transaction import transact

PER_SECOND = 5
ALLOWED = PER_SECOND * BURST
NOBODYS = f"scim_{'A' * 11}_{'B' * 43}"
NOBODYS += keys.checksum(NOBODYS)


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"RATE_LIMIT": str(PER_SECOND)}


def get(client: FlaskClient, key: str | None, path: str = "/Users", address: str = "192.0.2.1") -> TestResponse:
    """The answer, asked for outside the application context of the fixtures: a request has one of its own."""
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return Context().run(client.get, f"/scim/v2{path}", headers=headers, environ_overrides={"REMOTE_ADDR": address})


def refused(answer: TestResponse) -> None:
    """A 429 as a SCIM client and a person can read it."""
    assert answer.status_code == 429 and answer.content_type == "application/scim+json"
    wait = answer.headers["Retry-After"]
    assert wait.isdigit() and 1 <= int(wait) <= 60
    body = answer.get_json(force=True)
    assert body["status"] == "429" and f"Try again in {wait} s." in body["detail"]


def another_organisation(app: Flask, session: scoped_session[Session]) -> str:
    def work() -> str:
        other = organizations.create(session, "Rival")
        pepper = app.config["KEY_PEPPER"]
        return keys.generate(session, other.id, OPERATOR, pepper, label="R", scope="provision", expires_at=None).key

    return transact(session, work)


def test_a_burst_is_answered_and_what_goes_beyond_it_is_told_when_to_come_back(
    client: FlaskClient, key: str, frozen: list[float]
) -> None:
    assert [get(client, key).status_code for _ in range(ALLOWED)] == [200] * ALLOWED
    answer = get(client, key)
    refused(answer)
    frozen[0] += int(answer.headers["Retry-After"]) + 0.001
    assert get(client, key).status_code == 200


def test_in_the_long_run_as_many_are_answered_as_are_allowed_a_second(
    client: FlaskClient, key: str, frozen: list[float]
) -> None:
    answered = 0
    for _ in range(200):
        answered += get(client, key).status_code == 200
        frozen[0] += 0.1
    assert ALLOWED <= answered <= ALLOWED + 20 * PER_SECOND


def test_a_refused_write_changes_nothing(
    client: FlaskClient, key: str, frozen: list[float], session: scoped_session[Session]
) -> None:
    for _ in range(ALLOWED):
        get(client, key)
    answer = client.post("/scim/v2/Users", json={"userName": "ada"}, headers={"Authorization": f"Bearer {key}"})
    refused(answer)
    frozen[0] += BURST + 0.001
    assert get(client, key).get_json(force=True)["totalResults"] == 0


def test_one_organisations_flood_leaves_another_alone(
    client: FlaskClient, app: Flask, session: scoped_session[Session], key: str, frozen: list[float]
) -> None:
    other = another_organisation(app, session)
    statuses = Counter(get(client, key).status_code for _ in range(10 * ALLOWED))
    assert statuses == {200: ALLOWED, 429: 9 * ALLOWED}
    assert [get(client, other).status_code for _ in range(ALLOWED)] == [200] * ALLOWED


def test_requests_at_once_are_counted_exactly(live_server: str, app: Flask, key: str, frozen: list[float]) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(lambda _: get(app.test_client(), key).status_code, range(2 * ALLOWED)))
    assert statuses == {200: ALLOWED, 429: ALLOWED}


def test_a_flood_leaves_a_row_in_the_log_and_not_a_table(
    client: FlaskClient, app: Flask, session: scoped_session[Session], key: str, frozen: list[float]
) -> None:
    for _ in range(5 * ALLOWED):
        get(client, key)
    assert app.extensions["journal"].flush()
    session.rollback()
    rows = session.execute(select(ScimRequest.scim_type, ScimRequest.count).where(ScimRequest.failed)).all()
    assert rows == [("too many requests", 1)]


def test_what_a_key_sends_beside_the_base_url_counts_and_is_one_row(
    client: FlaskClient, app: Flask, session: scoped_session[Session], key: str, frozen: list[float]
) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    statuses = Counter(
        Context().run(client.post, f"/scim/Users/{number}", headers=headers).status_code for number in range(2 * ALLOWED)
    )
    assert statuses == {404: ALLOWED, 429: ALLOWED}
    assert app.extensions["journal"].flush()
    session.rollback()
    rows = session.execute(select(ScimRequest.status, ScimRequest.count).order_by(ScimRequest.count)).all()
    assert (404, ALLOWED) in rows and len(rows) <= 2


def test_an_address_that_shows_keys_that_are_nobodys_is_told_to_wait(client: FlaskClient, frozen: list[float]) -> None:
    for wrong in (NOBODYS, None, "nonsense"):
        assert get(client, wrong).status_code == 401
    statuses = Counter(get(client, NOBODYS).status_code for _ in range(REFUSED.amount))
    assert statuses == {401: REFUSED.amount - 3, 429: 3}
    for wrong in (NOBODYS, None, "nonsense"):
        refused(get(client, wrong))
    assert get(client, NOBODYS, address="192.0.2.2").status_code == 401


def test_a_good_key_is_let_in_from_an_address_that_shows_wrong_ones(
    client: FlaskClient, key: str, frozen: list[float]
) -> None:
    for _ in range(2 * REFUSED.amount):
        get(client, NOBODYS)
    assert get(client, key).status_code == 200


def test_a_refused_key_that_floods_is_logged_no_more_once_its_address_is_told_to_wait(
    client: FlaskClient, app: Flask, session: scoped_session[Session], organization: Organization, key: str,
    frozen: list[float],
) -> None:  # fmt: skip
    only = keys.of_organization(session, organization.id)[0].id
    transact(session, lambda: keys.deactivate(session, organization.id, OPERATOR, only))
    for _ in range(2 * REFUSED.amount):
        assert get(client, key).status_code in {401, 429}
    assert app.extensions["journal"].flush()
    session.rollback()
    rows = session.execute(select(ScimRequest.scim_type, ScimRequest.count)).all()
    assert rows == [("deactivated", REFUSED.amount)]


def test_what_needs_no_key_is_limited_by_address(client: FlaskClient, frozen: list[float]) -> None:
    path = "/ServiceProviderConfig"
    assert [get(client, None, path).status_code for _ in range(ALLOWED)] == [200] * ALLOWED
    refused(get(client, None, path))
    assert get(client, None, path, address="192.0.2.2").status_code == 200


@pytest.mark.databases("sqlite")
def test_limits_can_be_turned_off() -> None:
    limits = RateLimits(None, "memory://")
    counts = limits.of_key, limits.of_address, limits.of_refusals
    assert not any(count("1") for count in counts for _ in range(1000))


@pytest.mark.databases("sqlite")
def test_a_storage_that_does_not_answer_fails_no_request_and_each_process_counts_for_itself(
    caplog: pytest.LogCaptureFixture, listener: object, frozen: list[float]
) -> None:
    limits = RateLimits(PER_SECOND, "redis://127.0.0.1:1/0")
    with caplog.at_level(logging.WARNING):
        waits = [limits.of_key("1") for _ in range(ALLOWED + 1)]
    assert waits[:-1] == [0] * ALLOWED and waits[-1] > 0
    assert len([record for record in caplog.records if "RATELIMIT_STORAGE_URI" in record.message]) == 1
