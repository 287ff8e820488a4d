"""The pictures of a run: shares of the limit, other servers, growth, depth."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median

from bench.groups import GROUPS
from bench.results import Results, shown
from bench.svg import COLOURS, Drawing
from bench.tables import SHOULD_BE_FLAT, judged, number
from bench.targets import OURS
from bench.workloads import DEPTHS, PAGES, PEOPLE

ALL = PEOPLE + PAGES + GROUPS
LEFT, RIGHT, TOP, STEP, WIDTH = 230, 70, 64, 26, 860
Lines = Mapping[str, Sequence[tuple[float, float]]]


def pictures(results: Results) -> dict[str, str]:
    """Every picture by its name."""
    drawn = {f"limit-{each.lower()}": limit(results, each) for each in results.databases}
    if results.peers:
        drawn["peers"] = peers(results)
    if any(len(results.sizes(each)) > 1 for each in results.databases):
        drawn["growth"] = growth(results)
    drawn["depth"] = depth(results)
    return drawn


def limit(results: Results, database: str) -> str:
    """A bar for each workload as long as the share of the limit, and a mark where it is to reach."""
    users = judged(results.sizes(database))
    bars = [(each, share[0].median) for each in ALL if (share := results.share(database, each.name, users))]
    told = "; ".join(f"{each.name} {shown(share)}" for each, share in bars)
    drawing = Drawing(
        WIDTH,
        TOP + STEP * len(bars) + 44,
        f"Share of the limit, {database}, {number(users)} users, one connection",
        told,
    )
    bottom, most = TOP + STEP * len(bars), max(1.0, *(share for _, share in bars))

    def across(share: float) -> float:
        return LEFT + share / most * (WIDTH - LEFT - RIGHT)

    for tick in (0, 0.25, 0.5, 0.75, 1):
        drawing.line(across(tick), TOP - 6, across(tick), bottom, "line")
        drawing.text(across(tick), bottom + 18, f"{tick:g}", "soft small middle")
    for place, (workload, share) in enumerate(bars):
        y = TOP + STEP * place
        drawing.text(LEFT - 10, y + 14, workload.name, "ink end")
        drawing.bar(LEFT, y + 3, across(share) - LEFT, STEP - 10, "c0")
        drawing.text(across(max(share, workload.goal or 0)) + 8, y + 15, shown(share), "ink small")
        if workload.goal:
            drawing.line(across(workload.goal), y, across(workload.goal), y + STEP - 4, "c1", 3)
    drawing.text(LEFT, bottom + 36, "The upright mark is the goal, to reach; 1 is the limit.", "soft small")
    return drawing.finished()


def peers(results: Results) -> str:
    """A dot for each server and workload on a scale of powers of ten."""
    names = [OURS, *results.peers]
    rows = []
    for workload in ALL:
        shares = {name: results.share("SQLite", workload.name, 1_000, name) for name in names}
        found = {name: share[0].median for name, share in shares.items() if share}
        if len(found) > 1:
            rows.append((workload.name, found))
    told = "; ".join(
        f"{name}: " + ", ".join(f"{each} {shown(share)}" for each, share in found.items()) for name, found in rows
    )
    drawing = Drawing(WIDTH, TOP + 20 + STEP * len(rows) + 34, "Share of the limit, 1,000 users, one connection", told)
    top, lowest = TOP + 20, min((share for _, found in rows for share in found.values()), default=0.1)
    decades = math.ceil(-math.log10(lowest)) or 1
    bottom, most = top + STEP * len(rows), 2.0

    def across(share: float) -> float:
        return LEFT + (math.log10(share) + decades) / (math.log10(most) + decades) * (WIDTH - LEFT - RIGHT)

    for power in range(-decades, 1):
        drawing.line(across(10**power), top - 6, across(10**power), bottom, "line")
        drawing.text(across(10**power), bottom + 18, f"{10**power:g}", "soft small middle")
    for place, name in enumerate(names):
        drawing.dot(LEFT + place * 150, 52, f"c{place % COLOURS}")
        drawing.text(LEFT + place * 150 + 12, 57, name, "ink small")
    for place, (workload_name, found) in enumerate(rows):
        y = top + STEP * place + 10
        drawing.text(LEFT - 10, y + 4, workload_name, "ink end")
        drawing.line(LEFT, y, WIDTH - RIGHT, y, "line", 0.5)
        for name, share in reversed(found.items()):
            drawing.dot(across(share), y, f"c{names.index(name) % COLOURS}", 6 if name == OURS else 5)
    return drawing.finished()


def growth(results: Results) -> str:
    """A line for each workload: what it costs at each size, where the smallest costs 1."""
    panels: dict[str, Lines] = {}
    for database in results.databases:
        small, *larger = results.sizes(database)
        curves = {}
        for name in SHOULD_BE_FLAT:
            points = [(math.log10(small), 1.0)]
            for users in larger:
                grown = results.growth(*(results.row(database, name, OURS, each) for each in (small, users)))
                points += [(math.log10(users), grown[0].median)] if grown else []
            if len(points) > 1:
                curves[name] = points
        panels[database] = curves
    sizes = {size for each in results.databases for size in results.sizes(each)}
    ticks = {math.log10(size): number(size) for size in sorted(sizes)}
    return side_by_side("Cost of a request by users, where the smallest organization is 1", panels, ticks, mark=1.2)


def depth(results: Results) -> str:
    """Milliseconds for a page of a hundred, by index and by cursor, behind so many users."""
    panels = {}
    for database in results.databases:
        users = results.sizes(database)[-1]
        curves: dict[str, list[tuple[float, float]]] = {}
        for way in ("index", "cursor"):
            for share in DEPTHS:
                row = results.row(database, f"{way} at {share:.0%}", OURS, users)
                if row:
                    curves.setdefault(f"by {way}", []).append((share, 1000 / median(row.rates)))
        panels[database] = curves
    ticks = {share: f"{share:.0%}" for share in DEPTHS}
    return side_by_side("Milliseconds for a page of 100, by how much lies in front of it", panels, ticks)


def side_by_side(title: str, panels: Mapping[str, Lines], ticks: Mapping[float, str], mark: float | None = None) -> str:
    """One field of lines for each database, on the same scale, with what each line is below."""
    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))
    values = [y for lines in panels.values() for points in lines.values() for _, y in points] + [mark or 0]
    step = round_step(max(values) / 4)
    most, field, height = 4 * step, (WIDTH - 40) // max(1, len(panels)), 230
    told = "; ".join(
        f"{database}, {name}: " + ", ".join(shown(y) for _, y in points)
        for database, lines in panels.items()
        for name, points in lines.items()
    )
    drawing = Drawing(WIDTH, 90 + height + 50 + 22 * math.ceil(len(names) / 3), title, told)
    first, last = min(ticks), max(ticks)
    for place, (database, lines) in enumerate(panels.items()):
        left, right, top, bottom = 70 + place * field, (place + 1) * field - 10, 80, 80 + height

        def at(x: float, y: float, left: int = left, right: int = right, bottom: int = bottom) -> tuple[float, float]:
            return left + (x - first) / ((last - first) or 1) * (right - left), bottom - y / most * height

        drawing.text(left, top - 16, database, "ink")
        for value in (0.0, step, 2 * step, 3 * step, most):
            y = at(0, value)[1]
            drawing.line(left, y, right, y, "line")
            drawing.text(left - 6, y + 4, f"{value:g}", "soft small end")
        for x, words in ticks.items():
            drawing.text(at(x, 0)[0], bottom + 18, words, "soft small middle")
        if mark is not None:
            drawing.line(left, at(0, mark)[1], right, at(0, mark)[1], "c1", 2, "6 4")
        for name, points in lines.items():
            kind, dash = f"c{names.index(name) % COLOURS}", "5 3" if names.index(name) >= COLOURS else ""
            drawing.curve([at(x, y) for x, y in points], kind, dash)
            for x, y in points:
                drawing.dot(*at(x, y), kind, 3.5)
    for place, name in enumerate(names):
        x, y = 70 + place % 3 * 260, 80 + height + 48 + place // 3 * 22
        drawing.curve([(x, y), (x + 24, y)], f"c{place % COLOURS}", "5 3" if place >= COLOURS else "")
        drawing.text(x + 32, y + 4, name, "ink small")
    return drawing.finished()


def round_step(least: float) -> float:
    """The least step that reads well and is not below that."""
    power: float = 10 ** math.floor(math.log10(least or 1))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= least)
