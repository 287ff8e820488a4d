"""The tables of a run, in Markdown: beside the limit, beside others, growth, memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from bench.groups import GROUPS
from bench.results import Ratio, Results, Row, shown
from bench.targets import LIMIT, OURS
from bench.workloads import DEPTHS, PAGES, PEOPLE, Workload

ALL = PEOPLE + PAGES + GROUPS
JUDGED = 100_000
"""The size at which goals are to be reached; a run without it is judged at its largest."""
FLAT = 1.2
SHOULD_BE_FLAT = (
    "lookup by userName", "lookup by externalId", "read by id", "create", "deactivate by PATCH", "one member of 10",
    "one member of 1,000", "first page of 100", "deep page of 100, by cursor",
)  # fmt: skip
NODE = "scimmy"


def number(value: float) -> str:
    """A figure with about three digits, and commas between thousands; a whole number whole."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table whose columns behind the first are aligned to the right."""
    lines = [list(row) for row in rows]
    widths = [max(len(row[place]) for row in [head, *lines]) for place in range(len(head))]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def drawn(row: Sequence[str]) -> str:
        return "| " + " | ".join(
            each.rjust(width) if place else each.ljust(width)
            for place, (each, width) in enumerate(zip(row, widths, strict=True))
        ) + " |"  # fmt: skip

    return [drawn(head), drawn(ruler), *map(drawn, lines)]


def judged(sizes: Sequence[int]) -> int:
    """The number of users, of several, at which the goals are looked at."""
    return max((each for each in sizes if each <= JUDGED), default=sizes[0])


def yes(reached: bool) -> str:
    """The word for it."""
    return "yes" if reached else "**no**"


def per_second(row: Row, workload: Workload) -> str:
    """Requests a second, or users where everybody is read."""
    return number(median(row.rates) * (100 if workload.whole else 1))


def beside_limit(results: Results, database: str, users: int, connections: int) -> list[str]:
    """This service as a share of the limit, goals included."""
    rows = []
    for workload in ALL:
        own, limit = (results.row(database, workload.name, each, users, connections) for each in (OURS, LIMIT))
        shares = results.share(database, workload.name, users, connections=connections)
        if own is None or limit is None or shares is None:
            continue
        by_rate, by_cpu = shares
        goal = "–" if workload.goal is None else f"{workload.goal}"
        reached = "–" if workload.goal is None else yes(by_rate.median >= workload.goal)
        unit = " (users)" if workload.whole else ""
        rows.append(
            (workload.name + unit, per_second(own, workload), per_second(limit, workload), str(by_rate), shown(by_cpu.median),
             f"{median(own.cpu) * 1000:.2f}", goal, reached)
        )  # fmt: skip
    head = ("Work", "per second", "limit", "share of the limit", "by CPU", "CPU ms", "to reach", "reached")
    return table(head, rows)


def beside_peers(results: Results, database: str) -> list[str]:
    """Every server as a share of the limit, with as many users as the peers hold."""
    names = list(results.peers)
    users = next((row.users for row in results.rows if row.target in names), 0)
    rows = []
    for workload in ALL:
        own = results.share(database, workload.name, users)
        if own is None:
            continue
        theirs = {name: results.share(database, workload.name, users, name) for name in names}
        outrun = {name: own[0].median > share[0].median for name, share in theirs.items() if share}
        python = [ahead for name, ahead in outrun.items() if name != NODE]
        node = yes(outrun[NODE]) if NODE in outrun else "–"
        cells = ["–" if share is None else shown(share[0].median) for share in theirs.values()]
        rows.append((workload.name, shown(own[0].median), *cells, yes(all(python)) if python else "–", node))
    return table(("Work", OURS, *names, "ahead of Python", "ahead of node"), rows)


def cost(grown: tuple[Ratio, Ratio] | None) -> tuple[str, str]:
    """Growth in time and in CPU time, as cells."""
    return ("–", "–") if grown is None else (shown(grown[0].median), shown(grown[1].median))


