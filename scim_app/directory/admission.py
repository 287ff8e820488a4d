"""Who may be created in an organisation: it may list the e-mail domains it accepts; an empty list accepts any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from scim_app.directory.tables import Organization
from scim_app.directory.transaction import AnySession, over
from scim_app.protocol.errors import InvalidValue

DOMAINS = select(Organization.domains).where(Organization.id == bindparam("id"))


def check(session: AnySession, organization_id: str, kind: str, documents: Sequence[Mapping[str, Any]]) -> None:
    """Raises InvalidValue for a user whose domain the organisation does not accept."""
    if kind != "User":
        return
    accepted = over(session).execute(DOMAINS, {"id": organization_id}).scalar_one()
    for document in documents if accepted else ():
        if domain(document) not in accepted:
            raise InvalidValue(
                f"User {document['userName'][:200]} is not allowed to be created in this organization: "
                f"it accepts {', '.join(accepted)}."
            )


def check_renamed(
    session: AnySession, organization_id: str, kind: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """The same for a user who moves to another domain."""
    if kind == "User" and domain(before) != domain(after):
        check(session, organization_id, kind, [after])


def domain(document: Mapping[str, Any]) -> str:
    """What follows the @ of the userName, or else of the primary e-mail address, in lower case."""
    addresses = sorted(document.get("emails", []), key=lambda each: not each.get("primary"))
    for text in (document["userName"], *(each.get("value", "") for each in addresses[:1])):
        if "@" in text:
            return str(text.rpartition("@")[2]).lower()
    return ""
