"""How many requests are answered in a while: of one key, of keys that are refused, and of those that need none.

`limits` counts, which is the engine of Flask-Limiter. Flask-Limiter's own way asks before the key is known, and through
its hooks takes 150 µs of a request that may take 700; the engine itself takes 2. Each process counts for itself, unless
RATELIMIT_STORAGE_URI names a Redis for all of them. While that does not answer, each counts for itself again.
"""

from __future__ import annotations

import logging
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

BURST = 4
"""Seconds over which requests are counted: what they add up to may come at once."""
REFUSED = RateLimitItemPerMinute(100)
"""How often an address may show keys that open nothing."""
REMARKED = RateLimitItemPerSecond(1)
"""How often the log is told that there are too many."""
PATIENCE = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25}
LEFT_ALONE = 5.0
"""Seconds for which a storage is not asked that did not answer."""

log = logging.getLogger("scim_app.rate_limits")


class RateLimits:
    """The counts of this process, or of all of them."""

    def __init__(self, per_second: int | None, storage_uri: str) -> None:
        self.per_second = per_second
        self.requests = RateLimitItemPerSecond((per_second or 1) * BURST, BURST)
        self.alone = MovingWindowRateLimiter(storage_from_string("memory://"))
        options = {} if storage_uri == "memory://" else PATIENCE
        self.shared = MovingWindowRateLimiter(storage_from_string(storage_uri, **options)) if options else None
        self.asked_from = 0.0

    def of_key(self, key_id: str) -> int:
        """Count a request of the key; the seconds until there is room for it, 0 when there is."""
        return self._wait(self.requests, "key", key_id)

    def of_address(self, address: str) -> int:
        """Count a request that needs no key, as one of its address."""
        return self._wait(self.requests, "address", address)

    def of_refusals(self, address: str) -> int:
        """Count a request whose key opens nothing. Those whose key is good go on from the same address."""
        return self._wait(REFUSED, "refused", address)

    def remark(self, key_id: str) -> bool:
        """Whether it is time to tell the log again that a key sends too much."""
        return not self._wait(REMARKED, "remarked", key_id)

    def _wait(self, item: RateLimitItem, *subject: str) -> int:
        if self.per_second is None:
            return 0
        if self.shared is not None and time.monotonic() >= self.asked_from:
            try:
                return _wait(self.shared, item, *subject)
            except Exception:
                # Whatever a storage raises: that requests are counted must not be why one fails.
                self.asked_from = time.monotonic() + LEFT_ALONE
                log.warning("RATELIMIT_STORAGE_URI does not answer: each process counts for itself", exc_info=True)
        return _wait(self.alone, item, *subject)


def _wait(limiter: MovingWindowRateLimiter, item: RateLimitItem, *subject: str) -> int:
    if limiter.hit(item, *subject):
        return 0
    return max(math.ceil(limiter.get_window_stats(item, *subject).reset_time - time.time()), 1)
