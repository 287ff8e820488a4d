"""docs/performance.md and its pictures, drawn from the figures of a run.

python -m bench.report      draws them again from bench/results/latest.json
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from bench import floor, tables
from bench.plots import pictures
from bench.results import Results, load
from bench.service import ROOT

DOCS = ROOT / "docs"
LIMIT_SAID = """\
**The limit** is the least that a Flask and SQLAlchemy service can do for a request (`bench/limit.py`): the key's hash looked
up and compared, one or two indexed statements, the stored JSON sent as it is. No schema, no filter grammar, no history, no
log, no organizations. It runs on the same engine settings, SQLite pragmas and gunicorn configuration, and was asked in turn
with this service: a burst of one, a burst of the other, in alternating order, round after round. A share of 0.5 means half
as many requests a second. Each figure is the median of the ratios of the rounds, with the least and the greatest behind it;
*by CPU* is the ratio of processor time a request, database included, which drifts less on a busy machine.

*To reach* is the goal that this project has set itself for that work: the least share of the limit it wants to answer. It is
compared with the share by requests a second; *reached* says **no** where that is less. – means that no goal is set.

The limit reads as SQLAlchemy does by itself: it takes a connection, begins a transaction and ends it for the key, and again
for the rest. This service reads both over one connection, without (`transaction.reading`). On PostgreSQL that makes up for
four ways to the database and back, and a share there is higher by that than this service's own work would have it."""
FLOOR_SAID = """\
On SQLite with 1,000 users, in one process (`python -m bench.floor`): the thread that answers, its database included,
without server and socket, which take both the same. Statements were recorded as a request sends them and sent again by
themselves, with what begins and ends their transactions. *At best* is the share that would be left if everything else,
from reading the request to writing the answer, took this service no longer than it takes the limit: what it writes, it
writes with history, index and log in one transaction."""
NOT_MEASURED = """\
- The network and TLS: clients and servers shared one machine, over loopback, and its cores. With sixteen connections the
  client takes a good part of a core from whoever it asks.
- Slow clients and many of them: `bench/server_choice.py` is about those.
- Other hardware, a database on another machine, replicas, a pooler. `docs/scale.md` says what is expected of them.
- The panel: `python bench/panel.py`. Sixteen writers for half a minute: `python bench/writers.py`.
- Peers with more than 1,000 users. Those in memory keep nothing: their writes are not durable, ours are.
- A full import of more than 20,000 users in full: only every second page is read, or every fifth, or as many as that takes.
- Every answer was checked for its status and content; a wrong one ends the run."""


def page(results: Results) -> str:
    """The whole page."""
    parts = [
        "# Performance",
        f"Made by `make bench` on {results.date} in {results.seconds / 60:.0f} minutes; do not edit. `{results.command}`. "
        "The figures of every round are in `bench/results/latest.json`.",
        "\n".join(f"- {name}: {value}" for name, value in results.machine.items()),
        "Absolute times hold for that machine and drift with what else it does. Ratios of one run hold.",
        "## Beside the limit",
        LIMIT_SAID,
    ]
    for database in results.databases:
        parts += beside_limit(results, database)
    if results.floor:
        parts += ["### What their statements take", FLOOR_SAID, lines(tables.table(floor.HEAD, results.floor))]
    if results.peers:
        parts += beside_peers(results)
    parts += grown(results)
    parts += [
        "## Memory",
        "Of the worker that holds most: its own share (PSS) after everything above, and the most that was ever resident, with "
        "shared pages counted whole.",
        lines(tables.memory(results)),
        "## A day of Okta",
        "`flask simulate okta`, with every scenario: everybody is looked up and created, groups are pushed, people are "
        "renamed, moved, deactivated and brought back, roles are linked, everything is imported and compared "
        "at the end. The simulator asks one request at a time and runs on the same machine.",
        lines(tables.days(results)),
        "## What this does not measure",
        NOT_MEASURED,
    ]
    return "\n\n".join(map(wrapped, parts)) + "\n"


def beside_limit(results: Results, database: str) -> list[str]:
    """This service and the limit on one database."""
    users = tables.judged(results.sizes(database))
    return [
        f"### {database}, {tables.number(users)} users, one connection",
        picture(f"limit-{database.lower()}", f"Share of the limit on {database}"),
        lines(tables.beside_limit(results, database, users, 1)),
        f"### {database}, {tables.number(users)} users, sixteen connections",
        lines(tables.beside_limit(results, database, users, 16)),
    ]


def beside_peers(results: Results) -> list[str]:
    """The other servers."""
    return [
        "## Beside other servers",
        "Shares of the limit, all with 1,000 users on SQLite or in memory, one connection, in the same rounds. – is what a "
        "server does not offer, or what would need more users than it was given. *Ahead of Python* is **no** where a peer in "
        "Python has a greater share than this service, *ahead of node* where scimmy has.",
        "\n".join(f"- **{name}** ({about})" for name, about in results.peers.items()),
        picture("peers", "Shares of the limit, this service and others"),
        lines(tables.beside_peers(results, "SQLite")),
        *results.left_out,
    ]


def grown(results: Results) -> list[str]:
    """What grows with the organization."""
    parts = ["## As the organization grows"]
    for database in results.databases:
        if len(results.sizes(database)) > 1:
            parts += [f"### {database}", lines(tables.growth(results, database))]
        parts += [lines(tables.by_group(results, database)), lines(tables.by_depth(results, database))]
    if any(len(results.sizes(each)) > 1 for each in results.databases):
        parts += [picture("growth", "Cost of a request by the size of the organization")]
    return [*parts, picture("depth", "Time for a page of 100 by its depth")]


def wrapped(part: str) -> str:
    """A paragraph in lines that an editor shows; tables, lists, headings and pictures as they are."""
    return part if "\n" in part or part.startswith(("#", "|", "-", "!")) else textwrap.fill(part, 125)


def lines(table: list[str]) -> str:
    """A table as one text."""
    return "\n".join(table)


def picture(name: str, alternative: str) -> str:
    """A reference to a picture."""
    return f"![{alternative}](images/performance-{name}.svg)"


def write(results: Results, docs: Path = DOCS) -> None:
    """Write the page and its pictures."""
    (docs / "images").mkdir(parents=True, exist_ok=True)
    (docs / "performance.md").write_text(page(results), encoding="utf-8")
    for name, drawing in pictures(results).items():
        (docs / "images" / f"performance-{name}.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    write(load())
