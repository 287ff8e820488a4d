"""What the statements of a request take by themselves: recorded as the request sends them, and sent again without it.

    python -m bench.floor

It is part of every run that measures on SQLite, in a process of its own: both servers read the environment.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event

from bench import stores
from bench.client import Answer
from bench.groups import GROUPS
from bench.populations import prepare
from bench.service import ROOT, environment_of, flask
from bench.tables import table
from bench.targets import LIMIT, OURS, Target, key_of_limit, known
from bench.workloads import PAGES, PEOPLE, Ask, WrongAnswer
from scim_app import create_app
from scim_app.extensions import db

USERS, PORT, COUNT = 1_000, 5_000, 400
HEAD = ("Microseconds", "limit", "its statements", "this service", "its statements", "share", "at best")
SHOWN = (*PEOPLE, PAGES[0], *(each for each in GROUPS if each.name == "one member of 1,000"))


@dataclass
class Visit:
    """One use of a connection: its options, its statements with their values, and whether they were committed."""

    options: dict[str, Any] = field(default_factory=dict)
    statements: list[tuple[Any, Any]] = field(default_factory=list)
    committed: bool = False


@dataclass(frozen=True)
class Server:
    """An application in this process, on a database of its own."""

    app: Any
    engine: Engine

    def ask(self, request: bytes) -> tuple[Answer, float]:
        """The answer, and the microseconds that it took."""
        environ, statuses = environ_of(request), []
        began = time.thread_time()
        parts = self.app(environ, lambda status, headers, *_: statuses.append(status))
        body = b"".join(parts)
        parts.close()
        took = time.thread_time() - began
        return Answer(int(statuses[0].split()[0]), body), took * 1e6

    def microseconds(self, asks: Sequence[Ask]) -> float:
        """What one of these requests takes, as a median of all but the first fourth."""
        return typical([self.right(each) for each in asks])

    def right(self, ask: Ask) -> float:
        """The microseconds of a request that is answered rightly. Raises WrongAnswer."""
        answer, took = self.ask(ask.request)
        if not ask.right(answer):
            raise WrongAnswer(f"{answer.status} {answer.body[:300]!r}")
        return took

    def visits(self, asks: Sequence[Ask]) -> list[list[Visit]]:
        """What each of these requests asks of the database."""
        found: list[list[Visit]] = []
        with recording(self.engine) as visits:
            for each in asks:
                self.right(each)
                found.append(visits[:])
                visits.clear()
        return found


@contextmanager
def recording(engine: Engine) -> Iterator[list[Visit]]:
    """The visits to the database meanwhile, one after the other."""
    visits: list[Visit] = []

    def connect(_connection: Any) -> None:
        visits.append(Visit())

    def execute(connection: Any, statement: Any, many: Any, one: Any, _options: Any) -> None:
        visits[-1].options = dict(connection.get_execution_options())
        visits[-1].statements.append((statement, many or one))

    def commit(_connection: Any) -> None:
        visits[-1].committed = True

    listeners = {"engine_connect": connect, "before_execute": execute, "commit": commit}
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    try:
        yield visits
    finally:
        for name, listener in listeners.items():
            event.remove(engine, name, listener)


def typical(times: Sequence[float]) -> float:
    """The median of all but the first fourth, in which statements are made."""
    return statistics.median(times[len(times) // 4 :])


def replayed(engine: Engine, visits: Sequence[Visit]) -> float:
    """The microseconds that the statements of one request take by themselves."""
    began = time.thread_time()
    for visit in visits:
        with engine.connect() as connection:
            connection = connection.execution_options(**visit.options)
            for statement, values in visit.statements:
                result = connection.execute(statement, values)
                if result.returns_rows:
                    result.all()
            if visit.committed:
                connection.commit()
    return (time.thread_time() - began) * 1e6


def environ_of(request: bytes) -> dict[str, Any]:
    """A request from the wire as WSGI has it."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, address, protocol = first.split(" ")
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "RAW_URI": address, "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": str(PORT), "SERVER_PROTOCOL": protocol, "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False,
    }  # fmt: skip
    for name, _, value in (line.partition(": ") for line in lines):
        name = name.upper().replace("-", "_")
        environ[name if name in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{name}"] = value
    return environ


@dataclass(frozen=True)
class Kind:
    """A kind of server: how it is begun on a file, the file that each begins with, and what it is asked for."""

    begin: Any
    file: Path
    target: Target

    @contextmanager
    def server(self, name: str) -> Iterator[Server]:
        """One on a copy of the file, of a name that no other has."""
        copy = self.file.with_name(f"{self.target.name.replace(' ', '-')}-{name}.db")
        shutil.copy(self.file, copy)
        app, engine = self.begin(f"sqlite:///{copy}")
        try:
            yield Server(app, engine)
        finally:
            # Whoever has a file open keeps beside it what was written last.
            if "journal" in app.extensions:
                app.extensions["journal"].close()
            engine.dispose()

    def measure(self, asks: Sequence[Ask], name: str) -> tuple[float, float]:
        """What a request takes, and what of it its statements take by themselves."""
        with self.server(f"{name}-whole") as server:
            whole = server.microseconds(asks)
        with self.server(f"{name}-recorded") as server:
            visits = server.visits(asks)
        with self.server(f"{name}-alone") as server:
            return whole, typical([replayed(server.engine, each) for each in visits])


def service_on(url: str) -> tuple[Flask, Engine]:
    """This service on that database."""
    app = create_app(environment_of(PORT, url))
    with app.app_context():
        return app, db.engine


def limit_on(url: str) -> tuple[Any, Engine]:
    """The limit on that database: it reads the environment when it is imported."""
    os.environ.update(environment_of(PORT, url))
    module = importlib.reload(importlib.import_module("bench.limit"))
    return module.app, module.engine


def kinds(store: stores.Store) -> tuple[Kind, Kind]:
    """This service and the limit, with the same users."""
    prepare(store, USERS)
    environment = environment_of(PORT, store.copy(f"ours_{USERS}"))
    flask(environment, "db", "upgrade")
    key = flask(environment, "key", "create", "--org", "bench", "--json")["key"]
    ids, groups = known(environment["DATABASE_URL"], USERS)
    least = store.copy(f"limit_{USERS}")
    own = Target(OURS, USERS, PORT, key, 0, ids, groups)
    bare = Target(LIMIT, USERS, PORT, key_of_limit(least), 0, ids, groups)
    file, other = (Path(url.removeprefix("sqlite:///")) for url in (environment["DATABASE_URL"], least))
    return Kind(service_on, file, own), Kind(limit_on, other, bare)


def rows(store: stores.Store) -> Iterator[tuple[str, ...]]:
    """What each kind of request takes, and what share of the limit is and could be."""
    ours, least = kinds(store)
    for number, work in enumerate(SHOWN):
        whole, alone = ours.measure(work.make(ours.target, COUNT), str(number))
        limit, bare = least.measure(work.make(least.target, COUNT), str(number))
        best = limit / (limit - bare + alone)
        yield (
            work.name,
            *(f"{each:,.0f}" for each in (limit, bare, whole, alone)),
            f"{limit / whole:.2f}",
            f"{best:.2f}",
        )


def apart() -> list[list[str]]:
    """The same, found by another process."""
    done = subprocess.run([sys.executable, "-m", "bench.floor", "--json"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: list[list[str]] = json.loads(done.stdout)
    return found


def main() -> None:
    """Print them."""
    with stores.opened("sqlite") as store:
        found = list(rows(store))
    print(json.dumps(found) if "--json" in sys.argv else "\n".join(table(HEAD, found)))


if __name__ == "__main__":
    main()
