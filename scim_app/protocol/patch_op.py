"""PatchOp messages → operations (RFC 7644 §3.5.2): each with a path that means something and a value the attribute takes.

A value without a path stands for one operation for each of its members. Habits of directories are rewritten to the RFC's
form before (`dialects`); what nobody could mean is refused here, before anything is read or changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scim_app.protocol import aliases, dialects, messages, payload
from scim_app.protocol.attributes import Path, ResourceType
from scim_app.protocol.errors import InvalidSyntax, InvalidValue, Mutability, NoTarget, TooMany
from scim_app.protocol.expressions import Comparison, Target, paths_of
from scim_app.protocol.grammar import parse_target

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 5_000
MAX_CHANGES = 200
"""Operations that look through values, and comparisons in their filters; those that name a member by its id are the many."""
OPS = ("add", "remove", "replace")


@dataclass(frozen=True)
class Operation:
    """One change: `op` is add, remove or replace, `value` is in canonical form and None when it is empty."""

    op: str
    target: Target
    value: Any = None


def read(kind: ResourceType, message: Any) -> list[Operation]:
    """The operations of a PatchOp message, in the RFC's form, each with a path.

    Raises InvalidSyntax, InvalidPath, InvalidValue, Mutability or NoTarget for the first that cannot be meant, TooMany for
    more of them than can be carried out while somebody waits.
    """
    operations = messages.members(message, PATCH_OP).get("operations")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of at least one operation.")
    if len(operations) > MAX_OPERATIONS:
        raise TooMany(f"A request may hold {MAX_OPERATIONS} operations. Send the rest in another one.")
    found = [read for one in operations for read in read_one(kind, one)]
    filters = [each.target.filter for each in found if not names_members(each)]
    if sum(1 for each in filters if each for _ in paths_of(each)) > MAX_CHANGES:
        raise TooMany(
            f"The filters in the paths of a request may compare {MAX_CHANGES} times. Send the rest in another one."
        )
    if len(filters) > MAX_CHANGES:
        raise TooMany(
            f"A request may hold {MAX_CHANGES} operations besides those that name members. Send the rest in another one."
        )
    return found


def names_members(operation: Operation) -> bool:
    """Whether it says by id whom to add to the members or to remove, so that nobody has to be looked for."""
    filter = operation.target.filter
    by_id = isinstance(filter, Comparison) and filter.operator == "eq" and filter.path.attribute.name == "value"
    return operation.target.path.top.name == "members" and (filter is None or by_id)


def read_one(kind: ResourceType, operation: Any) -> Iterator[Operation]:
    """What one element of `Operations` asks for: one operation, or one for each member of a value without a path."""
    if not isinstance(operation, dict):
        raise InvalidSyntax("Each of the Operations must be a JSON object.")
    named = {name.lower(): value for name, value in operation.items() if name.lower() in {"op", "path", "value"}}
    if named.get("path", "") is None:
        del named["path"]
    value = named.get("value")
    for listed in value.values() if isinstance(value, dict) else [value]:
        if isinstance(listed, list) and len(listed) > payload.MAX_MEMBERS:
            raise TooMany(f"An operation may name {payload.MAX_MEMBERS:,} values. Send the rest in another request.")
    for each in (
        one for rewritten in dialects.standard_operations(kind, named) for one in aliases.operations(kind, rewritten)
    ):
        op = each.get("op")
        if op not in OPS:
            raise InvalidSyntax("The op of an operation must be add, remove or replace.")
        if "path" in each:
            yield from with_path(kind, op, each)
        else:
            yield from without_path(kind, op, each.get("value"))


def with_path(kind: ResourceType, op: str, operation: Mapping[str, Any]) -> Iterator[Operation]:
    """An operation on one attribute, once the attribute can be written and the value is one it takes.

    Members of an object that are given as null are removed besides.
    """
    target = parse_target(operation["path"], kind)
    check_writable(target, op)
    given = operation.get("value")
    if op == "remove":
        if target.attribute.multi_valued and target.filter is None and given is not None:
            raise InvalidValue(f"Which values of {target} to remove must be a list of them, or a filter in the path.")
        yield Operation(op, target)
        return
    if "value" not in operation:
        raise InvalidValue(f"The {op} of {target} needs a value.")
    value = payload.value_of(value_path(target), given)
    if value is None and target.attribute.default is not None:
        raise InvalidValue(f"{target} must be true or false.")
    attribute = target.attribute
    is_object = target.filter is None and attribute.type == "complex" and not attribute.multi_valued
    if is_object and isinstance(given, dict) and (given or op == "add"):
        if value is not None:
            yield Operation(op, target, value)
        yield from emptied(target.path, given)
    else:
        yield Operation(op, target, value)


def emptied(path: Path, given: Mapping[str, Any]) -> Iterator[Operation]:
    """The removal of what an object gives as empty (RFC 7643 §2.5): the members it does not mention stay (§3.5.2.3)."""
    for name, inner in given.items():
        sub = path.attribute.find(name)
        if sub is None or sub.mutability == "readOnly":
            continue
        if inner in (None, "", [], {}):
            yield Operation("remove", Target(path / sub))
        elif sub.type == "complex" and not sub.multi_valued and isinstance(inner, dict):
            yield from emptied(path / sub, inner)


def without_path(kind: ResourceType, op: str, value: Any) -> Iterator[Operation]:
    """The operations for the members of a value without a path: names the type does not have are left out, as in a body."""
    if op == "remove":
        raise NoTarget("A remove needs a path that says what to remove.")
    if not isinstance(value, dict):
        raise InvalidValue(f"The {op} of an operation without a path needs an object of attributes as its value.")
    for name, inner in dialects.standard_body(kind, value).items():
        attribute = kind.member(name)
        if attribute is not None and attribute.name != "schemas":
            yield from with_path(kind, op, {"path": attribute.name, "value": inner})


def value_path(target: Target) -> Path:
    """The path whose attribute the value of an operation is for: of one element, when a filter selects elements."""
    if target.sub is not None:
        return target.path / target.sub
    if target.filter is not None:
        return Path((*target.path.steps[:-1], target.path.attribute.element))
    return target.path


def check_writable(target: Target, op: str) -> None:
    """Raises Mutability for what only this service writes, and for the removal of what a resource cannot be without."""
    steps = (*target.path.steps, target.sub) if target.sub else target.path.steps
    if any(step.mutability == "readOnly" for step in steps):
        raise Mutability(f"{target} is this service's to say and cannot be changed.")
    if steps[-1].mutability == "immutable" and any(step.multi_valued for step in steps[:-1]):
        raise Mutability(f"{target} cannot be changed once it is set. Remove the value and add another.")
    if op == "remove" and steps[-1].required and target.filter is None:
        raise Mutability(f"{target} cannot be removed: the resource cannot be without it.")
    if steps[0].name == "schemas" and op == "remove":
        raise Mutability("schemas follows from the attributes the resource has.")
