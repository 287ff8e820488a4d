"""What is set once and stays as it was (RFC 7643 §7, `immutable`; RFC 7644 §3.5.1, §3.5.2).

It may be given while there is no value, and repeated afterwards. A PUT that leaves it out leaves it alone. What stands in
the elements of a list is not looked at: an element is there or is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scim_app.protocol import payload
from scim_app.protocol.attributes import Attribute, ResourceType
from scim_app.protocol.errors import Mutability


def kept(kind: ResourceType, before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The document that a PUT describes, with what is immutable and left out. Raises Mutability for what differs."""
    whole = compared(kind.attributes, before, after, put=True)
    return after if whole == after else payload.finished(kind, whole)


def check(kind: ResourceType, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Raises Mutability when a PATCH has changed or removed what is immutable."""
    compared(kind.attributes, before, after, put=False)


def compared(
    attributes: Iterable[Attribute], before: Mapping[str, Any], after: Mapping[str, Any], put: bool, where: str = ""
) -> dict[str, Any]:
    """The members of an object afterwards, whose immutable ones are those there were before."""
    whole = dict(after)
    for attribute in attributes:
        name, old, new = attribute.name, before.get(attribute.name), after.get(attribute.name)
        if old is None or attribute.multi_valued and attribute.mutability != "immutable":
            continue
        if attribute.mutability == "immutable":
            if new is None and put:
                whole[name] = old
            elif new != old:
                raise Mutability(f"{where}{name} cannot be changed once it is set.")
        elif attribute.type == "complex":
            inside = f"{where}{name}{':' if ':' in name else '.'}"
            inner = compared(attribute.sub_attributes, old, new or {}, put, inside)
            if inner:
                whole[name] = inner
    return whole
