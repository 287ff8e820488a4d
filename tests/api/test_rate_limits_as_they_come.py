"""The limits of a service whose settings say nothing about them, as a directory meets them: over sockets."""

from __future__ import annotations

import pytest

from scim_app.api.rate_limits import BURST, REFUSED
from tests.api.wire import Answer, Client
from tests.api.words import refusal

PER_SECOND = 50
"""What RATE_LIMIT is by default."""
ENDPOINTS = (
    "/Users", "/Users/1", "/Users/.search", "/Groups", "/Groups/1", "/Groups/.search", "/.search", "/Bulk", "/Me",
    "/Roles", "/Entitlements", "/Schemas", "/ResourceTypes", "/Nothing", "/",
)  # fmt: skip
OPEN = "/ServiceProviderConfig"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "RATE_LIMIT"}


def refused(answer: Answer) -> int:
    """The seconds to wait, of a 429 that is a SCIM error and says them twice."""
    wait = answer.headers["Retry-After"]
    assert f"Try again in {wait} s." in refusal(answer, 429)
    assert 1 <= int(wait) <= 60
    return int(wait)


@pytest.mark.rfc("ERR-19", "NEW-10")
def test_fifty_requests_a_second_are_answered_and_beyond_them_every_endpoint_says_when_to_come_back(
    scim: Client, frozen: list[float]
) -> None:
    for _ in range(2):
        assert {scim.get("/Me").status for _ in range(PER_SECOND * BURST)} == {501}
        waits = [refused(scim.send(method, path)) for path in ENDPOINTS for method in ("GET", "POST", "PUT", "DELETE")]
        frozen[0] += max(waits) + 0.001


@pytest.mark.rfc("NEW-10")
def test_what_is_open_to_all_is_limited_too(anonymous: Client, frozen: list[float]) -> None:
    assert {anonymous.get(OPEN).status for _ in range(PER_SECOND * BURST)} == {200}
    frozen[0] += refused(anonymous.get(OPEN)) + 0.001
    assert anonymous.get(OPEN).status == 200


@pytest.mark.rfc("AUT-11")
def test_whoever_tries_keys_is_told_to_wait(anonymous: Client, scim: Client, frozen: list[float]) -> None:
    guesses = [Client(anonymous.base_url, {"Authorization": f"Bearer {number:040}"}) for number in range(REFUSED.amount)]
    assert {guess.get("/Users").status for guess in guesses} == {401}
    wait = refused(guesses[0].get("/Users"))
    assert scim.get("/Users").status == 200
    frozen[0] += wait + 0.001
    assert guesses[0].get("/Users").status == 401
