"""Ids of rows: UUIDs of version 7, in the order in which they were made."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from scim_app.directory.ids import first_id, made_at, new_id


def test_an_id_is_a_uuid_of_version_7_that_says_when_it_was_made() -> None:
    before = datetime.now(UTC)
    made = [new_id() for _ in range(1_000)]
    for each in made:
        parsed = uuid.UUID(each)
        assert str(parsed) == each and (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
        # The moment is kept to a quarter of a microsecond less than the clock says.
        assert before - timedelta(microseconds=1) <= made_at(each) <= datetime.now(UTC) + timedelta(milliseconds=1)
    assert first_id(before - timedelta(milliseconds=1)) < made[0] < first_id(datetime.now(UTC) + timedelta(milliseconds=2))


def test_ids_of_one_process_are_in_the_order_in_which_they_were_made() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_nobody_guesses_the_rest_of_an_id() -> None:
    """Each of its 62 random bits is set in about half of them."""
    made = [uuid.UUID(new_id()).int for _ in range(2_000)]
    for bit in range(62):
        assert 800 < sum(each >> bit & 1 for each in made) < 1_200
