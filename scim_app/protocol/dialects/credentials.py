"""Authorization headers that say less than the RFC wants."""

from __future__ import annotations

import re

from scim_app.protocol.dialects.registries import CREDENTIALS
from scim_app.protocol.quirks import quirk


@quirk(CREDENTIALS, sent_by=("Okta",), source="OIN wizard, authentication mode Header; getsentry/sentry#28016")
def key_without_scheme(header: str) -> str:
    """The key alone, without `Bearer` before it."""
    return f"Bearer {header}" if re.match(r"scim_\w+\s*$", header) else header
