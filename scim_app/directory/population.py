"""How many users and groups an organisation has: kept in step with them, so that no page of a list has to count them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select, update

from scim_app.directory.records import TABLES
from scim_app.directory.sources import ORGANIZATION
from scim_app.directory.tables import Population
from scim_app.directory.transaction import AnySession, over

_rows: Any = Population.__table__
_own = _rows.c.organization_id == bindparam("of_organization"), _rows.c.kind == bindparam("of_kind")
GROW = update(_rows).where(*_own).values(count=_rows.c.count + bindparam("more"))
SET = update(_rows).where(*_own)


def begin(session: AnySession, organization_id: str) -> None:
    """Nobody is there yet."""
    rows = [{"organization_id": organization_id, "kind": kind, "count": 0} for kind in TABLES]
    session.execute(insert(_rows), rows)


def grow(session: AnySession, organization_id: str, kind: str, more: int) -> None:
    """There are so many more of a kind, or fewer when that is negative, in the caller's transaction."""
    over(session).execute(GROW, {"of_organization": organization_id, "of_kind": kind, "more": more})


def count(kind: str) -> Select[Any]:
    """The statement that says how many of a kind an organisation has."""
    return select(_rows.c.count).where(_rows.c.organization_id == ORGANIZATION, _rows.c.kind == kind)


def of(session: AnySession, organization_id: str, kind: str) -> int:
    """How many of a kind an organisation has."""
    return int(session.execute(count(kind), {"organization_id": organization_id}).scalar_one())


def recount(session: AnySession, organization_id: str) -> None:
    """Count them all, in the caller's transaction."""
    for kind, table in TABLES.items():
        rows = select(func.count()).select_from(table).where(table.organization_id == organization_id)
        counted = session.execute(rows).scalar_one()
        session.execute(SET, {"of_organization": organization_id, "of_kind": kind, "count": counted})
