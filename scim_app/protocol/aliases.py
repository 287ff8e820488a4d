"""Other names of attributes: what stands under one in an extension is the core attribute, as if it stood there.

A path with such a name is found by the resource type itself; here are the objects that hold one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.errors import InvalidSyntax


def lifted(kind: ResourceType, value: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of a resource, with those that an extension holds under another name where they belong.

    Raises InvalidSyntax when one is there under both names with different values.
    """
    found: dict[str, Any] = {}
    given: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, Mapping) and any(name.lower() == each.name.lower() for each in kind.containers):
            given |= inside(kind, name, inner)
            inner = {each: one for each, one in inner.items() if kind.alias(f"{name}:{each}") is None}
            if not inner:
                continue
        found[name] = inner
    for name, inner in given.items():
        own = next((each for each in found if kind.member(each) is kind.member(name)), name)
        if str(found.get(own, inner)).lower() != str(inner).lower():
            raise InvalidSyntax(
                f"{name} is there twice, in the core schema and in an extension, with different values."
            )
        found[own] = inner
    return found


def inside(kind: ResourceType, container: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """What an object that stands for an extension holds under other names, by the core attributes' own."""
    named = {kind.alias(f"{container}:{name}"): inner for name, inner in value.items()}
    return {attribute.name: inner for attribute, inner in named.items() if attribute is not None}


def operations(kind: ResourceType, operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A PATCH operation on the attributes that its value names by other names, and on the rest."""
    path, value = operation.get("path"), operation.get("value")
    if not isinstance(value, dict) or not (path is None or isinstance(path, str)):
        yield operation
    elif path is None:
        yield {**operation, "value": lifted(kind, value)}
    else:
        given = inside(kind, path, value)
        rest = {name: inner for name, inner in value.items() if kind.alias(f"{path}:{name}") is None}
        if rest or not given:
            yield {**operation, "value": rest}
        yield from ({**operation, "path": name, "value": inner} for name, inner in given.items())
