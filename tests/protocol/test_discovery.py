"""What the service says of itself is what it is (RFC 7643 §5–7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import scim2_models

from scim_app.protocol import discovery
from scim_app.protocol.catalog import Catalog

BASE = "https://scim.example/scim/v2"
CATALOG = Catalog(base_url=BASE)
SCHEMAS = {each["id"]: each for each in discovery.schemas(CATALOG)}


def attributes(described: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for each in described.get("attributes", ()) or described.get("subAttributes", ()):
        yield each
        yield from attributes(each)


@pytest.mark.parametrize("urn", SCHEMAS)
def test_every_attribute_says_every_characteristic_that_means_something(urn: str) -> None:
    for each in attributes(SCHEMAS[urn]):
        expected = {"name", "type", "multiValued", "description", "required", "mutability", "returned"}
        expected |= {"subAttributes"} if each["type"] == "complex" else {"caseExact", "uniqueness"}
        assert expected <= set(each) <= expected | {"canonicalValues", "referenceTypes"}, each["name"]


@pytest.mark.parametrize("urn", SCHEMAS)
def test_a_schema_is_at_its_location_and_another_implementation_reads_it(urn: str) -> None:
    assert SCHEMAS[urn]["meta"] == {"resourceType": "Schema", "location": f"{BASE}/Schemas/{urn}"}
    read = scim2_models.Schema.model_validate(SCHEMAS[urn])
    assert [each.name for each in read.attributes or ()] == [each["name"] for each in SCHEMAS[urn]["attributes"]]
    assert scim2_models.Resource.from_schema(read)


def test_a_password_is_not_offered() -> None:
    assert "password" not in json.dumps(list(SCHEMAS.values()))


def test_a_resource_type_names_its_schema_and_its_extensions() -> None:
    types = {each["name"]: each for each in discovery.resource_types(CATALOG, with_roles=True)}
    for name in ("User", "Group"):
        kind = CATALOG[name]
        described = types[name]
        assert described["id"] == name and described["endpoint"] == kind.endpoint and described["schema"] in SCHEMAS
        extensions = [{"schema": each.id, "required": False} for each in kind.extensions]
        assert described.get("schemaExtensions", []) == extensions
        assert described["meta"]["location"] == f"{BASE}/ResourceTypes/{name}"
        scim2_models.ResourceType.model_validate(described)


def test_the_service_provider_config_is_one_that_another_implementation_reads() -> None:
    described = discovery.service_provider_config(CATALOG)
    read = scim2_models.ServiceProviderConfig.model_validate(described)
    assert (
        read.patch
        and read.patch.supported
        and read.filter
        and read.filter.supported
        and read.etag
        and read.etag.supported
    )
    assert described["filter"]["maxResults"] >= 100 and not described["changePassword"]["supported"]
    [scheme] = described["authenticationSchemes"]
    assert (scheme["type"], scheme["primary"]) == ("oauthbearertoken", True)
    assert described["meta"]["location"] == f"{BASE}/ServiceProviderConfig"
