"""Discovery tells the truth: RFC 7643 §5–7, RFC 7644 §4."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.api.conftest import Make
from tests.api.wire import SCIM, Client
from tests.api.words import ENTERPRISE, GROUP, LIST, USER, refusal

TYPES = {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}


@pytest.fixture
def config(scim: Client) -> dict[str, Any]:
    answer = scim.get("/ServiceProviderConfig")
    assert (answer.status, answer.headers["Content-Type"]) == (200, SCIM)
    return answer.json


@pytest.fixture
def schemas(scim: Client) -> dict[str, dict[str, Any]]:
    return {schema["id"]: schema for schema in scim.get("/Schemas").json["Resources"]}


def attributes(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Every attribute of a schema, sub-attributes included."""
    found = list(schema["attributes"])
    return found + [inner for attribute in found for inner in attribute.get("subAttributes", [])]


@pytest.mark.rfc("DSC-01", "DSC-02", "DSC-03", "DSC-06", "DSC-07")
def test_the_configuration_says_everything_the_rfc_asks_for(config: dict[str, Any]) -> None:
    assert config["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]
    for feature in ("patch", "bulk", "filter", "changePassword", "sort", "etag"):
        assert type(config[feature]["supported"]) is bool, feature
    assert all(type(config["bulk"][limit]) is int for limit in ("maxOperations", "maxPayloadSize"))
    assert type(config["filter"]["maxResults"]) is int
    assert [scheme["type"] for scheme in config["authenticationSchemes"]] == ["oauthbearertoken"]
    assert all(scheme["name"] and scheme["description"] for scheme in config["authenticationSchemes"])
    assert config["meta"]["resourceType"] == "ServiceProviderConfig"
    assert "Resources" not in config


@pytest.mark.rfc("DSC-05")
def test_the_configuration_promises_what_is_answered(config: dict[str, Any], scim: Client, make_user: Make) -> None:
    user = make_user("ada", title="Countess")
    assert config["patch"]["supported"] is (
        scim.patch(f"/Users/{user['id']}", {"op": "remove", "path": "title"}).status == 200
    )
    assert config["filter"]["supported"] is (scim.get("/Users", filter='userName eq "ada"').status == 200)
    assert config["bulk"]["supported"] is (scim.post("/Bulk", {}).status != 501)
    assert config["etag"]["supported"] is ("ETag" in scim.get(f"/Users/{user['id']}").headers)
    assert config["etag"]["supported"] is ("version" in user["meta"])


def test_the_configuration_promises_sorting_exactly_if_it_sorts(
    config: dict[str, Any], scim: Client, make_user: Make
) -> None:
    for name in ("b", "c", "a"):
        make_user(name)
    answer = scim.get("/Users", sortBy="userName")
    assert answer.status == 200
    assert config["sort"]["supported"] is ([user["userName"] for user in answer.json["Resources"]] == ["a", "b", "c"])


def test_no_page_is_longer_than_the_configuration_says(config: dict[str, Any], scim: Client) -> None:
    answer = scim.get("/Users", count=10**6)
    assert (answer.status, answer.json["itemsPerPage"]) == (200, 0)
    assert config["filter"]["maxResults"] >= 100


@pytest.mark.rfc("DSC-17", "DSC-26")
def test_there_are_users_and_groups(scim: Client) -> None:
    answer = scim.get("/ResourceTypes")
    assert (answer.status, answer.json["schemas"]) == (200, [LIST])
    found = {kind["id"]: kind for kind in answer.json["Resources"]}
    assert answer.json["totalResults"] == len(found) == answer.json["itemsPerPage"]
    assert (found["User"]["endpoint"], found["User"]["schema"], found["User"]["name"]) == ("/Users", USER, "User")
    assert (found["Group"]["endpoint"], found["Group"]["schema"], found["Group"]["name"]) == ("/Groups", GROUP, "Group")
    assert {"schema": ENTERPRISE, "required": False} in found["User"]["schemaExtensions"]


@pytest.mark.rfc("DSC-18")
def test_every_schema_a_resource_type_names_is_described(scim: Client, schemas: dict[str, dict[str, Any]]) -> None:
    for kind in scim.get("/ResourceTypes").json["Resources"]:
        used = {kind["schema"], *(extension["schema"] for extension in kind.get("schemaExtensions", []))}
        assert used <= set(schemas)


@pytest.mark.rfc("DSC-09", "DSC-25")
def test_everything_described_can_be_read_at_its_location(scim: Client) -> None:
    for path in ("/Schemas", "/ResourceTypes"):
        for described in scim.get(path).json["Resources"]:
            assert described["meta"]["location"] == f"{scim.base_url}{path}/{described['id']}"
            answer = scim.get(f"{path}/{described['id']}")
            assert (answer.status, answer.json) == (200, described)


@pytest.mark.rfc("REP-03", "REP-06", "REP-23", "DSC-13", "DSC-14")
def test_every_attribute_carries_its_characteristics(schemas: dict[str, dict[str, Any]]) -> None:
    for urn, schema in schemas.items():
        assert schema["name"] and schema["description"], urn
        for attribute in attributes(schema):
            what = f"{urn} {attribute['name']}"
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*|\$ref", attribute["name"]), what
            assert attribute["type"] in TYPES, what
            assert attribute["mutability"] in {"readOnly", "readWrite", "immutable", "writeOnly"}, what
            assert attribute["returned"] in {"always", "never", "default", "request"}, what
            assert attribute["description"], what
            assert {type(attribute["multiValued"]), type(attribute["required"])} == {bool}, what
            assert ("subAttributes" in attribute) is (attribute["type"] == "complex"), what
            if attribute["type"] == "reference":
                assert attribute["referenceTypes"], what
            if attribute["type"] != "complex":
                assert type(attribute["caseExact"]) is bool, what
                assert attribute["uniqueness"] in {"none", "server", "global"}, what
            assert None not in attribute.values(), what


@pytest.mark.rfc("DSC-16", "ENT-04")
def test_the_characteristics_the_errata_corrected_are_the_corrected_ones(schemas: dict[str, dict[str, Any]]) -> None:
    user, group = schemas[USER], schemas[GROUP]
    [groups] = [attribute for attribute in user["attributes"] if attribute["name"] == "groups"]
    [reference] = [inner for inner in groups["subAttributes"] if inner["name"] == "$ref"]
    assert (groups["mutability"], reference["referenceTypes"]) == ("readOnly", ["Group"])
    [name] = [attribute for attribute in group["attributes"] if attribute["name"] == "displayName"]
    assert name["required"] is True
    [manager] = [attribute for attribute in schemas[ENTERPRISE]["attributes"] if attribute["name"] == "manager"]
    [value] = [inner for inner in manager["subAttributes"] if inner["name"] == "value"]
    assert value["caseExact"] is True


def test_the_organization_role_is_described_in_the_core_schema(schemas: dict[str, dict[str, Any]]) -> None:
    [role] = [attribute for attribute in schemas[USER]["attributes"] if attribute["name"] == "orgRole"]
    assert (role["type"], role["multiValued"], role["required"]) == ("string", False, False)


def test_a_password_may_be_written_and_is_never_returned(schemas: dict[str, dict[str, Any]]) -> None:
    for attribute in attributes(schemas[USER]):
        if attribute["name"] == "password":
            assert (attribute["mutability"], attribute["returned"]) == ("writeOnly", "never")


@pytest.mark.rfc("DSC-12")
def test_messages_are_not_schemas(schemas: dict[str, dict[str, Any]]) -> None:
    assert not [urn for urn in schemas if ":api:messages:" in urn]


@pytest.mark.rfc("DSC-10", "DSC-21")
def test_a_schema_is_found_whatever_the_case_of_its_urn_and_an_unknown_one_is_not(scim: Client) -> None:
    refusal(scim.get("/Schemas/urn:example:nothing"), 404)
    refusal(scim.get("/ResourceTypes/Nothing"), 404)


@pytest.mark.rfc("DSC-24", "ERR-18")
def test_discovery_is_read_only(scim: Client, subtests: pytest.Subtests) -> None:
    paths = ("/ServiceProviderConfig", "/Schemas", f"/Schemas/{USER}", "/ResourceTypes", "/ResourceTypes/User")
    for path in paths:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with subtests.test(request=f"{method} {path}"):
                answer = scim.send(method, path, {} if method != "DELETE" else None)
                refusal(answer, 405)
                assert "GET" in answer.headers["Allow"]
                assert method not in answer.headers["Allow"]


@pytest.mark.rfc("DSC-22", "DSC-23")
def test_discovery_refuses_filters_and_ignores_paging(scim: Client, subtests: pytest.Subtests) -> None:
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        with subtests.test(path=path):
            refusal(scim.get(path, filter='id eq "User"'), 403)
            assert scim.get(path, startIndex=2, count=1, sortBy="id").json == scim.get(path).json
