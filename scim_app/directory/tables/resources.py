"""SCIM resources: users and groups as a directory described them, their members, and the index of their leaves.

The document is the resource in canonical form without `id`, `meta`, `groups` and `members`, which are columns or rows.
The other columns repeat what the product itself reasons with. `*_key` columns hold `Attribute.key` of their neighbour:
uniqueness and comparison are computed once in Python, so that two databases cannot disagree (RFC 7643 §2.2, §4.1.1).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Json, Key, Table


class User(Table):
    """A person a directory told one organisation about. Never an account of the panel."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "user_name_key"),
        Index(None, "organization_id", "active", "user_name_key"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    user_name: Mapped[str] = mapped_column(String)
    user_name_key: Mapped[str] = mapped_column(Key)
    external_id: Mapped[str | None] = mapped_column(String)
    display_name: Mapped[str] = mapped_column(
        String, doc="What people see: displayName, or name.formatted, or else userName."
    )
    display_key: Mapped[str] = mapped_column(Key)
    email: Mapped[str | None] = mapped_column(String, doc="The primary e-mail address, or else the first.")
    active: Mapped[bool]
    org_role: Mapped[str] = mapped_column(String, doc="The highest organisation role that the document says.")
    owner_of: Mapped[str | None] = mapped_column(Id, unique=True, doc="The organisation, in the row of its one owner.")
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class Group(Table):
    """A group: pushed by a directory, or made here for a role in a project or team. Its members are rows of `group_members`."""

    __tablename__ = "groups"
    __table_args__ = (
        UniqueConstraint("organization_id", "id"),
        UniqueConstraint("organization_id", "display_key"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    external_id: Mapped[str | None] = mapped_column(String)
    display_name: Mapped[str] = mapped_column(String)
    display_key: Mapped[str] = mapped_column(Key)
    document: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class GroupMember(Table):
    """One user in one group. Both foreign keys carry the organisation: no row can cross it."""

    __tablename__ = "group_members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "group_id"], ["groups.organization_id", "groups.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["organization_id", "user_id"], ["users.organization_id", "users.id"], ondelete="CASCADE"),
        Index(None, "organization_id", "user_id"),
        {"sqlite_with_rowid": False},
    )

    organization_id: Mapped[str] = mapped_column(Id, primary_key=True)
    group_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    request_id: Mapped[str | None] = mapped_column(Id, doc="The request that added the user.")


class SearchValue(Table):
    """One leaf of one document in comparison form. Derived; rewritten by `index.py`, read by `query.py` and `people.py`."""

    __tablename__ = "search_values"
    __table_args__ = (
        Index(None, "resource_id"),
        {"sqlite_with_rowid": False},
    )

    organization_id: Mapped[str] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String, primary_key=True, doc="Name of the resource type.")
    path: Mapped[str] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(Key, primary_key=True)
    resource_id: Mapped[str] = mapped_column(Id, primary_key=True)
    item: Mapped[int] = mapped_column(Integer, primary_key=True, doc="Position in a multi-valued attribute, else 0.")


class Population(Table):
    """How many resources of one kind an organisation has. Derived; kept by `population.py` as they come and go."""

    __tablename__ = "population"

    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String, primary_key=True, doc="Name of the resource type.")
    count: Mapped[int] = mapped_column(Integer)
