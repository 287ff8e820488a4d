"""What is no text, and what is no day, is refused on both databases alike: it is never a fault of ours."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.panel.conftest import HTMX, Person, text_of
from tests.panel.routes import address, readable, writable

INFO = "/settings/organization"
SENTENCE = "There is a character in the address or the form that is no text (NUL). Remove it and try again."


def test_nul_in_an_address_a_query_or_a_form_is_refused_with_a_sentence_everywhere(owner: Person, app: Flask) -> None:
    for rule in readable(app):
        gap = [rule.partition("<")[0] + "%00"] if rule.endswith(">") else []
        for path in (f"{address(rule)}?q=%00", f"{address(rule)}?a%00=b", *gap):
            answer = owner.get(path)
            assert answer.status_code == 400 and SENTENCE in text_of(answer), path
    for rule in writable(app):
        for form in ({"name": "a\0b"}, {"a\0b": "name"}):
            answer = owner.post(address(rule), form, on=INFO)
            assert answer.status_code == 400 and SENTENCE in text_of(answer), rule
    answer = owner.post(f"{INFO}/name", {"name": "\0"}, on=INFO, headers=HTMX)
    assert answer.status_code == 400 and answer.headers["HX-Retarget"] == "#notices"


def test_nul_from_a_stranger_is_refused_with_the_same_sentence(visitor: Person) -> None:
    for answer in (visitor.get("/claim/%00"), visitor.sign_in("a\0@acme.example"), visitor.sign_in(password="\0" * 12)):
        assert answer.status_code == 400 and SENTENCE in text_of(answer)


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "9999-12-32", "0000-01-01", "99999-01-01"])
def test_days_at_the_ends_of_time_are_days_like_others(owner: Person, day: str) -> None:
    for query in (f"log?to={day}", f"log?from={day}", f"log/new?to={day}&after=0", f"changelog?q=created:{day}"):
        assert owner.get(f"{INFO}/{query}").status_code in {200, 204}, query
