"""The users and groups that everything is measured with: seeded, pushed, and kept in a store."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

from bench import limit_tables
from bench.service import Client, service
from bench.stores import Store
from scim_app.cli.people import CORE_GROUP

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SIZES = (10, 1_000, 10_000, 100_000)
"""Members of the groups, of which an organisation has those that it has people for."""
PROJECT, ROLE, HAVING_ROLE = "Mobile", "Admin", 50
ROLE_GROUP = f"App-{PROJECT}-{ROLE}"
AT_ONCE = 1_000


def group_name(size: int) -> str:
    """What the group of so many is called."""
    return f"Group of {size}"


def sizes(users: int) -> list[int]:
    """The sizes of the groups that an organisation of so many has."""
    return [size for size in SIZES if size <= users]


def prepare(store: Store, users: int) -> None:
    """See to it that the store has an organisation of so many, as the service keeps it and as the limit does."""
    ours, limit = f"ours_{users}", f"limit_{users}"
    if not store.has(ours):
        with service(users, database_url=store.new(ours)) as running:
            running.flask("project", "create", PROJECT, "--org", "bench", "--json")
            push_groups(running.connect(), users)
        store.keep(ours)
    if not store.has(limit):
        limit_tables.fill(store.copy(ours), store.new(limit), PROJECT, ROLE, ROLE_GROUP)
        store.keep(limit)


def push_groups(client: Client, users: int) -> None:
    """Push the groups, the first users being their members, and some into the group of a role."""
    with contextlib.closing(client.connection):
        ids: list[str] = []
        for start in range(1, users + 1, AT_ONCE):
            page = right(client.send("GET", f"/Users?startIndex={start}&count={AT_ONCE}&attributes=userName"))
            ids += [each["id"] for each in sorted(page["Resources"], key=lambda each: each["userName"])]
        for size in sizes(users):
            made = right(client.send("POST", "/Groups", {"schemas": [CORE_GROUP], "displayName": group_name(size)}))
            for start in range(0, size, AT_ONCE):
                right(client.send("PATCH", f"/Groups/{made['id']}", adding(ids[start : min(start + AT_ONCE, size)])))
        query = f"/Groups?filter=displayName%20eq%20%22{ROLE_GROUP}%22&excludedAttributes=members"
        [linked] = right(client.send("GET", query))["Resources"]
        right(client.send("PATCH", f"/Groups/{linked['id']}", adding(ids[:HAVING_ROLE])))


def adding(ids: Sequence[str]) -> dict[str, object]:
    """The message that adds these users to a group."""
    operation = {"op": "add", "path": "members", "value": [{"value": each} for each in ids]}
    return {"schemas": [PATCH_OP], "Operations": [operation]}


def removing(id: str) -> dict[str, object]:
    """The message that removes this user from a group."""
    return {"schemas": [PATCH_OP], "Operations": [{"op": "remove", "path": f'members[value eq "{id}"]'}]}


def right(answer: tuple[int, Any]) -> dict[str, Any]:
    """The body of an answer that was as it should be."""
    status, body = answer
    assert status in {200, 201, 204}, answer
    return body if isinstance(body, dict) else {}
