"""A filter apart from its values: filters of one form differ in nothing else, so the statement for them is made once.

To make a statement takes several times as long as to run it. `form` takes the values out and leaves a `Parameter` where
each stood; a statement made of the form is run with the values by name. No column is called like one of these names with its
number left out: SQLAlchemy would give a value of its own the same.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Integer, bindparam

from scim_app.protocol.comparison import instant
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, ValuePath

INSTANTS = frozenset({"meta.created", "meta.lastModified"})
"""Paths whose values are columns that hold moments."""


@dataclass(frozen=True)
class Parameter:
    """The place of a value in comparison form, and what of the value decides how it is compared."""

    number: int
    empty: bool
    endless: bool
    """Whether no text is above all that begin with the value."""
    boolean: str | None = None
    """The value itself where it is one of two: a database goes another way for each."""

    def bound(self) -> Any:
        """The value itself."""
        return bindparam(f"filter_key_{self.number}")

    def end(self) -> Any:
        """The least text above all that begin with the value."""
        return bindparam(f"filter_end_{self.number}")

    def length(self) -> Any:
        """How many characters the value has."""
        return bindparam(f"filter_length_{self.number}", type_=Integer)


def form(expression: Expression) -> tuple[Expression, dict[str, Any]]:
    """The expression with a parameter for each value, and the values by the names that statements have for them."""
    values: dict[str, Any] = {}
    return _form(expression, count(), values), values


def _form(expression: Expression, numbers: Iterator[int], values: dict[str, Any]) -> Expression:
    match expression:
        case Comparison(path, operator, _, key):
            number, end = next(numbers), after_prefix(key)
            values[f"filter_key_{number}"] = instant(key) if path.text in INSTANTS else key
            values[f"filter_end_{number}"], values[f"filter_length_{number}"] = end, len(key)
            boolean = key if path.attribute.type == "boolean" else None
            parameter: Any = Parameter(number, not key, not end, boolean)
            return Comparison(path, operator, None, parameter)
        case Present():
            return expression
        case Not(inner):
            return Not(_form(inner, numbers, values))
        case And(parts):
            return And(tuple(_form(each, numbers, values) for each in parts))
        case Or(parts):
            return Or(tuple(_form(each, numbers, values) for each in parts))
        case ValuePath(path, inner):
            return ValuePath(path, _form(inner, numbers, values))


def after_prefix(prefix: str) -> str:
    """The least text above all that begin with the prefix; empty when there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < sys.maxunicode:
            return prefix[:-1] + chr(0xE000 if last == 0xD7FF else last + 1)
        prefix = prefix[:-1]
    return ""
