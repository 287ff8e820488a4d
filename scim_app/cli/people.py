"""Made-up people and groups: the same number is always the same person."""

from __future__ import annotations

from typing import Any

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"

GIVEN = (
    "Amara", "Bjørn", "Chloé", "Dmitri", "Elif", "Farid", "Gabriela", "Haruto", "Ingrid", "João", "Keiko", "Łukasz", "Mina",
    "Noor", "Oisín", "Priya", "Quentin", "Rosa", "Sofía", "Tomasz", "Uma", "Viktor", "Wanjiru", "Ximena", "Yusuf", "Zoë",
)  # fmt: skip
FAMILY = (
    "Okafor", "Lindqvist", "Moreau", "Ivanova", "Yılmaz", "Haddad", "Costa", "Tanaka", "Berg", "Silva", "Mori", "Nowak",
    "Park", "Rahman", "Byrne", "Sharma", "Dubois", "Romano", "García", "Kowalska", "Devi", "Novák", "Kamau", "Reyes",
    "Demir", "O'Neill", "van Dijk",
)  # fmt: skip
DEPARTMENTS = ("Engineering", "Design", "Finance", "People", "Sales", "Support", "Legal", "Security")
TITLES = ("Engineer", "Designer", "Analyst", "Partner", "Manager", "Specialist", "Counsel", "Director")


def person(number: int, domain: str) -> dict[str, Any]:
    """A SCIM User, the way a directory sends one: names, a work address, a department, one in ten not active."""
    given = GIVEN[number % len(GIVEN)]
    family = FAMILY[(number // len(GIVEN) + number) % len(FAMILY)]
    user_name = f"user{number:06}@{domain}"
    return {
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "externalId": f"00u{number:08}",
        "userName": user_name,
        "name": {"givenName": given, "familyName": family, "formatted": f"{given} {family}"},
        "displayName": f"{given} {family}",
        "title": TITLES[number % len(TITLES)],
        "emails": [{"value": user_name, "type": "work", "primary": True}],
        "active": number % 10 != 9,
        ENTERPRISE_USER: {"employeeNumber": str(number), "department": DEPARTMENTS[number % len(DEPARTMENTS)]},
    }


def group(name: str, member_ids: list[str]) -> dict[str, Any]:
    """A SCIM Group with those members."""
    return {"schemas": [CORE_GROUP], "displayName": name, "members": [{"value": each} for each in member_ids]}
