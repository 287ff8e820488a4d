"""The catalog equals the RFC's own schemas (RFC 7643 §8.7.1 with its errata), but for departures that have a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import scim2_models

from scim_app.protocol.attributes import Attribute
from scim_app.protocol.catalog import CORE_GROUP, CORE_USER, ENTERPRISE_USER, Catalog

CATALOG = Catalog()
CHARACTERISTICS = (
    "type",
    "multiValued",
    "required",
    "caseExact",
    "mutability",
    "returned",
    "uniqueness",
    "canonicalValues",
    "referenceTypes",
)
MODELS: dict[str, Any] = {
    CORE_USER: scim2_models.User,
    ENTERPRISE_USER: scim2_models.EnterpriseUser,
    CORE_GROUP: scim2_models.Group,
}
NO_NESTING = "groups are not nested in groups here, so users alone are members"
SERVER_SAYS = "this service finds it, from the id of the manager"
DEPARTURES: dict[tuple[str, str], tuple[Any, str]] = {
    (f"{CORE_GROUP}:displayName", "uniqueness"): ("server", "directories look groups up by name and expect one"),
    (f"{CORE_GROUP}:members.value", "required"): (True, "a member is a row with an id; without one there is no member"),
    (f"{CORE_GROUP}:members.$ref", "referenceTypes"): (["User"], NO_NESTING),
    (f"{CORE_GROUP}:members.type", "canonicalValues"): (["User"], NO_NESTING),
    (f"{CORE_GROUP}:members.display", "mutability"): ("readOnly", "it is the name of the user, said on the user"),
    (f"{CORE_GROUP}:members.display", "returned"): ("request", "a group of thousands is read with ids alone"),
    (f"{ENTERPRISE_USER}:manager.value", "required"): (False, "§4.3 has it optional, and clients send the rest alone"),
    (f"{ENTERPRISE_USER}:manager.$ref", "required"): (False, SERVER_SAYS),
    (f"{ENTERPRISE_USER}:manager.$ref", "mutability"): ("readOnly", SERVER_SAYS),
}
"""What differs from the RFC's schemas: the value here, and why."""
ADDED = {f"{CORE_USER}:orgRole": "the role in the organisation, which this product is about"}
"""Attributes the RFC does not have, and why."""


