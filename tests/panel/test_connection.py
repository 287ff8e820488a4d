"""The connection doctor on the page: what is wrong, in words, with the fix where it is fixed."""

from __future__ import annotations

from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.panel.conftest import HTMX, Person, text_of
from tests.panel.test_log import Call, call

__all__ = ["call"]
pytestmark = pytest.mark.databases("sqlite")
ACCESS = "/settings/organization/access"
LOG = "/settings/organization/log"


class Wire:
    """A directory with Acme's key."""

    def __init__(self, app: Flask, client: FlaskClient, key: str) -> None:
        self.app, self.client, self.key = app, client, key

    def get(self, path: str = "/scim/v2/Users", header: str = "Bearer {key}", agent: str = "Okta SCIM Client") -> int:
        headers = {"Authorization": header.format(key=self.key), "User-Agent": agent}
        answer = Context().run(self.client.get, path, headers=headers)
        assert self.app.extensions["journal"].flush()
        return answer.status_code


@pytest.fixture
def wire(app: Flask, client: FlaskClient, key: str) -> Wire:
    return Wire(app, client, key)


def test_before_the_first_request_there_is_no_card(viewer: Person) -> None:
    assert 'id="connection"' not in viewer.get(ACCESS).text


def test_a_healthy_connection_says_so_and_among_how_many_requests(viewer: Person, wire: Wire, app: Flask) -> None:
    app.config["PUBLIC_URL"] = "https://scim.example"
    for _ in range(3):
        assert wire.get() == 200
    page = viewer.get(ACCESS)
    assert "Nothing wrong in the last 3 requests, since" in text_of(page)
    assert 'class="finding"' not in page.text


def test_a_finding_has_words_a_link_to_the_request_and_the_fix_of_its_own_console(viewer: Person, wire: Wire) -> None:
    assert wire.get(header="Bearer Bearer {key}") == 401
    page = viewer.get(ACCESS)
    said = text_of(page)
    assert "Connection 1 thing is wrong" in said and "Bearer stands before the key twice" in said
    assert "Okta was refused once: the word Bearer stands more than once before the key “Okta”." in said
    assert "In Okta With HTTP Header Okta writes Bearer itself." in said
    card = page.text.partition('id="connection"')[2].partition("</section>")[0]
    assert "In Microsoft Entra" not in card and "Anywhere else" not in card and f'href="{LOG}/' in card
    assert 'id="connection"' in viewer.get(ACCESS, headers=HTMX).text
    assert wire.get() == 200
    assert "Nothing wrong in the last 2 requests" in text_of(viewer.get(ACCESS))


def test_of_a_client_nobody_knows_the_fix_is_told_for_the_likely_consoles(
    viewer: Person, wire: Wire, app: Flask
) -> None:
    wire.get("/scim/v2/scim/v2/Users", agent="payroll/1.0")
    said = text_of(viewer.get(ACCESS))
    assert "Anywhere else Copy the base URL" in said
    wire.get("/Users", agent="Microsoft Azure AD SCIM")
    said = text_of(viewer.get(ACCESS))
    assert "2 things are wrong" in said and "payroll asked once where nothing is" in said
    assert "In Okta Under Provisioning" in said and "In Microsoft Entra Under Provisioning" in said
    assert f"{app.config['PUBLIC_URL']}/scim/v2" in said and "{base_url}" not in said


def test_an_address_of_this_machine_is_said_and_is_nothing_wrong(viewer: Person, wire: Wire) -> None:
    wire.get()
    said = text_of(viewer.get(ACCESS))
    assert "Only this machine reaches the service" in said and "How to fix it Set PUBLIC_URL" in said
    assert "Nothing wrong in the last request, since" in said


def test_a_request_that_was_understood_all_the_same_has_a_remark(viewer: Person, wire: Wire) -> None:
    assert wire.get(header="{key}") == 200
    page = viewer.get(ACCESS)
    assert "Bearer is missing before the key" in text_of(page)
    link = page.text.partition('class="finding"')[2].partition('<a href="')[2].partition('"')[0]
    assert "Remark The key came without the word Bearer before it, and was understood." in text_of(viewer.get(link))


def test_a_refused_key_in_other_words_and_a_wrong_address_have_a_cause_on_their_page(
    viewer: Person, wire: Wire
) -> None:
    for path, header, words in (
        ("/scim/v2/Users", "Bearer Bearer {key}", "Okta was refused: the word Bearer stands before the key twice"),
        ("/scim/v2/Users", "Token {key}", "Okta was refused: the Authorization header is malformed"),
        ("/Users", "Bearer {key}", "The base URL is not the one under Access Management"),
    ):
        wire.get(path, header)
        newest = viewer.get(LOG).text.partition('id="rows"')[2].partition('<a href="')[2].partition('"')[0]
        said = text_of(viewer.get(newest))
        assert words in said and "Why it failed" in said


def test_what_strangers_sent_is_text_on_the_page(viewer: Person, call: Call) -> None:
    call("GET", "/scim/<b>x", 404, agent="<i>evil")
    call("GET", "/scim/<b>", 404, agent="")
    page = viewer.get(ACCESS)
    assert "<b>" not in page.text and "&lt;b&gt;" in page.text
