"""`make bench`: measure this service beside the limit and beside other servers, print tables, write docs/performance.md.

python -m bench                about a quarter of an hour, more the first time: it fills its databases
python -m bench --quick        a minute: this service and the limit at 1,000 users on SQLite; nothing is written
python -m bench --million      with a million users, too
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime

from bench import floor, groups, machine, measure, okta_day, peers, populations, report, stores, targets
from bench.measure import Plan
from bench.results import Results, Row, named
from bench.stores import Store
from bench.tables import everything, judged
from bench.targets import OURS, Target
from bench.workloads import BY_DEPTH, PAGES, PEOPLE

ALL = PEOPLE + PAGES + groups.GROUPS
AT_ONCE = 16


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure this service, its limit, and others.")
    parser.add_argument("--quick", action="store_true", help="1,000 users on SQLite, no peers, nothing written")
    parser.add_argument("--million", action="store_true", help="a million users as well")
    parser.add_argument("--users", type=int, default=100_000, metavar="N", help="users of the large organisation")
    parser.add_argument(
        "--people", type=int, default=200, metavar="N", help="people in the day of Okta (10,000 take long)"
    )
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    parser.add_argument("--seconds", type=float, default=0.12, metavar="S", help="length of a burst")
    parser.add_argument("--no-peers", action="store_true", help="leave the other servers out")
    asked = parser.parse_args(given)
    asked.sizes = [1_000, asked.users] + [1_000_000] * asked.million
    if asked.quick:
        asked.sizes, asked.databases, asked.rounds, asked.seconds, asked.people = [1_000], ["sqlite"], 3, 0.04, 20
        asked.no_peers = True
    return asked


def tell(sentence: str) -> None:
    """Say how far it is."""
    print(f"{datetime.now():%H:%M:%S} {sentence}", file=sys.stderr, flush=True)


def run(asked: argparse.Namespace) -> Results:
    """Measure everything that was asked for, and write what there is after each database, unless it is quick."""
    began = time.monotonic()
    command = " ".join(["python -m bench", *sys.argv[1:]])
    results = Results(machine.described(), command, f"{datetime.now(UTC):%Y-%m-%d}")
    if "sqlite" in asked.databases and not asked.quick:
        tell("statements by themselves")
        results.floor = floor.apart()
    for database in asked.databases:
        with stores.opened(database) as store:
            results.machine[store.title] = store.version()
            on_database(asked, store, results)
        results.seconds = round(time.monotonic() - began)
        if not asked.quick:
            results.save()
            report.write(results)
    return results


def on_database(asked: argparse.Namespace, store: Store, results: Results) -> None:
    """Measure on one database, and add what comes of it to the results."""
    for users in asked.sizes:
        tell(f"{users} users on {store.title}")
        populations.prepare(store, users)
    with ExitStack() as running:
        known: list[Target] = []
        for users in asked.sizes:
            own = running.enter_context(targets.ours(store, users))
            known += [own, running.enter_context(targets.limit(store, users, own))]
        others = [] if asked.no_peers or store.title != "SQLite" else started(running, results)
        plan = Plan(asked.rounds, asked.seconds, told=tell)
        found: list[Row] = measure.play([*known, *others], ALL, plan)
        found += measure.play(known[-2:], BY_DEPTH, Plan(max(3, asked.rounds - 2), asked.seconds, told=tell))
        at_once = [each for each in ALL if each.at_once]
        # At one size: PostgreSQL as it comes takes a hundred connections, and servers keep those that they once had.
        both = [each for each in known if each.users == judged(asked.sizes)]
        found += measure.play(both, at_once, Plan(asked.rounds, asked.seconds, connections=AT_ONCE, told=tell))
        results.rows += named(found, store.title)
        for target in [*known, *others]:
            groups.verify(target)
        for own in (each for each in known if each.name == OURS):
            after, during = measure.memory(own), measure.peak_of_import(own, PAGES[-1])
            results.memory.append({"database": store.title, "users": own.users, "after": after, "import": during})
        tell(f"a day of Okta with {asked.people} people")
        results.days.append({"database": store.title, **asdict(okta_day.day(known[0], asked.people))})


def started(running: ExitStack, results: Results) -> list[Target]:
    """The peers that can be installed here, filled with a thousand users each."""
    found = []
    for peer in peers.PEERS:
        problem = peers.install(peer)
        if problem:
            print(problem, file=sys.stderr)
            results.left_out.append(problem)
            continue
        tell(f"filling {peer.name}")
        found.append(running.enter_context(peers.serving(peer, 1_000)))
        results.peers[peer.name] = f"{peers.version(peer)}: {peer.about}"
    return found


def main() -> None:
    """Run and print. A run that is asked to end takes its servers along."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results = run(arguments())
    print("\n".join(everything(results)))


if __name__ == "__main__":
    main()
