"""What an expression means, in memory: the tables of truth that the databases must equal (RFC 7644 §3.4.2.2)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from scim_app.protocol import payload
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.expressions import And, Expression, Not, Or
from scim_app.protocol.grammar import parse_filter, parse_target
from scim_app.protocol.matching import element_matches, matches
from tests.api.test_filters import FOUND, PEOPLE
from tests.protocol.generated import TEST_SCHEMA, USER, documents, examples, expressions

META = {
    "resourceType": "User",
    "created": "2026-01-01T00:00:00.000000Z",
    "lastModified": "2026-02-01T00:00:00.000000Z",
    "location": "https://scim.example/scim/v2/Users/7",
    "version": 'W/"1"',
}


def person(**attributes: Any) -> dict[str, Any]:
    """A user as the service answers one."""
    return payload.load(USER, {"userName": "ada"} | attributes) | {"id": "7", "meta": META}


def yes(sent: str, **attributes: Any) -> bool:
    return matches(parse_filter(sent, USER), USER, person(**attributes))


@pytest.mark.parametrize("sent", [sent for sent, _ in FOUND])
def test_a_filter_of_the_api_means_the_same_in_memory(sent: str) -> None:
    kind = Catalog()["User"]
    expression = parse_filter(sent, kind)
    people = {
        name: payload.load(kind, {"userName": name, "active": True} | more) | {"meta": META}
        for name, more in PEOPLE.items()
    }
    assert {name for name, each in people.items() if matches(expression, kind, each)} == dict(FOUND)[sent]


ABSENT = [
    ('title eq "x"', False), ('title ne "x"', True), ('title co ""', False), ('title sw ""', False), ('title ew ""', False),
    ('title gt ""', False), ('title ge ""', False), ('title lt "x"', False), ('title le "x"', False), ("title pr", False),
    ("title eq null", True), ("title ne null", False), ('not (title eq "x")', True), ('not (title ne "x")', False),
    ('emails.type ne "work"', True), ("emails[primary eq false]", False), ('emails[type ne "x"]', False), ("emails pr", False),
    ("name pr", False), ('name.givenName ne "x"', True), ("not (name pr)", True),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "expected"), ABSENT)
def test_what_is_not_there_equals_nothing_and_differs_from_everything(sent: str, expected: bool) -> None:
    assert yes(sent) is expected
    assert yes(sent, title="", name={}, emails=[]) is expected, "null, empty and absent are one (RFC 7643 §2.5)"


EMAILS = [
    {"value": "a@work", "type": "work", "primary": True},
    {"value": "a@home", "type": "home"},
    {"type": "other", "display": "Nowhere"},
]
OF_SEVERAL = [
    ('emails.value eq "A@WORK"', True), ('emails.value ne "a@work"', True), ('emails co "@"', True),
    ('emails[type eq "work" and value ew "home"]', False), ('emails.type eq "work" and emails.value ew "home"', True),
    ('emails[type ne "work"]', True), ("emails[primary eq false]", False), ("emails[not (primary eq true)]", True),
    ("emails[primary ne true]", True), ("emails[not (value pr)]", True), ("emails[not (type pr)]", False),
    ('emails[value ne "a@home" and type eq "home"]', False), ('emails[value ne "x" and type eq "other"]', True),
    ('not (emails[type eq "fax"])', True), ('emails[type eq "fax" or (type eq "home" or type eq "pager")]', True),
    ('emails[type sw "w" and (value sw "a" and primary eq true)]', True), ('emails.display ne "x"', True),
    ('emails[type eq "work"].value eq "a@work"', True), ('emails[type eq "home"].value eq "a@work"', False),
]  # fmt: skip


@pytest.mark.parametrize(("sent", "expected"), OF_SEVERAL)
def test_of_several_values_one_is_enough_and_brackets_ask_for_one_and_the_same(sent: str, expected: bool) -> None:
    assert yes(sent, emails=EMAILS) is expected


def test_ne_of_several_values_holds_when_one_differs() -> None:
    several = {TEST_SCHEMA: {"texts": ["a", "b"], "wholes": [1, 1]}}
    assert yes(f'{TEST_SCHEMA}:texts ne "a"', **several) and yes(f'not ({TEST_SCHEMA}:texts eq "c")', **several)
    assert not yes(f"{TEST_SCHEMA}:wholes ne 1", **several) and yes(f"{TEST_SCHEMA}:wholes ne 2", **several)


EVERY_TYPE = {
    TEST_SCHEMA: {
        "text": "Ada", "exact": "Ada", "flag": False, "whole": -5, "number": 1.5, "moment": "2026-01-01T01:00:00+01:00",
        "bytes": "YQ==", "link": "https://X/Y", "texts": ["One", "Two"], "wholes": [1, 20],
    }
}  # fmt: skip
CELLS = [
    ('text eq "ADA"', 'text eq "Bob"'),
    ('text ne "Bob"', 'text ne "ADA"'),
    ('text co "D"', 'text co "x"'),
    ('text sw "aD"', 'text sw "d"'),
    ('text ew "DA"', 'text ew "d"'),
    ('text gt "Ac"', 'text gt "ADA"'),
    ('text ge "ADA"', 'text ge "ADB"'),
    ('text lt "B"', 'text lt "ADA"'),
    ('text le "ADA"', 'text le "A"'),
    ("text pr", "title pr"),
    ('exact eq "Ada"', 'exact eq "ada"'),
    ('exact ne "ada"', 'exact ne "Ada"'),
    ('exact co "d"', 'exact co "D"'),
    ('exact sw "A"', 'exact sw "a"'),
    ('exact ew "a"', 'exact ew "A"'),
    ('exact gt "AZ"', 'exact gt "a"'),
    ('exact ge "Ada"', 'exact ge "ada"'),
    ('exact lt "a"', 'exact lt "Ada"'),
    ('exact le "Ada"', 'exact le "AZ"'),
    ("flag eq false", "flag eq true"),
    ("flag ne true", "flag ne false"),
    ("flag pr", "not (flag pr)"),
    ("whole eq -5", "whole eq 5"),
    ("whole eq -5.0", "whole ne -5"),
    ("whole gt -10", "whole gt -5"),
    ("whole ge -5", "whole ge -4"),
    ("whole lt 0", "whole lt -5"),
    ("whole le -5", "whole le -50"),
    ("whole lt 10", "whole gt 10"),
    ("number eq 1.50", "number eq 1.51"),
    ("number eq 15e-1", "number ne 1.5"),
    ("number gt 1", "number gt 1.5"),
    ("number lt 10", "number lt 1.25"),
    ("number ge 1.5", "number ge 2"),
    ("number le 1.5", "number le 1.25"),
    ('moment eq "2026-01-01T00:00:00Z"', 'moment eq "2026-01-01T01:00:00Z"'),
    ('moment ne "2026-01-01T01:00:00Z"', 'moment ne "2025-12-31T19:00:00-05:00"'),
    ('moment gt "2026-01-01T00:30:00+01:00"', 'moment gt "2026-01-01T00:00:00Z"'),
    ('moment lt "2026-01-01T00:00:00.1Z"', 'moment lt "2026-01-01T00:30:00+01:00"'),
    ('bytes eq "YQ"', 'bytes eq "yq"'),
    ('bytes ne "YWE"', 'bytes ne "YQ"'),
    ('link eq "https://X/Y"', 'link eq "https://x/y"'),
    ('link sw "https://X"', 'link sw "https://x"'),
    ('texts eq "two"', 'texts eq "three"'),
    ('texts co "O"', 'texts co "z"'),
    ("wholes gt 19", "wholes gt 20"),
    ("wholes lt 2", "wholes lt 1"),
    ("texts pr", "not (texts pr)"),
]


@pytest.mark.parametrize(("holds", "does_not"), CELLS)
def test_a_comparison_by_type_and_operator(holds: str, does_not: str) -> None:
    for sent, expected in ((holds, True), (does_not, False)):
        whole = sent if "title" in sent or "not (" in sent else f"{TEST_SCHEMA}:{sent}"
        assert yes(whole, **EVERY_TYPE) is expected, sent


@examples(150)
@given(expressions(USER), expressions(USER), documents())
def test_logic_has_two_values(one: Expression, other: Expression, document: dict[str, Any]) -> None:
    def true(expression: Expression) -> bool:
        return matches(expression, USER, document)

    assert true(Not(one)) is not true(one)
    assert true(And((one, other))) is (true(one) and true(other))
    assert true(Or((one, other))) is (true(one) or true(other))
    assert true(Not(Or((one, other)))) is true(And((Not(one), Not(other))))


def test_an_element_matches_what_stands_in_brackets() -> None:
    target = parse_target('emails[type eq "work" and not (value ew "home")]', USER)
    assert target.filter is not None
    assert [element_matches(target.filter, target.path, each) for each in EMAILS] == [True, False, False]


def test_order_is_that_of_the_folded_text() -> None:
    assert yes('userName lt "B"', userName="a") and yes('userName gt "A"', userName="b")
    assert yes('userName gt "z"', userName="é"), "by code point, on both databases and here"
