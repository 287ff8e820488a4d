"""The history of an organisation: append-only, written in the transaction that made the change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Json, Table


class Change(Table):
    """Who did what to whom, and the difference it made. Ids are UUIDv7: ordered by time.

    Names are kept as they were: the history still reads well when the key, the user or the group is gone.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index(None, "organization_id", "id"),
        Index(None, "organization_id", "target_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_kind: Mapped[str] = mapped_column(String, doc="key, administrator or operator")
    actor_id: Mapped[str | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String)
    action: Mapped[str] = mapped_column(String, doc="subject:verb, for example user:created")
    target_kind: Mapped[str] = mapped_column(String, doc="User, Group, Key, Administrator or Organization")
    target_id: Mapped[str | None] = mapped_column(Id)
    target_name: Mapped[str] = mapped_column(String)
    search_key: Mapped[str] = mapped_column(String, doc="Both names in comparison form, for the search of the panel.")
    difference: Mapped[list[dict[str, Any]]] = mapped_column(Json, doc="[{attribute, before, after}, …]")
    request_id: Mapped[str | None] = mapped_column(Id)
    cause_id: Mapped[str | None] = mapped_column(Id, doc="The change that this one followed from.")
