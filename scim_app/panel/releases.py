"""The project's releases, read from CHANGELOG.md: `## 2026-11-25 · Title`, then what changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

HEADING = re.compile(r"## (\d{4}-\d{2}-\d{2}) · (\S.*)")


@dataclass(frozen=True)
class Release:
    """One release: when, its title, and its log as items of text."""

    date: date
    title: str
    log: tuple[str, ...]


def parse(text: str) -> tuple[Release, ...]:
    """The releases in the text, newest first. Items begin with `- `; lines that follow belong to the item before."""
    return tuple(sorted(_releases(text.splitlines()), key=lambda release: release.date, reverse=True))


def _releases(lines: list[str]) -> Iterator[Release]:
    headings = [number for number, line in enumerate(lines) if HEADING.fullmatch(line)]
    for start, end in pairwise([*headings, len(lines)]):
        found = HEADING.fullmatch(lines[start])
        if found is not None:
            yield Release(date.fromisoformat(found[1]), found[2].strip(), tuple(_items(lines[start + 1 : end])))


def _items(lines: list[str]) -> Iterator[str]:
    item = ""
    for line in (*lines, "- "):
        if line.startswith("- ") or not line.strip():
            if item:
                yield item
            item = line[2:].strip() if line.startswith("- ") else ""
        else:
            item = f"{item} {line.strip()}".strip()
