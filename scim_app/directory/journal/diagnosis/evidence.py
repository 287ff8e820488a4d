"""What diagnoses look at: the newest entries of one organisation's log, and little more. Its size has a bound.

Everything asks for so many rows at most, through an index, whatever the size of the organisation and of its log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import select

from scim_app.directory.ids import first_id
from scim_app.directory.journal.entries import SELF_TEST
from scim_app.directory.tables import Change, GroupMember, ScimRequest
from scim_app.directory.transaction import AnySession
from scim_app.protocol.catalog import Catalog

ENTRIES = 500
SINCE = timedelta(days=7)
BODIES = 50
"""Bodies that are looked into."""
NAMED = 100
"""Ids that are looked up at once."""
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
COLUMNS = (
    "id at count key_id key_name client method path status failed scim_type detail action target_kind target_id target_name "
    "change_ids"
).split()


@dataclass(frozen=True)
class Entry:
    """An entry of the log without its bodies."""

    id: str
    at: datetime
    count: int
    key_id: str | None
    key_name: str
    client: str
    method: str
    path: str
    status: int
    failed: bool
    scim_type: str | None
    detail: str | None
    action: str
    target_kind: str | None
    target_id: str | None
    target_name: str | None
    change_ids: Sequence[str]

    @property
    def who(self) -> str:
        """The client, as a sentence begins with it."""
        return self.client or f"A client with the key {self.key_name}"

    @property
    def writes(self) -> bool:
        """Whether it changes something, or tries to."""
        return self.method in WRITES


@dataclass
class Evidence:
    """The log of one organisation as far as it is looked at, newest entry first, without what this service asked of itself."""

    session: AnySession
    organization_id: str
    catalog: Catalog
    now: datetime

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """The newest entries."""
        statement = (
            select(*(getattr(ScimRequest, name) for name in COLUMNS))
            .where(
                ScimRequest.organization_id == self.organization_id,
                ScimRequest.id >= first_id(self.now - SINCE),
                ScimRequest.client != SELF_TEST,
            )
            .order_by(ScimRequest.id.desc())
            .limit(ENTRIES)
        )
        return sorted((Entry(*row) for row in self.session.execute(statement)), key=lambda each: each.at, reverse=True)

    def standing(
        self,
        wrong: Callable[[Entry], bool],
        same: Callable[[Entry], object],
    ) -> Sequence[Entry]:
        """The entries that are wrong, and after which nothing right came from the `same`: what is fixed is over."""
        good: set[object] = set()
        found = []
        for entry in self.entries:
            if wrong(entry):
                if same(entry) not in good:
                    found.append(entry)
            elif not entry.failed:
                good.add(same(entry))
        return found

    def within(self, period: timedelta) -> Sequence[Entry]:
        """The entries that are not older than this."""
        return [entry for entry in self.entries if entry.at >= self.now - period]

    def bodies(self, entries: Iterable[Entry]) -> Mapping[str, Any]:
        """What the first of these sent, by the id of the entry."""
        ids = [entry.id for entry in entries][:BODIES]
        statement = select(ScimRequest.id, ScimRequest.request_body).where(
            ScimRequest.organization_id == self.organization_id, ScimRequest.id.in_(ids)
        )
        return {entry_id: body for entry_id, body in self.session.execute(statement)} if ids else {}

    def with_history(self, ids: Iterable[str]) -> frozenset[str]:
        """Which of these ids somebody or something has, or had, here."""
        wanted = sorted(set(ids))[:NAMED]
        statement = select(Change.target_id).where(
            Change.organization_id == self.organization_id, Change.target_id.in_(wanted)
        )
        return frozenset(filter(None, self.session.scalars(statement.distinct()))) if wanted else frozenset()

    def skipped(self, entries: Sequence[Entry]) -> Mapping[str, Sequence[str]]:
        """The ids of members that each of these left out because nobody has them, by the id of the entry."""
        of = {change_id: entry.id for entry in entries[:BODIES] for change_id in entry.change_ids[:2]}
        statement = select(Change.id, Change.difference).where(
            Change.organization_id == self.organization_id, Change.id.in_(list(of))
        )
        found: dict[str, list[str]] = {}
        for change_id, difference in self.session.execute(statement) if of else ():
            for told in difference:
                if told.get("skipped"):
                    found.setdefault(of[change_id], []).extend(map(str, told["skipped"]))
        return found

    def members_among(self, group_id: str, user_ids: Iterable[str]) -> frozenset[str]:
        """Which of these users are members of the group."""
        statement = select(GroupMember.user_id).where(
            GroupMember.organization_id == self.organization_id,
            GroupMember.group_id == group_id,
            GroupMember.user_id.in_(sorted(set(user_ids))[:ENTRIES]),
        )
        return frozenset(self.session.scalars(statement))

    def is_empty(self, group_id: str) -> bool:
        """Whether nobody is in the group."""
        statement = select(GroupMember.user_id).where(
            GroupMember.organization_id == self.organization_id, GroupMember.group_id == group_id
        )
        return self.session.scalars(statement.limit(1)).first() is None
