"""Administrators of the panel. No row here is ever made from, or linked to, a directory record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Key, Table


class Administrator(Table):
    """Somebody who signs in to the panel. Without a password until a claim link is used."""

    __tablename__ = "administrators"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String)
    email_key: Mapped[str] = mapped_column(Key, unique=True)
    password_hash: Mapped[str | None] = mapped_column(String, doc="argon2id")
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class Membership(Table):
    """What an administrator may do in one organisation."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint("role IN ('owner', 'admin', 'viewer')", name="role"),)

    administrator_id: Mapped[str] = mapped_column(ForeignKey(Administrator.id, ondelete="CASCADE"), primary_key=True)
    organization_id: Mapped[str] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant, doc="Since when they are kept out of it.")
    accepted_at: Mapped[datetime | None] = mapped_column(
        Instant, doc="Until then it is an invitation, and opens nothing."
    )


class Claim(Table):
    """A one-time link of an operator's, to choose a password, or of an organisation's, to accept its invitation.

    Only the token's SHA-256 is kept.
    """

    __tablename__ = "claims"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    administrator_id: Mapped[str] = mapped_column(ForeignKey(Administrator.id, ondelete="CASCADE"), index=True)
    organization_id: Mapped[str | None] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"),
        doc="Which organisation invites; an operator's link has none.",
    )
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class SignIn(Table):
    """A panel session, kept on the server so that signing out ends it everywhere. Only the token's SHA-256 is kept."""

    __tablename__ = "sign_ins"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str | None] = mapped_column(Id, doc="Names it on a page; it stays when the token is renewed.")
    administrator_id: Mapped[str] = mapped_column(ForeignKey(Administrator.id, ondelete="CASCADE"), index=True)
    organization_id: Mapped[str | None] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), doc="The organisation on screen."
    )
    created_at: Mapped[datetime] = mapped_column(Instant)
    authenticated_at: Mapped[datetime] = mapped_column(Instant, doc="When the password was last entered.")
    seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    begun_address: Mapped[str | None] = mapped_column(String)
    begun_client: Mapped[str | None] = mapped_column(String, doc="User-Agent, at most 200 characters.")
    seen_address: Mapped[str | None] = mapped_column(String)
    seen_client: Mapped[str | None] = mapped_column(String, doc="User-Agent, at most 200 characters.")


class Throttle(Table):
    """How often signing in failed of late, for one account or from one address. Only the SHA-256 of either is kept."""

    __tablename__ = "throttles"

    subject_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(Instant, index=True)
