"""Diagnoses of the key and of the address: what keeps a client from being let in, or from finding anything."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from scim_app.directory.journal.diagnosis.evidence import Entry, Evidence
from scim_app.directory.journal.diagnosis.findings import Seen, diagnosis, often
from scim_app.directory.journal.entries import KEY_ALONE, KEY_REFUSED, OUTSIDE, PLAIN_HTTP
from scim_app.directory.keys import Reason

PASTE = "Generate or regenerate a key under Access Management, copy it with the button, and paste it where the client keeps it."
BASE_URL = (
    "Copy the base URL from Access Management: it ends in /scim/v2, and the client itself adds /Users and /Groups."
)
DOUBLED = re.compile(r"/(scim|v2)(/|$)", re.IGNORECASE)
ENDPOINT_IN_BASE = re.compile(r"/(Users|Groups)/(Users|Groups)\b", re.IGNORECASE)


def by_client(entry: Entry) -> object:
    """Who sent it, with whichever key."""
    return entry.client


def by_key(entry: Entry) -> object:
    """Who sent it, and with which key."""
    return entry.client, entry.key_id


def summed(found: Sequence[Entry], what: Callable[[Entry, int], str]) -> Seen | None:
    """What the newest of these shows, with the number of requests of them all."""
    return Seen(what(found[0], sum(each.count for each in found)), found[0]) if found else None


def refused(evidence: Evidence, reason: Reason, why: str, same: Callable[[Entry], object] = by_client) -> Seen | None:
    """The requests whose key was refused for that reason, by clients that were not let in since."""

    def wrong(entry: Entry) -> bool:
        return entry.action == KEY_REFUSED and entry.scim_type == reason.value

    found = evidence.standing(wrong, same)
    return summed(found, lambda entry, number: f"{entry.who} was refused {often(number)}: {why} “{entry.key_name}”.")


@diagnosis(
    "key-expired",
    "The key expired",
    PASTE,
)
def key_expired(evidence: Evidence) -> Seen | None:
    """A client goes on with a key whose time is over."""
    return refused(evidence, Reason.EXPIRED, "it sends the expired key")


@diagnosis(
    "key-deactivated",
    "The key was deactivated",
    "Reactivate the key under Access Management, or paste another one where the client keeps it.",
)
def key_deactivated(evidence: Evidence) -> Seen | None:
    """A client goes on with a key that somebody deactivated."""
    return refused(evidence, Reason.DEACTIVATED, "it sends the deactivated key")


@diagnosis(
    "key-replaced",
    "The old key is still in use",
    "Paste the key that replaced it where the client keeps it. If nobody has it any more, regenerate it.",
)
def key_replaced(evidence: Evidence) -> Seen | None:
    """A client goes on with a key that was regenerated, and whose overlap is over."""
    return refused(evidence, Reason.REPLACED, "it sends the old secret of the key")


@diagnosis(
    "key-wrong",
    "The key has another secret",
    f"{PASTE} If every key is refused so, KEY_PEPPER was changed: the operator puts the former one into KEY_PEPPER_FALLBACKS.",
)
def key_wrong(evidence: Evidence) -> Seen | None:
    """A client sends a key of which only the beginning is known: it was made elsewhere, or is kept under another pepper."""
    return refused(evidence, Reason.WRONG_SECRET, "another secret follows the beginning of the key")


@diagnosis(
    "bearer-twice",
    "Bearer stands before the key twice",
    "The client writes Bearer itself: paste the key alone.",
)
def bearer_twice(evidence: Evidence) -> Seen | None:
    """A client writes Bearer before what already begins with it."""
    return refused(evidence, Reason.BEARER_TWICE, "the word Bearer stands more than once before the key", by_key)


@diagnosis(
    "not-a-bearer",
    "The Authorization header is malformed",
    "Choose bearer authentication, and paste the key alone: no quotation marks, and no other word before it.",
)
def not_a_bearer(evidence: Evidence) -> Seen | None:
    """A client sends the key under another scheme, or in quotation marks."""
    return refused(evidence, Reason.NOT_A_BEARER, "another word than Bearer, or a sign, stands around the key", by_key)


@diagnosis(
    "bearer-missing",
    "Bearer is missing before the key",
    "Nothing has to be done: the key alone is understood here. Type Bearer and a space before it to send the standard form.",
    hint=True,
)
def bearer_missing(evidence: Evidence) -> Seen | None:
    """A client sends the key alone, which is understood."""
    found = evidence.standing(lambda entry: KEY_ALONE in (entry.detail or ""), by_key)
    return summed(found, lambda entry, number: f"{entry.who} sent the key “{entry.key_name}” without Bearer "
                                               f"{often(number)}, and was let in.")  # fmt: skip


@diagnosis(
    "key-address",
    "The key is used from another address",
    "If it is the client's, allow its network under Access Management. If it is not, regenerate the key: somebody has it.",
)
def key_address(evidence: Evidence) -> Seen | None:
    """A key that is bound to networks is shown from elsewhere."""
    return refused(evidence, Reason.ADDRESS, "its address is in none of the networks of the key", by_key)


@diagnosis(
    "key-too-often",
    "More requests come than are answered",
    "A client that honours Retry-After sends them again. If it does not, make it slower, or have RATE_LIMIT raised.",
    hint=True,
)
def key_too_often(evidence: Evidence) -> Seen | None:
    """A client sends more than its key may."""
    return refused(evidence, Reason.TOO_MANY, "more requests a second came than may with the key", by_key)


def nothing_there(evidence: Evidence, at: Callable[[str], bool], why: str) -> Seen | None:
    """The requests to such addresses, by clients whose key found nothing right since."""
    found = evidence.standing(lambda entry: entry.failed and at(entry.path), by_key)

    def said(entry: Entry, number: int) -> str:
        asked = entry.path.partition("?")[0]
        address = asked.removeprefix(OUTSIDE) if asked.startswith(OUTSIDE) else f"/scim/v2{asked}"
        return f"{entry.who} asked {often(number)} where nothing is, last for {address[:200]}: {why}"

    return summed(found, said)


@diagnosis("base-url-doubled", "The base URL has /scim/v2 twice", BASE_URL)
def base_url_doubled(evidence: Evidence) -> Seen | None:
    """A client adds /scim/v2 to a base URL that ends in it."""
    return nothing_there(evidence, lambda path: bool(DOUBLED.match(path)), "part of the base URL is in it twice.")


@diagnosis("base-url-short", "The base URL lacks /scim/v2", BASE_URL)
def base_url_short(evidence: Evidence) -> Seen | None:
    """A client asks beside the base URL."""
    return nothing_there(evidence, lambda path: path.startswith(OUTSIDE), "it does not begin with /scim/v2.")


@diagnosis("base-url-long", "The base URL ends in /Users or /Groups", BASE_URL)
def base_url_long(evidence: Evidence) -> Seen | None:
    """A client adds /Users to a base URL that ends in it."""
    return nothing_there(
        evidence, lambda path: bool(ENDPOINT_IN_BASE.match(path)), "the base URL itself names users or groups."
    )


@diagnosis(
    "plain-http",
    "Requests come over http",
    "Change the base URL to https in the client, and regenerate the key: whoever was on the way may have read it.",
)
def plain_http(evidence: Evidence) -> Seen | None:
    """The proxy in front says that a request with a key came without TLS."""
    found = evidence.standing(lambda entry: PLAIN_HTTP in (entry.detail or ""), by_key)
    return summed(found, lambda entry, number: f"{entry.who} sent the key “{entry.key_name}” over http, not https, "
                                               f"{often(number)}.")  # fmt: skip
