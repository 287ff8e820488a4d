"""A simulated directory in front of this service, of the size that PEOPLE and PUSHED say."""

from __future__ import annotations

import os

from scim_app.simulator.company import Company
from scim_app.simulator.scenarios import Scene
from scim_app.simulator.simulation import PROVIDERS
from scim_app.simulator.wire import Connection

PEOPLE = int(os.environ.get("PEOPLE", "40"))
GROUPS = int(os.environ.get("PUSHED", "6"))


def scene(provider: str, live_server: str, key: str, people: int = PEOPLE, groups: int = GROUPS) -> Scene:
    """Where that provider talks to this service for a new company."""
    kind = PROVIDERS[provider]
    wire = Connection(f"{live_server}/scim/v2", key, kind.headers, kind.content_type, kind.space)
    return Scene(kind(wire), Company(), people, groups)
