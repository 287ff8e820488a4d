"""The worker of the service with less patience, for tests that wait until it ends: GUNICORN_CMD_ARGS names it."""

from __future__ import annotations

from scim_app.server import Worker


class Hasty(Worker):
    """A worker that waits for a second."""

    arrival = standstill = 1.0
