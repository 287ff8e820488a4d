"""SCIM keys: what a directory or an application shows to be let in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Json, Table


class ScimKey(Table):
    """One key of one organisation. The secret is not here: only an HMAC-SHA-256 of the whole key under the pepper."""

    __tablename__ = "scim_keys"
    __table_args__ = (CheckConstraint("scope IN ('provision', 'read')", name="scope"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    public_id: Mapped[str] = mapped_column(String(11), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    pepper_id: Mapped[str | None] = mapped_column(
        String(8), doc="Under which pepper the hash is; none while that is not known."
    )
    last_four: Mapped[str] = mapped_column(String(4))
    scope: Mapped[str] = mapped_column(String)
    label: Mapped[str] = mapped_column(String)
    temporary: Mapped[bool] = mapped_column(
        default=False, server_default=false(), doc="Whether this service made it for a minute, to try itself."
    )
    allowed_networks: Mapped[list[str]] = mapped_column(
        Json, default=list, server_default="[]", doc="From where it may be used, as CIDR; from anywhere if empty."
    )
    created_by: Mapped[str] = mapped_column(String, doc="Who made it, as the changelog names them.")
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    retires_at: Mapped[datetime | None] = mapped_column(
        Instant, doc="Until when it lives beside the key that replaces it."
    )
    replaced_by: Mapped[str | None] = mapped_column(Id, doc="The key that was made to take its place.")
    deactivated_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_address: Mapped[str | None] = mapped_column(String)
    last_used_client: Mapped[str | None] = mapped_column(String, doc="User-Agent, at most 200 characters.")
