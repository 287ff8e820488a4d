"""The changelog as a file, read while it is sent: CSV that no spreadsheet takes for formulas, or JSON Lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from flask import json

from scim_app.directory.tables import Change

COLUMNS = (
    "time",
    "actor",
    "actor_kind",
    "action",
    "target",
    "target_kind",
    "target_id",
    "difference",
    "request_id",
    "id",
)
FORMATS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may read as the beginning of a formula (OWASP, CSV injection)."""


def rows(entries: Iterable[Change]) -> Iterator[dict[str, Any]]:
    """The entries as values."""
    for entry in entries:
        yield {
            "time": entry.at.isoformat(timespec="milliseconds"),
            "actor": entry.actor_name,
            "actor_kind": entry.actor_kind,
            "action": entry.action,
            "target": entry.target_name,
            "target_kind": entry.target_kind,
            "target_id": entry.target_id,
            "difference": entry.difference,
            "request_id": entry.request_id,
            "id": entry.id,
        }


def lines(entries: Iterable[Change], kind: str) -> Iterator[str]:
    """The file, piece by piece."""
    if kind == "jsonl":
        for row in rows(entries):
            yield json.dumps(row, ensure_ascii=False) + "\n"
        return
    yield _line(COLUMNS)
    for row in rows(entries):
        yield _line([cell(row[name]) for name in COLUMNS])


def cell(value: Any) -> str:
    """The value as text that a spreadsheet shows and never computes."""
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _line(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(values)
    return buffer.getvalue()
