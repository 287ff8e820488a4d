"""Rows that a transaction of PostgreSQL holds before it writes: groups before users, of a kind in the order of their ids.

Whoever takes them in another order waits for somebody who waits for them, and one of the two is aborted. Rows are held
against others who change them, and not against others who refer to them. SQLite has one writer at a time: nothing is asked
there.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BindParameter, bindparam, exists, select

from scim_app.directory.batches import batches
from scim_app.directory.sources import ORGANIZATION
from scim_app.directory.tables import Binding, Group, GroupMember, User
from scim_app.directory.transaction import AnySession, over

_named: BindParameter[str] = bindparam("ids", expanding=True)
USERS = (
    select(User.id)
    .where(User.organization_id == ORGANIZATION, User.id.in_(_named))
    .order_by(User.id)
    .with_for_update(key_share=True)
)
"""Some users."""
MEANT = USERS.where(exists().where(Binding.organization_id == ORGANIZATION, Binding.group_id == bindparam("group_id")))
"""Some users, if a group means anything."""
_joined = select(GroupMember.group_id).where(
    GroupMember.organization_id == ORGANIZATION, GroupMember.user_id == bindparam("user_id")
)
GROUPS = (
    select(Group.id)
    .where(Group.organization_id == ORGANIZATION, Group.id.in_(_joined))
    .order_by(Group.id)
    .with_for_update(key_share=True)
)
"""The groups of a user."""


def needed(session: AnySession) -> bool:
    """Whether others write at the same time."""
    return over(session).dialect.name == "postgresql"


def users(session: AnySession, organization_id: str, ids: Iterable[str]) -> None:
    """These users are held."""
    if needed(session):
        for batch in batches(sorted(set(ids))):
            over(session).execute(USERS, {"organization_id": organization_id, "ids": batch}).all()


def members(session: AnySession, organization_id: str, group_id: str, ids: Iterable[str]) -> bool | None:
    """Whether these users are held because the group means something for their roles; None where nothing is asked.

    The group is held already. It is False, too, when none of them is a user of the organisation.
    """
    if not needed(session):
        return None
    about = {"organization_id": organization_id, "group_id": group_id}
    return any(
        [bool(over(session).execute(MEANT, {**about, "ids": batch}).all()) for batch in batches(sorted(set(ids)))]
    )


def groups_of(session: AnySession, organization_id: str, user_id: str) -> None:
    """The groups that a user is in are held."""
    if needed(session):
        over(session).execute(GROUPS, {"organization_id": organization_id, "user_id": user_id}).all()
