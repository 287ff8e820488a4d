"""What operations on the `members` of a group ask for, as steps on a set of ids (RFC 7643 §4.2, RFC 7644 §3.5.2).

Members are rows and not part of the document, so that a change touches the rows it names and never loads the group.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scim_app.protocol.errors import InvalidValue
from scim_app.protocol.expressions import Comparison, Expression
from scim_app.protocol.patch_op import Operation


@dataclass(frozen=True)
class Add:
    """These users are members."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Remove:
    """These users are not."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class RemoveMatching:
    """Those whom the filter selects are not."""

    filter: Expression


@dataclass(frozen=True)
class Replace:
    """These users are members, and nobody else is."""

    ids: tuple[str, ...]


Step = Add | Remove | RemoveMatching | Replace


def steps(operations: Iterable[Operation]) -> list[Step]:
    """The steps that operations on `members` ask for, in order. Raises InvalidValue for a member that is no user."""
    return [step for operation in operations for step in steps_of(operation)]


def steps_of(operation: Operation) -> list[Step]:
    """The steps of one operation: a replaced member is one removed and another added."""
    value = operation.value or []
    ids = member_ids(value if isinstance(value, list) else [value])
    if operation.target.filter is None:
        if operation.op == "add":
            return [Add(ids)]
        return [Replace(ids)]
    if operation.op == "add":
        return [Add(ids)]
    return [removal(operation.target.filter), Add(ids)] if ids else [removal(operation.target.filter)]


def removal(filter: Expression) -> Step:
    """Directories name one member at a time, by id."""
    if isinstance(filter, Comparison) and filter.operator == "eq" and filter.path.attribute.name == "value":
        return Remove((filter.key,))
    return RemoveMatching(filter)


def member_ids(members: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """The ids of members, each once. Raises InvalidValue for a group in a group, which this service does not nest."""
    members = list(members)
    if any(str(member.get("type") or "User").lower() != "user" for member in members):
        raise InvalidValue("Members must be users: a group cannot be a member of a group here. Push its users instead.")
    return tuple(dict.fromkeys(member["value"] for member in members))
