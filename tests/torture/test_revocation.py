"""A key that is revoked opens nothing from the answer on: on no worker, over no connection, however much it is in use."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, scoped_session

from bench.service import Client, Service
from scim_app.directory import keys
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import ScimKey
from scim_app.directory.transaction import transact
from tests.torture.clients import alone, until

WORKERS = 8
EACH = 2
"""Connections that are kept to every worker."""
FRESH = 16
"""Clients that connect anew for every request."""


@dataclass
class Use:
    """What became of the requests with one key: those that began before it was revoked, and those that began after."""

    service: Service
    enough: int
    revoked_at: float = float("inf")
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    """The workers that were asked after it was revoked, each over a connection that it had from before."""

    def keep_using(self, client: Client, worker: int | None) -> None:
        """Use the key until there is enough: over one connection to that worker, or over a new one each time."""
        first = client.connection.sock
        with client:
            while len(self.after) < self.enough:
                if worker is None:
                    client.connection.close()
                kept, began = client.connection.sock is first, time.monotonic()
                status, _ = client.send("GET", "/Users?count=1")
                if began < self.revoked_at:
                    self.before.append(status)
                    continue
                self.after.append(status)
                if kept and worker:
                    self.asked.add(worker)


def revocations(session: scoped_session[Session], place: str, pepper: str) -> dict[str, Callable[[str], object]]:
    """Every way to take a key back at once, given its id."""
    return {
        "deactivated": lambda key_id: keys.deactivate(session, place, OPERATOR, key_id),
        "regenerated": lambda key_id: keys.regenerate(session, place, OPERATOR, pepper, key_id),
        "deleted": lambda key_id: keys.delete(session, place, OPERATOR, key_id),
    }


def revoked(service: Service, enough: int, revoke: Callable[[], object]) -> Use:
    """The use of the service's key over connections to every worker and over new ones, in the middle of which it is revoked."""
    use = Use(service, enough)
    with service.connect() as client:
        # The first use is written down, and whoever is stopped while it writes would hold up the others.
        assert client.send("GET", "/Users?count=1")[0] == 200
    with ThreadPoolExecutor(WORKERS * EACH + FRESH) as threads:
        clients = [threads.submit(use.keep_using, service.connect(), None) for _ in range(FRESH)]
        try:
            for worker in service.workers():
                with alone(service, worker):
                    for _ in range(EACH):
                        client = service.connect()
                        assert client.send("GET", "/Users?count=1")[0] == 200
                        clients.append(threads.submit(use.keep_using, client, worker))
            in_use = len(use.before) + len(clients)
            until(lambda: len(use.before) >= in_use or any(each.done() for each in clients))
            revoke()
            use.revoked_at = time.monotonic()
            until(lambda: all(each.done() for each in clients))
        finally:
            use.enough = 0
    for each in clients:
        each.result()
    return use


def test_no_request_is_let_in_that_begins_after_its_key_was_revoked(
    serve: Callable[[int], Service],
    app: Flask,
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    service, pepper, place = (
        serve(WORKERS),
        app.config["KEY_PEPPER"],
        session.scalars(select(ScimKey.organization_id)).one(),
    )
    for word, revoke in revocations(session, place, pepper).items():
        transact(session, partial(session.execute, delete(ScimKey)))
        generate = partial(keys.generate, label=word, scope="provision", expires_at=None)
        made = transact(session, partial(generate, session, place, OPERATOR, pepper))
        service.key = made.key
        use = revoked(service, size(200, 2_000), partial(transact, session, partial(revoke, made.id)))
        figure(f"{len(use.after):,} requests that began after the key was {word}, over new connections and over ones kept to"
               f" {len(use.asked)} of {WORKERS} workers: {len(use.after) - Counter(use.after)[401]} accepted")  # fmt: skip
        assert set(use.after) == {401}
        assert len(use.asked) == WORKERS
        assert set(use.before) <= {200, 401} and 200 in use.before
