"""Keys that come in the wrong words or to the wrong address: nothing is done for them, but their organisation hears of it.

A key is looked up here as everywhere (`look_up`), so that only what somebody sends who holds it, or at least its
beginning and its checksum, comes into the log of an organisation; and what is answered depends on the form of the request
alone, never on whether there is such a key.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import current_app, request

from scim_app.api.credentials import look_up
from scim_app.directory import keys
from scim_app.directory.journal import KEY_ALONE, PLAIN_HTTP
from scim_app.directory.keys import Authenticated, Reason, Refusal

TWICE = re.compile(rf"(?:bearer\s+){{2,}}({keys.PATTERN})", re.IGNORECASE)
OTHERWISE = re.compile(rf"(?:[a-z][\w-]{{0,39}}:?\s+)?[\"'<]?({keys.PATTERN})[\"'>]?", re.IGNORECASE)
ALONE = re.compile(rf"{keys.PATTERN}\s*")
SAID = {
    Reason.BEARER_TWICE: "The word Bearer stands before the key more than once. Send it once: Authorization: Bearer scim_…",
    Reason.NOT_A_BEARER: "The key must stand alone behind the word Bearer: Authorization: Bearer scim_…",
}
"""What a client hears that sent a key in other words."""


def miswritten(header: str, now: datetime) -> tuple[Refusal, str] | None:
    """Why a header is refused that holds a key in other words than it should, and what is answered.

    None without a key, and for one with a typing error in it: it is the error, whatever stands around it but a second Bearer.
    """
    for reason, form in ((Reason.BEARER_TWICE, TWICE), (Reason.NOT_A_BEARER, OTHERWISE)):
        found = form.fullmatch(header.strip())
        if found:
            outcome = look_up(found[1], now)
            if isinstance(outcome, Authenticated):
                outcome = Refusal(reason, outcome.id, outcome.organization_id, outcome.label)
            mistyped = outcome.reason is Reason.MALFORMED and reason is Reason.NOT_A_BEARER
            return None if mistyped else (outcome, SAID[reason])
    return None


def lost() -> bool:
    """Whether a request beside the base URL is a directory's that has another one: it has a key, and nothing is there."""
    return request.routing_exception is not None and keys.PREFIX in request.headers.get("Authorization", "")


def owner() -> Authenticated | None:
    """The good key that a request beside the base URL has, in the log of whose organisation it is noted."""
    found = re.search(keys.PATTERN, request.headers.get("Authorization", ""))
    if found:
        outcome = look_up(found[0], datetime.now(UTC))
        if isinstance(outcome, Authenticated):
            return outcome
    return None


def remarks() -> str:
    """What is worth a word about a request that is answered all the same."""
    said = []
    if ALONE.fullmatch(request.headers.get("Authorization", "")):
        said.append(KEY_ALONE)
    forwarded = request.headers.get("X-Forwarded-Proto", "").partition(",")[0].strip().lower()
    if forwarded == "http" and current_app.config["PUBLIC_URL"].startswith("https:"):
        said.append(PLAIN_HTTP)
    return " ".join(said)
