"""Text → expressions: the filter grammar of RFC 7644 §3.4.2.2 (Figure 1, errata 7319 and 7322) and the PATCH paths of §3.5.2.

A recursive descent over tokens. Length, nesting and the number of comparisons are limited before anything is built, and
every refusal names the column. Names and operators are read in any case, and any run of spaces separates them.

What the RFC leaves open is decided here (docs/conformance.md): an attribute the resource type does not have is refused, as
a filter that is not understood must never find everybody; `path[filter].sub op value` is read as `path[filter and sub op
value]`; a complex attribute that is compared means its `value`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from scim_app.protocol import dialects
from scim_app.protocol.attributes import Attribute, Path, ResourceType
from scim_app.protocol.errors import InvalidFilter, InvalidPath, InvalidValue, ScimError, Sensitive
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, Target, ValuePath

MAX_LENGTH = 8_000
MAX_DEPTH = 20
MAX_COMPARISONS = 100
MAX_LISTS = 10
"""How often [ ] may look through a list: a database plans them all at once, and each further one takes it longer."""
EQUALITY = frozenset({"eq", "ne"})
ORDER = EQUALITY | {"gt", "ge", "lt", "le"}
OPERATORS = ORDER | {"co", "sw", "ew"}
OPERATORS_OF = {"boolean": EQUALITY, "binary": EQUALITY, "integer": ORDER, "decimal": ORDER, "dateTime": ORDER}
"""RFC 7644 Table 3: text and references know every operator."""
TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")
      | (?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.:]))
      | (?P<name>[A-Za-z$][\w$:.\-]*)
      | (?P<mark>[()\[\]])
      | (?P<sub>\.[A-Za-z$][\w$\-]*)
    )""",
    re.VERBOSE | re.ASCII,
)
LITERALS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Token:
    """A piece of the text, what kind it is, and the column at which it starts, from 1."""

    kind: str
    text: str
    column: int

    def says(self, *words: str) -> bool:
        return self.kind == "name" and self.text.lower() in words


def parse_filter(text: str, kind: ResourceType, among: Sequence[ResourceType] = ()) -> Expression:
    """The expression a `filter` means for this resource type. Raises InvalidFilter, or Sensitive for a password.

    What another type of those searched together has is read as its attribute, which a resource of this type never has a
    value for (RFC 7644 §3.4.2.1).
    """
    parser = Parser(text, kind, InvalidFilter, among)
    expression = parser.disjunction()
    parser.end()
    return expression


def parse_target(text: Any, kind: ResourceType) -> Target:
    """What the `path` of a PATCH operation means. Raises InvalidPath."""
    if not isinstance(text, str):
        raise InvalidPath("The path of an operation is a text such as name.givenName.")
    parser = Parser(text, kind, InvalidPath)
    target = parser.target()
    parser.end()
    return target


