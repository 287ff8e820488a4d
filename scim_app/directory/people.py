"""Users and groups as a person looks for them: by the beginning of a name, in the order of names, page by page.

A page costs what it shows at any size of the organisation. Who is looked for by a name that few share is found along the
index of leaves; a beginning that many share is walked along the order of names, where the next match is never far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, union

from scim_app.directory.records import user_key
from scim_app.directory.tables import Change, Group, GroupMember, SearchValue, User
from scim_app.directory.transaction import AnySession
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.comparison import folded

PAGE = 50
FEW = 1_000
"""So many matches are listed by id; when there are more, names are walked instead."""
SEARCHED = ("userName", "displayName", "name.familyName", "name.givenName", "emails.value")
LAST = chr(0x10FFFF)
"""No text begins with it, so what follows a beginning ends before it."""


@dataclass(frozen=True)
class Found:
    """Some rows in the order of their names, and the names to continue from in each direction, where there are more."""

    rows: Sequence[Any]
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Which users: whose name or address begins so, active or not, with an id of the directory or without."""

    search: str = ""
    active: bool | None = None
    linked: bool | None = None


def users(
    session: AnySession,
    organization_id: str,
    wanted: Wanted,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Found:
    """The users that are wanted, behind one name or before another, or else the first."""
    columns = (User.id, User.user_name, User.user_name_key.label("place"), User.display_name, User.email, User.active,
               User.external_id, User.org_role, User.updated_at)  # fmt: skip
    statement = select(*columns).where(User.organization_id == organization_id)
    if wanted.active is not None:
        statement = statement.where(User.active.is_(wanted.active))
    if wanted.linked is not None:
        statement = statement.where(User.external_id.is_not(None) if wanted.linked else User.external_id.is_(None))
    if wanted.search:
        statement = statement.where(name_begins_with(session, organization_id, folded(wanted.search)))
    return walk(session, statement, User.user_name_key, after, before, size)


def user(session: AnySession, organization_id: str, user_id: str) -> User | None:
    """The user of that id, if there is one."""
    own = User.organization_id == organization_id, User.id == user_id
    return session.scalars(select(User).where(*own)).one_or_none()


def user_called(session: AnySession, organization_id: str, catalog: Catalog, name: str) -> User | None:
    """The user of that userName, in any spelling, if there is one."""
    own = User.organization_id == organization_id, User.user_name_key == user_key(catalog, name)
    return session.scalars(select(User).where(*own)).one_or_none()


def name_begins_with(session: AnySession, organization_id: str, beginning: str) -> ColumnElement[bool]:
    """The condition under which a user has a name or an address that begins so."""
    matching = [
        select(SearchValue.resource_id).where(
            SearchValue.organization_id == organization_id,
            SearchValue.kind == "User",
            SearchValue.path == path,
            begins(SearchValue.key, beginning),
        )
        for path in SEARCHED
    ]
    few = session.scalars(union(*(each.limit(FEW + 1).subquery().select() for each in matching))).all()
    if not few:
        return false()  # A database walks all names to find none of them in an empty list.
    if len(few) <= FEW:
        return User.id.in_(few)
    return or_(*(each.where(SearchValue.resource_id == User.id).exists() for each in matching))


def groups(
    session: AnySession,
    organization_id: str,
    search: str = "",
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Found:
    """The groups whose name begins so, behind one name or before another, or else the first."""
    columns = (Group.id, Group.display_name, Group.display_key.label("place"), Group.external_id, Group.updated_at)
    statement = select(*columns).where(Group.organization_id == organization_id)
    if search:
        statement = statement.where(begins(Group.display_key, folded(search)))
    return walk(session, statement, Group.display_key, after, before, size)


def members(
    session: AnySession,
    organization_id: str,
    group_id: str,
    after: str | None = None,
    before: str | None = None,
    size: int = PAGE,
) -> Found:
    """The members of a group in the order in which they came into the directory."""
    mine = and_(User.organization_id == GroupMember.organization_id, User.id == GroupMember.user_id)
    statement = (
        select(User.id, User.id.label("place"), User.user_name, User.display_name, User.active, GroupMember.added_at)
        .join(User, mine)
        .where(GroupMember.organization_id == organization_id, GroupMember.group_id == group_id)
    )
    return walk(session, statement, GroupMember.user_id, after, before, size)


def walk(session: AnySession, statement: Any, column: Any, after: str | None, before: str | None, size: int) -> Found:
    """The page behind or before a place; one row more than it shows says whether more follow."""
    if before is not None:
        found = session.execute(statement.where(column < before).order_by(column.desc()).limit(size + 1)).all()
        rows = found[:size][::-1]
        return Found(rows, rows[0].place if len(found) > size else None, rows[-1].place if rows else None)
    beyond = statement if after is None else statement.where(column > after)
    found = session.execute(beyond.order_by(column).limit(size + 1)).all()
    rows = found[:size]
    return Found(rows, rows[0].place if after and rows else None, rows[-1].place if len(found) > size else None)


def begins(column: Any, beginning: str) -> ColumnElement[bool]:
    """The condition under which a text begins so: a range, for which there is an index on both databases."""
    return and_(column >= beginning, column < beginning + LAST)


def timeline(session: AnySession, organization_id: str, target_id: str, size: int = 20) -> Sequence[Change]:
    """The newest changes of a user or group."""
    statement = select(Change).where(Change.organization_id == organization_id, Change.target_id == target_id)
    return session.scalars(statement.order_by(Change.id.desc()).limit(size)).all()
