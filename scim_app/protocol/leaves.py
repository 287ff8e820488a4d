"""A resource flattened to its leaves: the only flattening, used by the matcher in memory and by the index in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scim_app.protocol.attributes import Attribute, Path, ResourceType


class Leaf(NamedTuple):
    """One plain value: the path at which it stands, the position in the list it belongs to (else 0), and its key."""

    path: str
    item: int
    key: str


def leaves(kind: ResourceType, resource: Mapping[str, Any]) -> Iterator[Leaf]:
    """Every value of a resource in canonical form that is not empty (RFC 7643 §2.5), in comparison form."""
    for path in kind.paths:
        name = path.attribute.name
        if name in resource:
            yield from leaves_of(path, resource[name])


def leaves_of(path: Path, value: Any, item: int = 0) -> Iterator[Leaf]:
    """The leaves of the value that stands at that path."""
    attribute = path.attribute
    if isinstance(value, list) and attribute.multi_valued:
        for position, element in enumerate(value):
            yield from _of_one(path, attribute, element, position)
    else:
        yield from _of_one(path, attribute, value, item)


def _of_one(path: Path, attribute: Attribute, value: Any, item: int) -> Iterator[Leaf]:
    if attribute.type != "complex":
        if value is not None and value != "":
            yield Leaf(path.text, item, attribute.key(value))
        return
    for inner in path.below:
        name = inner.attribute.name
        if name in value:
            yield from leaves_of(inner, value[name], item)
