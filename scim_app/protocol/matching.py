"""Does a resource match an expression? The reference meaning of filters (RFC 7644 §3.4.2.2), which the SQL must equal.

Logic has two values: what is not present equals nothing, and `ne` and `not` hold for it. A multi-valued attribute matches
when one of its values does (for `ne`: when one differs, or there is none).
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from scim_app.protocol.attributes import Path, ResourceType
from scim_app.protocol.comparison import KEY_LENGTH
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, ValuePath
from scim_app.protocol.leaves import Leaf, leaves, leaves_of

COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "co": lambda key, value: value in key[:KEY_LENGTH],
    "sw": str.startswith,
    "ew": lambda key, value: key.endswith(value) and (len(key) <= KEY_LENGTH or not value),
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


def matches(expression: Expression, kind: ResourceType, resource: Mapping[str, Any]) -> bool:
    """Whether the resource, whole and in canonical form, matches."""
    return holds(expression, list(leaves(kind, resource)))


def element_matches(expression: Expression, path: Path, element: Any) -> bool:
    """Whether one value of the multi-valued attribute at that path matches what stands in its brackets."""
    return holds(expression, list(leaves_of(path, [element])))


def holds(expression: Expression, found: Sequence[Leaf]) -> bool:
    """Whether an expression holds for these leaves, be they of a resource or of one value in it."""
    match expression:
        case Comparison(path, "ne", _, key):
            there = [leaf for leaf in found if leaf.path == path.text]
            return not there or any(leaf.key != key for leaf in there)
        case Comparison(path, name, _, key):
            return any(leaf.path == path.text and COMPARE[name](leaf.key, key) for leaf in found)
        case Present(path):
            below = {simple.text for simple in path.simple()}
            return any(leaf.path in below for leaf in found)
        case Not(inner):
            return not holds(inner, found)
        case And(parts):
            return all(holds(part, found) for part in parts)
        case Or(parts):
            return any(holds(part, found) for part in parts)
        case ValuePath(path, inner):
            return any(holds(inner, item) for item in items(path, found))


def items(path: Path, found: Iterable[Leaf]) -> Iterable[Sequence[Leaf]]:
    """The leaves below a multi-valued attribute, value by value."""
    below = {simple.text for simple in path.simple()}
    by_item: defaultdict[int, list[Leaf]] = defaultdict(list)
    for leaf in found:
        if leaf.path in below:
            by_item[leaf.item].append(leaf)
    return by_item.values()
