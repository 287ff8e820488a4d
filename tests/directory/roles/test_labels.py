"""Labels: made of names, spaces and dashes kept; what a pushed name could mean; names that are no names."""

from __future__ import annotations

import pytest

from scim_app.directory.roles.labels import checked, label, readings, same_but_for_case_and_spaces
from scim_app.directory.tables import Scope


def read(name: str, *projects: str) -> list[tuple[str, str, str]]:
    found = readings("App", name, [Scope(name=each, kind="project") for each in projects], ("Member", "Admin"))
    return [(each.project.name, each.team, each.role) for each in found]


def test_a_label_joins_names_as_they_are() -> None:
    assert label("Statsig", "Mobile App", "Read-Only") == "Statsig-Mobile App-Read-Only"
    assert label("App", "A-B", " C", "Admin") == "App-A-B- C-Admin"


READINGS = [
    ("App-Mobile-Core-Admin", ("Mobile",), [("Mobile", "Core", "Admin")]),
    ("app-MOBILE-Core-aDMIN", ("Mobile",), [("Mobile", "Core", "Admin")]),
    ("App-Mobile-Core-Team-Member", ("Mobile",), [("Mobile", "Core-Team", "Member")]),
    ("App-Mobile- iOS and Android -Admin", ("Mobile",), [("Mobile", "iOS and Android", "Admin")]),
    ("App-Mobile-Admin-Admin", ("Mobile",), [("Mobile", "Admin", "Admin")]),
    ("App-Mobile-Member-Admin-Member", ("Mobile",), [("Mobile", "Member-Admin", "Member")]),
    ("App-Mobile-Core-X-Admin", ("Mobile", "Mobile-Core"),
     [("Mobile", "Core-X", "Admin"), ("Mobile-Core", "X", "Admin")]),
    ("App-Mobile-Core-Admin", ("Mobile", "Mobile-Core"), [("Mobile", "Core", "Admin")]),
    ("App-Mobile-Core-Owner", ("Mobile",), []),
    ("App-Mobile-Admin", ("Mobile",), []),
    ("App-Mobile--Admin", ("Mobile",), []),
    ("App-Mobile- -Admin", ("Mobile",), []),
    ("App-Web-Core-Admin", ("Mobile",), []),
    ("Mobile-Core-Admin", ("Mobile",), []),
    ("Apps-Mobile-Core-Admin", ("Mobile",), []),
    ("App-Mobile-CoreAdmin", ("Mobile",), []),
    ("App-Mobile", ("Mobile",), []),
    ("", ("Mobile",), []),
    ("App-İzmir-Core-Admin", ("İzmir",), [("İzmir", "Core", "Admin")]),
    # Two letters in lower case where there is one: the letters of the team are not cut off at the wrong place.
    ("app-i̇zmir-core-admin", ("İzmir",), []),
    ("App-Straße-Core-Admin", ("Straße",), [("Straße", "Core", "Admin")]),
    ("App-STRASSE-Core-Admin", ("Straße",), []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "projects", "meant"), READINGS)
def test_a_name_is_read_in_every_way_it_can_be(
    name: str, projects: tuple[str, ...], meant: list[tuple[str, str, str]]
) -> None:
    assert read(name, *projects) == meant


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "a\tb", "x" * 101, "zero\u200bwidth", "null\0"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^(Give the team a name|The name of a team is one line)"):
        checked("team", name)


def test_a_name_keeps_what_is_inside() -> None:
    assert checked("team", "  A - b  C ") == "A - b  C"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("App-Mobile-Admin", True),
        ("app-mobile-ADMIN", True),
        ("App - Mobile - Admin", True),
        (" App-Mobile-Admin ", True),
        ("AppMobileAdmin", False),
        ("App-Mobile-Admins", False),
    ],
)
def test_names_that_differ_in_case_and_spaces_are_the_same(other: str, same: bool) -> None:
    assert same_but_for_case_and_spaces("App-Mobile-Admin", other) is same
