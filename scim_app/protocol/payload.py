"""Bodies → documents in canonical form: names in the schema's spelling, values of the right type, nothing that is empty.

The marshmallow schemas are generated from the catalog, and what they refuse becomes a sentence that names the attribute.
Unknown and readOnly attributes are left out (RFC 7644 §3.3; directories send what they like), and so is `password`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from scim_app.protocol import aliases, dialects
from scim_app.protocol.attributes import Attribute, Path, ResourceType
from scim_app.protocol.comparison import is_base64
from scim_app.protocol.errors import InvalidSyntax, InvalidValue, TooMany

MESSAGES = ":api:messages:"
EXPECTED = {
    "string": "must be a text",
    "boolean": "must be true or false",
    "integer": "must be a whole number",
    "decimal": "must be a number",
    "dateTime": "must be a time such as 2026-11-25T09:30:00Z",
    "binary": "must be base64",
    "reference": "must be a URI without spaces",
    "complex": "must be an object",
}
PYTHON: dict[str, Any] = {"boolean": bool, "integer": int, "decimal": int | float}
LARGEST = 2**63
LONGEST_NAME = 1_000
"""Characters of what identifies somebody or something."""
MAX_VALUES = 1_000
"""Values of one attribute of a resource."""
MAX_MEMBERS = 100_000
"""Members that one request may name: of ids, a body holds fewer."""
ABOUT_A_VALUE = frozenset({"type", "primary"})
LINES = frozenset({"Cc", "Zl", "Zp"})
UNSEEN = LINES | {"Cf"}
"""Categories of characters that no reader sees: controls, lines and formats (RFC 8264 §9.1, §9.9)."""


class Simple(fields.Field[Any]):
    """One value that has no parts, of the type its attribute says."""

    def __init__(self, described: Attribute, **options: Any) -> None:
        super().__init__(**options)
        self.described = described

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        kind = self.described.type
        if not isinstance(value, PYTHON.get(kind, str)) or (isinstance(value, bool) and kind != "boolean"):
            raise ValidationError(EXPECTED[kind])
        if isinstance(value, str):
            self.check_text(value)
            if self.described.closed_values:
                return self.canonical(value)
        elif kind != "boolean" and not -LARGEST <= value < LARGEST:
            raise ValidationError("must be a number of at most 64 bits")
        return value

    def canonical(self, value: str) -> str:
        """The value in the spelling of the closed set it belongs to."""
        for each in self.described.closed_values:
            if each.lower() == value.strip().lower():
                return each
        raise ValidationError(f'must be one of {", ".join(self.described.closed_values)}, and not "{value[:100]}"')

    def check_text(self, value: str) -> None:
        if "\0" in value:
            raise ValidationError("must not contain the character NUL")
        match self.described.type:
            case "dateTime":
                try:
                    self.described.key(value)
                except InvalidValue:
                    raise ValidationError(EXPECTED["dateTime"]) from None
            case "binary" if not is_base64(value):
                raise ValidationError(EXPECTED["binary"])
            case "reference" if any(letter.isspace() for letter in value):
                raise ValidationError(EXPECTED["reference"])
            case "string" if self.described.required and not value.strip():
                raise ValidationError("must not be empty")
            case "string" if self.described.identifying or self.described.uniqueness != "none":
                self.check_name(value)

    def check_name(self, value: str) -> None:
        """What identifies somebody or something stands on one line."""
        if len(value) > LONGEST_NAME:
            raise ValidationError(f"must not be longer than {LONGEST_NAME:,} characters")
        hidden = unseen(value, UNSEEN if self.described.identifying else LINES)
        if hidden:
            raise ValidationError(f"must not contain characters that cannot be seen, such as U+{ord(hidden):04X}")


def unseen(text: str, categories: Collection[str] = UNSEEN) -> str | None:
    """The first character of these categories."""
    return next((letter for letter in text if unicodedata.category(letter) in categories), None)


@lru_cache(maxsize=None)
def field_of(attribute: Attribute) -> fields.Field[Any]:
    """The marshmallow field that takes this attribute's values and no others."""
    options: dict[str, Any] = {
        "data_key": attribute.name,
        "required": attribute.required and attribute.name != "schemas",
        "error_messages": {"required": "is missing", "null": "must not be null", "invalid": "must be a list"},
    }
    if attribute.multi_valued:
        return fields.List(field_of(attribute.element), **options)
    if attribute.type == "complex":
        return fields.Nested(schema_of(attribute.sub_attributes), unknown=EXCLUDE, **options)
    return Simple(attribute, **options)


