"""Which attributes an answer holds: `returned` (RFC 7643 §7), `attributes` and `excludedAttributes` (RFC 7644 §3.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from scim_app.protocol.attributes import Attribute, ResourceType
from scim_app.protocol.errors import InvalidValue
from scim_app.protocol.patch_op import Operation
from scim_app.protocol.resource import Resource


@dataclass
class Selection:
    """Names that were given: all of an attribute, or some of its parts."""

    whole: bool = False
    parts: dict[str, Selection] = field(default_factory=dict)


NOTHING = Selection()
KEPT = 100
"""Resource types whose projection by default is remembered: a deployment has a handful."""


@dataclass(frozen=True)
class Projection:
    """What of a resource a client asked for. Without either list it is what the schemas return by default."""

    kind: ResourceType
    included: Selection | None = None
    excluded: Selection | None = None

    @property
    def is_default(self) -> bool:
        """Whether the client asked for nothing in particular."""
        return self.included is None and self.excluded is None

    @property
    def is_whole(self) -> bool:
        """Whether every resource is shown as it is, whatever of it was just written."""
        return self.is_default and not self.kind.echoes

    @cached_property
    def _wanted(self) -> dict[str, bool]:
        return {}

    def wants(self, name: str) -> bool:
        """Whether an answer may hold this attribute of the document, so that it has to be read."""
        known = self._wanted.get(name)
        if known is None:
            known = self._wanted[name] = self._wants(name)
        return known

    def _wants(self, name: str) -> bool:
        path = self.kind.find(name)
        included, excluded = self.included, self.excluded
        for step in path.steps if path else ():
            included, excluded = part(included, step), part(excluded, step)
            if not returns(step, included, excluded):
                return False
        return path is not None

    def follows_version(self, resource: Mapping[str, Any]) -> bool:
        """Whether what is shown of the resource changes with its version only (RFC 9110 §8.8.1).

        Groups, roles and the name of a manager are said of it by other resources, which change while its version stays.
        """
        own = (*self.kind.schema.attributes, *self.kind.containers)
        return not says_of_others(own, resource, self.included, self.excluded)

    def apply(self, resource: Mapping[str, Any], written: Selection = NOTHING) -> Mapping[str, Any]:
        """The resource as the answer shows it, to a client that has just written some of it."""
        if self.is_whole and isinstance(resource, Resource):
            return resource
        return project(self.kind.attributes, resource, self.included, self.excluded, written)


def part(selection: Selection | None, attribute: Attribute) -> Selection | None:
    """What a selection says of an attribute: None without a selection, NOTHING where it does not name it.

    Of all of something its parts are selected as by default, and what is returned on request where it is named besides.
    """
    if selection is None:
        return None
    return selection.parts.get(attribute.name, None if selection.whole else NOTHING)


def returns(attribute: Attribute, chosen: Selection | None, left_out: Selection | None, written: bool = False) -> bool:
    """Whether an answer holds the attribute at all (RFC 7643 §7, `returned`)."""
    if attribute.returned in {"always", "never"}:
        return attribute.returned == "always"
    if chosen is None and attribute.returned == "request" and not written:
        return False
    return chosen is not NOTHING and not (left_out is not None and left_out.whole)


def says_of_others(
    attributes: Iterable[Attribute],
    value: Mapping[str, Any],
    included: Selection | None,
    excluded: Selection | None,
) -> bool:
    """Whether an answer may hold an attribute that this service takes from other resources."""
    for attribute in attributes:
        chosen, left_out = part(included, attribute), part(excluded, attribute)
        if not returns(attribute, chosen, left_out):
            continue
        if attribute.mutability == "readOnly":
            return True
        inner = value.get(attribute.name)
        within = inner if isinstance(inner, Mapping) else {}
        if (
            inner is not None
            and attribute.sub_attributes
            and says_of_others(attribute.sub_attributes, within, chosen, left_out)
        ):
            return True
    return False


def project(
    attributes: Iterable[Attribute],
    value: Mapping[str, Any],
    included: Selection | None,
    excluded: Selection | None,
    written: Selection = NOTHING,
) -> dict[str, Any]:
    """The members of an object that an answer holds."""
    shown: dict[str, Any] = {}
    for attribute in attributes:
        inner = value.get(attribute.name)
        chosen, left_out = part(included, attribute), part(excluded, attribute)
        own = written.parts.get(attribute.name)
        if inner is None or not returns(attribute, chosen, left_out, own is not None):
            continue
        if attribute.type == "complex":
            subs = attribute.sub_attributes
            if isinstance(inner, list):
                inner = [
                    shorter for each in inner if (shorter := project(subs, each, chosen, left_out, own or NOTHING))
                ]
            else:
                inner = project(subs, inner, chosen, left_out, own or NOTHING)
            if not inner:
                continue
        shown[attribute.name] = inner
    return shown


def projection(kind: ResourceType, attributes: Iterable[str], excluded_attributes: Iterable[str]) -> Projection:
    """The projection that the values of the two parameters ask for. Names that mean nothing are ignored.

    Raises InvalidValue when both are given: they contradict each other (RFC 7644 §3.9).
    """
    included, excluded = names_in(attributes), names_in(excluded_attributes)
    if not included and not excluded:
        return default(kind)
    if included and excluded:
        raise InvalidValue("Ask with attributes or with excludedAttributes, not with both.")
    return Projection(kind, selection(kind, included), selection(kind, excluded))


@lru_cache(KEPT)
def default(kind: ResourceType) -> Projection:
    """What is shown when nothing was asked for: what the schemas return by default."""
    return Projection(kind)


def names_in(values: Iterable[str]) -> list[str]:
    """The names in comma-separated lists; what stands in brackets behind one is left out."""
    return [name for value in values for each in value.split(",") if (name := each.partition("[")[0].strip())]


def selection(kind: ResourceType, names: list[str]) -> Selection | None:
    """The names as a tree, or None without any."""
    if not names:
        return None
    root = Selection()
    for name in names:
        path = kind.find(name)
        if path is None:
            continue
        node = root
        for step in path.steps:
            node = node.parts.setdefault(step.name, Selection())
        # An extension that is asked for by name is asked for with all that it returns on request.
        inside = path.attribute.sub_attributes if path.attribute in kind.containers else ()
        if any(each.returned == "request" for each in inside):
            node.parts = {each.name: Selection(whole=True) for each in inside}
        else:
            node.whole = True
    return root


def written(kind: ResourceType, document: Mapping[str, Any], operations: Iterable[Operation] = ()) -> Selection:
    """What a body or operations write, as names: an answer shows it where it would be shown on request alone."""
    root = Selection()
    if kind.echoes:
        note(root, document)
        for operation in operations:
            node = root
            for step in (*operation.target.path.steps, *filter(None, [operation.target.sub])):
                node = node.parts.setdefault(step.name, Selection())
            note(node, operation.value)
    return root


def note(selection: Selection, value: Any) -> None:
    """Add the names in a value, and in its parts, to a selection."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            for name, inner in each.items():
                note(selection.parts.setdefault(name, Selection()), inner)
