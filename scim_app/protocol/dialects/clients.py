"""Who is there: what people call a client, and the schemas that one of them looks for."""

from __future__ import annotations

import re
from functools import lru_cache

ROLE_SCHEMA = "urn:okta:scim:schemas:core:1.0:Role"
ENTITLEMENT_SCHEMA = "urn:okta:scim:schemas:core:1.0:Entitlement"
"""What Okta Identity Governance looks for among the resource types, to list roles that it can give to users by name through
`roles` and `entitlements` (Okta, SCIM 2.0 with entitlements)."""

CLIENTS = (
    ("Okta", "okta"),
    ("Entra", "microsoft|azure|adscim|entra"),
    ("OneLogin", "onelogin"),
    ("JumpCloud", "jumpcloud"),
    ("Google", "google"),
    ("Ping", "ping(one|federate|identity)"),
    ("Rippling", "rippling"),
    ("CyberArk", "cyberark|idaptive"),
    ("Keycloak", "keycloak"),
    ("authentik", "authentik"),
    ("SailPoint", "sailpoint"),
    ("Workday", "workday"),
    ("Salesforce", "salesforce|sfdc"),
    ("WSO2", "wso2"),
    ("AWS", r"\baws\b|amazon"),
)
"""What people call a client, and what its User-Agent has in it. Some send no more than the name of their HTTP library, such
as PingFederate, and go by that."""


@lru_cache(1_000)
def client(user_agent: str) -> str:
    """Who sends requests with that User-Agent, in one word: its product for a client unknown here, or nothing at all."""
    for name, pattern in CLIENTS:
        if re.search(pattern, user_agent, re.IGNORECASE):
            return name
    product = re.match(r"[\w.+-]{1,40}(?=[/ ]|$)", user_agent)
    return product[0] if product else ""
