"""What a directory may do, over SCIM, with a group that is the pair of a scope and a role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scim_app.directory.roles import pairs, teams
from scim_app.directory.roles.labels import same_but_for_case_and_spaces
from scim_app.directory.store import Store
from scim_app.protocol.errors import Mutability

FOLLOWS = "Group names follow the project and role: rename the project, team or role in the panel."
NO_DELETION = "Project deletion is not supported via SCIM: delete the project or the role in the panel."


def named(store: Store, group_id: str, before: Mapping[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The document with the name it may have: a pair keeps its own. Raises Mutability for a pair given another."""
    old, new = before["displayName"], after["displayName"]
    if old == new or pairs.of_group(store, group_id) is None:
        return after
    if not same_but_for_case_and_spaces(old, new):
        raise Mutability(FOLLOWS)
    return after | {"displayName": old}


def delete(store: Store, group_id: str) -> bool:
    """Whether the deletion of a group was that of a team, which is done then. Raises Mutability for a project's."""
    pair = pairs.of_group(store, group_id)
    if pair is None:
        return False
    if pair.scope.kind != "team":
        raise Mutability(NO_DELETION)
    teams.delete_team(store, pair.scope)
    return True
