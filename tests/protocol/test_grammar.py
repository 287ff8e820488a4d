"""Text → expressions: what is read, as what, and what is refused at which column (RFC 7644 §3.4.2.2, §3.5.2)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from scim2_models import InvalidFilterException
from scim2_models.path import ScimFilter

from scim_app.protocol.errors import InvalidFilter, InvalidPath, Sensitive
from scim_app.protocol.expressions import And, Comparison, Expression, Not, Or, Present, ValuePath, paths_of
from scim_app.protocol.grammar import (
    MAX_COMPARISONS,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_LISTS,
    OPERATORS,
    parse_filter,
    parse_target,
)
from tests.protocol.generated import GROUP, TEST_SCHEMA, USER, examples, expressions

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def read(text: str) -> str:
    """The filter as it is understood."""
    return str(parse_filter(text, USER))


TYPES = {
    "text": ('"x"', OPERATORS),
    "exact": ('"x"', OPERATORS),
    "flag": ("true", {"eq", "ne"}),
    "whole": ("5", {"eq", "ne", "gt", "ge", "lt", "le"}),
    "number": ("-1.5e3", {"eq", "ne", "gt", "ge", "lt", "le"}),
    "moment": ('"2026-11-25T09:30:00Z"', {"eq", "ne", "gt", "ge", "lt", "le"}),
    "bytes": ('"YQ=="', {"eq", "ne"}),
    "link": ('"https://x"', OPERATORS),
    "parts": ('"x"', OPERATORS),
    "texts": ('"x"', OPERATORS),
    "wholes": ("5", {"eq", "ne", "gt", "ge", "lt", "le"}),
}
"""The FMX matrix: by attribute of the test extension, a value of its type and the operators it knows besides pr."""
PLACES = {
    "alone": f"{TEST_SCHEMA}:{{}}",
    "as a sub-attribute": f"{TEST_SCHEMA}:parts.{{}}",
    "in brackets": f"{TEST_SCHEMA}:parts[{{}} {{}} {{}}]",
    "in the path of an operation": f"{TEST_SCHEMA}:parts[{{}} {{}} {{}}].text",
}


def accepted(place: str, name: str, operator: str, value: str) -> bool:
    written = PLACES[place]
    text = written.format(name, operator, value) if "[" in written else f"{written.format(name)} {operator} {value}"
    try:
        parse_target(text, USER) if "operation" in place else parse_filter(text, USER)
    except (InvalidFilter, InvalidPath):
        return False
    return True


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", TYPES)
def test_a_type_knows_these_operators_and_no_others(place: str, name: str) -> None:
    value, known = TYPES[name]
    if place != "alone" and name in {"parts", "texts", "wholes"}:
        return
    assert {operator for operator in OPERATORS if accepted(place, name, operator, value)} == known
    assert accepted(place, name, "pr", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text", "5"), ("text", "true"), ("flag", '"x"'), ("flag", "1"), ("whole", '"5"'), ("whole", "true"),
        ("number", '"1.5"'), ("moment", '"yesterday"'), ("moment", "5"), ("bytes", "5"), ("link", "true"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused(name: str, value: str) -> None:
    for operator in sorted(TYPES[name][1]):
        assert not accepted("alone", name, operator, value), operator


def test_a_complex_attribute_without_value_cannot_be_compared_and_can_be_present() -> None:
    for operator in OPERATORS:
        with pytest.raises(InvalidFilter, match="name.formatted"):
            parse_filter(f'name {operator} "x"', USER)
    assert read("name pr") == "name pr"


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("title pr or nickName pr and userName pr", "title pr or nickName pr and userName pr"),
        ("title pr or (nickName pr and userName pr)", "title pr or nickName pr and userName pr"),
        ("not (title pr) and nickName pr or userName pr", "not (title pr) and nickName pr or userName pr"),
        ("(title pr or nickName pr) and userName pr", "(title pr or nickName pr) and userName pr"),
        ("not(title pr)", "not (title pr)"),
        ("NOT (title PR) OR nickname Pr", "not (title pr) or nickName pr"),
        ("((title pr))", "title pr"),
        ("\ttitle  \n pr ", "title pr"),
        ('USERNAME EQ "Ada"', 'userName eq "Ada"'),
        (f'{CORE}:userName eq "x"', 'userName eq "x"'),
        (f'{CORE.upper()}:emails[TYPE eq "work"]', 'emails[type eq "work"]'),
        (f"{ENTERPRISE}:manager pr", f"{ENTERPRISE}:manager pr"),
        ('department eq "x"', f'{ENTERPRISE}:department eq "x"'),
        (f"{ENTERPRISE} pr", f"{ENTERPRISE} pr"),
        ('manager eq "7"', f'{ENTERPRISE}:manager.value eq "7"'),
        ('emails co "x"', 'emails.value co "x"'),
        ('emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'),
        (
            'emails[type eq "work" or primary eq true].value eq "x"',
            'emails[(type eq "work" or primary eq true) and value eq "x"]',
        ),
        ("emails[type pr].value pr", "emails[type pr and value pr]"),
        ("nickName eq null", "not (nickName pr)"),
        ("nickName ne null", "nickName pr"),
        ("emails[type eq null]", "emails[not (type pr)]"),
        ('active eq "True"', "active eq true"),
        ("active ne FALSE", "active ne false"),
        ('userName eq "a\\"b\\\\c\\u00e9\\/"', 'userName eq "a\\"b\\\\cé/"'),
        ('userName eq "\\ud83e\\udd8a"', 'userName eq "🦊"'),
        ('userName eq ""', 'userName eq ""'),
        ('groups.$ref pr and groups[$ref ew "7"]', 'groups.$ref pr and groups[$ref ew "7"]'),
        ('userName eq"x"', 'userName eq "x"'),
        (f"{TEST_SCHEMA}:whole eq -5 or whole lt 1e3", f"{TEST_SCHEMA}:whole eq -5 or {TEST_SCHEMA}:whole lt 1000.0"),
    ],
)
def test_a_filter_is_read_as(sent: str, meant: str) -> None:
    assert read(sent) == meant
    assert read(meant) == meant


def test_and_binds_more_than_or_and_not_more_than_and() -> None:
    expression = parse_filter("title pr or not (nickName pr) and userName pr", USER)
    assert isinstance(expression, Or) and isinstance(expression.parts[0], Present)
    second = expression.parts[1]
    assert isinstance(second, And) and isinstance(second.parts[0], Not) and isinstance(second.parts[1], Present)


@pytest.mark.parametrize("kind", [USER, GROUP], ids=["User", "Group"])
def test_an_expression_is_printed_as_text_that_parses_to_it_again(kind: Any) -> None:
    @examples(400)
    @given(expressions(kind))
    def same(expression: Expression) -> None:
        text = str(expression)
        assert parse_filter(text, kind) == expression
        assert str(parse_filter(text, kind)) == text
        assert all(kind.find(str(path)) == path for path in paths_of(expression))

    same()


@pytest.mark.parametrize(
    ("sent", "column"),
    [
        ('userName regex "x"', 10), ('userName eq "x" and', 20), ("userName eq x", 13), ("(userName pr", 13),
        ("userName pr)", 12), ("shoeSize pr", 1), ("title pr and shoeSize pr", 14), ('emails[shoeSize eq "x"]', 8),
        ("userName eq 5", 13), ("active gt true", 8), ("emails[]", 8), ("userName", 9), ('userName eq "x', 13),
        ("title pr & nickName pr", 10), ("", 1), ("userName[value pr]", 9), ('emails[type eq "a"].nope eq "x"', 20),
        ('column eq "x"', 1), ('active eq "column"', 11), ("emails[value[type pr]]", 13),
        ("userName gt null", 13), ('meta.created eq "x"', 17), ("title pr nickName pr", 10), ('name eq "x"', 6),
    ],
)  # fmt: skip
def test_a_refusal_says_at_which_column(sent: str, column: int) -> None:
    with pytest.raises(InvalidFilter) as refused:
        parse_filter(sent, USER)
    assert re.findall(r"column (\d+)", str(refused.value)) == [str(column)], str(refused.value)


@pytest.mark.parametrize(
    "sent",
    ["not userName pr", "not ()", "()", "and", "title pr and and nickName pr", "emails[type[value pr]]", "emails[type pr",
     "emails[emails[type pr]]", "userName eq 'x'", "userName eq +5", "whole eq 01", "whole eq 1.", "whole eq .5", "whole eq 1e",
     "whole eq 0x1", 'userName eq "\\x"', 'userName eq "a\nb"', 'userName eq "\\u0000"', 'userName eq "\\ud800"',
     "userName eq True1", "userName..x pr", ".userName pr", "userName. pr", "usеrName pr", "userName\u00a0pr",
     "emails.value[type pr]", "name[formatted pr]", "schemas[value pr]"],
)  # fmt: skip
def test_what_is_no_filter_is_refused(sent: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_filter(sent, USER)


def test_a_password_is_sensitive_wherever_it_stands() -> None:
    for sent in ("password pr", 'userName pr and password eq "x"', "not (password pr)", f"{CORE}:PASSWORD pr"):
        with pytest.raises(Sensitive):
            parse_filter(sent, USER)


@pytest.mark.parametrize(
    ("allowed", "refused", "match"),
    [
        ("(" * MAX_DEPTH + "title pr" + ")" * MAX_DEPTH, "(" * (MAX_DEPTH + 1) + "title pr" + ")" * (MAX_DEPTH + 1), "deep"),
        (
            " and ".join(['emails[type eq "work"]'] * MAX_LISTS),
            " and ".join(['emails[type eq "work"]'] * (MAX_LISTS + 1)),
            "more than 10 times",
        ),
        (" or ".join(["title pr"] * MAX_COMPARISONS), " or ".join(["title pr"] * (MAX_COMPARISONS + 1)), "comparisons"),
        ("title pr".ljust(MAX_LENGTH), "title pr".ljust(MAX_LENGTH + 1), "longer"),
        ("(title pr) and " * 30 + "(title pr)", "(" * 5_000, "deep|longer"),
    ],
    ids=["nesting", "lists", "comparisons", "length", "one after the other is not nested"],
)  # fmt: skip
def test_a_filter_has_limits(allowed: str, refused: str, match: str) -> None:
    parse_filter(allowed, USER)
    with pytest.raises(InvalidFilter, match=match):
        parse_filter(refused, USER)


@pytest.mark.parametrize(
    ("sent", "path", "filter", "sub"),
    [
        ("displayName", "displayName", None, None),
        ("NAME.familyname", "name.familyName", None, None),
        ('addresses[type eq "work"]', "addresses", 'addresses.type eq "work"', None),
        ('addresses[type eq "work"].streetAddress', "addresses", 'addresses.type eq "work"', "streetAddress"),
        (f"{CORE}:title", "title", None, None),
        (f'{CORE}:emails[type eq "work"].value', "emails", 'emails.type eq "work"', "value"),
        (f"{ENTERPRISE}:manager.value", f"{ENTERPRISE}:manager.value", None, None),
        (ENTERPRISE, ENTERPRISE, None, None),
        ('EMAILS[TYPE Eq "work"].Value', "emails", 'emails.type eq "work"', "value"),
        (
            'emails[type eq "work" and not (value ew "x")]',
            "emails",
            'emails.type eq "work" and not (emails.value ew "x")',
            None,
        ),
        ('emails[value eq"x"]', "emails", 'emails.value eq "x"', None),
        ("password", "password", None, None),
    ],
)
def test_a_path_is_read_as(sent: str, path: str, filter: str | None, sub: str | None) -> None:
    target = parse_target(sent, USER)
    assert str(target.path) == path
    assert (target.filter is None) == (filter is None) and (filter is None or str(target.filter) == filter)
    assert (target.sub.name if target.sub else None) == sub
    assert target.attribute is (target.sub or target.path.attribute)
    assert parse_target(str(target), USER) == target


@pytest.mark.parametrize(
    "sent",
    [
        "emails[",
        "emails[type eq]",
        "emails..value",
        "1abc",
        "",
        " ",
        "name.givenName.x",
        "nope",
        'userName[value eq "x"]',
        "userName.x",
        'emails[type zz "x"]',
        'emails[type eq "work"].nope',
        'emails[type eq "work"].value.x',
        "emails]",
        'emails[type eq "work"] and title',
        "title pr",
        'emails[type eq "a"][type eq "b"]',
        "urn:example:other:x",
        5,
        None,
        ["title"],
    ],
)
def test_what_is_no_path_is_refused(sent: object) -> None:
    with pytest.raises(InvalidPath):
        parse_target(sent, USER)


def joined(word: str, parts: list[Any]) -> Any:
    """Parts that are joined by the same word are parts of the whole."""
    return word, *(inner for part in parts for inner in (part[1:] if part[0] == word else [part]))


def ours(node: Expression, inside: str = "") -> Any:
    """The tree in a form that both parsers' trees can be brought into."""
    match node:
        case Comparison(path, operator, value):
            return str(path).removeprefix(inside), operator, value
        case Present(path):
            return str(path).removeprefix(inside), "pr"
        case Not(inner):
            return "not", ours(inner, inside)
        case And(parts):
            return joined("and", [ours(each, inside) for each in parts])
        case Or(parts):
            return joined("or", [ours(each, inside) for each in parts])
        case ValuePath(path, inner):
            return str(path), "[]", ours(inner, f"{path}.")


