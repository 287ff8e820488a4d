"""Values in comparison form: text that is equal, and ordered by code point, exactly as the values are.

`Attribute.key` says which form a value has, and is the whole comparison policy of the product: filters, uniqueness, order
and the index of leaves all use it, so memory and two databases cannot disagree.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scim_app.protocol.errors import InvalidValue

KEY_LENGTH = 400
"""Text is compared by its first 400 characters, and by a digest of the whole where it is longer: entries of a b-tree
end at about 2 700 bytes on PostgreSQL. Equality stays exact; what follows in a longer text is not searchable."""
DATE_TIME = re.compile(
    r"(-?\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)


def folded(text: str) -> str:
    """Text without regard to case, width and composition: NFKC and case folding (RFC 7644 §5, RFC 8265 §3.3)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", text).casefold())


def bounded(text: str) -> str:
    """Text as it is, or its beginning and a digest of the whole."""
    if len(text) <= KEY_LENGTH:
        return text
    return f"{text[:KEY_LENGTH]}\x7f{hashlib.sha256(text.encode()).hexdigest()}"


def instant(text: Any) -> datetime:
    """The moment an xsd:dateTime names, in UTC (RFC 7643 §2.3.5). Without a zone it is UTC; beyond microseconds it is cut.

    Raises InvalidValue.
    """
    found = DATE_TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise InvalidValue("A time is written like 2026-11-25T09:30:00Z.")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    written = f"{year}-{month}-{day}T{hour}:{minute}:{second}.{(fraction or '0')[:6]:0<6}"
    try:
        moment = datetime.fromisoformat(written + ("+00:00" if zone in {None, "Z", "z"} else zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue("A time is written like 2026-11-25T09:30:00Z, with a day and an hour that exist.") from None


def instant_key(value: Any) -> str:
    """A moment as text of fixed width in UTC, which orders as time does. Raises InvalidValue."""
    moment = value if isinstance(value, datetime) else instant(value)
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat(timespec='microseconds').removesuffix('+00:00')}Z"


def number_key(number: Decimal) -> str:
    """A number as text that orders as numbers do: sign, exponent of five digits, digits; complements when negative."""
    if not number:
        return "n"
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) + len(digits) >= 40_000:
        raise InvalidValue("A number must be finite and of a reasonable size.")
    magnitude = f"{exponent + len(digits) + 50_000:05}" + "".join(map(str, digits)).rstrip("0")
    if not sign:
        return f"p{magnitude}"
    return "m" + "".join(str(9 - int(digit)) for digit in magnitude) + "~"


def is_base64(text: str) -> bool:
    """Whether the text is base64, padded or not (RFC 7643 §2.3.6)."""
    try:
        base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except ValueError:
        return False
    return True