def growth(results: Results, database: str) -> list[str]:
    """What a request costs in a large organization, as a multiple of what it costs in the smallest."""
    small, *larger = results.sizes(database)
    rows = []
    for workload in ALL:
        if workload.whole:
            continue
        cells: list[str] = []
        flat = True
        for users in larger:
            rows_of = (results.row(database, workload.name, OURS, each) for each in (small, users))
            grown = results.growth(*rows_of)
            cells += cost(grown)
            flat = flat and grown is not None and grown[0].median <= FLAT
        if set(cells) != {"–"}:
            judged = yes(flat) if workload.name in SHOULD_BE_FLAT else "–"
            rows.append((workload.name, *cells, judged))
    titles = [title for users in larger for title in (f"{number(users)} users", "by CPU")]
    return table((f"Cost, where {number(small)} is 1", *titles, f"at most {FLAT}"), rows)


def by_group(results: Results, database: str) -> list[str]:
    """What a member more or less costs in a large group, as a multiple of what it costs in a group of ten."""
    users = results.sizes(database)[-1]
    first, *others = [results.row(database, each.name, OURS, users) for each in GROUPS[:-1]]
    rows = []
    for workload, row in zip(GROUPS[1:-1], others, strict=True):
        grown = results.growth(first, row)
        if grown:
            rows.append((workload.name, *cost(grown), yes(grown[0].median <= FLAT)))
    return table(("Cost, where a group of 10 is 1", "time", "by CPU", f"at most {FLAT}"), rows) if rows else []


def by_depth(results: Results, database: str) -> list[str]:
    """What a page of a hundred costs, by how much lies in front of it."""
    users = results.sizes(database)[-1]
    rows = []
    for share in DEPTHS:
        cells = []
        for way in ("index", "cursor"):
            for target in (OURS, LIMIT):
                row = results.row(database, f"{way} at {share:.0%}", target, users)
                cells.append("–" if row is None else f"{1000 / median(row.rates):.2f}")
        rows.append((f"behind {share:.0%} of {number(users)}", *cells))
    return table(("A page of 100, in ms", "by index", "limit", "by cursor", "limit"), rows)


def memory(results: Results) -> list[str]:
    """What the workers hold."""
    rows = []
    for each in results.memory:
        of_workers = [each["after"], each["import"]]
        own = max(worker["pss"] for worker in each["after"])
        most, during = (max(worker["peak"] for worker in workers) for workers in of_workers)
        rows.append(
            (
                each["database"],
                number(each["users"]),
                f"{own:.0f}",
                f"{most:.0f}",
                f"{during:.0f}",
                yes(max(most, during) < 150),
            )
        )
    head = ("Database", "users", "MiB of its own", "most, resident", "while all are imported", "under 150")
    return table(head, rows)


def days(results: Results) -> list[str]:
    """The days of Okta."""
    rows = [
        (day["database"], number(day["people"]), number(day["groups"]), number(day["requests"]), number(day["seconds"]),
         number(day["requests"] / day["seconds"]), f"{day['cpu'] / day['requests'] * 1000:.1f}")
        for day in results.days
    ]  # fmt: skip
    head = ("Database", "people", "groups", "requests", "seconds", "requests/s", "CPU ms a request")
    return table(head, rows)


def everything(results: Results) -> Iterator[str]:
    """All tables, each below a line that says what it is."""
    for database in results.databases:
        users = judged(results.sizes(database))
        for connections in (1, 16):
            yield from ("", f"{database}, {number(users)} users, {connections} at once", "")
            yield from beside_limit(results, database, users, connections)
        if results.peers and any(row.target in results.peers and row.database == database for row in results.rows):
            yield from ("", f"{database}, shares of the limit with 1,000 users", "", *beside_peers(results, database))
        if len(results.sizes(database)) > 1:
            yield from ("", f"{database}, growth", "", *growth(results, database))
        yield from ("", *by_group(results, database), "", *by_depth(results, database))
    yield from ("", "Memory", "", *memory(results), "", "A day of Okta", "", *days(results))
    yield from ("", *results.left_out, f"{results.seconds:.0f} s in all.")
