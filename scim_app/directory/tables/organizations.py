"""Organisations: the tenants of one deployment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from scim_app.directory.tables.columns import Id, Instant, Json, Table


class Organization(Table):
    """A customer of the app: what a key opens and an administrator manages."""

    __tablename__ = "organizations"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String)
    slug: Mapped[str] = mapped_column(String, unique=True)
    domains: Mapped[list[str]] = mapped_column(Json, doc="E-mail domains it accepts; empty: any.")
    log_days: Mapped[int] = mapped_column(
        Integer, default=30, server_default="30", doc="How long the log of SCIM requests is kept."
    )
    created_at: Mapped[datetime] = mapped_column(Instant)
