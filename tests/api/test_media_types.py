"""What goes over the wire, and in which form (RFC 7644 §3.8, §3.12, §3.13)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.conftest import Make
from tests.api.wire import SCIM, Client
from tests.api.words import USER, names, refusal


@pytest.mark.rfc("MTY-07")
@pytest.mark.parametrize("accept", ["text/html", "application/xml", "application/json;q=0", "image/*, text/*;q=0.5"])
def test_who_takes_no_json_is_told_so(scim: Client, accept: str) -> None:
    refusal(scim.send("GET", "/Users", headers={"Accept": accept}), 406)


@pytest.mark.rfc("MTY-12")
def test_a_suffix_is_part_of_the_id(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    for suffix in (".scim", ".json"):
        refusal(scim.get(f"/Users/{user['id']}{suffix}"), 404)
        refusal(scim.get(f"/Users{suffix}"), 404)


@pytest.mark.rfc("MTY-13", "DEL-01")
def test_an_answer_without_a_body_has_no_type(scim: Client, make_user: Make) -> None:
    answer = scim.delete(f"/Users/{make_user('ada')['id']}")
    assert (answer.status, answer.content, answer.headers["Content-Type"]) == (204, b"", None)


@pytest.mark.rfc("MTY-14", "ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05", "ERR-16")
def test_every_refusal_is_an_error_of_scim(
    scim: Client, anonymous: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    user = make_user("ada")
    html = {"Accept": "text/html, */*"}
    for status, scim_type, answer in (
        (400, "invalidSyntax", scim.send("POST", "/Users", b"{", headers=html)),
        (400, "invalidFilter", scim.send("GET", "/Users?filter=x", headers=html)),
        (401, None, anonymous.send("GET", "/Users", headers=html)),
        (403, None, scim.send("GET", "/Schemas?filter=x", headers=html)),
        (403, "sensitive", scim.send("GET", "/Users?filter=password%20pr", headers=html)),
        (404, None, scim.send("GET", "/Users/7", headers=html)),
        (405, None, scim.send("PATCH", "/Users", {}, headers=html)),
        (406, None, scim.send("GET", "/Users", headers={"Accept": "text/html"})),
        (409, "uniqueness", scim.send("POST", "/Users", {"schemas": [USER], "userName": "ADA"}, headers=html)),
        (412, None, scim.send("DELETE", f"/Users/{user['id']}", headers=html | {"If-Match": '"x"'})),
        (413, None, scim.send("POST", "/Users", b" " * 5_000_000, headers=html)),
        (415, None, scim.send("POST", "/Users", b"x", headers=html | {"Content-Type": "text/plain"})),
        (501, None, scim.send("GET", "/Me", headers=html)),
    ):
        with subtests.test(status=status, scimType=scim_type):
            refusal(answer, status, scim_type)


@pytest.mark.rfc("ERR-20", "AUT-12", "MTY-14")
def test_a_fault_of_ours_is_an_error_of_scim_that_shows_nothing(
    app: Flask, scim: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM scim_app")

    monkeypatch.setattr("scim_app.directory.directory.Directory.search", broken)
    answer = scim.get("/Users")
    assert answer.headers["X-Request-Id"] in refusal(answer, 500)
    assert b"secret" not in answer.content


@pytest.mark.rfc("VER-01", "VER-02", "VER-03", "VER-04", "ERR-14")
def test_another_version_of_the_protocol_is_refused_and_never_with_a_page(
    scim: Client, subtests: pytest.Subtests
) -> None:
    assert scim.base_url.endswith("/scim/v2") and scim.get("/Users").status == 200
    above = Client(scim.base_url.removesuffix("/v2"), scim.headers)
    for path in ("/v1/Users", "/v3/Users", "/v1", "/v2.1/Users", "/v10/"):
        with subtests.test(path=path):
            assert "/scim/v2" in refusal(above.get(path), 400, "invalidVers")
    for path in ("/Users", "", "/", "/version/Users"):
        with subtests.test(path=path):
            refusal(above.get(path), 404)


@pytest.mark.rfc("DSC-27")
def test_discovery_is_read_anew_each_time(scim: Client, subtests: pytest.Subtests) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        with subtests.test(path=path):
            answer = scim.send("GET", path, headers={"If-None-Match": "*"})
            assert (answer.status, answer.headers["Content-Type"]) == (200, SCIM)
            assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == (None, "no-store")


@pytest.mark.rfc("GET-19")
def test_options_says_what_an_address_serves(scim: Client, make_user: Make) -> None:
    user = make_user("ada")
    for path, served in (("/Users", {"GET", "POST"}), (f"/Users/{user['id']}", {"GET", "PUT", "PATCH", "DELETE"})):
        answer = scim.send("OPTIONS", path)
        assert (answer.status, served <= set(answer.headers["Allow"].split(", "))) == (200, True)
        assert scim.send("HEAD", path).content == b""
    assert names(scim.get("/Users")) == ["ada"]
