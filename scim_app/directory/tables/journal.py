"""The log of SCIM requests: written beside the requests by `directory/journal`, and forgotten after a while."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Json, Table


class ScimRequest(Table):
    """One request that wrote or failed; or, summed up, the reads of one kind in one hour, or the refusals of one key.

    The id is the request's own, a UUIDv7: ordered by time. Names are kept as they were, as in the history.
    """

    __tablename__ = "scim_requests"
    __table_args__ = (
        Index(None, "organization_id", "id"),
        Index(None, "organization_id", "failed", "id"),
        Index(None, "organization_id", "action", "id"),
        Index(None, "organization_id", "target_id", "id"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    organization_id: Mapped[str] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(Instant, doc="When it came; of several, the last.")
    count: Mapped[int] = mapped_column(Integer, doc="How many requests this row stands for.")
    sum_key: Mapped[str | None] = mapped_column(String(64), unique=True, doc="What rows summed up have in common.")
    key_id: Mapped[str | None] = mapped_column(Id)
    key_name: Mapped[str] = mapped_column(String)
    client: Mapped[str] = mapped_column(String, doc="Who sent it, as far as its User-Agent tells.")
    user_agent: Mapped[str] = mapped_column(String, doc="At most 200 characters.")
    address: Mapped[str] = mapped_column(String)
    method: Mapped[str] = mapped_column(String)
    path: Mapped[str] = mapped_column(String, doc="Below the base URL, with its query; at most 1 000 characters.")
    status: Mapped[int] = mapped_column(Integer)
    failed: Mapped[bool] = mapped_column(doc="Whether the status is 400 or more.")
    scim_type: Mapped[str | None] = mapped_column(String)
    detail: Mapped[str | None] = mapped_column(String)
    duration: Mapped[int] = mapped_column(Integer, doc="Milliseconds")
    request_body: Mapped[Any] = mapped_column(Json, nullable=True, doc="Without secrets; none where there was no body.")
    response_body: Mapped[Any] = mapped_column(Json, nullable=True)
    action: Mapped[str] = mapped_column(String, doc="What it did, as the history calls it, or what it asked.")
    target_kind: Mapped[str | None] = mapped_column(String, doc="User or Group")
    target_id: Mapped[str | None] = mapped_column(Id)
    target_name: Mapped[str | None] = mapped_column(String)
    search_key: Mapped[str] = mapped_column(String, doc="The name it is about in comparison form.")
    change_ids: Mapped[list[str]] = mapped_column(Json, doc="The changes it made.")
