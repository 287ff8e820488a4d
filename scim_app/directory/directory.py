"""The directory of one organisation: its users and groups, read and written in whole transactions.

Every write is one transaction: the row and its columns, the index of leaves, the members, the history and the version are
all there or none. A write that would change nothing writes nothing. Another organisation's id is answered like one that
never existed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from scim_app.directory import admission, changes, index, members
from scim_app.directory.changes import Actor, Target
from scim_app.directory.ids import new_id
from scim_app.directory.pages import Listing, by_cursor, by_number
from scim_app.directory.query import Compiler
from scim_app.directory.records import TABLES, Reader, Wants, columns, everything
from scim_app.directory.transaction import AnySession, transact
from scim_app.protocol import membership, patch, payload
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.cursors import Place
from scim_app.protocol.errors import NotFound, Uniqueness
from scim_app.protocol.listing import Criteria, Page, Query

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNIQUE = {"User": "userName", "Group": "displayName"}
"""The attribute that no two resources of a kind share in one organisation."""
ANY = Conditions()


@dataclass(frozen=True)
class Written:
    """A row as this transaction has just written it."""

    id: str
    organization_id: str
    document: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime


class Directory:
    """The users and groups of one organisation, changed on behalf of one actor."""

    def __init__(self, session: AnySession, organization_id: str, actor: Actor, catalog: Catalog) -> None:
        self.session = session
        self.organization_id = organization_id
        self.actor = actor
        self.catalog = catalog
        self.reader = Reader(session, organization_id, catalog)

    def get(self, kind: str, resource_id: str, wants: Wants = everything) -> dict[str, Any]:
        """The resource of that id. Raises NotFound."""
        return self.reader.resources(kind, [self._row(kind, resource_id)], wants)[0]

    def few_members(self, group_id: str, at_most: int) -> list[dict[str, str]] | None:
        """The members of a group, or None when there are more than that."""
        users = members.members_of(self.session, self.organization_id, [group_id], at_most + 1).get(group_id, [])
        return list(self.reader.members(users)) if len(users) <= at_most else None

    def search(self, query: Query, wants: Mapping[str, Wants], place: Place | None = None) -> Page:
        """The page of matching resources that a query asks for, from a place in a walk if it is one.

        `wants` is by resource type. Raises TooMany when a page of several types lies too far behind the first.
        """
        listings = [self._listing(each, query.descending) for each in query.criteria]
        page = by_number(listings, query) if query.cursor is None else by_cursor(listings, query, place)
        resources: dict[str, dict[str, Any]] = {}
        for kind in {row.kind for row in page.rows}:
            rows = [row for row in page.rows if row.kind == kind]
            resources |= {each["id"]: each for each in self.reader.resources(kind, rows, wants[kind])}
        shown = [resources[row.id] for row in page.rows]
        return Page(shown, page.total, query.start_index, page.previous, page.next)

    def create(self, kind: str, document: Mapping[str, Any], wants: Wants = everything) -> dict[str, Any]:
        """The new resource. Raises Uniqueness, or InvalidValue when the organisation does not accept it."""
        return self.create_all(kind, [document], wants)[0]

    def create_all(
        self, kind: str, documents: Iterable[Mapping[str, Any]], wants: Wants = everything
    ) -> list[dict[str, Any]]:
        """The new resources, all or none of them."""
        given = list(documents)
        return transact(self.session, lambda: self._create(kind, given, wants))

    def replace(
        self,
        kind: str,
        resource_id: str,
        document: Mapping[str, Any],
        conditions: Conditions = ANY,
        wants: Wants = everything,
    ) -> dict[str, Any]:
        """The resource as a PUT leaves it (RFC 7644 §3.5.1).

        What the client leaves out is gone, but for attributes that are kept: a client that does not mention `active` must
        not reactivate anybody, and a rename must not empty a group. Raises NotFound, PreconditionFailed,
        Uniqueness or InvalidValue.
        """
        described = self.catalog[kind]

        def work() -> dict[str, Any]:
            row = self._row(kind, resource_id, lock=True)
            conditions.check(row.version)
            kept = {each.name: row.document.get(each.name) for each in described.attributes if each.kept}
            after = payload.ordered(described, kept | dict(document), leaving_out={"members"})
            steps = (
                [membership.Replace(membership.member_ids(document["members"] or ()))] if "members" in document else []
            )
            return self._change(kind, row, after, steps, wants)

        return transact(self.session, work)

    def patch(
        self,
        kind: str,
        resource_id: str,
        operations: Sequence[patch.Operation],
        conditions: Conditions = ANY,
        wants: Wants = everything,
    ) -> dict[str, Any]:
        """The resource after the operations (RFC 7644 §3.5.2), all of them or none.

        Raises NotFound, PreconditionFailed, Uniqueness, NoTarget, InvalidValue or Mutability.
        """
        on_members = [each for each in operations if each.target.path.top.name == "members"]
        others = [each for each in operations if each.target.path.top.name != "members"]

        def work() -> dict[str, Any]:
            row = self._row(kind, resource_id, lock=True)
            conditions.check(row.version)
            after = patch.apply(self.catalog[kind], row.document, others) if others else row.document
            return self._change(kind, row, after, membership.steps(on_members), wants)

        return transact(self.session, work)

    def delete(self, kind: str, resource_id: str, conditions: Conditions = ANY) -> None:
        """Remove the resource, its memberships and its index. Raises NotFound or PreconditionFailed."""
        table = TABLES[kind]

        def work() -> None:
            row = self._row(kind, resource_id, lock=True)
            conditions.check(row.version)
            if kind == "User":
                members.leave_all(self.session, self.organization_id, resource_id, datetime.now(UTC))
            index.remove(self.session, self.organization_id, resource_id)
            self.session.execute(delete(table).where(*self._own(kind, resource_id)))
            gone = changes.difference(row.document, None)
            self._record_all(kind, f"{kind.lower()}:deleted", [(resource_id, row.document, gone)])

        transact(self.session, work)

    def _create(self, kind: str, documents: Sequence[Mapping[str, Any]], wants: Wants) -> list[dict[str, Any]]:
        described = self.catalog[kind]
        admission.check(self.session, self.organization_id, kind, documents)
        rows = [self._new(described, each) for each in documents]
        self._execute(kind, insert(TABLES[kind]), [row | columns(self.catalog, kind, row["document"]) for row in rows])
        index.add(self.session, self.organization_id, described, {row["id"]: row["document"] for row in rows})
        entries, joined = [], False
        for row, document in zip(rows, documents, strict=True):
            ids = membership.member_ids(document.get("members") or ())
            outcome = self._membership(row["id"]).apply([membership.Add(ids)]) if ids else members.Outcome()
            joined = joined or bool(ids)
            entries.append((row["id"], row["document"], self._differences({}, row["document"], outcome)))
        self._record_all(kind, f"{kind.lower()}:created", entries)
        return self.reader.resources(kind, [Written(**row) for row in rows], wants if joined else without_rows(wants))

    def _new(self, kind: ResourceType, document: Mapping[str, Any]) -> dict[str, Any]:
        now = datetime.now(UTC)
        defaults = {each.name: each.default for each in kind.attributes}
        return {
            "id": new_id(),
            "organization_id": self.organization_id,
            "document": payload.ordered(kind, defaults | dict(document), leaving_out={"members"}),
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }

    def _change(
        self, kind: str, row: Any, after: dict[str, Any], steps: Sequence[membership.Step], wants: Wants
    ) -> dict[str, Any]:
        """Write what differs, and return the resource."""
        before = row.document
        outcome = self._membership(row.id).apply(steps) if steps else members.Outcome()
        differences = self._differences(before, after, outcome)
        if before != after or outcome.added or outcome.removed:
            admission.check_renamed(self.session, self.organization_id, kind, before, after)
            row = Written(row.id, self.organization_id, after, row.version + 1, row.created_at, datetime.now(UTC))
            values = {"document": after, "version": row.version, "updated_at": row.updated_at}
            statement = update(TABLES[kind]).where(*self._own(kind, row.id))
            self._execute(kind, statement.values(**values, **columns(self.catalog, kind, after)), [after])
            index.change(self.session, self.organization_id, self.catalog[kind], row.id, before, after)
        if differences:
            self._record_all(kind, action(kind, before, after, outcome), [(row.id, after, differences)])
        return self.reader.resources(kind, [row], wants)[0]

    def _execute(self, kind: str, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement that may give a resource a name another one has. Raises Uniqueness."""
        try:
            self.session.execute(statement, rows) if statement.is_insert else self.session.execute(statement)
        except IntegrityError:
            name = UNIQUE[kind]
            documents = [row.get("document", row) for row in rows]
            value = f' "{documents[0][name][:200]}"' if len(documents) == 1 else ""
            raise Uniqueness(
                f"The {name}{value} is taken by another {kind} of this organisation. Use that one."
            ) from None

    def _differences(
        self, before: Mapping[str, Any], after: Mapping[str, Any], outcome: members.Outcome | None
    ) -> list[dict[str, Any]]:
        """The attributes that differ, and, in an entry of their own, who came and went: names for the first, counts for all."""
        differences = changes.difference(before, after)
        if outcome and (outcome.added or outcome.removed or outcome.skipped):
            told: dict[str, Any] = {"attribute": "members"}
            for name, ids in (("added", outcome.added), ("removed", outcome.removed)):
                if ids:
                    told[name] = members.names_of(self.session, self.organization_id, ids)
                    told[f"{name}Count"] = len(ids)
            if outcome.skipped:
                told |= {"skipped": outcome.skipped[: members.NAMED], "skippedCount": len(outcome.skipped)}
            differences.append(told)
        return differences

    def _select(self, kind: str) -> Select[Any]:
        table = TABLES[kind]
        return select(table.id, table.document, table.version, table.created_at, table.updated_at)

    def _own(self, kind: str, resource_id: str) -> tuple[Any, Any]:
        table = TABLES[kind]
        return table.organization_id == self.organization_id, table.id == resource_id

    def _row(self, kind: str, resource_id: str, lock: bool = False) -> Any:
        """The row of that id, held against other writers until the transaction ends if asked. Raises NotFound."""
        row = None
        if ID.fullmatch(resource_id):
            statement = self._select(kind).where(*self._own(kind, resource_id))
            row = self.session.execute(statement.with_for_update() if lock else statement).one_or_none()
        if row is None:
            raise NotFound(f"There is no {kind} with this id in the organisation of the key.")
        return row

    def _listing(self, criteria: Criteria, descending: bool) -> Listing:
        return Listing(self.session, self._compiler(criteria.kind.name), criteria, descending)

    def _compiler(self, kind: str) -> Compiler:
        return Compiler(self.catalog, self.catalog[kind], self.organization_id)

    def _membership(self, group_id: str) -> members.Membership:
        return members.Membership(self.session, self.organization_id, group_id, self._compiler("Group"))

    def _record_all(
        self, kind: str, what: str, entries: Iterable[tuple[str, Mapping[str, Any], list[dict[str, Any]]]]
    ) -> None:
        changes.record_all(
            self.session,
            [
                changes.entry(
                    self.organization_id, self.actor, what, Target(kind, each, document[UNIQUE[kind]]), differences
                )
                for each, document, differences in entries
            ],
        )


def without_rows(wants: Wants) -> Wants:
    """Wants no groups and no members: a resource that was just made has none, unless it was made with them."""
    return lambda name: name not in {"groups", "members"} and wants(name)


def action(kind: str, before: Mapping[str, Any], after: Mapping[str, Any], outcome: members.Outcome) -> str:
    """What a change is called in the history."""
    if kind == "User" and before.get("active", False) != after.get("active", False):
        return "user:reactivated" if after.get("active") else "user:deactivated"
    if before == after:
        return f"group:members:{'changed' if outcome.added or outcome.removed else 'skipped'}"
    return f"{kind.lower()}:updated"
