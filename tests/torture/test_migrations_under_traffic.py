"""`flask db upgrade` while the service is written to, and twice at once: it ends well, and nobody gets a 5xx because of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session, scoped_session

from bench.service import ROOT, Service
from scim_app.directory.tables import Table, User
from scim_app.extensions import db
from tests.torture.clients import until, user

CLIENTS = 8
AT_ONCE = 2


def test_upgrades_at_once_while_the_service_is_written_to_end_well(
    serve: Callable[[int], Service],
    app: Flask,
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    service, rounds = serve(2), size(1, 10)
    statuses: Counter[int] = Counter()
    over = threading.Event()

    def run(number: int) -> None:
        with service.connect() as client:
            turn = 0
            while not over.is_set():
                turn += 1
                status, _ = client.send("POST", "/Users", user(f"client{number}-{turn}"))
                statuses[status] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    codes, said = [], []
    try:
        until(lambda: statuses.total() > 0)
        for _ in range(rounds):
            upgrades = [
                subprocess.Popen(
                    [sys.executable, "-m", "flask", "db", "upgrade"], cwd=ROOT, env=os.environ | service.environment,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                )
                for _ in range(AT_ONCE)
            ]  # fmt: skip
            said += [upgrade.communicate(timeout=60)[0] for upgrade in upgrades]
            codes += [upgrade.returncode for upgrade in upgrades]
    finally:
        over.set()
        for thread in threads:
            thread.join()
    figure(f"{len(codes)} upgrades, {AT_ONCE} at once, during {statuses.total():,} writes by {CLIENTS} clients: exit codes"
           f" {dict(Counter(codes))}, answers {dict(statuses)}")  # fmt: skip
    assert set(codes) == {0}, "\n".join(said)
    assert set(statuses) == {201}
    assert session.scalar(select(func.count()).select_from(User)) == statuses[201]
    session.rollback()
    assert set(inspect(db.engine).get_table_names()) == {*Table.metadata.tables, "alembic_version"}
