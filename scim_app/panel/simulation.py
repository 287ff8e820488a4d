"""A directory at work, for the demo: a button plays a simulated identity provider against this very service.

The service has several processes: what is going on stands in a file that all of them read, and a lock beside it lets one run
begin at a time. The key of a run lives for a minute, so no run outlives that by much.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask, abort, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.config import is_loopback
from scim_app.directory import keys, organizations
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.rendering import render_block
from scim_app.panel.visitor import for_owners_and_admins, visitor
from scim_app.panel.walls import base_url, is_htmx
from scim_app.simulator.company import Company
from scim_app.simulator.scenarios import Scene
from scim_app.simulator.simulation import PROVIDERS, Outcome, simulate
from scim_app.simulator.wire import Connection

SIMULATION = "/settings/organization/log/simulation"
TITLES = {name: kind.title for name, kind in PROVIDERS.items()}
PLAYED = ("onboarding", "groups", "rename", "offboarding")
PEOPLE, GROUPS = 14, 3
BREATH = 0.05
"""Seconds between two requests, so that a person can follow the log."""
LONGEST_PAUSE, LONGEST_WAIT = 1.0, 10.0
"""Seconds before a request is sent again, and for an answer: somebody is looking."""
LONGEST_RUN = 120.0
"""Seconds after which a run that did not say how it ended was cut off, with the process it ran in."""
NAME = "simulation"
"""The name of the thread, and of its files in the instance folder."""


@dataclass(frozen=True)
class Run:
    """One run as its file tells it: how far it is, or what came of it. `outcome` is empty for one that broke off."""

    organization_id: str
    provider: str
    began: float
    scenario: str = ""
    done: int = 0
    steps: int = 0
    over: bool = False
    outcome: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        """The identity provider that is played."""
        return TITLES[self.provider]

    @property
    def began_at(self) -> datetime:
        """When it began."""
        return datetime.fromtimestamp(self.began, UTC)

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return not self.over and time.time() - self.began < LONGEST_RUN

    @property
    def in_sync(self) -> bool:
        """Whether it ended, and both sides agreed."""
        return self.outcome is not None and not self.outcome["differences"]

    @property
    def sentence(self) -> str:
        """How far it is, or what came of it."""
        if self.running:
            how_far = f"{self.scenario}, {self.done} of {self.steps} steps" if self.scenario else "about to begin"
            return f"{self.title}: {how_far}"
        if self.outcome is None:
            return f"{self.title} broke off. Simulate again to see it through."
        sent = "{requests} requests in {seconds:.1f} s about {people} people and {groups} groups".format(**self.outcome)
        agreement = "both sides agree" if self.in_sync else "both sides differ"
        return f"{'In sync' if self.in_sync else 'Not in sync'}. {self.title} sent {sent}, and in the end {agreement}."


def is_demo() -> bool:
    """Whether the organisation on screen is the demo's, on this machine: what a run makes stays there."""
    return is_loopback(current_app.config["PUBLIC_URL"]) and visitor().organization.slug == organizations.DEMO


def offered() -> dict[str, Any] | None:
    """What the card on the page of the log shows; None where it has no place."""
    return {"titles": TITLES, "run": last()} if is_demo() and visitor().may_act else None


@blueprint.get(SIMULATION)
@for_owners_and_admins
def simulation() -> ResponseReturnValue:
    """How far the run is. The page asks every second while it goes on."""
    return shown()


@blueprint.post(SIMULATION)
@for_owners_and_admins
def start_simulation() -> ResponseReturnValue:
    """Begin a run, unless one goes on already, and show how far it is."""
    provider = request.form.get("provider", "")
    if not is_demo():
        abort(404)
    if provider not in TITLES:
        abort(400)
    with alone():
        run = last()
        if run is None or not run.running:
            start(provider)
    return shown()


def shown() -> ResponseReturnValue:
    """The state of the run as a block, after which the log looks for what is new; or the page, which shows it too."""
    if not is_demo():
        abort(404)
    if not is_htmx():
        return redirect(url_for("panel.log"), 303)
    answer = make_response(render_block("panel/simulation.html", "running", simulation=offered()))
    answer.headers["HX-Trigger"] = "log-moved"
    return answer


@contextmanager
def alone() -> Iterator[None]:
    """While this is held, no other process or thread begins a run."""
    Path(current_app.instance_path).mkdir(parents=True, exist_ok=True)
    held = os.open(Path(current_app.instance_path) / f"{NAME}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def last() -> Run | None:
    """The newest run in the organisation on screen, if its file can be read."""
    try:
        run = Run(**json.loads(file(current_app).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return run if run.organization_id == visitor().organization.id and run.provider in TITLES else None


def file(app: Flask) -> Path:
    """Where the newest run is told."""
    return Path(app.instance_path) / f"{NAME}.json"


def tell(app: Flask, run: Run) -> None:
    """Put the run in the place of what was told before, as a whole: nobody reads half of it."""
    with tempfile.NamedTemporaryFile("w", dir=app.instance_path, prefix=NAME, delete=False) as new:
        json.dump(asdict(run), new)
    os.replace(new.name, file(app))


def start(provider: str) -> threading.Thread:
    """Make a key for the organisation on screen, and let the provider go to work with it in a thread of its own."""
    me, app = visitor(), cast(Any, current_app)._get_current_object()
    pepper, run = app.config["KEY_PEPPER"], Run(me.organization.id, provider, time.time())
    key = transact(db.session, lambda: keys.temporary(db.session, me.organization.id, me.actor, pepper, "Simulation"))
    db.session.rollback()
    tell(app, run)
    thread = threading.Thread(
        target=play, args=(app, run, scene(app, provider, key.key), key.id), name=NAME, daemon=True
    )
    thread.start()
    return thread


def scene(app: Flask, provider: str, key: str) -> Scene:
    """The provider with a company nobody has heard of yet, in front of this service."""
    kind, token = PROVIDERS[provider], secrets.token_hex(2)
    wire = Connection(
        base_url(app.config), key, kind.headers, kind.content_type, kind.space, LONGEST_WAIT,
        pause=lambda seconds: time.sleep(min(seconds, LONGEST_PAUSE)), told=lambda: time.sleep(BREATH),
    )  # fmt: skip
    company = Company(f"{provider}-{token}.simulated.example", token)
    playing = kind(wire, app.config["ORG_ROLE_ATTRIBUTE"])
    return Scene(playing, company, PEOPLE, GROUPS, app.config["PRODUCT_NAME"])


def play(app: Flask, run: Run, scene: Scene, key_id: str) -> None:
    """Play the scenarios, tell how far they are and what came of them, and forget the key whatever happens."""
    ended = replace(run, over=True)
    try:
        outcome = simulate(
            scene,
            PLAYED,
            lambda scenario, done, steps: tell(app, replace(run, scenario=scenario, done=done, steps=steps)),
        )
        ended = replace(ended, outcome=kept(outcome))
    finally:
        with app.app_context():
            transact(db.session, lambda: keys.forget(db.session, run.organization_id, key_id))
        tell(app, ended)


def kept(outcome: Outcome) -> dict[str, Any]:
    """What is kept of an outcome: its figures, and no more differences than somebody reads."""
    figures = {name: getattr(outcome, name) for name in ("people", "groups", "requests", "seconds", "more")}
    return {**figures, "differences": outcome.shown}
