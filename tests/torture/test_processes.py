"""Three server processes on one PostgreSQL, their limits in one Redis: nothing depends on which of them answers."""

from __future__ import annotations

import http.client
import re
import shutil
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle
from urllib.parse import urlencode

import pytest

from bench.service import Client, Service, environment_of, flask

pytestmark = pytest.mark.databases("postgresql")
PROCESSES = 3
PER_SECOND = 10
BURST = 4 * PER_SECOND
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PASSWORD = "a long enough pass phrase"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a Redis of this test's own, which keeps nothing."""
    server, port = shutil.which("redis-server"), free_port()
    assert server, "Install redis-server: make test does, as root on Debian."
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    yield f"redis://127.0.0.1:{port}/0", process
    process.kill()
    process.wait()


@pytest.fixture
def three(database_url: str, redis: tuple[str, subprocess.Popen[bytes]]) -> Iterator[list[Service]]:
    """Three processes with one worker each, told apart by their port alone; the first makes the organisation."""
    ports = [free_port() for _ in range(PROCESSES)]
    public = {"PUBLIC_URL": f"http://127.0.0.1:{ports[0]}", "RATELIMIT_STORAGE_URI": redis[0]}
    environments = [environment_of(port, database_url, 1) | public for port in ports]
    flask(environments[0], "org", "create", "Acme", "--json")
    key = flask(environments[0], "key", "create", "--org", "acme", "--json")["key"]
    with ExitStack() as running:
        services = [Service(port, key, environment) for port, environment in zip(ports, environments, strict=True)]
        for each in services:
            running.callback(each.stop)
            each.start()
        yield services


@pytest.fixture
def clients(three: list[Service]) -> Iterator[list[Client]]:
    """A client of each process, connected once it asks."""
    with ExitStack() as connected:
        yield [connected.enter_context(each.connect()) for each in three]


def test_a_walk_of_requests_goes_on_at_whichever_process_is_next(clients: list[Client]) -> None:
    first, second, third = clients
    made = [first.ask("POST", "/Users", {"userName": f"person{number}@example.com"}).json for number in range(5)]
    assert second.send("GET", f"/Users/{made[0]['id']}") == (200, made[0])
    deactivate = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": False}}]}
    tag = {"If-Match": made[0]["meta"]["version"]}
    assert third.ask("PATCH", f"/Users/{made[0]['id']}", deactivate, tag).status == 200
    assert first.ask("PATCH", f"/Users/{made[0]['id']}", deactivate, tag).status == 412
    names, cursor = [], ""
    for client in cycle((first, second, third)):
        page = client.ask("GET", "/Users?" + urlencode({"count": 2, "cursor": cursor})).json
        names += [each["userName"] for each in page["Resources"]]
        cursor = page.get("nextCursor")
        if not cursor:
            break
    assert names == [each["userName"] for each in made]


def test_a_key_that_is_deactivated_at_one_process_is_refused_by_all(
    three: list[Service], clients: list[Client]
) -> None:
    assert [client.send("GET", "/Users")[0] for client in clients] == [200] * PROCESSES
    only = three[0].flask("key", "list", "--org", "acme", "--json")["keys"][0]["id"]
    three[0].flask("key", "deactivate", only, "--org", "acme", "--json")
    for client in clients:
        # A connection is kept for five seconds without a request, and the commands may take longer.
        client.connection.close()
    assert [client.send("GET", "/Users")[0] for client in clients] == [401] * PROCESSES


def test_somebody_who_signed_in_at_one_process_is_signed_in_at_all_and_signs_out_of_all(three: list[Service]) -> None:
    three[0].flask(
        "admin", "create", "ada@acme.example", "--org", "acme", "--role", "owner", "--password-stdin", "--json",
        said=PASSWORD,
    )  # fmt: skip
    cookies: dict[str, str] = {}
    page = panel(three[0], cookies, "GET", "/sign-in")[1]
    form = {"email": "ada@acme.example", "password": PASSWORD, "csrf_token": token(page)}
    assert panel(three[1], cookies, "POST", "/sign-in", form)[0] == 303
    inside = [panel(each, cookies, "GET", "/settings/organization/access") for each in three]
    assert [status for status, _ in inside] == [200] * PROCESSES
    kept = dict(cookies)
    assert panel(three[2], cookies, "POST", "/sign-out", {"csrf_token": token(inside[2][1])})[0] == 303
    again = [panel(each, dict(kept), "GET", "/settings/organization/access")[0] for each in three]
    assert again == [303] * PROCESSES


def test_the_processes_count_requests_together_and_each_alone_while_redis_is_away(
    three: list[Service],
    clients: list[Client],
    redis: tuple[str, subprocess.Popen[bytes]],
    figure: Callable[[str], None],
) -> None:
    for each in three:
        each.stop()
        each.environment["RATE_LIMIT"] = str(PER_SECOND)
        each.start()
    statuses = Counter(client.send("GET", "/Users?count=0")[0] for _, client in zip(range(3 * BURST), cycle(clients)))
    # The burst, and what is allowed anew while it is asked for; alone each of them would have answered as much.
    assert BURST <= statuses[200] < 2 * BURST and statuses[429] == 3 * BURST - statuses[200]
    redis[1].send_signal(signal.SIGKILL)
    redis[1].wait()
    assert [client.send("GET", "/Users?count=0")[0] for client in clients] == [200] * PROCESSES
    figure(f"{PROCESSES} processes, burst of {BURST}: {statuses[200]} answered, {statuses[429]} told to wait")


def test_the_others_go_on_when_one_process_is_killed(three: list[Service], clients: list[Client]) -> None:
    three[0].kill()
    for number, client in enumerate(clients[1:]):
        assert client.send("POST", "/Users", {"userName": f"person{number}@example.com"})[0] == 201
    assert clients[1].ask("GET", "/Users").json["totalResults"] == 2


def panel(
    service: Service, cookies: dict[str, str], method: str, path: str, form: dict[str, str] | None = None
) -> tuple[int, str]:
    """Status and page of one request of a browser, whose cookies change as the answer says."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if form is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request(method, path, urlencode(form) if form is not None else None, headers)
    answer = connection.getresponse()
    for cookie in answer.headers.get_all("Set-Cookie", []):
        name, _, value = cookie.partition(";")[0].partition("=")
        cookies[name] = value
    page = answer.read().decode()
    connection.close()
    return answer.status, page


def token(page: str) -> str:
    """The CSRF token of the page's forms."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found
    return found[1]
