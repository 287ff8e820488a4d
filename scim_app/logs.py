"""What the service writes to standard error: one JSON object a line, in UTC, from the level that LOG_LEVEL names.

Requests of directories are in the log that the database keeps. Here are faults, and what concerns the panel's doors.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import TextIO, cast

from flask import Flask
from flask.logging import wsgi_errors_stream

from scim_app.directory.keys import PATTERN

SECRET = re.compile(rf"(?P<key>{PATTERN})|(?<=/claim/)[\w-]+")
"""Keys, and claim links, which are as good as one."""


class JsonLines(logging.Formatter):
    """A record as one line, whatever its message holds. No key and no claim link comes through."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": at, "level": record.levelname, "logger": record.name, "message": masked(record.getMessage())}
        if record.exc_info:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line)


def masked(text: str) -> str:
    """The text without the secrets in it."""
    return SECRET.sub(lambda found: "scim_…" if found["key"] else "…", text)


def init_app(app: Flask) -> None:
    """Log as said above, and nowhere else."""
    handler = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))
    handler.setFormatter(JsonLines())
    log = logging.getLogger(app.name)
    log.handlers = [handler]
    log.setLevel(app.config["LOG_LEVEL"])
