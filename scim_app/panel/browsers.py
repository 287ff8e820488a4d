"""What a browser calls itself, in the words its user would choose."""

from __future__ import annotations

import re

BROWSERS = (
    ("Edg(?:A|iOS|e)?/", "Edge"),
    ("OPR/|Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/|FxiOS/", "Firefox"),
    ("Chrome/|Chromium/|CriOS/", "Chrome"),
    ("Version/.*Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux|X11", "Linux"),
)
"""Each claims to be several that come after it: the first that matches is meant."""
LONGEST = 60


def browser(user_agent: str | None) -> str:
    """`Firefox on Linux`; the beginning of what it says when that is none of these."""
    said = (user_agent or "").strip()
    name, system = first(BROWSERS, said), first(SYSTEMS, said)
    if name:
        return f"{name} on {system}" if system else name
    if not said:
        return "A browser that does not say which"
    return said if len(said) <= LONGEST else f"{said[:LONGEST]}…"


def first(known: tuple[tuple[str, str], ...], said: str) -> str:
    """The words for the first pattern that is in it, or none."""
    return next((words for pattern, words in known if re.search(pattern, said)), "")
