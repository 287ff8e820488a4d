"""The order of resources: `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3), as the SQL must have it too.

Without `sortBy` the order is that of creation, which is the order of ids. With it, ties are in the order of ids, so that
pages never skip or repeat anybody. What has no value comes last, and first when the order is descending.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scim_app.protocol.attributes import Path, ResourceType
from scim_app.protocol.errors import InvalidValue, Sensitive
from scim_app.protocol.leaves import Leaf, leaves


@dataclass(frozen=True)
class Sort:
    """What a query is sorted by: the values at a path, ascending or descending."""

    path: Path
    descending: bool = False

    def key(self, kind: ResourceType, resource: Mapping[str, Any]) -> str | None:
        """The value a resource is sorted by, in comparison form; None when it has none."""
        return sort_key(self.path, list(leaves(kind, resource)))


def sort(kind: ResourceType, sort_by: str | None, sort_order: str | None) -> Sort | None:
    """The order that the two parameters ask for; `sortOrder` alone asks for none. Raises InvalidValue or Sensitive."""
    order = (sort_order or "ascending").lower()
    if order not in {"ascending", "descending"}:
        raise InvalidValue("sortOrder must be ascending or descending.")
    if not sort_by:
        return None
    path = kind.find(sort_by)
    compared = path.comparable() if path else None
    if compared is None:
        raise InvalidValue(
            f"sortBy must name an attribute of a {kind.name} that has one value, such as {example(path)}."
        )
    if any(step.multi_valued and step.returned == "request" for step in compared.steps):
        raise InvalidValue(f"Nobody can be sorted by {compared}: a person has several, and none is the first.")
    if any(step.returned == "never" for step in compared.steps):
        raise Sensitive(f"Nobody may sort by {compared}.")
    return Sort(compared, order == "descending")


def example(path: Path | None) -> str:
    """What could be sorted by instead, for a refusal."""
    return f"{path}.{path.attribute.sub_attributes[0].name}" if path else "userName or meta.created"


def sort_key(path: Path, found: Iterable[Leaf]) -> str | None:
    """The key of the one value at a path, or of the primary or else the first of several."""
    by_item = {leaf.item: leaf.key for leaf in found if leaf.path == path.text}
    if not by_item:
        return None
    primary = primary_path(path)
    if primary is not None:
        chosen = [
            leaf.item for leaf in found if leaf.path == primary.text and leaf.key == "true" and leaf.item in by_item
        ]
        if chosen:
            return by_item[chosen[0]]
    return by_item[min(by_item)]


def primary_path(path: Path) -> Path | None:
    """Where a list on the way to a path says which of its values is primary, if it does."""
    if path.list_at is None:
        return None
    at = Path(path.steps[: path.list_at + 1])
    inner = at.attribute.find("primary")
    return at / inner if inner else None
