"""Pages by index: stable, complete, and honest about their size (RFC 7644 §3.4.2.4)."""

from __future__ import annotations

import pytest

from tests.api.conftest import Make
from tests.api.wire import Client
from tests.api.words import LIST, names, refusal


def counters(page: dict[str, int]) -> tuple[int, int, int]:
    values = page["totalResults"], page["startIndex"], page["itemsPerPage"]
    assert {type(value) for value in values} == {int}
    return values


@pytest.mark.rfc("LST-01", "LST-03", "LST-05")
def test_an_empty_list_is_a_list(scim: Client) -> None:
    for path in ("/Users", "/Groups"):
        page = scim.get(path).json
        assert page == {"schemas": [LIST], "totalResults": 0, "startIndex": 1, "itemsPerPage": 0, "Resources": []}


@pytest.mark.rfc("LST-02", "LST-04", "PAG-01", "PAG-02", "PAG-03", "PAG-04", "PAG-05", "PAG-08", "PAG-11")
def test_the_edges_of_paging(scim: Client, make_user: Make, subtests: pytest.Subtests) -> None:
    for number in range(7):
        make_user(f"user{number}")
    for query, expected in (
        ({}, (7, 1, 7)),
        ({"count": 3}, (7, 1, 3)),
        ({"count": 3, "startIndex": 4}, (7, 4, 3)),
        ({"count": 3, "startIndex": 7}, (7, 7, 1)),
        ({"count": 3, "startIndex": 8}, (7, 8, 0)),
        ({"startIndex": 9999}, (7, 9999, 0)),
        ({"startIndex": 0}, (7, 1, 7)),
        ({"startIndex": -5, "count": 2}, (7, 1, 2)),
        ({"count": 0}, (7, 1, 0)),
        ({"count": -1}, (7, 1, 0)),
        ({"count": 100000}, (7, 1, 7)),
        ({"startindex": 3, "COUNT": 2}, (7, 3, 2)),
        ({"filter": 'userName sw "user" and userName ne "user3"', "count": 2}, (6, 1, 2)),
        ({"filter": 'userName eq "user3"', "count": 2}, (1, 1, 1)),
        ({"filter": 'userName eq "user3"', "count": 0}, (1, 1, 0)),
    ):
        with subtests.test(query=query):
            answer = scim.get("/Users", **query)
            assert answer.status == 200
            assert counters(answer.json) == expected
            assert len(answer.json["Resources"]) == expected[2]


@pytest.mark.rfc("PAG-09", "ERR-13")
@pytest.mark.parametrize("parameter", ["startIndex", "count"])
@pytest.mark.parametrize("value", ["a", "1.5", "", "1e3", "0x10", "١", "null", "--1", "1 2"])
def test_a_number_that_is_none_is_refused(scim: Client, parameter: str, value: str) -> None:
    assert parameter in refusal(scim.get("/Users", **{parameter: value}), 400, "invalidValue")


@pytest.mark.rfc("PAG-10")
@pytest.mark.parametrize("value", [2**31, 2**63, 2**64, 10**40, -(2**63) - 1])
@pytest.mark.parametrize("parameter", ["startIndex", "count"])
def test_a_number_larger_than_any_column_is_no_failure(
    scim: Client, make_user: Make, parameter: str, value: int
) -> None:
    make_user("ada")
    answer = scim.get("/Users", **{parameter: value})
    assert (answer.status, answer.json["totalResults"]) == (200, 1)


@pytest.mark.rfc("PAG-12")
@pytest.mark.parametrize("size", [1, 3, 4, 12, 13])
def test_the_pages_together_are_everybody_once_in_one_order(scim: Client, make_user: Make, size: int) -> None:
    everybody = [make_user(f"user{number}")["userName"] for number in range(12)]
    whole = names(scim.get("/Users"))
    assert sorted(whole) == sorted(everybody)
    pages = [names(scim.get("/Users", startIndex=start, count=size)) for start in range(1, 13, size)]
    assert [name for page in pages for name in page] == whole


def test_the_order_survives_changes_to_those_listed(scim: Client, make_user: Make) -> None:
    users = [make_user(f"user{number}") for number in range(6)]
    before = [user["id"] for user in scim.get("/Users").json["Resources"]]
    for user in users[::2]:
        scim.patch(f"/Users/{user['id']}", {"op": "replace", "path": "userName", "value": f"z{user['userName']}"})
    assert [user["id"] for user in scim.get("/Users").json["Resources"]] == before


@pytest.mark.rfc("GET-17", "FIL-39")
def test_parameters_that_mean_nothing_are_ignored(scim: Client, make_user: Make) -> None:
    make_user("ada")
    assert names(scim.get("/Users", foo="bar", aadOptscim062020="")) == ["ada"]
    assert names(scim.get("/Users?filter=userName+eq+%22ada%22&")) == ["ada"]


@pytest.mark.parametrize("parameter", ["filter", "startIndex", "count"])
def test_a_parameter_given_twice_is_refused(scim: Client, parameter: str) -> None:
    value = "userName%20pr" if parameter == "filter" else "1"
    assert scim.get(f"/Users?{parameter}={value}&{parameter}={value}").status == 400
