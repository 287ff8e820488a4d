"""How something is fixed in the console of whoever it came from: told by the guides, by the causes, or for any client."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from markupsafe import Markup

from scim_app.directory.journal.diagnosis import Finding
from scim_app.directory.tables import ScimRequest
from scim_app.panel.causes import Cause
from scim_app.panel.guides import CLIENTS, PROVIDERS, drawn, guide, values_of

LIKELY = ("okta", "entra")
"""Where a fix is told for when nobody has written a guide for the client, or it does not say who it is."""
HERE, ELSEWHERE = "How to fix it", "Anywhere else"
Advice = Sequence[tuple[str, str | Markup]]
"""Where, and what to do there."""


def of_finding(finding: Finding) -> Advice:
    """What to do in the console of the provider that it is about; of a client nobody knows, in the likely ones and anywhere."""
    theirs = guides_of(finding.client)
    found = told(theirs or LIKELY, finding.name)
    if theirs and found:
        return found
    return [*found, (ELSEWHERE if found else HERE, drawn(finding.fix, values_of(current_app.config)))]


def of_request(request: ScimRequest, cause: Cause) -> Advice:
    """What to do about a request that failed, where it came from; of a client nobody knows, in the likely ones and anywhere."""
    consoles = {"okta": cause.okta, "entra": cause.entra}
    theirs = guides_of(request.client)
    said = [(f"In {PROVIDERS[name]}", consoles[name]) for name in theirs or LIKELY if name in consoles]
    if not theirs:
        return [*said, (ELSEWHERE, cause.other)]
    return said or told(theirs, cause.finding) or [(HERE, cause.other)]


def guides_of(client: str) -> Sequence[str]:
    """The guide for that client, if there is one."""
    return [name for name, theirs in CLIENTS.items() if theirs == client]


def told(guides: Sequence[str], finding: str) -> Advice:
    """What these guides say is done about a finding."""
    values = values_of(current_app.config)
    return [
        (f"In {PROVIDERS[name]}", drawn(trouble.fix, values))
        for name in guides
        for trouble in guide(name).troubles
        if finding in trouble.findings
    ]
