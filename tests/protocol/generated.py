"""Resources and filters made by chance: a small vocabulary that collides on purpose, and hypothesis to combine it."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from scim_app.protocol import payload
from scim_app.protocol.attributes import Attribute, Path, ResourceType, Schema
from scim_app.protocol.catalog import Catalog, complex_, flag, moment, reference, text
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, ValuePath
from scim_app.protocol.grammar import OPERATORS, OPERATORS_OF

TEST_SCHEMA = "urn:example:schemas:extension:test:2.0:User"

EVERY_TYPE = (
    text("text", "Any case."),
    Attribute("exact", "This case.", case_exact=True),
    flag("flag", "Yes or no."),
    Attribute("whole", "A whole number.", type="integer"),
    Attribute("number", "A number.", type="decimal"),
    moment("moment", "A moment."),
    Attribute("bytes", "Bytes.", type="binary", case_exact=True),
    reference("link", "A link.", reference_types=("external",)),
)
TEST_EXTENSION = Schema(
    TEST_SCHEMA,
    "Test",
    "An attribute of every type: alone, several of it, and in a list of objects.",
    (
        *EVERY_TYPE,
        text("texts", "Several.", multi_valued=True),
        Attribute("wholes", "Several.", type="integer", multi_valued=True),
        complex_("parts", "Each with every type.", *EVERY_TYPE, text("value", "Itself."), multi_valued=True),
    ),
)


class TestCatalog(Catalog):
    """The catalog of a deployment, and users with an attribute of every type besides."""

    __test__ = False

    def __init__(self, base_url: str = "https://scim.example/scim/v2") -> None:
        super().__init__(base_url=base_url)
        user = self.types["User"]
        self.types["User"] = replace(user, extensions=(*user.extensions, TEST_EXTENSION))


CATALOG = TestCatalog()
USER, GROUP = CATALOG["User"], CATALOG["Group"]
EXAMPLES = int(os.environ.get("FILTERS", "0"))


def examples(number: int, share: float = 1.0) -> settings:
    """Settings for a property: so many examples, always the same ones; FILTERS=20000 asks for others, and more of them."""
    return settings(
        max_examples=max(number, int(EXAMPLES * share)),
        derandomize=not EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


TEXTS = (
    "ada", "Ada", "ADA", "ａｄａ", "adam", "a", "A", "ádà", "a\u0301da\u0300", "Straße", "STRASSE", "\u017ftrasse", "ß", "ẞ",
    "\u212a", "k", "K", "İ", "i", "ı", "é", "e\u0301", "É", "%", "_", "a%a", "a_a", "a\\a", "\\", '"', "'", "''", " ", "a a",
    " ada ", "\t", "true", "null", "work", "Work", "home", "other", "12", "-1.5", "🦊", "\ue000", "\ud7ff", "\uffff",
    "\U0010ffff", "\x7f", "\x01", "x" * 400, "x" * 401, "X" * 401, "x" * 400 + "y", "x" * 400 + "yz", "é" * 500, "ß" * 200,
    "ß" * 201, "\ufb03", "ffi", "Σ", "ς", "σ",
)  # fmt: skip
"""Texts that are equal in some way, and texts that some database or some LIKE treats in a way of its own."""
NAMES = tuple(each for each in TEXTS if payload.unseen(each) is None)
"""Those that may name somebody or something."""
NUMBERS = (0, 1, -1, 2, 10, -10, 12, 100, 2**53, -(2**62), 0.5, -0.5, 1.5, -1.5, 0.1, 1e-9, 1e17, -1e18, 0.0)
MOMENTS = (
    "2026-01-01T00:00:00Z",
    "2026-01-01T01:00:00+01:00",
    "2025-12-31T19:00:00-05:00",
    "2026-01-01T00:00:00.5Z",
    "2026-01-01T00:00:00.500000",
    "2026-01-01T00:00:00.5000009Z",
    "1999-12-31T23:59:59.999999Z",
    "0001-01-03T00:00:00.0000000Z",
    "9999-12-31T00:00:00Z",
)
BYTES = ("YQ==", "YQ", "YWE=", "YWFh", "yq==", "AA")


def pool(attribute: Attribute) -> Sequence[Any]:
    """The values an attribute may be given, of its type."""
    match attribute.type:
        case "boolean":
            return (True, False)
        case "integer":
            return [number for number in NUMBERS if isinstance(number, int)]
        case "decimal":
            return NUMBERS
        case "dateTime":
            return MOMENTS
        case "binary":
            return BYTES
        case "reference":
            return [each for each in TEXTS if not any(letter.isspace() for letter in each)]
        case "string" if attribute.identifying or attribute.uniqueness != "none":
            return NAMES
    return attribute.canonical_values if attribute.closed_values else (*attribute.canonical_values, *TEXTS)


Values = Mapping[str, Sequence[Any]]
"""Values that stand at a path, which are worth comparing with."""


def value(path: Path, attribute: Attribute, chance: random.Random, values: Values) -> Any:
    """A value for the attribute at a path, in the form a client sends."""
    if attribute.multi_valued:
        return one_primary([value(path, attribute.element, chance, values) for _ in range(chance.randrange(4))])
    if attribute.type == "complex":
        return document([path / each for each in attribute.sub_attributes], chance, values)
    return chance.choice([*values.get(path.text, ()), *pool(attribute)])


def one_primary(elements: list[Any]) -> list[Any]:
    """The elements, of which the first primary one alone is primary."""
    seen = False
    for element in elements:
        if isinstance(element, dict) and element.get("primary"):
            element["primary"], seen = not seen, True
    return elements


def document(paths: Iterable[Path], chance: random.Random, values: Values) -> dict[str, Any]:
    """An object with some of the attributes at these paths, and all that are required."""
    made = {}
    for path in paths:
        each = path.attribute
        if each.name not in {"schemas", "id", "meta", "members"} and (each.required or chance.random() < 0.4):
            made[each.name] = value(path, each, chance, values)
    return made


def body(kind: ResourceType, chance: random.Random, values: Values | None = None) -> dict[str, Any]:
    """The body of a resource as a client might send it, with a name of its own and without members."""
    made = document([Path((each,)) for each in kind.attributes], chance, values or {})
    name = "userName" if kind.name == "User" else "displayName"
    return made | {name: f"{chance.choice(NAMES)}{chance.randrange(10**6)}"}


def canonical(kind: ResourceType, chance: random.Random) -> dict[str, Any]:
    """A document in canonical form."""
    return payload.load(kind, body(kind, chance))


def documents(kind: ResourceType = USER) -> st.SearchStrategy[dict[str, Any]]:
    """Documents in canonical form."""
    return st.integers(0, 2**32).map(lambda seed: canonical(kind, random.Random(seed)))


def simple_paths(kind: ResourceType) -> list[Path]:
    """Every path at which a plain value may stand and which may be searched by."""
    found = [path for each in kind.attributes for path in Path((each,)).simple()]
    return [path for path in found if all(step.returned != "never" for step in path.steps)]


def complex_paths(kind: ResourceType) -> list[Path]:
    """Every path at which an object or a list of them may stand."""
    tops = [Path((each,)) for each in kind.attributes if each.type == "complex"]
    return tops + [top / inner for top in tops for inner in top.attribute.sub_attributes if inner.type == "complex"]


def compared(path: Path, values: Values) -> st.SearchStrategy[Expression]:
    """Comparisons of the values at a path, by every operator its type knows, often with a value that is there."""
    attribute = path.attribute
    operators = sorted(OPERATORS_OF.get(attribute.type, OPERATORS))
    known = values.get(path.text)
    given = st.sampled_from([*known, *known, *pool(attribute)] if known else pool(attribute))
    if attribute.type in {"string", "reference"}:
        given |= st.text(st.sampled_from("aAáxXß_%\\k. "), max_size=3)
    elif attribute.type == "decimal":
        given |= st.floats(-1e6, 1e6) | st.integers(-(10**30), 10**30)
    return st.builds(
        lambda name, given: Comparison(path, name, given, attribute.key(given)), st.sampled_from(operators), given
    )


def combined(plain: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """The expressions, and what not, and, or make of them."""

    def more(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.builds(Not, inner) | st.builds(And, several) | st.builds(Or, several)

    return st.recursive(plain, more, max_leaves=6)


def expressions(kind: ResourceType, values: Values | None = None) -> st.SearchStrategy[Expression]:
    """Filters over every attribute of a resource type."""
    values = values or {}
    simple = simple_paths(kind)
    objects = complex_paths(kind)
    plain = st.one_of(
        st.one_of([compared(path, values) for path in simple]),
        st.sampled_from([*simple, *objects]).map(Present),
        st.one_of([value_paths(path, values) for path in objects if path.attribute.multi_valued]),
    )
    return nameless(combined(plain))


def nameless(strategy: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """The strategy without a name: hypothesis would print half the catalog as that of this one."""

    @st.composite
    def expression(draw: st.DrawFn) -> Expression:
        return draw(strategy)

    return expression()


def value_paths(path: Path, values: Values) -> st.SearchStrategy[Expression]:
    """`path[…]`, with everything that may stand in the brackets."""
    subs = [path / each for each in path.attribute.sub_attributes]
    plain = st.one_of([compared(sub, values) for sub in subs]) | st.sampled_from(subs).map(Present)
    return nameless(combined(plain).map(lambda inner: ValuePath(path, inner)))
