"""What a deployment decides where the product leaves a choice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Policy:
    """`wipes` : deactivating a user takes memberships and roles away for good, where they otherwise wait for the return.

    `refuses_unknown_members`: a push that names an unknown member is refused, where the member is otherwise skipped.
    """

    wipes: bool = False
    refuses_unknown_members: bool = False


KEEP = Policy()
