"""How moments, values and actions read on a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import json
from markupsafe import Markup

from scim_app.panel.browsers import browser
from scim_app.protocol import dialects

VALUE_LENGTH = 300


def moment(value: datetime) -> str:
    """`25 Nov 2026, 14:05 UTC`."""
    return value.astimezone(UTC).strftime("%-d %b %Y, %H:%M UTC")


def day(value: datetime) -> str:
    """`25 Nov 2026`."""
    return value.astimezone(UTC).strftime("%-d %b %Y")


def since(value: datetime, now: datetime | None = None) -> str:
    """`just now`, `5 minutes ago`, `3 hours ago`, `2 days ago`, and the day itself after a month."""
    seconds = ((now or datetime.now(UTC)) - value).total_seconds()
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return day(value) if name == "day" and number > 30 else f"{number} {name}{'' if number == 1 else 's'} ago"
    return "just now"


def until(value: datetime, now: datetime | None = None) -> str:
    """`in 12 days`, `in 5 hours`, `within the hour`."""
    seconds = (value - (now or datetime.now(UTC))).total_seconds()
    for size, name in ((86400, "day"), (3600, "hour")):
        if seconds >= size:
            number = int(seconds // size)
            return f"in {number} {name}{'' if number == 1 else 's'}"
    return "within the hour"


def shown(value: Any) -> str:
    """A value of the history: text as it is, anything else as JSON, never longer than a glance."""
    text = "none" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= VALUE_LENGTH else f"{text[:VALUE_LENGTH]}…"


def client(user_agent: str | None) -> str:
    """Who sends requests with that User-Agent, in one word; nothing when nobody can tell."""
    return dialects.client(user_agent or "")


def breakable(text: str) -> Markup:
    """The text, in which a line may end behind a colon, an at sign and a full stop: before it ends within a word."""
    return Markup("<wbr>").join(re.split(r"(?<=[:@.])(?=\w)", text))


def pretty(value: Any) -> str:
    """JSON as people read it; a note stands as it is."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, sort_keys=False)


FILTERS: dict[str, Callable[..., str]] = {
    "moment": moment,
    "day": day,
    "since": since,
    "until": until,
    "shown": shown,
    "client": client,
    "browser": browser,
    "pretty": pretty,
    "breakable": breakable,
}
