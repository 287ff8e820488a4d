"""What an attribute is: its characteristics (RFC 7643 §2.2, §7), how it is found by name, and how its values compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from scim_app.protocol.comparison import bounded, folded, instant_key, number_key


@dataclass(frozen=True, eq=False)
class Attribute:
    """One line of a schema. The defaults are those of RFC 7643 §2.2."""

    name: str
    description: str = ""
    type: str = "string"
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: str = "readWrite"
    returned: str = "default"
    uniqueness: str = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()
    closed_values: tuple[str, ...] = ()
    """The only values it takes, in any case; without any, `canonical_values` are suggestions."""
    default: Any = None
    """What a new resource has when the client says nothing."""
    kept: bool = False
    """Whether a PUT that does not mention it leaves it as it is, where it otherwise takes it away."""
    advertised: bool = True
    """Whether /Schemas lists it."""
    identifying: bool = False
    """Whether its text is somebody's name here, so that nothing may stand in it that cannot be seen."""

    @cached_property
    def by_name(self) -> Mapping[str, Attribute]:
        """The sub-attributes by their names in lower case."""
        return {each.name.lower(): each for each in self.sub_attributes}

    def find(self, name: str) -> Attribute | None:
        """The sub-attribute of that name, in any case (RFC 7643 §2.1)."""
        return self.by_name.get(name.lower())

    @cached_property
    def element(self) -> Attribute:
        """The attribute of one element of a multi-valued attribute."""
        return replace(self, multi_valued=False)

    def key(self, value: Any) -> str:
        """The value in comparison form: equal, ordered and searched as text, by code point.

        Raises InvalidValue when the value is not of this attribute's type.
        """
        match self.type:
            case "boolean":
                return "true" if value else "false"
            case "dateTime":
                return instant_key(value)
            case "integer" | "decimal":
                return number_key(Decimal(str(value)))
            case "binary":
                return bounded(value.rstrip("="))
        return bounded(value if self.case_exact or self.type == "reference" else folded(value))

    def describe(self) -> dict[str, Any]:
        """The attribute as /Schemas shows it (RFC 7643 §7): every characteristic said, none that means nothing."""
        described: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi_valued,
            "description": self.description,
            "required": self.required,
        }
        if self.type == "complex":
            described["subAttributes"] = [each.describe() for each in self.sub_attributes if each.advertised]
        else:
            described["caseExact"] = self.case_exact
        described |= {"mutability": self.mutability, "returned": self.returned}
        if self.type != "complex":
            described["uniqueness"] = self.uniqueness
        if self.canonical_values:
            described["canonicalValues"] = list(self.canonical_values)
        if self.reference_types:
            described["referenceTypes"] = list(self.reference_types)
        return described


@dataclass(frozen=True)
class Path:
    """Where a value stands: an attribute of a resource, a sub-attribute of it, or, first, the container of an extension.

    It prints as RFC 7644 §3.10 writes it, in the schema's own spelling, without the URN of the core schema.
    """

    steps: tuple[Attribute, ...]

    def __hash__(self) -> int:
        """Paths that are equal have steps of the same names; to hash all that attributes are made of takes a while."""
        return hash(tuple(step.name for step in self.steps))

    @cached_property
    def text(self) -> str:
        names = [step.name for step in self.steps]
        if ":" in names[0] and len(names) > 1:
            return f"{names[0]}:{'.'.join(names[1:])}"
        return ".".join(names)

    def __str__(self) -> str:
        return self.text

    @property
    def attribute(self) -> Attribute:
        """The attribute that the path names."""
        return self.steps[-1]

    @property
    def top(self) -> Attribute:
        """The first step: what a document has as a member."""
        return self.steps[0]

    @cached_property
    def list_at(self) -> int | None:
        """The position of the step that has several values, if there is one: never more than one has."""
        return next((position for position, step in enumerate(self.steps) if step.multi_valued), None)

    def __truediv__(self, attribute: Attribute) -> Path:
        return Path((*self.steps, attribute))

    @cached_property
    def below(self) -> tuple[Path, ...]:
        """The paths of the sub-attributes."""
        return tuple(self / each for each in self.attribute.sub_attributes)

    def comparable(self) -> Path | None:
        """The path itself if its values can be compared; its `value` if it is complex and has one (RFC 7644 §3.4.2.2)."""
        if self.attribute.type != "complex":
            return self
        inner = self.attribute.find("value")
        return self / inner if inner else None

    def simple(self) -> Iterator[Path]:
        """The paths at and below this one at which plain values stand."""
        if self.attribute.type != "complex":
            yield self
        for inner in self.below:
            yield from inner.simple()


