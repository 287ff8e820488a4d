"""Sixteen clients write at once for thirty seconds, two workers on one SQLite file: which statuses come back?

    python bench/writers.py [seconds]

Each client creates users, deactivates them, pushes them into one shared group and takes them out again. Ends with exit
code 1 if anything but the expected 2xx was answered, or if the group is not what the clients agreed on.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter

from service import Service, service

CLIENTS = 16
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def write(running: Service, number: int, group: str, seconds: float, statuses: Counter[int], kept: set[str]) -> None:
    """One client: a life of a user after another. Every third stays in the group."""
    client, turn, end = running.connect(), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        turn += 1
        body = {"schemas": [CORE_USER], "userName": f"writer{number}-{turn}@example.com", "active": True}
        status, user = client.send("POST", "/Users", body)
        statuses[status] += 1
        operations = [
            ("Users/" + user["id"], {"op": "replace", "value": {"active": False}}),
            ("Groups/" + group, {"op": "add", "path": "members", "value": [{"value": user["id"]}]}),
        ]
        if turn % 3:
            operations.append(("Groups/" + group, {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}))
        else:
            kept.add(user["id"])
        for path, operation in operations:
            status, _ = client.send("PATCH", f"/{path}", {"schemas": [PATCH_OP], "Operations": [operation]})
            statuses[status] += 1


def main() -> None:
    """Run, print, judge."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30
    statuses: Counter[int] = Counter()
    kept: set[str] = set()
    with service() as running:
        client = running.connect()
        _, group = client.send("POST", "/Groups", {"displayName": "Everybody"})
        threads = [
            threading.Thread(target=write, args=(running, number, group["id"], seconds, statuses, kept))
            for number in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _, group = running.connect().send("GET", f"/Groups/{group['id']}")
        exact = {member["value"] for member in group.get("members", [])} == kept
    print(f"{sum(statuses.values())} writes by {CLIENTS} clients in {seconds:.0f} s: {dict(sorted(statuses.items()))}")
    print(f"the group holds exactly the {len(kept)} users that should be in it: {exact}")
    sys.exit(0 if exact and set(statuses) <= {200, 201, 204} else 1)


if __name__ == "__main__":
    main()
