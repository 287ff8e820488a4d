"""What a key looks like: `scim_<public id>_<secret><checksum>`, all of it base62.

The public id finds the row, the checksum tells a mistyped key from a key without a query. This room asks no database.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib

BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "scim_"
PUBLIC_ID_LENGTH = 11
SECRET_LENGTH = 43
"""62^43 is just above 2^256."""
CHECKSUM_LENGTH = 6
PATTERN = r"scim_[0-9A-Za-z]{11}_[0-9A-Za-z]{49}"
"""What secret scanners look for; `well_formed` tells a key from a likeness."""

MASKED = "scim_…"
"""What stands in the place of a key where one came with other words."""

_whole = re.compile(PATTERN, re.ASCII)


def fresh() -> tuple[str, str]:
    """A public id and the whole of a key that nobody has seen before."""
    public_id = _random(PUBLIC_ID_LENGTH)
    body = f"{PREFIX}{public_id}_{_random(SECRET_LENGTH)}"
    return public_id, body + checksum(body)


def public_id_of(key: str) -> str:
    """The part of a well-formed key that finds its row."""
    return key[len(PREFIX) : len(PREFIX) + PUBLIC_ID_LENGTH]


def well_formed(text: str) -> bool:
    """Whether the text has a key's form and its checksum is right. Asks no database."""
    return bool(_whole.fullmatch(text)) and checksum(text[:-CHECKSUM_LENGTH]) == text[-CHECKSUM_LENGTH:]


def masked(text: str) -> str:
    """The text without keys in it."""
    return _whole.sub(MASKED, text) if PREFIX in text else text


def checksum(text: str) -> str:
    """CRC-32 of the text as six base62 digits."""
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


def fingerprint(pepper: str, key: str) -> str:
    """All that is kept of a key: its HMAC-SHA-256 under the pepper."""
    return hmac.digest(pepper.encode(), key.encode(), "sha256").hex()


def pepper_id(pepper: str) -> str:
    """What tells a pepper from others and nothing of it: eight hexadecimal digits."""
    return hashlib.sha256(f"pepper {pepper}".encode()).hexdigest()[:8]


def _random(length: int) -> str:
    return "".join(secrets.choice(BASE62) for _ in range(length))