def theirs(node: Any) -> Any:
    """The same of the tree of scim2-models."""
    match type(node).__name__:
        case "Comparison":
            return str(node.attr_path), str(node.op), node.value
        case "Present":
            return str(node.attr_path), "pr"
        case "Not":
            return "not", theirs(node.expr)
        case "LogicalExpr":
            return joined(str(node.op), [theirs(each) for each in node.terms])
        case "ValuePath":
            return str(node.attr_path), "[]", theirs(node.val_filter)
    raise AssertionError(node)


@pytest.mark.parametrize("kind", [USER, GROUP], ids=["User", "Group"])
def test_the_parser_of_scim2_models_reads_the_same(kind: Any) -> None:
    @examples(150)
    @given(expressions(kind))
    def same(expression: Expression) -> None:
        assert theirs(ScimFilter(str(expression)).ast) == ours(expression)

    same()


REFUSED_BY_BOTH = [
    "",
    " ",
    "userName",
    "userName eq",
    'eq "x"',
    '"x"',
    'userName eq "x',
    "userName eq x",
    "userName eq 'x'",
    'userName regex "x"',
    'userName eq "x" and',
    "userName pr title pr",
    "(userName pr",
    "userName pr)",
    "not userName pr",
    "not ()",
    'emails[type eq "work"',
    "emails[]",
    'emails[type[value eq "x"]]',
    'user..Name eq "x"',
    '.userName eq "x"',
    'userName. eq "x"',
]


@pytest.mark.parametrize("sent", REFUSED_BY_BOTH)
def test_what_the_parser_of_scim2_models_refuses_is_refused(sent: str) -> None:
    with pytest.raises(InvalidFilter):
        parse_filter(sent, USER)
    with pytest.raises(InvalidFilterException):
        ScimFilter(sent)
