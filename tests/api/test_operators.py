"""Every operator with every type (RFC 7644 §3.4.2.2, Table 3): alone, in an object, in a list, and in the path of a PATCH."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from scim_app.protocol import patch, patch_op
from scim_app.protocol.errors import InvalidPath
from tests.api.conftest import Make
from tests.api.custom import extend
from tests.api.wire import Client
from tests.api.words import PATCH_OP, names, refusal

ORDER = ("gt", "ge", "lt", "le")
PIECES = ("co", "sw", "ew")
OPERATORS = ("eq", "ne", *PIECES, *ORDER, "pr")

LOW: dict[str, Any] = {
    "label": "Alpha",
    "code": "Alpha",
    "flagged": False,
    "shoeSize": -7,
    "height": 1.5,
    "born": "2024-05-01T10:00:00+02:00",
    "print": "YWE=",
    "page": "https://a.example/Alpha",
}
HIGH: dict[str, Any] = {
    "label": "beta",
    "code": "beta",
    "flagged": True,
    "shoeSize": 40,
    "height": 15,
    "born": "2024-05-01T10:00:00Z",
    "print": "YWI",
    "page": "https://b.example/",
}
# attribute: its number in the list of checks, the low and the high value as a filter writes them, and pieces of the low one
LITERALS: dict[str, tuple[int, str, str, tuple[str, str, str]]] = {
    "label": (1, '"ALPHA"', '"BETA"', ('"LPH"', '"aL"', '"Ha"')),
    "code": (2, '"Alpha"', '"beta"', ('"lph"', '"Al"', '"ha"')),
    "flagged": (3, "false", "true", ("false", "false", "false")),
    "shoeSize": (4, "-7", "4e1", ("7", "7", "7")),
    "height": (5, "1.50", "15.0", ("5", "1", "5")),
    "born": (6, '"2024-05-01T08:00:00.000Z"', '"2024-05-01T12:00:00+02:00"', ('"2024"', '"2024"', '"Z"')),
    "print": (7, '"YWE"', '"YWI="', ('"W"', '"Y"', '"E"')),
    "page": (8, '"https://a.example/Alpha"', '"https://b.example/"', ('"/Al"', '"https://a"', '"/Alpha"')),
}
UNKNOWN_TO = {3: (*PIECES, *ORDER), 4: PIECES, 5: PIECES, 6: PIECES, 7: (*PIECES, *ORDER)}
WHO = {
    "eq": "a", "ne": "bc", "co": "a", "sw": "a", "ew": "a", "gt": "b", "ge": "ab", "lt": "a", "le": "ab", "pr": "ab",
}  # fmt: skip
"""Whom an operator finds among a, who has the low value, b, who has the high one, and c, who has none."""
OTHER_CASE = {
    "code": {"eq": '"ALPHA"', "co": '"LPH"', "sw": '"AL"', "ew": '"HA"'},
    "page": {"eq": '"https://a.example/ALPHA"', "co": '"/AL"', "sw": '"HTTPS"', "ew": '"ALPHA"'},
}


def compared(attribute: str, operator: str) -> str:
    _, low, high, pieces = LITERALS[attribute]
    if operator == "pr":
        return f"{attribute} pr"
    literal = pieces[PIECES.index(operator)] if operator in PIECES else high if operator in {"lt", "le"} else low
    return f"{attribute} {operator} {literal}"


@pytest.mark.rfc(*(f"FMX-{operator}-{number}" for number in range(1, 9) for operator in OPERATORS))
@pytest.mark.rfc("FIL-16", "FIL-34", "FIL-35", "REP-14", "REP-16", "CHR-25", "CHR-27")
def test_an_operator_means_the_same_alone_in_an_object_and_in_a_list(
    app: Flask, scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    extend(app)
    make_user("a", card=LOW, parts=[{"value": "1"} | LOW], **LOW)
    make_user("b", card=HIGH, parts=[{"value": "1"} | HIGH], **HIGH)
    make_user("c", parts=[{"value": "1"}])
    for attribute, (number, *_) in LITERALS.items():
        for operator in OPERATORS:
            sent = compared(attribute, operator)
            for place in (sent, f"card.{sent}", f"parts[{sent}]", f'parts[value eq "1" and {sent}]'):
                with subtests.test(filter=place):
                    answer = scim.get("/Users", filter=place)
                    if operator in UNKNOWN_TO.get(number, ()):
                        refusal(answer, 400, "invalidFilter")
                    else:
                        assert "".join(names(answer)) == WHO[operator]
    for attribute, literals in OTHER_CASE.items():
        for operator, literal in literals.items():
            with subtests.test("case matters", attribute=attribute, operator=operator):
                assert names(scim.get("/Users", filter=f"{attribute} {operator} {literal}")) == []


@pytest.mark.rfc(*(f"FMX-{operator}-9" for operator in OPERATORS), "FIL-24", "FIL-25")
@pytest.mark.rfc(*(f"FMX-{operator}-10" for operator in OPERATORS), "FIL-21", "FIL-22", "FIL-23")
def test_an_object_is_compared_by_its_parts_and_a_list_by_any_of_its_values(
    app: Flask, scim: Client, make_user: Make, subtests: pytest.Subtests
) -> None:
    extend(app)
    make_user("a", tags=["Alpha", "zeta"], parts=[{"value": "Alpha"}, {"value": "zeta"}], card={"label": "x"})
    make_user("b", tags=["beta"], parts=[{"value": "beta"}], card={"code": "x"})
    make_user("c")
    for operator in OPERATORS:
        with subtests.test(f"card {operator}"):
            if operator == "pr":
                assert names(scim.get("/Users", filter="card pr")) == ["a", "b"]
            else:
                refusal(scim.get("/Users", filter=f'card {operator} "x"'), 400, "invalidFilter")
    for sent, expected in (
        ('eq "ALPHA"', "a"), ('ne "ALPHA"', "abc"), ('co "LPH"', "a"), ('sw "AL"', "a"), ('ew "HA"', "a"),
        ('gt "BETA"', "a"), ('ge "BETA"', "ab"), ('lt "BETA"', "a"), ('le "BETA"', "ab"), ("pr", "ab"),
    ):  # fmt: skip
        for attribute in ("tags", "parts", "parts.value"):
            with subtests.test(filter=f"{attribute} {sent}"):
                assert "".join(names(scim.get("/Users", filter=f"{attribute} {sent}"))) == expected


@pytest.mark.databases("sqlite")
def test_an_operator_means_the_same_in_the_path_of_a_patch(app: Flask, subtests: pytest.Subtests) -> None:
    kind = extend(app)["User"]
    document = {
        "schemas": [kind.schema.id],
        "userName": "x",
        "parts": [{"value": "a"} | LOW, {"value": "b"} | HIGH, {"value": "c"}],
    }
    for attribute, (number, *_) in LITERALS.items():
        for operator in OPERATORS:
            with subtests.test(attribute=attribute, operator=operator):
                sent = {"op": "remove", "path": f"parts[{compared(attribute, operator)}]"}
                message = {"schemas": [PATCH_OP], "Operations": [sent]}
                if operator in UNKNOWN_TO.get(number, ()):
                    with pytest.raises(InvalidPath):
                        patch_op.read(kind, message)
                    continue
                left = patch.apply(kind, document, patch_op.read(kind, message)).get("parts", [])
                assert {each["value"] for each in left} == set("abc") - set(WHO[operator])