class Parser:
    """One reading of one text. `refusal` is the exception that mistakes become."""

    def __init__(
        self, text: str, kind: ResourceType, refusal: type[ScimError], among: Sequence[ResourceType] = ()
    ) -> None:
        self.kind, self.refusal, self.kinds = kind, refusal, (kind, *among)
        self.what = "filter" if refusal is InvalidFilter else "path"
        if len(text) > MAX_LENGTH:
            raise refusal(f"The {self.what} is longer than {MAX_LENGTH} characters. Ask for less at a time.")
        self.tokens = self.tokenize(text)
        self.position = self.depth = self.comparisons = self.lists = 0

    def tokenize(self, text: str) -> list[Token]:
        tokens, end = [], 0
        text = text.rstrip()
        while end < len(text):
            found = TOKEN.match(text, end)
            if found is None:
                column = end + len(text[end:]) - len(text[end:].lstrip()) + 1
                self.refuse("cannot be read any further", column)
            kind = found.lastgroup or ""
            tokens.append(Token(kind, found[kind], found.start(kind) + 1))
            end = found.end()
        return [*tokens, Token("end", "", len(text) + 1)]

    def refuse(self, problem: str, column: int) -> NoReturn:
        raise self.refusal(f"The {self.what} {problem} (column {column}).")

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        self.position += 1
        return self.tokens[self.position - 1]

    def expect(self, mark: str) -> None:
        if self.next.text != mark or self.next.kind != "mark":
            self.refuse(f'lacks a "{mark}"', self.next.column)
        self.take()

    def end(self) -> None:
        if self.next.kind != "end":
            self.refuse(f'makes no sense from "{self.next.text[:40]}" on', self.next.column)

    def disjunction(self, inside: Path | None = None) -> Expression:
        """filter → conjunction ("or" conjunction)*"""
        return self.chain("or", Or, self.conjunction, inside)

    def conjunction(self, inside: Path | None) -> Expression:
        """conjunction → factor ("and" factor)*"""
        return self.chain("and", And, self.factor, inside)

    def chain(
        self, word: str, joined: type[And] | type[Or], part: Callable[[Path | None], Expression], inside: Path | None
    ) -> Expression:
        parts = [part(inside)]
        while self.next.says(word):
            self.take()
            parts.append(part(inside))
        return joined(tuple(parts)) if len(parts) > 1 else parts[0]

    def factor(self, inside: Path | None) -> Expression:
        """factor → ["not"] "(" filter ")" | comparison"""
        negated = self.next.says("not") and self.tokens[self.position + 1].text == "("
        if negated:
            self.take()
        if self.next.text != "(":
            return self.comparison(inside)
        inner = self.nested("(", ")", inside)
        return Not(inner) if negated else inner

    def nested(self, opening: str, closing: str, inside: Path | None) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(f"is nested more than {MAX_DEPTH} deep", self.next.column)
        self.expect(opening)
        inner = self.disjunction(inside)
        self.expect(closing)
        self.depth -= 1
        return inner

    def comparison(self, inside: Path | None) -> Expression:
        """comparison → path "pr" | path operator value | path "[" filter "]" [sub operator value]"""
        self.comparisons += 1
        if self.comparisons > MAX_COMPARISONS:
            self.refuse(f"has more than {MAX_COMPARISONS} comparisons", self.next.column)
        path = self.path(inside)
        if self.next.text == "[":
            return self.value_path(path)
        return self.operator_and_value(path)

    def path(self, inside: Path | None) -> Path:
        token = self.take()
        if token.kind != "name":
            self.refuse(f"needs the name of an attribute, not {token.text[:40] or 'its end'}", token.column)
        path = self.find_inside(inside, token.text) if inside else self.find(token.text)
        if path is None:
            where = f"{inside}" if inside else f"a {self.kind.name}"
            self.refuse(f'names "{token.text[:120]}", which is no attribute of {where}', token.column)
        if any(step.returned == "never" for step in path.steps) and self.refusal is InvalidFilter:
            raise Sensitive(f"Nobody may search by {path}.")
        return path

    def find(self, name: str) -> Path | None:
        """The path of the first of the resource types to have an attribute of that name, as it stands or as it is meant."""
        for kind in self.kinds:
            path = kind.find(name) or kind.find(dialects.attribute_name(kind, name))
            if path:
                return path
        return None

    @staticmethod
    def find_inside(inside: Path, name: str) -> Path | None:
        found = inside.attribute.find(name)
        return inside / found if found else None

    def value_path(self, path: Path) -> Expression:
        self.lists += 1
        if self.lists > MAX_LISTS:
            self.refuse(f"looks through lists with [ ] more than {MAX_LISTS} times", self.next.column)
        inner = self.chosen_values(path)
        sub = self.sub_attribute(path)
        if sub is not None:
            parts = inner.parts if isinstance(inner, And) else (inner,)
            inner = And((*parts, self.operator_and_value(path / sub)))
        return ValuePath(path, inner)

    def chosen_values(self, path: Path) -> Expression:
        """What stands in [ ] behind a path: which values of a list are meant."""
        if not path.attribute.multi_valued or path.attribute.type != "complex":
            self.refuse(f"uses [ ] on {path}, which has no list of values with parts", self.next.column)
        return self.nested("[", "]", path)

    def sub_attribute(self, path: Path) -> Attribute | None:
        """The name behind [ ], if there is one: which part of them is meant."""
        if self.next.kind != "sub":
            return None
        token = self.take()
        sub = path.attribute.find(token.text[1:])
        if sub is None:
            self.refuse(f'names "{token.text[1:60]}", which is no attribute of {path}', token.column)
        return sub

    def operator_and_value(self, path: Path) -> Expression:
        token = self.take()
        operator = token.text.lower()
        if token.says("pr"):
            return Present(path)
        if token.kind != "name" or operator not in OPERATORS:
            found = f'has "{token.text[:40]}"' if token.text else "ends"
            self.refuse(f"{found} where an operator belongs: {', '.join(sorted(OPERATORS))} or pr", token.column)
        value_token = self.take()
        value = self.value(value_token)
        if value is None:
            return self.compared_with_null(path, operator, value_token)
        compared = path.comparable()
        if compared is None:
            self.refuse(
                f"compares {path}, which has parts: name one, such as {path}.{self.example(path)}", token.column
            )
        return self.typed_comparison(compared, operator, value, token, value_token)

    @staticmethod
    def example(path: Path) -> str:
        return path.attribute.sub_attributes[0].name

    def compared_with_null(self, path: Path, operator: str, token: Token) -> Expression:
        """Null is no value (RFC 7643 §2.5): equal to it is what is not present."""
        if operator not in EQUALITY:
            self.refuse(f"compares with null by {operator}; only eq and ne can", token.column)
        return Present(path) if operator == "ne" else Not(Present(path))

    def typed_comparison(self, path: Path, operator: str, value: Any, token: Token, value_token: Token) -> Comparison:
        attribute = path.attribute
        if operator not in OPERATORS_OF.get(attribute.type, OPERATORS):
            self.refuse(f"compares {path} by {operator}, which a {attribute.type} does not know", token.column)
        value = dialects.comparison_value(attribute, value)
        wanted = {"boolean": bool, "integer": int | float, "decimal": int | float}.get(attribute.type, str)
        if not isinstance(value, wanted) or (isinstance(value, bool) and attribute.type != "boolean"):
            expected = {"boolean": "true or false", "integer": "a number", "decimal": "a number"}.get(attribute.type)
            self.refuse(f"compares {path} with {value_token.text[:40]}; it takes {expected or 'a text in double quotes'}",
                        value_token.column)  # fmt: skip
        try:
            return Comparison(path, operator, value, attribute.key(value))
        except InvalidValue as error:
            self.refuse(f"compares {path} with {value_token.text[:40]}. {str(error).rstrip('.')}", value_token.column)

    def value(self, token: Token) -> Any:
        try:
            if token.kind == "text":
                value = json.loads(token.text)
                value.encode()
                if "\0" in value:
                    raise ValueError("NUL")
                return value
            if token.kind == "number":
                return json.loads(token.text)
        except ValueError:
            self.refuse(f"has a text that cannot be read, {token.text[:40]}", token.column)
        if token.kind == "name" and token.text.lower() in LITERALS:
            return LITERALS[token.text.lower()]
        found = f"has {token.text[:40]}" if token.text else "ends"
        self.refuse(
            f"{found} where a value belongs: a text in double quotes, a number, true, false or null", token.column
        )

    def target(self) -> Target:
        path = self.path(None)
        if self.next.text != "[":
            return Target(path)
        inner = self.chosen_values(path)
        return Target(path, inner, self.sub_attribute(path))
