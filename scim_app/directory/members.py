"""Group membership by row: a change reads and writes the rows it names, whatever the size of the group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Integer, bindparam, delete, exists, insert, select, update

from scim_app.directory import held
from scim_app.directory.batches import batches
from scim_app.directory.parameters import form
from scim_app.directory.query import Compiler, row
from scim_app.directory.sources import ORGANIZATION
from scim_app.directory.tables import Group, GroupMember, User
from scim_app.directory.tables.columns import Id, Instant
from scim_app.directory.texts import NameText
from scim_app.directory.transaction import AnySession, Crossed, over
from scim_app.protocol.attributes import Path
from scim_app.protocol.errors import InvalidValue
from scim_app.protocol.membership import Add, Remove, RemoveMatching, Replace, Step

_members, _users = GroupMember.__table__.c, User.__table__.c
_named: Any = bindparam("ids", expanding=True)
KNOWN = select(_users.id).where(_users.organization_id == ORGANIZATION, _users.id.in_(_named))
"""The users of an organisation with some ids."""
BEYOND = (
    select(_members.user_id)
    .where(_members.organization_id == ORGANIZATION, _members.group_id == bindparam("group_id"))
    .limit(1)
    .offset(bindparam("at_most", type_=Integer))
)
"""Somebody, if a group has more members than that."""
_rows: Any = GroupMember.__table__
_called = NameText(_members.organization_id, _members.user_id)
ENTER = (
    insert(_rows)
    .from_select(
        ["organization_id", "group_id", "user_id", "added_at", "request_id"],
        select(
            _users.organization_id,
            bindparam("group_id", type_=Id),
            _users.id,
            bindparam("now", type_=Instant),
            bindparam("request_id", type_=Id),
        ).where(
            _users.organization_id == ORGANIZATION,
            _users.id.in_(_named),
            ~exists().where(
                _members.organization_id == _users.organization_id,
                _members.group_id == bindparam("group_id", type_=Id),
                _members.user_id == _users.id,
            ),
        ),
    )
    .returning(_rows.c.user_id, _called)
)
"""Make those of some ids that are users of the organisation members of a group, unless they are; who was made one."""
LEAVE = (
    delete(_rows)
    .where(
        _members.organization_id == ORGANIZATION,
        _members.group_id == bindparam("group_id"),
        _members.user_id.in_(_named),
    )
    .returning(_rows.c.user_id, _called)
)
"""Make some users members no longer; who was one."""
NAMED = 1_000
"""Members that one entry of the history names; it counts them all."""


@dataclass
class Delta:
    """What has been asked of a membership so far: who is in and who is out, and whether anybody not named is out."""

    present: dict[str, bool] = field(default_factory=dict)
    replaced: bool = False

    def take(self, step: Add | Remove | Replace) -> None:
        if isinstance(step, Replace):
            self.present, self.replaced = {}, True
        for each in step.ids:
            self.present[each] = not isinstance(step, Remove)


@dataclass
class Outcome:
    """Who became a member and who ceased to be one, with what they are called, and which ids were nobody's."""

    added: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    means: bool | None = None
    """Whether roles depend on the group, and who came or went is held for that; None where it was not asked."""

    @property
    def moved(self) -> list[str]:
        """Everybody who came or went."""
        return [*self.added, *self.removed]

    def note(self, added: Mapping[str, str], removed: Mapping[str, str]) -> None:
        """Account for a change: who leaves and comes back in one request did neither."""
        for each, name in added.items():
            if self.removed.pop(each, None) is None:
                self.added[each] = name
        for each, name in removed.items():
            if self.added.pop(each, None) is None:
                self.removed[each] = name

    def told(self) -> list[dict[str, Any]]:
        """Who came and went, as one difference for the history: names for the first, counts for all."""
        if not (self.moved or self.skipped):
            return []
        told: dict[str, Any] = {"attribute": "members"}
        for what, people in (("added", self.added), ("removed", self.removed)):
            if people:
                first = islice(people.items(), NAMED)
                told[what] = [{"value": user_id, "display": name} for user_id, name in first]
                told[f"{what}Count"] = len(people)
        if self.skipped:
            told |= {"skipped": self.skipped[:NAMED], "skippedCount": len(self.skipped)}
        return [told]