def flat(prefix: str, attributes: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every attribute and sub-attribute in the form of /Schemas, by its path."""
    for each in attributes:
        path = f"{prefix}{each['name']}"
        yield path, each
        yield from flat(f"{path}.", each.get("subAttributes", ()))


def of_the_rfc(urn: str) -> dict[str, dict[str, Any]]:
    described = MODELS[urn].to_schema().model_dump(by_alias=True, mode="json", exclude_none=True)
    return dict(flat(f"{urn}:", described["attributes"]))


def of_the_catalog(urn: str) -> dict[str, dict[str, Any]]:
    [schema] = [each for each in CATALOG.schemas if each.id == urn]
    # `password` is not advertised and is in the catalog all the same.
    return dict(flat(f"{urn}:", [{"name": each.name, **each.describe()} for each in schema.attributes]))


def meant(characteristic: str, attribute: dict[str, Any]) -> Any:
    """A characteristic, or what its absence means: complex attributes have no case and no uniqueness (erratum 6004)."""
    if attribute["type"] == "complex" and characteristic in {"caseExact", "uniqueness"}:
        return None
    return attribute.get(characteristic, [] if characteristic.endswith("s") else None)


@pytest.mark.parametrize("urn", MODELS)
def test_the_catalog_has_the_attributes_of_the_rfc(urn: str) -> None:
    ours, theirs = set(of_the_catalog(urn)), set(of_the_rfc(urn))
    assert ours - theirs == {path for path in ADDED if path.startswith(urn)}
    assert theirs - ours == set()


@pytest.mark.parametrize("urn", MODELS)
def test_every_characteristic_is_the_rfcs_or_departs_from_it_for_a_reason(urn: str) -> None:
    ours, theirs = of_the_catalog(urn), of_the_rfc(urn)
    differing = {
        (path, name): meant(name, ours[path])
        for path, attribute in theirs.items()
        for name in CHARACTERISTICS
        if meant(name, ours[path]) != meant(name, attribute)
    }
    assert differing == {place: value for place, (value, _) in DEPARTURES.items() if place[0].startswith(urn)}


ERRATA = [
    (5368, f"{CORE_GROUP}:displayName", "required", True),
    (6000, f"{CORE_USER}:x509Certificates.value", "caseExact", True),
    (6001, f"{CORE_USER}:profileUrl", "caseExact", True),
    (6001, f"{CORE_USER}:photos.value", "caseExact", True),
    (6001, f"{CORE_USER}:groups.$ref", "caseExact", True),
    (6011, f"{CORE_GROUP}:members.display", "type", "string"),
    (8471, f"{CORE_USER}:groups.$ref", "referenceTypes", ["Group"]),
    (8472, f"{ENTERPRISE_USER}:manager.value", "caseExact", True),
]


@pytest.mark.parametrize(("erratum", "path", "characteristic", "value"), ERRATA)
def test_the_errata_are_heeded(erratum: int, path: str, characteristic: str, value: object) -> None:
    urn = next(urn for urn in MODELS if path.startswith(f"{urn}:"))
    assert of_the_catalog(urn)[path][characteristic] == value


def everything(attributes: tuple[Attribute, ...]) -> Iterator[Attribute]:
    for each in attributes:
        yield each
        yield from everything(each.sub_attributes)


ALL = [each for kind in CATALOG.types.values() for each in everything(kind.attributes)]


def test_every_name_is_one_the_rfc_allows_and_every_characteristic_one_it_knows() -> None:
    for each in ALL:
        assert re.fullmatch(r"[A-Za-z][\w-]*|\$ref|urn:[\w:.-]+", each.name), each.name
        assert each.type in {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}
        assert each.mutability in {"readWrite", "readOnly", "immutable", "writeOnly"}
        assert each.returned in {"default", "always", "never", "request"}
        assert each.uniqueness in {"none", "server", "global"}
        assert each.description.endswith(".") or each.name.startswith("urn:")


def test_no_complex_attribute_is_in_a_complex_attribute_but_in_an_extension() -> None:
    for each in ALL:
        if each.type == "complex" and not each.name.startswith("urn:"):
            assert all(inner.type != "complex" for inner in each.sub_attributes), each.name
            assert each.sub_attributes
        assert (each.type == "complex") == bool(each.sub_attributes)


def test_references_and_bytes_are_case_exact_and_references_say_of_what() -> None:
    for each in ALL:
        assert each.case_exact or each.type not in {"reference", "binary"}, each.name
        assert bool(each.reference_types) == (each.type == "reference"), each.name


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_the_attributes_that_every_resource_has_are_those_of_the_rfc(kind: str) -> None:
    identifier, external = CATALOG[kind].attribute("id"), CATALOG[kind].attribute("externalId")
    assert (identifier.case_exact, identifier.mutability, identifier.returned) == (True, "readOnly", "always")
    assert (external.case_exact, external.mutability) == (True, "readWrite")
    meta = CATALOG[kind].attribute("meta")
    assert meta.mutability == "readOnly"
    assert [(each.name, each.type, each.mutability) for each in meta.sub_attributes] == [
        ("resourceType", "string", "readOnly"),
        ("created", "dateTime", "readOnly"),
        ("lastModified", "dateTime", "readOnly"),
        ("location", "reference", "readOnly"),
        ("version", "string", "readOnly"),
    ]


def test_the_organization_role_has_the_name_the_deployment_gives_it() -> None:
    kind = Catalog("seat")["User"]
    role = kind.attribute("seat")
    assert kind.member("orgRole") is None
    assert role.closed_values == ("Member", "Admin", "Owner")
    assert role.canonical_values == ("Member", "Admin"), "an owner is made in the panel"


def test_a_resource_is_at_its_endpoint_below_the_base_url() -> None:
    assert Catalog(base_url="https://x/scim/v2").location("Group", "7") == "https://x/scim/v2/Groups/7"
