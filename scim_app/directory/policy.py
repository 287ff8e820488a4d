"""What a deployment decides where the product leaves a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Policy:
    """`wipes` : deactivating a user takes memberships and roles away for good, where they otherwise wait for the return.

    `refuses_unknown_members`: a push that names an unknown member is refused, where the member is otherwise skipped.
    """

    wipes: bool = False
    refuses_unknown_members: bool = False

    def applies(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether somebody is wiped by the change of their document: they are deactivated, and that is the policy."""
        return self.wipes and bool(before.get("active")) and not after.get("active")

    def wiped(self, before: Mapping[str, Any], after: dict[str, Any], org_role_attribute: str) -> dict[str, Any]:
        """The document after the change, without any role that it gives if they are wiped by it."""
        if not self.applies(before, after):
            return after
        gone = {"roles", "entitlements", org_role_attribute}
        return {name: value for name, value in after.items() if name not in gone}


KEEP = Policy()
