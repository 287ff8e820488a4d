"""Names that the groups of scopes and roles had before a rename: a directory that knows a group by one still finds it.

A former name is a leaf of `displayName` like the name itself, at another position. It gives way to any group that is
given the name.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from scim_app.directory.tables import FormerName, SearchValue
from scim_app.directory.transaction import AnySession

PATH = "displayName"


def keep(session: AnySession, organization_id: str, group_id: str, name: str, key: str) -> None:
    """Let the group be found by this name too."""
    release(session, organization_id, [key])
    session.execute(
        insert(FormerName).values(
            organization_id=organization_id, group_id=group_id, display_name=name, display_key=key
        )
    )
    session.execute(insert(SearchValue).values(leaf(organization_id, group_id, key)))


def release(session: AnySession, organization_id: str, keys: Sequence[str]) -> None:
    """Let no group be found by these as former names."""
    own = FormerName.organization_id == organization_id, FormerName.display_key.in_(keys)
    held = session.execute(select(FormerName.group_id, FormerName.display_key).where(*own)).all()
    if not held:
        return
    session.execute(delete(FormerName).where(*own))
    for group_id, key in held:
        session.execute(
            delete(SearchValue).where(
                SearchValue.organization_id == organization_id,
                SearchValue.kind == "Group",
                SearchValue.resource_id == group_id,
                SearchValue.path == PATH,
                SearchValue.key == key,
                SearchValue.item == 1,
            )
        )


def leaves(session: AnySession, organization_id: str) -> list[dict[str, object]]:
    """The leaves of every former name, for the index to be written anew."""
    statement = select(FormerName.group_id, FormerName.display_key).where(FormerName.organization_id == organization_id)
    return [leaf(organization_id, group_id, key) for group_id, key in session.execute(statement)]


def leaf(organization_id: str, group_id: str, key: str) -> dict[str, object]:
    """A former name as a row of the index."""
    return {
        "organization_id": organization_id,
        "kind": "Group",
        "path": PATH,
        "key": key,
        "resource_id": group_id,
        "item": 1,
    }