@dataclass(frozen=True)
class Membership:
    """The members of one group, which the caller's transaction has locked."""

    session: AnySession
    organization_id: str
    group_id: str
    compiler: Compiler
    request_id: str | None = None
    """The request that makes somebody a member."""
    refuses_unknown: bool = False
    """Whether an unknown id is refused, where it is otherwise skipped."""
    is_new: bool = False
    """Whether the group was just made and means nothing yet."""

    def apply(self, steps: Iterable[Step]) -> Outcome:
        """Carry out the steps in order. Unknown ids are skipped, or refused as `refuses_unknown` says; a group's always."""
        outcome, delta = Outcome(), Delta()
        for step in steps:
            if isinstance(step, RemoveMatching):
                self.write(delta, outcome)
                delta = Delta()
                step = Remove(tuple(self.selected(step)))
            delta.take(step)
        self.write(delta, outcome)
        return outcome

    def write(self, delta: Delta, outcome: Outcome) -> None:
        """Write what a delta asks for and the rows do not say already."""
        wanted = [each for each, present in delta.present.items() if present]
        if delta.replaced:
            current = set(over(self.session).scalars(select(GroupMember.user_id).where(*self._own)))
            unwanted = sorted(current.difference(wanted))
            wanted = [each for each in wanted if each not in current]
        else:
            unwanted = [each for each, present in delta.present.items() if not present]
        self.hold([*wanted, *unwanted], outcome)
        added = self.add(wanted, outcome)
        outcome.note(added, self.remove(unwanted))

    def hold(self, ids: Sequence[str], outcome: Outcome) -> None:
        """Hold these users before they come or go, if that is a matter of roles: whoever refers to them first and asks for
        them later is in the way of others who do the same.
        """
        if ids and not self.is_new:
            means = held.members(self.session, self.organization_id, self.group_id, ids)
            outcome.means = outcome.means or means

    def add(self, ids: Sequence[str], outcome: Outcome) -> dict[str, str]:
        """Make these users members. Who became one; ids that are no user's of the organisation are skipped."""
        added: dict[str, str] = {}
        for batch in batches(ids):
            values = {"now": datetime.now(UTC), "request_id": self.request_id}
            came = {user_id: name for user_id, name in over(self.session).execute(ENTER, self._about(batch) | values)}
            if len(came) < len(batch):
                self.note_unknown(batch, outcome)
            added |= {each: came[each] for each in batch if each in came}
        return added

    def note_unknown(self, ids: Sequence[str], outcome: Outcome) -> None:
        """Note as skipped who is unknown here. Raises InvalidValue for groups, and where unknown ids are refused."""
        known = set(over(self.session).scalars(KNOWN, {"organization_id": self.organization_id, "ids": ids}))
        unknown = [each for each in ids if each not in known]
        self.refuse_groups(unknown)
        if unknown and self.refuses_unknown:
            raise InvalidValue(f"There is no user with the id {unknown[0][:100]} in the organization of the key.")
        outcome.skipped += unknown

    def refuse_groups(self, ids: Sequence[str]) -> None:
        if ids and self.session.scalar(
            select(exists().where(Group.organization_id == self.organization_id, Group.id.in_(ids)))
        ):
            raise InvalidValue(
                "Members must be users: a group cannot be a member of a group here. Push its users instead."
            )

    def remove(self, ids: Sequence[str]) -> dict[str, str]:
        """Make these users members no longer. Who was one."""
        removed: dict[str, str] = {}
        for batch in batches(ids):
            left = {user_id: name for user_id, name in over(self.session).execute(LEAVE, self._about(batch))}
            removed |= {each: left[each] for each in batch if each in left}
        return removed

    def selected(self, step: RemoveMatching) -> Iterator[str]:
        """The members whom a filter selects."""
        path: Path | None = self.compiler.sources.kind.find("members")
        assert path is not None
        [rows] = self.compiler.sources.row_lists(path)
        wanted, values = form(step.filter)
        statement = select(rows.item).where(rows.resource_id == self.group_id, *row(wanted, rows))
        yield from self.session.scalars(statement, values | {"organization_id": self.organization_id})

    @property
    def _own(self) -> tuple[Any, ...]:
        return GroupMember.organization_id == self.organization_id, GroupMember.group_id == self.group_id

    def _about(self, ids: Sequence[str]) -> dict[str, Any]:
        return {"organization_id": self.organization_id, "group_id": self.group_id, "ids": ids}


def are_more(session: AnySession, organization_id: str, group_id: str, at_most: int) -> bool:
    """Whether a group has more members than that."""
    about = {"organization_id": organization_id, "group_id": group_id, "at_most": at_most}
    return over(session).scalar(BEYOND, about) is not None


def leave_all(session: AnySession, organization_id: str, user_id: str) -> None:
    """Take a user out of every group. The groups become another version: their members are others.

    They are held, but for those that the user has joined since. Raises Crossed if somebody else holds one of these.
    """
    own = _members.organization_id == organization_id, _members.user_id == user_id
    left = over(session).scalars(delete(_rows).where(*own).returning(_members.group_id)).all()
    if left:
        groups: Any = Group.__table__
        mine = groups.c.organization_id == organization_id, groups.c.id.in_(left)
        ready = select(groups.c.id).where(*mine).with_for_update(key_share=True, skip_locked=True)
        changed = update(groups).where(groups.c.organization_id == organization_id, groups.c.id.in_(ready))
        values = {"version": groups.c.version + 1, "updated_at": datetime.now(UTC)}
        if over(session).execute(changed.values(values)).rowcount < len(left):
            raise Crossed("a group that the user has just joined is being changed")
