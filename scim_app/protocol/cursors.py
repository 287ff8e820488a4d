"""Cursors (RFC 9865): a place in an ordered list, sealed so that only this service can read or make one.

A cursor holds no state of the server's. It is bound to the key that asked, to the whole query and to the page size; it says
nothing to who decodes it; and every one that is not good is refused in the same words. A walk by cursor meets everybody
who was there throughout exactly once, whatever else is created and deleted meanwhile: a page starts behind the last
resource of the one before it, and not at a number.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken

from scim_app.protocol.errors import ExpiredCursor, InvalidCount, InvalidCursor

TIMEOUT = 3600
"""Seconds after which a cursor is refused: `cursorTimeout`."""
REFUSED = "The cursor was not made for this query. Start again without one, and repeat all parameters with each cursor."


@dataclass(frozen=True)
class Position:
    """A place between two resources: behind the one with this sort key and id, or before it, looking backwards."""

    id: str
    key: str | None = None
    backwards: bool = False


@dataclass(frozen=True)
class Place:
    """A position in the list of a query, with what is known of the list."""

    position: Position
    count: int
    total: int


class Cursors:
    """Makes and reads the cursors of one deployment. The secret is any text."""

    def __init__(self, secret: str) -> None:
        digest = hashlib.sha256(b"cursors\0" + secret.encode()).digest()
        self.fernet = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, place: Place, binding: str, now: float) -> str:
        """The cursor for a place, made of unreserved characters (RFC 9865 §2)."""
        position = place.position
        held = [digest(binding), position.id, position.key, position.backwards, place.count, place.total]
        return self.fernet.encrypt_at_time(json.dumps(held).encode(), int(now)).decode().rstrip("=")

    def open(self, cursor: str, binding: str, count: int, now: float) -> Place:
        """The place a cursor stands for. Raises InvalidCursor, ExpiredCursor or InvalidCount."""
        token = cursor.encode() + b"=" * (-len(cursor) % 4)
        try:
            bound_to, resource_id, key, backwards, counted, total = json.loads(self.fernet.decrypt(token))
            made = self.fernet.extract_timestamp(token)
        except (InvalidToken, ValueError):
            raise InvalidCursor(REFUSED) from None
        if bound_to != digest(binding):
            raise InvalidCursor(REFUSED)
        if now - made > TIMEOUT:
            raise ExpiredCursor(f"The cursor is older than {TIMEOUT // 60} minutes. Start again without one.")
        if counted != count:
            raise InvalidCount(f"The pages of this walk hold {counted}: repeat the count with each cursor.")
        return Place(Position(resource_id, key, backwards), counted, total)


def digest(binding: str) -> str:
    """What a cursor holds of its binding."""
    return hashlib.sha256(binding.encode()).hexdigest()
