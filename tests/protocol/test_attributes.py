"""Values in comparison form: what is equal, what comes first, and what is refused (RFC 7643 §2.2, §2.3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scim_app.protocol.attributes import Attribute
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.comparison import KEY_LENGTH, bounded, instant, is_base64, number_key
from scim_app.protocol.errors import InvalidValue
from tests.protocol.generated import TEXTS, examples

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
TEXT, EXACT = Attribute("text"), Attribute("exact", case_exact=True)
NUMBER, MOMENT = Attribute("number", type="decimal"), Attribute("moment", type="dateTime")
BYTES, LINK = Attribute("bytes", type="binary", case_exact=True), Attribute("link", type="reference")
USER = Catalog()["User"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("bjensen", "BJensen"),
        ("bjensen", "ｂｊｅｎｓｅｎ"),
        ("ÉCOLE", "école"),
        ("e\u0301cole", "École"),
        ("Straße", "STRASSE"),
        ("ẞ", "ß"),
        ("\u017ftrasse", "Strasse"),
        ("\u212a", "k"),
        ("\u2126", "ω"),
        ("ﬁn", "FIN"),
        ("ΟΔΟΣ", "οδος"),
        ("ͅα", "\u03b9α"),
        ("①", "1"),
        ("Ǆ", "dž"),
    ],
)
def test_texts_that_differ_in_case_width_or_composition_are_one(one: str, other: str) -> None:
    assert TEXT.key(one) == TEXT.key(other)
    assert EXACT.key(one) != EXACT.key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("e", "é"), ("i", "ı"), ("a", "а"), ("a ", "a"), (" ", ""), ("o", "0"), ("%", "_"), ("İ", "i")]
)
def test_texts_that_differ_in_more_are_not_one(one: str, other: str) -> None:
    assert TEXT.key(one) != TEXT.key(other)


@examples(300)
@given(st.text(st.characters(codec="utf-8")) | st.sampled_from(TEXTS))
def test_a_key_is_its_own_key_and_that_of_every_case(value: str) -> None:
    key = TEXT.key(value)
    if len(key) <= KEY_LENGTH:
        assert TEXT.key(key) == key
    assert TEXT.key(value.upper().lower()) == TEXT.key(value.upper()) or "ı" in value or "\u1e9e" in value


@pytest.mark.parametrize("attribute", [EXACT, LINK], ids=["caseExact", "reference"])
def test_what_is_case_exact_is_compared_as_it_is(attribute: Attribute) -> None:
    assert attribute.key("HTTP://X/Y") == "HTTP://X/Y"


def test_booleans_are_compared_as_such() -> None:
    flag = Attribute("flag", type="boolean")
    assert (flag.key(True), flag.key(False)) == ("true", "false")


def test_base64_is_compared_without_its_padding_and_with_its_case() -> None:
    assert BYTES.key("YQ==") == BYTES.key("YQ") != BYTES.key("yq==")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2026-11-25T10:00:00+02:00", "2026-11-25T08:00:00Z"),
        ("2026-11-25T08:00:00", "2026-11-25T08:00:00Z"),
        ("2026-11-25t08:00:00z", "2026-11-25T08:00:00.000Z"),
        ("2026-11-25T08:00:00.5Z", "2026-11-25T08:00:00.500000Z"),
        ("2026-11-25T08:00:00.1234569Z", "2026-11-25T08:00:00.123456Z"),
        ("2026-01-01T00:30:00+01:00", "2025-12-31T23:30:00Z"),
        ("2026-11-25T08:00:00-00:00", "2026-11-25T08:00:00Z"),
        ("2026-11-25T13:45:00+05:45", "2026-11-25T08:00:00Z"),
    ],
)
def test_one_moment_has_one_key_however_it_is_written(one: str, other: str) -> None:
    assert MOMENT.key(one) == MOMENT.key(other)


@pytest.mark.parametrize(
    "value",
    [
        "yesterday", "2026-11-25", "2026-11-25 08:00:00Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-25T25:00:00Z", "2026-11-25T08:00Z", "2026-11-25T08:00:00.Z", "2026-11-25T08:00:00+0200", "",
        " 2026-11-25T08:00:00Z", "2026-11-25T08:00:00Z\n", "0000-01-01T00:00:00Z", "-0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "٢٠٢٦-11-25T08:00:00Z", 5, None, True,
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="2026-11-25T09:30:00Z"):
        MOMENT.key(value)


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=ZONES)


@examples(200)
@given(MOMENTS, MOMENTS)
def test_moments_are_ordered_as_time_is(one: datetime, other: datetime) -> None:
    keys = MOMENT.key(one.isoformat()), MOMENT.key(other.isoformat())
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (one < other, one == other)
    assert instant(one.isoformat()) == one and instant(keys[0]) == one and MOMENT.key(one) == keys[0]
    assert instant(keys[0]).tzinfo is UTC and len(keys[0]) == 27


NUMBERS = (
    st.decimals(-(10**30), 10**30)
    | st.builds(
        lambda digits, power: Decimal(digits).scaleb(power), st.integers(-(10**9), 10**9), st.integers(-400, 400)
    )
    | st.decimals(-2, 2, places=3)
    | st.integers(-(10**40), 10**40).map(Decimal)
    | st.sampled_from(
        ["0", "-0", "0.0", "1e5", "100000", "1.50", "15e-1", "9", "10", "-9", "-10", "-9.5", "1e-300"]
    ).map(Decimal)
)


@examples(500)
@given(NUMBERS, NUMBERS)
def test_numbers_are_ordered_as_numbers_are(one: Decimal, other: Decimal) -> None:
    keys = number_key(one), number_key(other)
    assert (keys[0] < keys[1], keys[0] == keys[1]) == (one < other, one == other), keys


def test_numbers_that_begin_alike_are_ordered_too() -> None:
    numbers = [
        Decimal(each)
        for each in "-100 -99 -10 -9.5 -9.05 -9 -1.5 -1 -0.95 -0.9 -0.09 0 0.09 0.9 0.95 1 1.5 9 9.05".split()
    ]
    assert sorted(numbers, key=number_key) == numbers


@pytest.mark.parametrize(
    "pair", [(1, 1.0), (0, -0.0), (1e3, 1000), (-1.5, Decimal("-1.50")), (12345678901234567890, 12345678901234567890)]
)
def test_one_number_has_one_key_however_it_is_written(pair: tuple[Any, Any]) -> None:
    assert NUMBER.key(pair[0]) == NUMBER.key(pair[1])


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e40000", "1e-40001"])
def test_a_number_without_end_is_refused(value: str) -> None:
    with pytest.raises(InvalidValue, match="finite"):
        number_key(Decimal(value))


def test_a_long_text_is_compared_by_its_beginning_and_a_digest_of_the_whole() -> None:
    at_most, longer, another = "x" * KEY_LENGTH, "x" * KEY_LENGTH + "y", "x" * KEY_LENGTH + "z"
    assert bounded(at_most) == at_most
    assert bounded(longer) != bounded(another) and bounded(longer)[:KEY_LENGTH] == at_most
    assert bounded(longer) == bounded(longer) and bounded(longer) > at_most
    for text in (at_most, longer, "🦊" * 10_000, "ﷺ" * 5_000):
        assert len(TEXT.key(text).encode()) < 2_000, "an entry of a b-tree on PostgreSQL ends at about 2 700 bytes"


def test_long_texts_that_differ_in_case_alone_are_one() -> None:
    assert TEXT.key("X" * 1_000) == TEXT.key("x" * 1_000)
    assert EXACT.key("X" * 1_000) != EXACT.key("x" * 1_000)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("YQ==", True),
        ("YQ", True),
        ("", True),
        ("###", False),
        ("Y", False),
        ("Y Q=", False),
        ("YQ=a", False),
        ("é", False),
        ("_-", False),
    ],
)
def test_base64_is_told_from_other_text_padded_or_not(text: str, yes: bool) -> None:
    assert is_base64(text) is yes


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("userName", "userName"),
        ("USERNAME", "userName"),
        ("name.GIVENNAME", "name.givenName"),
        ("emails.value", "emails.value"),
        ("groups.$ref", "groups.$ref"),
        ("meta.lastmodified", "meta.lastModified"),
        (f"{CORE}:userName", "userName"),
        (f"{CORE.upper()}:name.givenname", "name.givenName"),
        (f"{ENTERPRISE}:manager.VALUE", f"{ENTERPRISE}:manager.value"),
        (ENTERPRISE.upper(), ENTERPRISE),
        ("employeeNumber", f"{ENTERPRISE}:employeeNumber"),
        ("manager.value", f"{ENTERPRISE}:manager.value"),
    ],
)
def test_a_path_is_found_by_its_name_in_any_case_with_and_without_urn(name: str, path: str) -> None:
    found = USER.find(name)
    assert found is not None and str(found) == path
    assert USER.find(str(found)) == found


@pytest.mark.parametrize(
    "name",
    ["", ".", "userName.", ".userName", "userName.value", "name..givenName", "name.givenName.x", "shoeSize", CORE, f"{CORE}:",
     f"{ENTERPRISE}:", f"{ENTERPRISE}:userName", "urn:example:other:userName", "emails[value]"],
)  # fmt: skip
def test_what_is_no_name_of_an_attribute_is_not_found(name: str) -> None:
    assert USER.find(name) is None


def test_what_is_compared_of_a_complex_attribute_is_its_value_if_it_has_one() -> None:
    for name, compared in (
        ("emails", "emails.value"),
        ("userName", "userName"),
        ("name", None),
        ("manager", f"{ENTERPRISE}:manager.value"),
    ):
        path = USER.find(name)
        assert path is not None
        assert (inner := path.comparable()) is None or str(inner) == compared
        assert (inner is None) == (compared is None)


def test_an_attribute_that_says_nothing_has_the_characteristics_of_the_rfc() -> None:
    assert Attribute("x", "An x.").describe() == {
        "name": "x", "type": "string", "multiValued": False, "description": "An x.", "required": False,
        "caseExact": False, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
    }  # fmt: skip
