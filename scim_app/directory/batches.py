"""Many values in several statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
AT_ONCE = 5_000
"""Ids in one statement: SQLite takes 32 766 parameters."""


def batches(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, as many at a time as one statement takes."""
    iterator = iter(values)
    while batch := list(islice(iterator, AT_ONCE)):
        yield batch
