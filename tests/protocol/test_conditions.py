"""Conditional requests: tags are weak and compared weakly, for If-Match too (RFC 7644 §3.14, RFC 9110 §13)."""

from __future__ import annotations

import pytest

from scim_app.protocol.conditions import Conditions, entity_tag
from scim_app.protocol.errors import InvalidValue, PreconditionFailed

HEADERS = [
    ('W/"3"', True),
    ('"3"', True),
    ("*", True),
    (" * ", True),
    ('W/"2", W/"3"', True),
    ('"2","3"', True),
    ('W/"2"', False),
    ('W/"33"', False),
    ('"2, 3"', False),
]
"""Values of a header, and whether they name version 3."""


def test_the_tag_of_a_version_is_weak() -> None:
    assert entity_tag(3) == 'W/"3"'


@pytest.mark.parametrize(("header", "named"), HEADERS)
def test_if_match_lets_the_version_it_names_be_changed(header: str, named: bool) -> None:
    if named:
        Conditions(if_match=header).check(3)
    else:
        with pytest.raises(PreconditionFailed, match="changed since you read it"):
            Conditions(if_match=header).check(3)


@pytest.mark.parametrize(("header", "named"), HEADERS)
def test_if_none_match_rules_out_the_version_it_names(header: str, named: bool) -> None:
    conditions = Conditions(if_none_match=header)
    assert conditions.not_modified(entity_tag(3)) is named
    if named:
        with pytest.raises(PreconditionFailed):
            conditions.check(3)
    else:
        conditions.check(3)


def test_without_conditions_everything_may_be_changed_and_read() -> None:
    Conditions().check(3)
    assert not Conditions().not_modified(entity_tag(3))


@pytest.mark.parametrize("header", ["", "3", "W/3", '"3', 'w/"3"', '"3" "4"', '*, "3"', "\u201c3\u201d"])
def test_a_header_that_is_no_list_of_tags_is_refused(header: str) -> None:
    for name in ("if_match", "if_none_match"):
        with pytest.raises(InvalidValue, match="must be"):
            Conditions(**{name: header})
