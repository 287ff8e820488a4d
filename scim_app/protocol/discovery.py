"""What this service is and knows, from the catalog (RFC 7643 §5–7, RFC 7644 §4)."""

from __future__ import annotations

from typing import Any

from scim_app.protocol.attributes import ResourceType, Schema
from scim_app.protocol.bulk import MAX_OPERATIONS
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.cursors import TIMEOUT
from scim_app.protocol.descriptions import CORE, DESCRIPTIONS
from scim_app.protocol.listing import DEFAULT_COUNT, MAX_COUNT

MAX_PAYLOAD = 4 * 1024 * 1024
"""Bytes of a body that is read, in bulk or not."""


def service_provider_config(catalog: Catalog) -> dict[str, Any]:
    """The features of this service (RFC 7643 §5, RFC 9865 §4)."""
    return {
        "schemas": [f"{CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": True, "maxOperations": MAX_OPERATIONS, "maxPayloadSize": MAX_PAYLOAD},
        "filter": {"supported": True, "maxResults": MAX_COUNT},
        "changePassword": {"supported": False},
        "sort": {"supported": True},
        "etag": {"supported": True},
        "pagination": {
            "cursor": True,
            "index": True,
            "defaultPaginationMethod": "index",
            "defaultPageSize": DEFAULT_COUNT,
            "maxPageSize": MAX_COUNT,
            "cursorTimeout": TIMEOUT,
        },
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "SCIM key",
                "description": "A key from Settings > Organization > Access Management, sent as Authorization: Bearer scim_…",
                "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{catalog.base_url}/ServiceProviderConfig"},
    }


def resource_types(catalog: Catalog, with_roles: bool) -> list[dict[str, Any]]:
    """The kinds of resource (RFC 7643 §6). What is about roles is there for an organisation that has projects."""
    kinds = catalog.types.values() if with_roles else catalog.written
    return [resource_type(catalog, kind, with_roles) for kind in kinds]


def resource_type(catalog: Catalog, kind: ResourceType, with_roles: bool) -> dict[str, Any]:
    """One kind of resource."""
    described: dict[str, Any] = {
        "schemas": [f"{CORE}:ResourceType"],
        "id": kind.name,
        "name": kind.name,
        "endpoint": kind.endpoint,
        "description": kind.description,
        "schema": kind.schema.id,
    }
    extensions = [each.id for each in kind.extensions if with_roles or each.id != catalog.access_urn]
    if extensions:
        described["schemaExtensions"] = [{"schema": each, "required": False} for each in extensions]
    location = f"{catalog.base_url}/ResourceTypes/{kind.name}"
    return described | {"meta": {"resourceType": "ResourceType", "location": location}}


def schemas(catalog: Catalog) -> list[dict[str, Any]]:
    """Every schema: those of resources, and those in which all this is described (RFC 7643 §7)."""
    return [schema(catalog, each) for each in (*catalog.schemas, *DESCRIPTIONS)]


def schema(catalog: Catalog, described: Schema) -> dict[str, Any]:
    """One schema with its attributes."""
    return {
        "schemas": [f"{CORE}:Schema"],
        "id": described.id,
        "name": described.name,
        "description": described.description,
        "attributes": [each.describe() for each in described.attributes if each.advertised],
        "meta": {"resourceType": "Schema", "location": f"{catalog.base_url}/Schemas/{described.id}"},
    }
