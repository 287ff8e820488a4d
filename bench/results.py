"""What a run found: the raw figures of every round, kept as JSON, and the medians and ratios that follow from them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.targets import LIMIT, OURS

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass
class Row:
    """What one server did with one workload: requests a second and CPU seconds a request, by round."""

    workload: str
    target: str
    users: int
    connections: int
    database: str = ""
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Ratio:
    """The median of ratios by round, and the least and the greatest of them."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{shown(self.median)} ({shown(self.least)}–{shown(self.most)})"


def shown(value: float) -> str:
    """A ratio with two digits behind the point, or with two that count."""
    return f"{value:.2f}" if value >= 0.1 or not value else f"{value:.2g}"


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """The ratio of two rows of figures, round by round."""
    each = [a / b for a, b in zip(above, below, strict=False)]
    return Ratio(median(each), min(each), max(each))


@dataclass
class Results:
    """A run: where, how, and every figure."""

    machine: dict[str, str]
    command: str
    date: str
    rows: list[Row] = field(default_factory=list)
    memory: list[dict[str, Any]] = field(default_factory=list)
    days: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    peers: dict[str, str] = field(default_factory=dict)
    floor: list[list[str]] = field(default_factory=list)
    """What statements take by themselves, as a table has it (`floor.HEAD`)."""
    seconds: float = 0.0

    def save(self, file: Path = LATEST) -> None:
        """Write the figures, a row to a line."""
        plain = asdict(self)
        rows = ",\n".join(json.dumps(each) for each in plain.pop("rows"))
        file.parent.mkdir(exist_ok=True)
        head = json.dumps(plain, indent=1, ensure_ascii=False)
        file.write_text(f'{head[:-2]},\n "rows": [\n{rows}\n]}}\n', encoding="utf-8")

    @property
    def databases(self) -> list[str]:
        """The databases, in the order in which they were measured."""
        return list(dict.fromkeys(row.database for row in self.rows))

    def sizes(self, database: str) -> list[int]:
        """How many users this service had, the fewest first."""
        return sorted({row.users for row in self.rows if row.database == database and row.target == OURS})

    def row(self, database: str, workload: str, target: str, users: int, connections: int = 1) -> Row | None:
        """The row, if it was measured."""
        wanted = (database, workload, target, users, connections)
        for row in self.rows:
            if (row.database, row.workload, row.target, row.users, row.connections) == wanted and row.rates:
                return row
        return None

    def share(
        self, database: str, workload: str, users: int, target: str = OURS, connections: int = 1
    ) -> tuple[Ratio, Ratio] | None:
        """The share of the limit that a server reaches, by requests a second and by CPU time a request."""
        server = self.row(database, workload, target, users, connections)
        limit = self.row(database, workload, LIMIT, users, connections)
        if server is None or limit is None:
            return None
        return ratio(server.rates, limit.rates), ratio(limit.cpu, server.cpu)

    def growth(self, small: Row | None, large: Row | None) -> tuple[Ratio, Ratio] | None:
        """How many times the time, and the CPU time, a request takes in the large one."""
        if small is None or large is None:
            return None
        return ratio(small.rates, large.rates), ratio(large.cpu, small.cpu)


def load(file: Path = LATEST) -> Results:
    """The results of the last run that was kept."""
    plain = json.loads(file.read_text(encoding="utf-8"))
    return Results(**{**plain, "rows": [Row(**each) for each in plain["rows"]]})


def named(rows: Iterable[Row], database: str) -> list[Row]:
    """The rows, as measured on that database."""
    found = list(rows)
    for row in found:
        row.database = database
    return found
