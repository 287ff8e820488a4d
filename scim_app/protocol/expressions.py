"""Filters and paths as trees of frozen values that print themselves (RFC 7644 §3.4.2.2, §3.5.2).

A tree is about one resource type: its paths are resolved, its comparisons are possible, its values are in comparison form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Any

from scim_app.protocol.attributes import Attribute, Path


@dataclass(frozen=True)
class Comparison:
    """`path operator value`, for the operators eq, ne, co, sw, ew, gt, ge, lt and le."""

    path: Path
    operator: str
    value: Any
    key: str
    """The value in comparison form."""

    def __str__(self) -> str:
        return printed(self)


@dataclass(frozen=True)
class Present:
    """`path pr`: the attribute has a value that is not empty."""

    path: Path

    def __str__(self) -> str:
        return printed(self)


@dataclass(frozen=True)
class Not:
    """`not (…)`: whatever the inner expression does not match."""

    inner: Expression

    def __str__(self) -> str:
        return printed(self)


@dataclass(frozen=True)
class And:
    """Every part matches."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return printed(self)


@dataclass(frozen=True)
class Or:
    """Some part matches."""

    parts: tuple[Expression, ...]

    def __str__(self) -> str:
        return printed(self)


@dataclass(frozen=True)
class ValuePath:
    """`path[…]`: one and the same value of a multi-valued attribute matches the whole inner expression.

    The paths inside are whole, from the resource on: `emails.type` in `emails[type eq "work"]`.
    """

    path: Path
    inner: Expression

    def __str__(self) -> str:
        return printed(self)


Expression = Comparison | Present | Not | And | Or | ValuePath


def printed(expression: Expression, inside: Path | None = None) -> str:
    """The expression as text that parses to it again; within `inside[…]` its paths begin after `inside`."""

    def name(path: Path) -> str:
        return str(Path(path.steps[len(inside.steps) :])) if inside else str(path)

    def joined(word: str, parts: tuple[Expression, ...], grouped: type | UnionType) -> str:
        texts = (f"({printed(each, inside)})" if isinstance(each, grouped) else printed(each, inside) for each in parts)
        return f" {word} ".join(texts)

    match expression:
        case Comparison(path, operator, value):
            return f"{name(path)} {operator} {json.dumps(value, ensure_ascii=False)}"
        case Present(path):
            return f"{name(path)} pr"
        case Not(inner):
            return f"not ({printed(inner, inside)})"
        case And(parts):
            return joined("and", parts, And | Or)
        case Or(parts):
            return joined("or", parts, Or)
        case ValuePath(path, inner):
            return f"{path}[{printed(inner, path)}]"


@dataclass(frozen=True)
class Target:
    """What a PATCH operation is about: `path`, `path[filter]` or `path[filter].sub` (RFC 7644 §3.5.2, Figure 7)."""

    path: Path
    filter: Expression | None = None
    sub: Attribute | None = None

    def __str__(self) -> str:
        selected = str(self.path) if self.filter is None else str(ValuePath(self.path, self.filter))
        return f"{selected}.{self.sub.name}" if self.sub else selected

    @property
    def attribute(self) -> Attribute:
        """The attribute that is changed."""
        return self.sub or self.path.attribute


def paths_of(expression: Expression) -> Iterator[Path]:
    """Every path an expression names."""
    match expression:
        case Comparison(path) | Present(path):
            yield path
        case Not(inner):
            yield from paths_of(inner)
        case And(parts) | Or(parts):
            for part in parts:
                yield from paths_of(part)
        case ValuePath(path, inner):
            yield path
            yield from paths_of(inner)
