"""The runner itself notices what it is there to notice."""

from __future__ import annotations

import pytest

from tests.conversations.matching import at, mismatches
from tests.conversations.replay import substitute

USER = {"id": "7", "name": {"givenName": "Ada", "familyName": "King"}, "emails": [{"value": "a"}, {"value": "b"}]}


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        ({"id": "8"}, "expected '8' at /id, came '7'"),
        ({"id": 7}, "expected 7 at /id, came '7'"),
        ({"nickName": "A"}, "expected 'A' at /nickName, came None"),
        ({"emails": [{"value": "a"}]}, "expected [{'value': 'a'}] at /emails, came [{'value': 'a'}, {'value': 'b'}]"),
        ({"emails": [{"value": "b"}, {"value": "a"}]}, "expected 'b' at /emails/0/value, came 'a'"),
        ({"emails": {"<in any order>": [{"value": "a"}, {"value": "c"}]}}, "/emails lacks {'value': 'c'}"),
        ({"emails": "<integer>"}, "expected '<integer>' at /emails, came [{'value': 'a'}, {'value': 'b'}]"),
        ({"name": {"givenName": "<containing x>"}}, "expected '<containing x>' at /name/givenName, came 'Ada'"),
    ],
)
def test_a_difference_is_told_with_its_place(expected: object, sentence: str) -> None:
    assert next(mismatches(USER, expected, "")) == sentence


@pytest.mark.parametrize(
    "expected",
    [
        {"name": {"givenName": "Ada"}},
        {"emails": {"<in any order>": [{"value": "b"}, {"value": "a"}]}},
        {"id": "<string>", "name": {"familyName": "<containing in>"}},
    ],
)
def test_what_was_expected_and_more_is_no_difference(expected: object) -> None:
    assert not list(mismatches(USER, expected, ""))


def test_true_is_not_the_number_one() -> None:
    assert list(mismatches(True, 1, ""))


def test_a_pointer_finds_none_one_or_every_element() -> None:
    assert (at(USER, "/nickName"), at(USER, "/emails/1/value"), at(USER, "/emails/*/value")) == ([], ["b"], ["a", "b"])


def test_a_captured_resource_is_spread_and_changed_where_the_step_says_so() -> None:
    body = substitute({"...": "user", "name": {"givenName": "{{new}}"}}, {"user": USER, "new": "Augusta"})
    assert body == USER | {"name": {"givenName": "Augusta", "familyName": "King"}}
