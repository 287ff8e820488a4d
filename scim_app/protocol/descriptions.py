"""The schemas in which discovery describes this service itself (RFC 7643 §5–7, §8.7.2, errata 5607, 7522 and 8011)."""

from __future__ import annotations

from functools import partial

from scim_app.protocol.attributes import Attribute, Schema

CORE = "urn:ietf:params:scim:schemas:core:2.0"

said = partial(Attribute, mutability="readOnly")
flag = partial(said, type="boolean", required=True)
count = partial(said, type="integer")
address = partial(said, type="reference", case_exact=True, reference_types=("uri",))
page = partial(said, type="reference", case_exact=True, reference_types=("external",))


def group(name: str, description: str, *inner: Attribute, multi_valued: bool = False) -> Attribute:
    """Several things said under one name."""
    return said(
        name, description, type="complex", sub_attributes=inner, multi_valued=multi_valued, required=not multi_valued
    )


SUPPORTED = flag("supported", "Whether this service does it.")
SERVICE_PROVIDER_CONFIG = Schema(
    f"{CORE}:ServiceProviderConfig",
    "ServiceProviderConfig",
    "What this service can do.",
    (
        page("documentationUri", "Where people can read about it."),
        group("patch", "Changing some of a resource.", SUPPORTED),
        group(
            "bulk", "Many operations in one request.", SUPPORTED,
            count("maxOperations", "How many operations.", required=True),
            count("maxPayloadSize", "How many bytes.", required=True),
        ),
        group("filter", "Searching.", SUPPORTED, count("maxResults", "The longest page.", required=True)),
        group("changePassword", "Setting what people sign in with.", SUPPORTED),
        group("sort", "Putting results in order.", SUPPORTED),
        group("etag", "Versions of resources.", SUPPORTED),
        group(
            "pagination", "Results in pages (RFC 9865).",
            flag("cursor", "Whether there are pages by cursor."),
            flag("index", "Whether there are pages by number."),
            said("defaultPaginationMethod", "Which it is when a request says nothing.", canonical_values=("cursor", "index")),
            count("defaultPageSize", "The length of a page when a request says nothing."),
            count("maxPageSize", "The longest page."),
            count("cursorTimeout", "Seconds for which a cursor is good."),
        ),
        said(
            "authenticationSchemes", "How a client shows who it is.", type="complex", multi_valued=True, required=True,
            sub_attributes=(
                said("type", "The scheme.", required=True,
                     canonical_values=("oauth", "oauth2", "oauthbearertoken", "httpbasic", "httpdigest")),
                said("name", "What it is called.", required=True),
                said("description", "How it is done.", required=True),
                page("specUri", "Where it is specified."),
                page("documentationUri", "Where people can read about it."),
                said("primary", "Whether it is the preferred one.", type="boolean"),
            ),
        ),
    ),
)  # fmt: skip
RESOURCE_TYPE = Schema(
    f"{CORE}:ResourceType",
    "ResourceType",
    "A kind of resource.",
    (
        said("id", "Its name again."),
        said("name", "Its name.", required=True),
        said("description", "What it is."),
        address("endpoint", "Where its resources are, below the base URL.", required=True),
        address("schema", "The URN of its schema.", required=True),
        group(
            "schemaExtensions", "What else its resources may have.",
            address("schema", "The URN of the extension.", required=True),
            flag("required", "Whether every resource has it."),
            multi_valued=True,
        ),
    ),
)  # fmt: skip
CHARACTERISTICS = (
    said("name", "Its name.", required=True, case_exact=True),
    said("type", "What kind of value it has.", required=True, canonical_values=(
        "string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex")),
    flag("multiValued", "Whether it has several values."),
    said("description", "What it is for, for people to read."),
    flag("required", "Whether a resource cannot be without it."),
    said("canonicalValues", "Values that are suggested.", multi_valued=True, case_exact=True),
    said("caseExact", "Whether case matters.", type="boolean"),
    said("mutability", "Who may change it when.", canonical_values=("readOnly", "readWrite", "immutable", "writeOnly")),
    said("returned", "When an answer has it.", canonical_values=("always", "never", "default", "request")),
    said("uniqueness", "Among whom its value is unique.", canonical_values=("none", "server", "global")),
    said("referenceTypes", "What a reference may lead to.", multi_valued=True, case_exact=True),
)  # fmt: skip
SCHEMA = Schema(
    f"{CORE}:Schema",
    "Schema",
    "A set of attributes.",
    (
        said("id", "Its URN.", required=True, case_exact=True),
        said("name", "Its name."),
        said("description", "What it is for."),
        said(
            "attributes", "Its attributes.", type="complex", multi_valued=True, required=True,
            sub_attributes=(
                *CHARACTERISTICS,
                group("subAttributes", "The parts of a complex one.", *CHARACTERISTICS, multi_valued=True),
            ),
        ),
    ),
)  # fmt: skip
DESCRIPTIONS = (SERVICE_PROVIDER_CONFIG, RESOURCE_TYPE, SCHEMA)
