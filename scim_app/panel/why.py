"""Why somebody may do what they may: for each role every grant, the binding, the request, and what would remain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scim_app.directory.roles import bindings, why
from scim_app.directory.roles.bindings import Bound
from scim_app.directory.roles.why import Grant, Held
from scim_app.directory.store import Store


@dataclass(frozen=True)
class Told:
    """One grant, with the binding through which it is one, and when and by which request it came."""

    grant: Grant
    bound: Bound | None
    since: datetime
    request_id: str | None


@dataclass(frozen=True)
class Reason:
    """One role in a scope, and all that gives it; the first of the grants is the one that counts."""

    held: Held
    grants: tuple[Told, ...]


def reasons(store: Store, user_id: str) -> list[Reason]:
    """What the block `why` is drawn from: the organisation first, then projects and teams by name. Nothing if inactive."""
    found = why.of_users(store, [user_id]).get(user_id, [])
    through = {grant.group_id for held in found for grant in held.grants if grant.group_id}
    bound = {
        (each.group_id, each.scope.id, each.role.name): each for each in bindings.of_groups(store, sorted(through))
    }
    return [Reason(held, tuple(_told(store, user_id, held, grant, bound) for grant in held.grants)) for held in found]


def _told(store: Store, user_id: str, held: Held, grant: Grant, bound: dict[tuple[str, str, str], Bound]) -> Told:
    binding = bound.get((grant.group_id or "", held.scope_id, grant.role))
    if grant.kind != "attribute":
        return Told(grant, binding, grant.since, grant.request_id)
    said = why.said(store, user_id, held.scope_id, grant.role)
    return Told(grant, binding, *(said or (grant.since, None)))