class Complex(Schema):
    """An object with named attributes.

    marshmallow takes a dot in a key for nesting, and the URN of an extension has one: fields are numbered, and their names
    stand in `data_key`.
    """

    error_messages = {"type": EXPECTED["complex"]}

    @post_load
    def under_their_names(self, loaded: dict[str, Any], **_options: Any) -> dict[str, Any]:
        return {str(self.fields[field].data_key): value for field, value in loaded.items()}


@lru_cache(maxsize=None)
def schema_of(attributes: tuple[Attribute, ...]) -> Schema:
    """The marshmallow schema of an object with these attributes."""
    written = [each for each in attributes if each.mutability != "readOnly"]
    return Complex.from_dict({f"field{number}": field_of(each) for number, each in enumerate(written)})(unknown=EXCLUDE)


def load(kind: ResourceType, body: Any) -> dict[str, Any]:
    """The document a POST or PUT body describes, with `schemas` that say what it uses.

    An attribute that a PUT keeps unless it is mentioned is there as None when it is mentioned and empty. Raises
    InvalidSyntax when the body is no resource of this type, InvalidValue when a value will not do.
    """
    if not isinstance(body, dict):
        raise InvalidSyntax("The body must be a JSON object.")
    named = canonical(kind.by_name, aliases.lifted(kind, dialects.standard_body(kind, body)), "")
    check_schemas(kind, named.get("schemas", ()))
    emptied = {name: None for name, value in named.items() if value is None and kind.attribute(name).kept}
    try:
        document = schema_of(kind.attributes).load(
            {name: value for name, value in named.items() if name not in emptied}
        )
    except ValidationError as error:
        raise InvalidValue(sentence(error.messages, kind.name)) from None
    return finished(kind, document) | emptied


def value_of(path: Path, value: Any) -> Any:
    """A value for the attribute at this path, in canonical form; None when it is empty. Raises InvalidValue."""
    value = canonical_value(path.attribute, value, str(path))
    if value is None:
        return None
    try:
        loaded = field_of(path.attribute).deserialize(value)
    except ValidationError as error:
        raise InvalidValue(sentence({str(path): error.messages}, "")) from None
    return settled(path.attribute, loaded, str(path))


def check_schemas(kind: ResourceType, schemas: Any) -> None:
    """Refuse a message, or a resource of another kind, where a resource of this kind belongs (RFC 7643 §3)."""
    if schemas == ():
        return
    if not isinstance(schemas, list) or not all(isinstance(urn, str) for urn in schemas):
        raise InvalidSyntax(f"schemas must be a list of URNs, such as {kind.schema.id}.")
    lowered = [urn.lower() for urn in schemas]
    message = next((urn for urn in lowered if MESSAGES in urn), None)
    if message:
        raise InvalidSyntax(f"The body is the message {message[:100]}, and a {kind.name} belongs here.")
    core = kind.schema.id.lower()
    namespace = core.rpartition(":")[0]
    other = next((urn for urn in lowered if urn.rpartition(":")[0] == namespace and urn != core), None)
    if other and core not in lowered:
        raise InvalidSyntax(f"The body is a {other.rpartition(':')[2][:60]}, and a {kind.name} belongs here.")


