"""What is measured: a running server, whom it knows, and how it is spoken to."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, insert, select

from bench import limit_tables, processes
from bench.populations import group_name, removing, sizes
from bench.service import SECRETS, Service, environment_of, flask
from bench.stores import CACHE, Store
from scim_app.directory.keys.form import fingerprint, fresh
from scim_app.directory.tables import Group, User

OURS, LIMIT = "this service", "the limit"
LOG = CACHE / "servers.log"


@dataclass
class Target:
    """A server with so many users: the ids of persons number 0, 1, …, and of groups by their size."""

    name: str
    users: int
    port: int
    key: str
    leader: int
    ids: list[str]
    groups: dict[int, str] = field(default_factory=dict)
    base: str = "/scim/v2"
    lacks: frozenset[str] = frozenset()
    """Names of workloads that it does not serve."""
    also: Callable[[], list[int]] = list
    """The processes of its database."""
    leaves: Callable[[str], dict[str, Any]] = removing
    """The message that removes a member, as the server understands it."""
    made: int = 0
    turns: dict[str, int] = field(default_factory=dict)
    cursors: list[str] = field(default_factory=list)
    pushed: list[str] = field(default_factory=list)
    """The groups that were made for the last pushes."""

    def request(self, method: str, path: str, body: Any = None) -> bytes:
        """A request as it goes over the wire."""
        content = b"" if body is None else json.dumps(body).encode()
        media = "Content-Type: application/scim+json\r\n" if body is not None else ""
        length = f"Content-Length: {len(content)}\r\n" if method != "GET" else ""
        head = (
            f"{method} {self.base}{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept: application/scim+json\r\n"
            f"Authorization: Bearer {self.key}\r\n{media}{length}\r\n"
        )
        return head.encode() + content

    def turn(self, what: str, count: int) -> range:
        """The next so many numbers of something, which is never done to the same twice in a row."""
        first = self.turns.get(what, 0)
        self.turns[what] = first + count
        return range(first, first + count)

    def pids(self) -> list[int]:
        """The processes whose time counts."""
        return processes.group(self.leader) + self.also()

    def workers(self) -> list[int]:
        """The processes that answer: all of the server but the one that watches over them, if there is one."""
        return processes.group(self.leader)[1:] or [self.leader]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def ours(store: Store, users: int, settings: Mapping[str, str] | None = None) -> Iterator[Target]:
    """This service, as it is deployed, on a copy of the population."""
    environment = environment_of(free_port(), store.copy(f"ours_{users}")) | dict(settings or {})
    flask(environment, "db", "upgrade")
    key = flask(environment, "key", "create", "--org", "bench", "--json")["key"]
    ids, groups = known(environment["DATABASE_URL"], users)
    with running(Service(int(environment["PORT"]), key, environment, LOG)) as leader:
        yield Target(OURS, users, int(environment["PORT"]), key, leader, ids, groups, also=store.pids)


@contextlib.contextmanager
def limit(store: Store, users: int, source: Target) -> Iterator[Target]:
    """The limit, with the same users and groups under the same ids."""
    environment = environment_of(free_port(), store.copy(f"limit_{users}"))
    key = key_of_limit(environment["DATABASE_URL"])
    with running(Service(int(environment["PORT"]), key, environment, LOG, application="bench.limit:app")) as leader:
        yield Target(
            LIMIT, users, int(environment["PORT"]), key, leader, source.ids, source.groups, also=store.pids
        )  # fmt: skip


def key_of_limit(database_url: str) -> str:
    """A new key that the limit knows on that database."""
    public_id, key = fresh()
    engine = create_engine(database_url)
    with engine.begin() as connection:
        kept = {"public_id": public_id, "secret_hash": fingerprint(SECRETS["KEY_PEPPER"], key)}
        connection.execute(insert(limit_tables.keys), kept)
    engine.dispose()
    return key


@contextlib.contextmanager
def running(service: Service) -> Iterator[int]:
    """The process group of a service, which runs in the block."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    try:
        service.start()
        assert service.process is not None
        yield service.process.pid
    finally:
        service.stop()


def known(database_url: str, users: int) -> tuple[list[str], dict[int, str]]:
    """The ids of the first so many users by name, and of the groups by size."""
    people, groups = User.__table__.c, Group.__table__.c
    engine = create_engine(database_url)
    with engine.connect() as connection:
        ids = connection.scalars(select(people.id).order_by(people.user_name_key).limit(users)).all()
        by_name = {name: id for name, id in connection.execute(select(groups.display_name, groups.id))}
    engine.dispose()
    return list(ids), {size: by_name[group_name(size)] for size in sizes(users)}
