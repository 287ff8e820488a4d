"""Names of attributes that are not the RFC's."""

from __future__ import annotations

from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.dialects.registries import NAMES
from scim_app.protocol.quirks import quirk


@quirk(NAMES, sent_by=("Ping",), source='PingOne, user filter of a SCIM connection: email Co "%s"')
def email_for_emails(kind: ResourceType, name: str) -> str:
    """`email`, where a resource has no such attribute, is one of its `emails`."""
    return "emails" if name.lower() == "email" else name
