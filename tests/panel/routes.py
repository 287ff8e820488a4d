"""Every route of the panel, with addresses that lead to something of Acme's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flask import Flask
from werkzeug.routing import Rule

READING = {"GET", "HEAD", "OPTIONS"}


def rules(app: Flask) -> Iterator[Rule]:
    """The routes of the panel."""
    yield from (rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("panel."))


def readable(app: Flask) -> list[str]:
    """The addresses that a GET may ask for."""
    return sorted({rule.rule for rule in rules(app) if "GET" in (rule.methods or ())})


def writable(app: Flask) -> list[str]:
    """The addresses that take forms."""
    return sorted({rule.rule for rule in rules(app) if (rule.methods or set()) - READING})


def address(rule: str, known: Mapping[str, str] | None = None) -> str:
    """The address with what is known in its gaps, and elsewhere an x."""
    return re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", lambda gap: (known or {}).get(gap[1], "x"), rule)
