"""Which WSGI server: gunicorn (gthread, or the worker of this service) or granian, two processes each.

    python bench/server_choice.py

Four questions, each with a bound of its own, everything on loopback and with the same trivial application: how many
requests a healthy client gets answered while slow clients hold half-sent requests, or do not hang up when they were
refused; what SIGTERM does to requests in flight; how much memory; how many requests a second. Only the ratios between
the servers mean anything: the clients share the machine with them.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
GUNICORN = (
    "gunicorn",
    "--worker-class",
    "gthread",
    "--no-control-socket",
    "--bind",
    "127.0.0.1:{port}",
    "--workers",
    "2",
)
GRANIAN = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", "{port}", "--workers", "2")
APPLICATION = "server_choice:application"
COMMANDS = {
    "gunicorn, 8 threads": (*GUNICORN, "--threads", "8", APPLICATION),
    "gunicorn, 512 threads": (*GUNICORN, "--threads", "512", APPLICATION),
    "gunicorn, as here": (*GUNICORN, "--worker-class", "scim_app.server.Worker", "--threads", "512", APPLICATION),
    "granian, 8 threads": (*GRANIAN, "--blocking-threads", "8", APPLICATION),
    "granian, as it comes": (*GRANIAN, APPLICATION),
}
NO_REQUEST = b"hello\r\n\r\n"
HALF_BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
HALF_HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Reads the body, as Flask does for JSON, and answers; `/second` takes a second."""
    environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/second":
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]


def answered(port: int, path: str = "/", timeout: float = 1) -> float | None:
    """Seconds until a 200 on a new connection, or None without one."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        if connection.getresponse().status == 200:
            return time.perf_counter() - began
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()
    return None


class Server:
    """One server as a process group on a free port, gone when the block ends."""

    def __init__(self, name: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.command = [part.format(port=self.port) for part in COMMANDS[name]]
        self.command[0] = str(Path(sys.executable).with_name(self.command[0]))

    def __enter__(self) -> Server:
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, cwd=HERE, env=os.environ | {"PYTHONPATH": str(HERE.parent)},
            stdout=self.log, stderr=self.log, start_new_session=True,
        )  # fmt: skip
        deadline = time.monotonic() + 15
        while answered(self.port) is None:
            if time.monotonic() > deadline or self.process.poll() is not None:
                self.log.seek(0)
                raise RuntimeError(self.log.read().decode())
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def memory(self) -> float:
        """MiB of the whole group, shared pages counted once (PSS)."""
        kilobytes = 0
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(folder.name)) == self.process.pid:
                    lines = (folder / "smaps_rollup").read_text().splitlines()
                    kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            except OSError:
                continue
        return kilobytes / 1024


def slow_clients(name: str, half: bytes, count: int) -> str:
    """How many of 20 healthy requests are answered within 1 s each while `count` clients hold half a request."""
    with Server(name) as server, ExitStack() as held:
        for _ in range(count):
            slow = held.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=2))
            slow.sendall(half)
        times = [answered(server.port) for _ in range(20)]
        good = [value for value in times if value is not None]
        return f"{len(good):2}/20" + (f" median {statistics.median(good) * 1000:.1f} ms" if good else "")


def drain(name: str) -> str:
    """How many of 16 requests in flight are answered after SIGTERM, and how the server ends."""
    with Server(name) as server, ThreadPoolExecutor(16) as clients:
        flights = [clients.submit(answered, server.port, "/second", 10) for _ in range(16)]
        time.sleep(0.4)
        server.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        code = server.process.wait(30)
        good = sum(flight.result() is not None for flight in flights)
        return f"{good}/16 answered, exit {code} after {time.monotonic() - began:.1f} s"


def load(port: int, seconds: float) -> int:
    """Requests that four kept-alive connections of one process had answered."""
    total: list[int] = []

    def one() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        done, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            connection.request("GET", "/")
            connection.getresponse().read()
            done += 1
        connection.close()
        total.append(done)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(total)


def throughput(name: str, seconds: float = 5) -> tuple[float, float]:
    """Requests a second by two client processes, and MiB afterwards."""
    with Server(name) as server, ProcessPoolExecutor(2) as clients:
        done = sum(clients.map(load, [server.port] * 2, [seconds] * 2))
        return done / seconds, server.memory()


def main() -> None:
    """Print one line per question and server."""
    for name in COMMANDS:
        for count in (40, 300):
            print(f"{name:21}  {count:3} half bodies   {slow_clients(name, HALF_BODY, count)}", flush=True)
            print(f"{name:21}  {count:3} half headers  {slow_clients(name, HALF_HEADERS, count)}", flush=True)
            print(f"{name:21}  {count:3} no requests   {slow_clients(name, NO_REQUEST, count)}", flush=True)
        print(f"{name:21}  SIGTERM           {drain(name)}", flush=True)
        rate, memory = throughput(name)
        print(f"{name:21}  throughput        {rate:.0f} requests/s, then {memory:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
