"""THE TABLE: every resource type and every attribute of it, one line each, as RFC 7643 §8.7 and its errata have them.

Validation, /Schemas, filters, uniqueness, PATCH, projection and the panel read this and nothing else. Where it departs
from the RFC's own schemas it says so: externalId and the reference attributes are case exact (§2.3.7, erratum 6001), and
userName, and displayName of a group, are unique among their kind in an organisation.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from scim_app.protocol.attributes import Attribute, ResourceType, Schema
from scim_app.protocol.dialects import ENTITLEMENT_SCHEMA, ROLE_SCHEMA

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MEMBER, ADMIN, OWNER = ORGANIZATION_ROLES = ("Member", "Admin", "Owner")
"""The roles in an organisation, lowest first. Everybody is a Member at least, and one person at most the Owner."""

text = partial(Attribute, type="string")
exact = partial(Attribute, type="string", case_exact=True)
flag = partial(Attribute, type="boolean")
moment = partial(Attribute, type="dateTime")
reference = partial(Attribute, type="reference", case_exact=True)


def complex_(name: str, description: str, *sub_attributes: Attribute, **characteristics: Any) -> Attribute:
    """A complex attribute (RFC 7643 §2.3.8)."""
    return Attribute(name, description, type="complex", sub_attributes=sub_attributes, **characteristics)


def plural(name: str, description: str, *canonical_types: str, value: Attribute | None = None) -> Attribute:
    """A multi-valued attribute with the sub-attributes of RFC 7643 §2.4: value, display, type and primary."""
    return complex_(
        name,
        description,
        value or text("value", "The value itself."),
        text("display", "A name for it, for people to read."),
        text("type", "What it is for.", canonical_values=canonical_types),
        flag("primary", "Whether it is the preferred one. At most one is."),
        multi_valued=True,
    )


COMMON = (
    reference("schemas", "The schemas the resource uses.", multi_valued=True, required=True, returned="always",
              reference_types=("uri",)),
    exact("id", "The identifier this service gave.", mutability="readOnly", returned="always", uniqueness="server"),
    exact("externalId", "The identifier the directory uses.", identifying=True),
    complex_(
        "meta", "What this service says about the resource.",
        exact("resourceType", "The kind of resource.", mutability="readOnly"),
        moment("created", "When it was created.", mutability="readOnly"),
        moment("lastModified", "When it last changed.", mutability="readOnly"),
        reference("location", "Where it can be read.", mutability="readOnly", reference_types=("uri",)),
        exact("version", "Its version, as an entity tag.", mutability="readOnly"),
        mutability="readOnly",
    ),
)  # fmt: skip
"""The attributes every resource has (RFC 7643 §3.1). /Schemas does not list them."""

ADDRESS = (
    text("formatted", "The whole address, with line breaks."),
    text("streetAddress", "Street, house number, and the like."),
    text("locality", "City or town."),
    text("region", "State or region."),
    text("postalCode", "Postal code."),
    text("country", "Country, best as its ISO 3166-1 alpha-2 code."),
    text("type", "What it is for.", canonical_values=("work", "home", "other")),
    flag("primary", "Whether it is the preferred one. At most one is."),
)
GROUP_OF_USER = (
    exact("value", "The id of the group.", mutability="readOnly"),
    reference("$ref", "Where the group can be read.", mutability="readOnly", reference_types=("Group",)),
    text("display", "The name of the group.", mutability="readOnly"),
    text("type", "How the user is a member.", mutability="readOnly", canonical_values=("direct", "indirect")),
)
CERTIFICATE = Attribute("value", "One certificate, DER in base64.", type="binary", case_exact=True)


USER = (
    text("userName", "What the person signs in with. Unique in the organization, whatever its case.", required=True,
         uniqueness="server", identifying=True),
    complex_(
        "name", "The parts of the person's name.",
        text("formatted", "The whole name, as it is shown."),
        text("familyName", "Family name."),
        text("givenName", "Given name."),
        text("middleName", "Middle names."),
        text("honorificPrefix", "Title before the name."),
        text("honorificSuffix", "Suffix after the name."),
    ),
    text("displayName", "The name that people see."),
    text("nickName", "The casual name."),
    reference("profileUrl", "A page about the person.", reference_types=("external",)),
    text("title", "Title in the organization."),
    text("userType", "Relation to the organization, such as employee or contractor."),
    text("preferredLanguage", "Preferred languages, as in Accept-Language."),
    text("locale", "Where the person is, for currency and dates, such as en-US."),
    text("timezone", "Time zone, such as Europe/London."),
    flag("active", "Whether the person has access. Without a value the person has none.", default=True, kept=True),
    # Directories send passwords whatever they are told. It is taken and dropped, so /Schemas does not offer it: a
    # client that fills in whatever is offered there would expect to read it again.
    exact("password", "Accepted and dropped: this service keeps no password of a directory's.", mutability="writeOnly",
          returned="never", advertised=False),
    plural("emails", "E-mail addresses.", "work", "home", "other"),
    plural("phoneNumbers", "Telephone numbers.", "work", "home", "mobile", "fax", "pager", "other"),
    plural("ims", "Instant messaging addresses.", "aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"),
    plural("photos", "Pictures of the person.", "photo", "thumbnail",
           value=reference("value", "Where the picture is.", reference_types=("external",))),
    complex_("addresses", "Postal addresses.", *ADDRESS, multi_valued=True),
    complex_("groups", "The groups the person is in. Change them on the group.", *GROUP_OF_USER, multi_valued=True,
             mutability="readOnly"),
    plural("entitlements", "What the person is entitled to."),
    plural("roles", "The roles of the person."),
    plural("x509Certificates", "Certificates of the person.", value=CERTIFICATE),
)  # fmt: skip
"""The attributes of a user (RFC 7643 §4.1)."""


def organization_role_attribute(name: str) -> Attribute:
    """The organisation role, under the name that a deployment gives it.

    One person owns an organisation, and ownership is transferred in the panel: it is taken from a directory, but not
    suggested to it.
    """
    return text(
        name,
        "The role in the organization: Member, which is also meant without a value, Admin or Owner.",
        canonical_values=(MEMBER, ADMIN),
        closed_values=ORGANIZATION_ROLES,
        kept=True,
    )


ENTERPRISE = Schema(
    ENTERPRISE_USER,
    "EnterpriseUser",
    "What an enterprise knows about a user (RFC 7643 §4.3).",
    (
        text("employeeNumber", "Identifier given by the organization."),
        text("costCenter", "Name of a cost center."),
        text("organization", "Name of an organization."),
        text("division", "Name of a division."),
        text("department", "Name of a department."),
        complex_(
            "manager", "The person's manager.",
            exact("value", "The id of the manager."),
            reference("$ref", "Where the manager can be read.", mutability="readOnly", reference_types=("User",)),
            text("displayName", "The manager's name.", mutability="readOnly"),
        ),
    ),
)  # fmt: skip

GROUP = Schema(
    CORE_GROUP,
    "Group",
    "A set of users, which a role may be given to (RFC 7643 §4.2).",
    (
        text("displayName", "The name of the group. Unique in the organization, whatever its case.", required=True,
             uniqueness="server"),
        complex_(
            "members", "The users in the group.",
            exact("value", "The id of a user.", mutability="immutable", required=True),
            reference("$ref", "Where the user can be read.", mutability="immutable", reference_types=("User",)),
            text("type", "The kind of member.", mutability="immutable", canonical_values=("User",)),
            text("display", "The user's name.", mutability="readOnly", returned="request"),
            multi_valued=True, kept=True,
        ),
    ),
)  # fmt: skip


def offered(name: str, endpoint: str, urn: str, description: str, *more: Attribute) -> ResourceType:
    """A resource type of what a directory may give to a user by name."""
    attributes = (
        text("displayName", "What it is called.", mutability="readOnly"),
        text("description", "What it means.", mutability="readOnly"),
        *more,
    )
    return ResourceType(
        name, endpoint, description, Schema(urn, name, description, attributes), (), COMMON, read_only=True
    )


def url_word(name: str) -> str:
    """A name as a namespace of a URN: lower-case letters and digits (RFC 8141 §2)."""
    return re.sub(r"[^a-z0-9]", "", name.lower()) or "app"


def access_extension(urn: str) -> Schema:
    """What a user may do, for the application that asks: made when it is asked for, and never stored in a document."""
    return Schema(
        urn,
        "Access",
        "The roles a person effectively has. Returned on request.",
        (
            text("organizationRole", "The role in the organization.", mutability="readOnly", returned="request"),
            complex_(
                "projectRoles", "The role in each project.",
                exact("value", "The id of the project.", mutability="readOnly"),
                text("display", "The name of the project.", mutability="readOnly"),
                text("role", "The role.", mutability="readOnly"),
                text("via", "Where the role comes from.", mutability="readOnly"),
                multi_valued=True, mutability="readOnly", returned="request",
            ),
            complex_(
                "teamRoles", "The role in each team.",
                exact("value", "The id of the team.", mutability="readOnly"),
                text("display", "The name of the team.", mutability="readOnly"),
                text("project", "The name of the team's project.", mutability="readOnly"),
                text("role", "The role.", mutability="readOnly"),
                text("via", "Where the role comes from.", mutability="readOnly"),
                multi_valued=True, mutability="readOnly", returned="request",
            ),
        ),
    )  # fmt: skip


class Catalog:
    """The resource types of one deployment: settings name the product, the organisation role and the address."""

    def __init__(self, org_role_attribute: str = "orgRole", base_url: str = "", product_name: str = "App") -> None:
        self.product_name = product_name
        self.access_urn = f"urn:{url_word(product_name)}:params:scim:schemas:extension:access:2.0:User"
        user = Schema(
            CORE_USER,
            "User",
            "A person in a directory (RFC 7643 §4.1).",
            (*USER, organization_role_attribute(org_role_attribute)),
        )
        types = (
            ResourceType(
                "User",
                "/Users",
                "User account",
                user,
                (ENTERPRISE, access_extension(self.access_urn)),
                COMMON,
                aliases={f"{self.access_urn}:orgRole": org_role_attribute},
            ),  # fmt: skip
            ResourceType("Group", "/Groups", "Group", GROUP, (), COMMON),
            offered("Role", "/Roles", ROLE_SCHEMA, "A role in the organization or in a project."),
            offered(
                "Entitlement",
                "/Entitlements",
                ENTITLEMENT_SCHEMA,
                "A role in a team.",
                text("type", "The kind of entitlement.", mutability="readOnly"),
            ),
        )
        self.org_role_attribute = org_role_attribute
        self.base_url = base_url
        self.types = {each.name: each for each in types}
        self.written = [each for each in types if not each.read_only]

    def __getitem__(self, kind: str) -> ResourceType:
        return self.types[kind]

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """Every schema of every resource type, once."""
        found = {schema.id: schema for kind in self.types.values() for schema in (kind.schema, *kind.extensions)}
        return tuple(found.values())

    def location(self, kind: str, resource_id: str) -> str:
        """The address of a resource: `meta.location`, `$ref`."""
        return f"{self.base_url}{self.types[kind].endpoint}/{resource_id}"
