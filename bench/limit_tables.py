"""What the limit keeps: each resource as the JSON that is sent, and columns for what it is found by."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, Text, create_engine, insert, select

from scim_app.directory import tables
from scim_app.directory.tables.columns import Id, Key

AT_ONCE = 1_000
MADE = "2026-01-01T00:00:00.000000Z"
metadata = MetaData()
keys = Table(
    "keys",
    metadata,
    Column("public_id", String(11), primary_key=True),
    Column("secret_hash", String(64), nullable=False),
)
users = Table(
    "users",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Id, unique=True, nullable=False),
    Column("user_name_key", Key, unique=True, nullable=False),
    Column("external_id", String, index=True),
    Column("family_key", Key),
    Column("active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Index("ix_users_family_key", "family_key", "number"),
    Index("ix_users_active", "active", "number"),
)
groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("document", Text, nullable=False),
)
members = Table(
    "members",
    metadata,
    Column("group_id", Id, primary_key=True),
    Column("user_id", Id, primary_key=True),
    sqlite_with_rowid=False,
)
roles = Table(
    "roles",
    metadata,
    Column("project", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("user_id", Id, primary_key=True),
    sqlite_with_rowid=False,
)


def whole(id: str, document: dict[str, Any]) -> dict[str, Any]:
    """A user as it is sent: the document with its id and meta."""
    meta = {"resourceType": "User", "created": MADE, "lastModified": MADE, "location": f"/scim/v2/Users/{id}"}
    return document | {"id": id, "meta": meta}


def row(user: dict[str, Any], version: int = 1) -> dict[str, Any]:
    """The row of a user."""
    return {
        "id": user["id"],
        "user_name_key": user["userName"].casefold(),
        "external_id": user.get("externalId"),
        "family_key": user.get("name", {}).get("familyName", "").casefold(),
        "active": user.get("active", True),
        "version": version,
        "document": orjson.dumps(user).decode(),
    }


def fill(source: str, target: str, project: str, role: str, having: str) -> None:
    """Make the limit's tables at one DATABASE_URL, with the users, groups and members that the service has at the other.

    Whoever is in the group called `having` has the role in the project.
    """
    theirs, ours = tables.User.__table__.c, tables.Group.__table__.c
    of_group = tables.GroupMember.__table__.c
    read, write = create_engine(source), create_engine(target).execution_options(writes=True)
    metadata.create_all(write)
    with read.connect() as reading, write.begin() as writing:
        found = reading.execution_options(stream_results=True).execute(
            select(theirs.id, theirs.document).order_by(theirs.user_name_key)
        )
        for rows in found.partitions(AT_ONCE):
            writing.execute(insert(users), [row(whole(each.id, each.document)) for each in rows])
        names = {}
        for each in reading.execute(select(ours.id, ours.display_name)):
            names[each.id] = each.display_name
            document = orjson.dumps({"id": each.id, "displayName": each.display_name}).decode()
            writing.execute(insert(groups), {"id": each.id, "version": 1, "document": document})
        for rows in reading.execute(select(of_group.group_id, of_group.user_id)).partitions(AT_ONCE):
            writing.execute(insert(members), [dict(each._mapping) for each in rows])
            has = [each.user_id for each in rows if names[each.group_id] == having]
            if has:
                writing.execute(insert(roles), [{"project": project, "role": role, "user_id": each} for each in has])
    read.dispose()
    write.dispose()