@dataclass(frozen=True, eq=False)
class Schema:
    """A schema: a URN and its attributes (RFC 7643 §7)."""

    id: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, eq=False)
class ResourceType:
    """A kind of resource: where it lives, its schema and its extensions (RFC 7643 §6).

    An extension is a complex attribute whose name is the schema's URN, which is just how it stands in a document.
    """

    name: str
    endpoint: str
    description: str
    schema: Schema
    extensions: tuple[Schema, ...] = ()
    common: tuple[Attribute, ...] = ()
    read_only: bool = False
    """Whether clients may only read its resources."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Core attributes by other names that they have, each behind the URN of an extension."""

    @cached_property
    def echoes(self) -> bool:
        """Whether it has an attribute that an answer shows to who has just written it (`returned`: request)."""
        return any(each.returned == "request" and each.mutability != "readOnly" for each in self._everything())

    def _everything(self) -> Iterator[Attribute]:
        waiting = list(self.attributes)
        while waiting:
            attribute = waiting.pop()
            yield attribute
            waiting += attribute.sub_attributes

    @cached_property
    def containers(self) -> tuple[Attribute, ...]:
        """The extensions as attributes."""
        return tuple(
            Attribute(each.id, each.description, type="complex", sub_attributes=each.attributes)
            for each in self.extensions
        )

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Everything a document of this type may have as a member."""
        return (*self.common, *self.schema.attributes, *self.containers)

    @cached_property
    def paths(self) -> tuple[Path, ...]:
        """The paths of these."""
        return tuple(Path((each,)) for each in self.attributes)

    @cached_property
    def by_name(self) -> Mapping[str, Attribute]:
        """The attributes by their names in lower case."""
        return {each.name.lower(): each for each in self.attributes}

    def attribute(self, name: str) -> Attribute:
        """The attribute of that name, which is one of this type's. Raises KeyError."""
        return self.by_name[name.lower()]

    def member(self, name: str) -> Attribute | None:
        """What a member of a document is, by its name in any case; the core schema's URN may stand before it."""
        return self.by_name.get(name.lower().removeprefix(f"{self.schema.id.lower()}:"))

    @cached_property
    def _by_alias(self) -> Mapping[str, Attribute]:
        return {alias.lower(): self.attribute(name) for alias, name in self.aliases.items()}

    def alias(self, text: str) -> Attribute | None:
        """The core attribute that has this other name, in any case."""
        return self._by_alias.get(text.lower())

    def find(self, text: str) -> Path | None:
        """The path that a name means (RFC 7644 §3.10): `attr`, `attr.sub`, with or without the URN of its schema.

        The URN of an extension alone names its container. An attribute of an extension is found without its URN too, if
        the core schema and the other extensions have none of that name.
        """
        lowered = text.lower()
        other = self.alias(text)
        if other is not None:
            return Path((other,))
        for container in self.containers:
            urn = container.name.lower()
            if lowered == urn:
                return Path((container,))
            if lowered.startswith(f"{urn}:"):
                return _descend(Path((container,)), text[len(urn) + 1 :])
        core = f"{self.schema.id.lower()}:"
        qualified = lowered.startswith(core)
        name, *rest = (text[len(core) :] if qualified else text).split(".")
        if ":" in name:
            return None
        attribute = self.by_name.get(name.lower())
        if attribute is None:
            meant = [Path((each, inner)) for each in self.containers if (inner := each.find(name))]
            if qualified or len(meant) != 1:
                return None
            path = meant[0]
        else:
            path = Path((attribute,))
        return _descend(path, ".".join(rest)) if rest else path


def _descend(path: Path, names: str) -> Path | None:
    for name in names.split("."):
        inner = path.attribute.find(name)
        if inner is None:
            return None
        path = path / inner
    return path
