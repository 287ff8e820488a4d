"""The checks that no test carries, family by family, and why."""

from __future__ import annotations

from collections.abc import Iterator


def several(section: str, *numbers: int) -> list[str]:
    return [f"{section}-{number:02}" for number in numbers]


REASONS: dict[str, list[str]] = {
    "This service sends no security events and does nothing asynchronously, and its configuration says neither; who wants "
    "to know what changed reads the organization's history.": several("EVT", *range(1, 38)),
    "This service manages people and groups. It knows no devices.": several("DEV", *range(1, 13)),
    "The draft's own key in /ServiceProviderConfig is not there: no directory we know of reads it, and scim2-tester refuses "
    "it. /ResourceTypes says that there are roles.": several("RLE", 1),
    "The schemas of roles and entitlements are Okta's (urn:okta:scim:schemas:core:1.0:Role and Entitlement): Okta Identity "
    "Governance reads those, and no directory we know of reads the draft's.": several("RLE", 3),
    "Roles and entitlements have `id`, `displayName` and `description`, as Okta reads them. The draft's other attributes, such "
    "as `supported` and the counts of assignments, are not there.": several("RLE", 5, 6, 7),
    "Only roles of teams are entitlements. An organization adds none of another kind.": several("RLE", 11),
    "A draft that only asks for a switch: its profile contradicts RFC 7644, or asks for less than the RFC does.": several(
        "NEW", 1, 3, 5, 6, 16
    ),
    "A draft of a resource or an operation that no directory we know of uses yet.": several(
        "NEW", 21, 22, 23, 24, 25, 26
    ),
    "A draft that has not been written yet.": several("NEW", 19),
    "A directory shows a key that an administrator made; there is no authorization server in this service.": [
        *several("NEW", 9),
        *several("AUT", 13),
    ],
    "A matter of what the organization's people may do in the panel, not of SCIM.": several("NEW", 12),
    "Asks for an event to be sent out when somebody is deactivated, and no events are sent; deactivation and reactivation "
    "themselves are supported.": several("NEW", 13),
    "A matter of the deployment: docs/deploy.md asks for https, and the settings refuse plain http anywhere but on a "
    "loopback address.": several("AUT", 9),
    "No extension is required of a resource, and /ResourceTypes says so of each.": several("DSC", 19),
    "No attribute is unique beyond its organization: organizations know nothing of each other.": several("CHR", 21),
    "A kind of resource is a table with its own rules, not something made at run time. An attribute is one line of the "
    "catalog, and tests/api/test_custom_attributes.py adds some of every type.": several("CHR", 31),
    "Every organization has the same schemas: none has attributes of its own.": several("TEN", 7),
    "Only for a service that does not sort, and this one does.": several("SRT", 10),
    "Only for a service without PATCH, and this one has it.": several("PAT", 24),
    "Only for a service without bulk, and this one has it.": several("BLK", 36),
    "Nobody has to name a version: no directory in use sends If-Match, and all of them would be refused.": several(
        "ETG", 12
    ),
    "A key stands for a directory and never for a user, so /Me is nobody and answers 501.": several("ME", 2, 3, 6, 7),
    "Pages by number are what a request gets that asks for nothing else, as RFC 9865 §2.4 advises.": several("CUR", 18),
}


def reasons() -> Iterator[tuple[str, str]]:
    """Each check that no test carries, with the reason."""
    for reason, checks in REASONS.items():
        for check in checks:
            yield check, reason
