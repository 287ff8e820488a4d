"""Does a page of the panel take longer in a large organisation? Two services, asked in turn.

    python bench/panel.py [size]

One has 100 users, 100 groups and 100 rows of the log, the other `size` users (100,000), a tenth as many groups and as many
rows of the log; both have an entry of the changelog for each. Prints the median of each page in both, and their ratio.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import subprocess
import sys
import time
from urllib.parse import urlencode

from service import ROOT, Service, service

PASSWORD = "only for measuring, long enough"
PAGES = ("", "/access", "/users", "/users?q=user0000", "/groups", "/projects", "/log", "/changelog")
ROUNDS = 60
SMALL = 100
LOG_LINES = """
from datetime import UTC, datetime
from scim_app import create_app
from scim_app.directory import organizations
from scim_app.directory.ids import new_id
from scim_app.directory.journal import Noted
from scim_app.directory.journal.writer import add
from scim_app.directory.transaction import transact
from scim_app.extensions import db

def noted(organization_id):
    return Noted(
        request_id=new_id(), organization_id=organization_id, key_id=None, key_name="Okta", user_agent="Okta SCIM Client",
        address="127.0.0.1", method="POST", path="/Users", query="", status=409, duration=3, request=None, response=None,
    )

with create_app().app_context():
    own = organizations.by_slug(db.session, "bench").id
    for begin in range(0, {size}, 1000):
        transact(db.session, lambda: add(db.session, [noted(own) for _ in range(min(1000, {size} - begin))]))
"""


def fill(running: Service, size: int) -> None:
    """Groups, rows of the log and an administrator."""
    environment = os.environ | running.environment
    running.flask("seed", "--org", "bench", "--users", "0", "--groups", str(max(100, size // 10)), "--members", "0")
    running.flask(
        "admin", "create", "ada@bench.example", "--org", "bench", "--role", "owner", "--password-stdin", said=PASSWORD
    )
    subprocess.run(
        [sys.executable, "-c", LOG_LINES.replace("{size}", str(size))], cwd=ROOT, env=environment, check=True
    )


class Visitor:
    """Somebody who is signed in, on one connection."""

    def __init__(self, running: Service) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        self.cookie = ""
        _, page = self.ask("GET", "/sign-in")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token is not None
        form = {"csrf_token": token[1], "email": "ada@bench.example", "password": PASSWORD}
        status, _ = self.ask("POST", "/sign-in", urlencode(form))
        assert status == 303, status

    def ask(self, method: str, path: str, form: str | None = None) -> tuple[int, str]:
        """Status and text of an answer; a cookie it sets is kept."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, form, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        given = response.headers.get_all("Set-Cookie") or []
        self.cookie = next((each.partition(";")[0] for each in given if each.startswith("session=")), self.cookie)
        return response.status, text

    def time(self, page: str) -> float:
        """Seconds until a page of the settings is there."""
        began = time.perf_counter()
        status, _ = self.ask("GET", f"/settings/organization{page}")
        assert status == 200, (page, status)
        return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    large = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with service(SMALL, workers=1) as few, service(large, workers=1) as many:
        fill(few, SMALL)
        fill(many, large)
        visitors = {SMALL: Visitor(few), large: Visitor(many)}
        for page in PAGES:
            times: dict[int, list[float]] = {SMALL: [], large: []}
            for round_ in range(ROUNDS + 5):
                for size, visitor in visitors.items():
                    took = visitor.time(page)
                    if round_ >= 5:
                        times[size].append(took)
            small, big = (statistics.median(each) * 1000 for each in times.values())
            print(
                f"{page or '/':18} {SMALL} {small:6.1f} ms   {large:,} {big:6.1f} ms   ratio {big / small:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
