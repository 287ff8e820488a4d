"""Roles: where they apply, what they are called, and who has which.

Three layers, kept apart: what the directory said (groups, members, assignments), what it means (bindings), and what
follows (effective roles). The third is derived from the other two and kept by `roles/effective.py` alone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Json, Key, Table


class Scope(Table):
    """Where roles apply: the organisation itself (under the same id), a project in it, or a team in a project."""

    __tablename__ = "scopes"
    __table_args__ = (
        CheckConstraint("kind IN ('organization', 'project', 'team')", name="kind"),
        UniqueConstraint("organization_id", "parent_id", "name_key"),
        UniqueConstraint("organization_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("scopes.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String)
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    default_role_id: Mapped[str | None] = mapped_column(
        ForeignKey("roles.id", ondelete="SET NULL"),
        doc="In a project: the role of everybody active who has no other there.",
    )
    created_at: Mapped[datetime] = mapped_column(Instant)


class Role(Table):
    """A role and its rank among those of its kind of scope: of several, the highest counts."""

    __tablename__ = "roles"
    __table_args__ = (
        CheckConstraint("kind IN ('organization', 'project', 'team')", name="kind"),
        UniqueConstraint("organization_id", "kind", "name_key"),
        UniqueConstraint("organization_id", "kind", "rank"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String, doc="The kind of scope it is given in.")
    name: Mapped[str] = mapped_column(String)
    name_key: Mapped[str] = mapped_column(Key)
    rank: Mapped[int] = mapped_column(Integer)
    built_in: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)


class Binding(Table):
    """What a group means: its members have this role there. A fixed one belongs to the group that is the pair itself."""

    __tablename__ = "bindings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "group_id"], ["groups.organization_id", "groups.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["organization_id", "scope_id"], ["scopes.organization_id", "scopes.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("group_id", "scope_id", "role_id"),
        Index(None, "organization_id", "scope_id"),
        Index(None, "role_id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(Id)
    group_id: Mapped[str] = mapped_column(Id)
    scope_id: Mapped[str] = mapped_column(Id)
    role_id: Mapped[str] = mapped_column(ForeignKey(Role.id, ondelete="CASCADE"))
    fixed: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String, doc="Who made it, as the changelog names them.")


class Assignment(Table):
    """A role that the directory gave a user by name, through `roles` or `entitlements`, and not through a group."""

    __tablename__ = "assignments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "group_id"], ["groups.organization_id", "groups.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["organization_id", "user_id"], ["users.organization_id", "users.id"], ondelete="CASCADE"),
        Index(None, "organization_id", "group_id"),
        {"sqlite_with_rowid": False},
    )

    organization_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    group_id: Mapped[str] = mapped_column(Id, primary_key=True, doc="The group that is the pair of scope and role.")
    attribute: Mapped[str] = mapped_column(String, doc="roles or entitlements")
    added_at: Mapped[datetime] = mapped_column(Instant)
    request_id: Mapped[str | None] = mapped_column(Id)


class EffectiveRole(Table):
    """The role an active user has in a scope: the highest of those granted. Derived; defaults are not rows."""

    __tablename__ = "effective_roles"
    __table_args__ = (
        ForeignKeyConstraint(["organization_id", "user_id"], ["users.organization_id", "users.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["organization_id", "scope_id"], ["scopes.organization_id", "scopes.id"], ondelete="CASCADE"
        ),
        Index(None, "organization_id", "scope_id", "role_id", "user_id"),
        Index(None, "role_id"),
        {"sqlite_with_rowid": False},
    )

    organization_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    scope_id: Mapped[str] = mapped_column(Id, primary_key=True)
    role_id: Mapped[str] = mapped_column(ForeignKey(Role.id, ondelete="CASCADE"))


class RoleChange(Table):
    """One effective role that a change gained, lost or changed for somebody. Names are kept as they were."""

    __tablename__ = "role_changes"
    __table_args__ = (Index(None, "organization_id", "user_id", "change_id"), {"sqlite_with_rowid": False})

    change_id: Mapped[str] = mapped_column(ForeignKey("changes.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    scope_id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    user_name: Mapped[str] = mapped_column(String)
    scope_name: Mapped[str] = mapped_column(String)
    before: Mapped[str | None] = mapped_column(String)
    after: Mapped[str | None] = mapped_column(String)


class FormerName(Table):
    """A name that the group of a scope and a role had before a rename: a filter still finds the group by it."""

    __tablename__ = "former_names"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organization_id", "group_id"], ["groups.organization_id", "groups.id"], ondelete="CASCADE"
        ),
        Index(None, "organization_id", "group_id"),
        {"sqlite_with_rowid": False},
    )

    organization_id: Mapped[str] = mapped_column(Id, primary_key=True)
    display_key: Mapped[str] = mapped_column(Key, primary_key=True)
    group_id: Mapped[str] = mapped_column(Id)
    display_name: Mapped[str] = mapped_column(String)


class DeletedTeam(Table):
    """A team that a directory deleted, with its groups and their members, for as long as it can be restored."""

    __tablename__ = "deleted_teams"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    project_id: Mapped[str] = mapped_column(ForeignKey(Scope.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String)
    deleted_at: Mapped[datetime] = mapped_column(Instant)
    deleted_by: Mapped[str] = mapped_column(String)
    groups: Mapped[list[dict[str, Any]]] = mapped_column(Json, doc="[{id, role, document, members: [user ids]}, …]")
