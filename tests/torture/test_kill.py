"""kill -9 in the middle of everything, again and again: what was acknowledged is there, and nothing is there in part."""

from __future__ import annotations

import http.client
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from bench.service import Client, Service
from scim_app.directory.tables import Change, GroupMember, ScimRequest, User
from tests.torture.clients import added, inactive, until, user

CLIENTS = 8
WHOLE = 4
"""Every so many kills the server is killed with all its processes, and started again; the others take one worker."""


@dataclass
class Load:
    """Clients that write for as long as it lasts, and what they were told."""

    service: Service
    group: str
    acknowledged: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Request → what it did, and to whom."""
    joined: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    up: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, number: int) -> None:
        """One client: a life of a user after another."""
        turn = 0
        with self.service.connect() as client:
            while not self.over.is_set():
                self.up.wait()
                turn += 1
                try:
                    self.live(client, f"client{number}-{turn}@example.com")
                except (OSError, http.client.HTTPException):
                    continue  # Nothing was acknowledged.

    def live(self, client: Client, name: str) -> None:
        """Create a user, put it into the group, deactivate it."""
        made = self.told(client, "POST", "/Users", user(name), "user:created")
        self.told(client, "PATCH", f"/Groups/{self.group}", added(made), "group:members:changed")
        self.joined.add(made)
        self.told(client, "PATCH", f"/Users/{made}", inactive(), "user:deactivated")

    def told(self, client: Client, method: str, path: str, body: object, action: str) -> str:
        """Send it and keep what was acknowledged; the id of what was changed."""
        answer = client.ask(method, path, body)
        if answer.status >= 400:
            self.refused.append(f"{method} {path}: {answer.status} {answer.json}")
            raise http.client.HTTPException
        changed = answer.json["id"] if answer.json else path.rpartition("/")[2]
        self.acknowledged[answer.headers["X-Request-Id"]] = (action, changed)
        return str(changed)

    def flow(self, writes: int) -> None:
        """Wait until so many more are acknowledged."""
        enough = len(self.acknowledged) + writes
        until(lambda: len(self.acknowledged) >= enough)


def kill_everything(load: Load) -> None:
    """Kill the server with all its processes, and start it again."""
    load.up.clear()
    load.service.kill()
    load.service.start()
    load.up.set()


def kill_a_worker(load: Load, chance: random.Random) -> None:
    """Kill one worker, and wait for the one that takes its place."""
    victim, workers = chance.choice(load.service.workers()), len(load.service.workers())
    os.kill(victim, signal.SIGKILL)
    until(lambda: victim not in load.service.workers() and len(load.service.workers()) == workers)


def test_what_was_acknowledged_survives_every_kill_with_its_history_and_its_log(
    serve: Callable[[int], Service],
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    service, chance = serve(2), random.Random(7)
    with service.connect() as client:
        load = Load(service, client.send("POST", "/Groups", {"displayName": "Everybody"})[1]["id"])
    threads = [threading.Thread(target=load.run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    load.up.set()
    kills = size(5, 300)
    try:
        for number in range(1, kills):
            load.flow(chance.randrange(1, 60))
            time.sleep(chance.uniform(0, 0.05))
            kill_everything(load) if number % WHOLE == 0 else kill_a_worker(load, chance)
        load.flow(60)
    finally:
        load.over.set()
        load.up.set()
        service.kill()
        for thread in threads:
            thread.join()

    changes = session.execute(select(Change.request_id, Change.action, Change.target_id, Change.id)).all()
    history = {(each.request_id, each.action, each.target_id) for each in changes}
    told = {(request, *did) for request, did in load.acknowledged.items()}
    log = {row.id: row for row in session.scalars(select(ScimRequest)) if row.change_ids}
    active = {each.id: each.active for each in session.execute(select(User.id, User.active))}
    members = set(session.scalars(select(GroupMember.user_id)))
    created, deactivated = (
        {changed for action, changed in load.acknowledged.values() if action == name}
        for name in ("user:created", "user:deactivated")
    )
    lost = len(created - set(active)) + len(load.joined - members) + sum(active.get(each, True) for each in deactivated)
    without_history, without_log = len(told - history), len(set(load.acknowledged) - set(log))
    figure(
        f"{kills} kills -9 ({(kills - 1) // WHOLE + 1} of the whole server, the others of one of two workers), "
        f"{len(told):,} acknowledged writes: {lost} lost, {without_history} without history, "
        f"{without_log} without log, {len(load.refused)} refused"
    )
    assert not load.refused, load.refused[0]
    assert lost == without_history == without_log == 0
    # What nobody was told of is there with its history and its log, too, or not at all.
    assert {each.request_id for each in changes if each.request_id} == set(log)
    assert {each.id for each in changes if each.request_id} == {each for row in log.values() for each in row.change_ids}
    assert set(active) == {each.target_id for each in changes if each.action == "user:created"}
