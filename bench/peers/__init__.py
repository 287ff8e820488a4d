"""Other SCIM servers, each installed from its registry into an environment of its own, and filled over SCIM.

`memory_app.py`, `django_site` and `scimmy.mjs` are what each needs from its user to run: they do not run in our environment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench.client import ask_all
from bench.populations import PATCH_OP, adding, group_name
from bench.service import wait_for
from bench.stores import CACHE
from bench.targets import Target, free_port
from bench.workloads import BY_DEPTH, DOMAIN
from scim_app.cli.people import CORE_GROUP, person

HERE = Path(__file__).parent
KEY = "only-for-measuring"
SIZES = (10, 1_000)
NEVER = frozenset({"deep page of 100, by cursor", "who has a role in a project"} | {each.name for each in BY_DEPTH})


@dataclass(frozen=True)
class Peer:
    """A server: what is installed, how it is started in its environment, and what it does not serve."""

    name: str
    about: str
    packages: Sequence[str]
    command: Callable[[Path, int], Sequence[str]]
    base: str
    lacks: frozenset[str] = NEVER
    node: bool = False
    members_by_value: bool = False

    @property
    def folder(self) -> Path:
        """Its environment."""
        return CACHE / "peers" / self.name


def gunicorn(application: str, workers: int) -> Callable[[Path, int], Sequence[str]]:
    """Starts a WSGI application that stands here, with the gunicorn of the environment and four threads a worker."""

    def command(folder: Path, port: int) -> Sequence[str]:
        return [
            str(folder / "bin" / "python"), "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", str(workers), "--threads", "4", "--preload", "--no-control-socket", "--log-level", "error",
            application,
        ]  # fmt: skip

    return command


PEERS = [
    Peer(
        "scim2-server", "Python, in memory, one process", ["scim2-server", "gunicorn"],
        gunicorn("memory_app:app", 1), "/v2",
    ),
    Peer(
        "django-scim2", "Python, Django on SQLite, two workers", ["django-scim2", "gunicorn"],
        gunicorn("django_site.wsgi:app", 2), "/scim/v2",
        NEVER | {"lookup by externalId", "page of 100, sorted", "page of 100, broad filter"}, members_by_value=True,
    ),
    Peer(
        "scimmy", "node with express, in memory, one process", ["scimmy", "scimmy-routers", "express"],
        lambda folder, port: ["node", str(folder / "scimmy.mjs"), str(port)], "/scim/v2", node=True,
    ),
]  # fmt: skip


def install(peer: Peer) -> str | None:
    """See to it that the peer is installed; a sentence when it cannot be."""
    done = peer.folder / "installed"
    if peer.node and not (shutil.which("node") and shutil.which("npm")):
        return f"{peer.name} is left out: there is no node. Install it with: bin/debian-packages nodejs npm"
    if not done.exists():
        peer.folder.mkdir(parents=True, exist_ok=True)
        if peer.node:
            commands = [["npm", "init", "--yes"], ["npm", "install", "--silent", *peer.packages]]
        else:
            python = str(peer.folder / "bin" / "python")
            commands = [
                [sys.executable, "-m", "venv", str(peer.folder)],
                [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *peer.packages],
            ]
        for command in commands:
            ended = subprocess.run(command, cwd=peer.folder, capture_output=True, text=True)
            if ended.returncode:
                return f"{peer.name} is left out: {' '.join(command)} failed. {ended.stderr.strip()[-300:]}"
        done.touch()
    if peer.node:
        shutil.copy(HERE / "scimmy.mjs", peer.folder)
    return None


def version(peer: Peer) -> str:
    """The peer and its version, as its registry calls them."""
    if peer.node:
        listed = subprocess.run(
            ["npm", "ls", "--depth=0", *peer.packages], cwd=peer.folder, capture_output=True, text=True
        )
        found = [line.split()[-1] for line in listed.stdout.splitlines()[1:] if line.strip()]
        return ", ".join(each.replace("@", " ") for each in found)
    script = "import sys; from importlib.metadata import version; print(sys.argv[1], version(sys.argv[1]))"
    python = str(peer.folder / "bin" / "python")
    return subprocess.run([python, "-c", script, peer.packages[0]], capture_output=True, text=True).stdout.strip()


@contextlib.contextmanager
def serving(peer: Peer, users: int) -> Iterator[Target]:
    """The peer, filled with so many users and the groups that it can hold."""
    port, folder = free_port(), tempfile.TemporaryDirectory(prefix="bench-")
    environment = {"BENCH_FOLDER": folder.name, "BENCH_KEY": KEY, "PYTHONPATH": str(HERE), "NODE_ENV": "production"}
    process = subprocess.Popen(
        peer.command(peer.folder, port), cwd=HERE, env=os.environ | environment, start_new_session=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port, f"{peer.base}/ServiceProviderConfig", {200, 401})
        target = Target(peer.name, users, port, KEY, process.pid, [], base=peer.base, lacks=peer.lacks)
        fill(target)
        yield replace(target, leaves=leaving_by_value) if peer.members_by_value else target
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        folder.cleanup()


def fill(target: Target) -> None:
    """Create the users one by one, and the groups with their members."""
    bodies = [person(number, DOMAIN) for number in range(target.users)]
    answers, _ = ask_all(target.port, [target.request("POST", "/Users", body) for body in bodies], 1)
    target.ids += [str(each.json["id"]) for each in answers]
    for size in SIZES:
        if size <= target.users:
            body = {"schemas": [CORE_GROUP], "displayName": group_name(size)}
            [made], _ = ask_all(target.port, [target.request("POST", "/Groups", body)], 1)
            target.groups[size] = str(made.json["id"])
            path = f"/Groups/{target.groups[size]}"
            [answer], _ = ask_all(target.port, [target.request("PATCH", path, adding(target.ids[:size]))], 1)
            assert answer.status in {200, 204}, answer


def leaving_by_value(id: str) -> dict[str, object]:
    """The message that removes a member from a group, for servers that know no value path."""
    return {"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": "members", "value": [{"value": id}]}]}