def canonical(known: Mapping[str, Attribute], value: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The members of an object that are attributes a client may write, under the schema's spelling, without empty ones.

    Raises InvalidSyntax when one is there under two spellings (RFC 7643 §2.1 leaves open which one counts).
    """
    found: dict[str, Any] = {}
    seen: set[str] = set()
    for name, inner in value.items():
        attribute = known.get(name.lower())
        if attribute is None or attribute.mutability == "readOnly" or attribute.returned == "never":
            continue
        if attribute.name in seen:
            raise InvalidSyntax(f"{where}{attribute.name} is there twice, in two spellings.")
        seen.add(attribute.name)
        inner = canonical_value(attribute, inner, where + attribute.name)
        if inner is not None or attribute.required or (attribute.kept and attribute.type != "boolean"):
            found[attribute.name] = inner
    return found


def canonical_value(attribute: Attribute, value: Any, where: str) -> Any:
    """The value in the form the RFC gives it, with None for null, the empty text, list and object (RFC 7643 §2.5)."""
    value = dialects.standard_value(attribute, value)
    if value is None or (value == "" and not attribute.required):
        return None
    if attribute.multi_valued:
        if not isinstance(value, list):
            return value
        check_number(attribute, value, where)
        elements = [canonical_value(attribute.element, element, where) for element in value]
        return [element for element in elements if element is not None] or None
    if attribute.type == "complex" and isinstance(value, dict):
        inner = canonical(attribute.by_name, value, f"{where}{':' if ':' in attribute.name else '.'}")
        return inner or ({} if any(each.required for each in attribute.sub_attributes) else None)
    return value


def finished(kind: ResourceType, document: dict[str, Any]) -> dict[str, Any]:
    """The document with settled lists, in the order of the catalog, and the `schemas` it uses (RFC 7643 §3)."""
    used = [kind.schema.id, *(each.name for each in kind.containers if document.get(each.name))]
    values = {name: settled(kind.attribute(name), value, name) for name, value in document.items() if value is not None}
    return ordered(kind, values | {"schemas": used})


def ordered(kind: ResourceType, document: Mapping[str, Any], leaving_out: Collection[str] = ()) -> dict[str, Any]:
    """The members of a document that have a value, in the order of the catalog."""
    names = (each.name for each in kind.attributes if each.name not in leaving_out)
    return {name: document[name] for name in names if document.get(name) is not None}


def settled(attribute: Attribute, value: Any, where: str) -> Any:
    """A list without repetitions and with at most one primary value (RFC 7643 §2.4); other values as they are.

    What a value would be for, and whether it is the preferred one, is no value by itself: without any the list is None.
    Raises InvalidValue for several primary values, TooMany for more values than a resource may have.
    """
    if not attribute.multi_valued:
        return value
    check_number(attribute, value, where)
    if attribute.type != "complex":
        return value
    kept: dict[Any, Any] = {}
    for element in value:
        if not element.keys() <= ABOUT_A_VALUE:
            same = identity(attribute, element)
            kept[same] = one_of_both(kept[same], element) if same in kept else element
    if sum(element.get("primary") is True for element in kept.values()) > 1:
        raise InvalidValue(f"{where} has several primary values; at most one can be.")
    return list(kept.values()) or None


def check_number(attribute: Attribute, values: Sequence[Any], where: str) -> None:
    """Raises TooMany for more values than a resource may have, or a request may name."""
    most = MAX_MEMBERS if attribute.name == "members" else MAX_VALUES
    if len(values) > most:
        raise TooMany(f"{where} has more than {most:,} values.")


def one_of_both(first: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Any]:
    """An element that a list has twice: as it stands first, with what is said of it besides, and primary if one of them is."""
    both = {**again, **first}
    return both | {"primary": True} if again.get("primary") else both


def identity(attribute: Attribute, element: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes an element of a list the same as another: its value and type, or all of it where it has no value."""
    names = ("value", "type") if "value" in element else [each.name for each in attribute.sub_attributes]
    subs = [attribute.find(name) for name in names]
    return tuple(sub.key(element[sub.name]) if sub and sub.name in element else None for sub in subs)


def sentence(messages: Any, kind: str) -> str:
    """The first of marshmallow's messages as a sentence."""
    where, problem = next(told(messages))
    if problem == "is missing" and kind and "." not in where:
        return f"{where} is missing: a {kind} cannot be without it."
    return f"{where} {problem}."


def told(messages: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Each message with the place it is about, such as emails[0].value."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            if isinstance(name, int):
                yield from told(inner, f"{where}[{name}]")
            elif name == "_schema":
                yield from told(inner, where)
            else:
                yield from told(inner, f"{where}{':' if where.count(':') > 3 else '.'}{name}" if where else name)
    else:
        yield where, str(messages[0]).rstrip(".")
