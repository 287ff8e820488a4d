"""Identifiers of rows: UUID version 7 (RFC 9562 §5.7), so that the order of ids is the order of creation."""

from __future__ import annotations

import os
import threading
import time
import uuid
from datetime import UTC, datetime

_lock = threading.Lock()
_last = 0


def new_id() -> str:
    """A fresh id: 36 characters, never equal to another, and within one process greater than every earlier one.

    Bits 48–59 hold the part of the millisecond (RFC 9562 §6.2, method 3), which keeps ids of one burst in order.
    """
    global _last
    with _lock:
        ticks = (time.time_ns() << 12) // 1_000_000
        _last = ticks = max(ticks, _last + 1)
    digits, random = f"{ticks:015x}", os.urandom(8)
    # The variant, 0b10, is the highest two bits of the random half.
    tail = f"{random[0] & 0x3F | 0x80:02x}{random[1:].hex()}"
    return f"{digits[:8]}-{digits[8:12]}-7{digits[12:]}-{tail[:4]}-{tail[4:]}"


def first_id(moment: datetime) -> str:
    """The least id that can be made at that moment: ids made later are greater, those made earlier are not."""
    milliseconds = max(int(moment.timestamp() * 1000), 0)
    return str(uuid.UUID(int=milliseconds << 80))


def made_at(row_id: str) -> datetime:
    """When an id was made, to a fraction of a millisecond."""
    value = uuid.UUID(row_id).int
    return datetime.fromtimestamp(((value >> 80) + (value >> 64 & 0xFFF) / 4096) / 1000, UTC)
