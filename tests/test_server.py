"""The server's own answers, over a raw socket: whatever is not HTTP is refused with a SCIM error before any view."""

from __future__ import annotations

import pytest

from bench.malformed import REQUESTS, answer
from bench.service import service

ANSWERS = {
    "no request at all": "400 SCIM",
    "another version of HTTP": "400 SCIM",
    "a request line of 9 kB": "414 SCIM",
    "a request line of 90 kB": "414 SCIM",
    "a header of 9 kB": "431 SCIM",
    "a header of 900 kB": "431 SCIM",
    "120 headers": "431 SCIM",
    "no Host": "400 SCIM",
    "two Hosts": "400 SCIM",
    "NUL in a header": "400 SCIM",
    "a space before the colon": "400 SCIM",
    "a folded header": "400 SCIM",
    "two Authorizations": "401 SCIM",
    "an encoded slash": "404 SCIM",
    "an encoded slash below the base": "404 SCIM",
    "an absolute address": "200 SCIM",
    "a length that is none": "400 SCIM",
    "a length below nothing": "400 SCIM",
    "two lengths": "400 SCIM",
    "a length and chunks": "400 SCIM",
    "an unknown transfer coding": "400 SCIM",
    "a chunk of no size": "400 SCIM",
    "a chunk that does not end": "400 SCIM",
    "chunks": "201 SCIM",
    "a form in chunks of no size": "400 other",
    "an unknown expectation": "417 SCIM",
    "another scheme of the proxy's": "200 SCIM",
    "another root": "200 SCIM",
}


def test_every_malformed_request_is_answered_with_a_scim_error(subtests: pytest.Subtests) -> None:
    assert ANSWERS.keys() == REQUESTS.keys()
    with service(workers=1) as served:
        for name, request in REQUESTS.items():
            with subtests.test(name):
                assert answer(served.port, served.key, request) == ANSWERS[name]
