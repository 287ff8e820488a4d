"""The directory of one organisation: its users and groups, read and written in whole transactions.

Every write is one transaction: the row and its columns, the index of leaves, the members, what follows for roles, the
history and the version are all there or none. A write that would change nothing writes nothing. Another organisation's id
is answered like one that never existed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from sqlalchemy import Connection

from scim_app.directory import admission, beside, changes, members
from scim_app.directory.beside import Wants
from scim_app.directory.changes import Actor, Target, told
from scim_app.directory.journal.receipt import Receipt
from scim_app.directory.pages import Listing, by_cursor, by_number
from scim_app.directory.policy import KEEP, Policy
from scim_app.directory.reader import Reader, in_order
from scim_app.directory.records import columns
from scim_app.directory.roles import assignments, consequences, organization_role, pairs, rules, teams
from scim_app.directory.store import Store, Written
from scim_app.directory.transaction import AnySession, transact
from scim_app.protocol import immutability, membership, patch, patch_op, payload
from scim_app.protocol.catalog import MEMBER, Catalog
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.cursors import Place
from scim_app.protocol.listing import Criteria, Page, Query
from scim_app.protocol.projection import default
from scim_app.protocol.resource import Resource

T = TypeVar("T")
ANY = Conditions()


class Directory:
    """The users and groups of one organisation, changed on behalf of one actor, with a receipt for a request's."""

    def __init__(
        self,
        session: AnySession,
        organization_id: str,
        actor: Actor,
        catalog: Catalog,
        policy: Policy = KEEP,
        receipt: Receipt | None = None,
        reads: Callable[[], Connection] | None = None,
    ) -> None:
        self.session = session
        self.organization_id = organization_id
        self.actor = actor
        self.catalog = catalog
        self.policy = policy
        self.store = Store(session, organization_id, actor, catalog)
        self.reader = Reader(self.store)
        self.receipt = receipt
        self.reads = reads

    def get(self, kind: str, resource_id: str, wants: Wants | None = None) -> Resource:
        """The resource of that id. Raises NotFound."""
        wants, reader = self._wants(kind, wants), self._apart()
        row = reader.store.shown(kind, resource_id, beside.wanted(kind, wants))
        return reader.resources(kind, [row], wants)[0]

    def search(self, query: Query, wants: Mapping[str, Wants], place: Place | None = None) -> Page:
        """The page of matching resources that a query asks for, from a place in a walk if it is one.

        `wants` is by resource type. Raises TooMany when a page of several types lies too far behind the first.
        """
        reader = self._apart()
        listings = [self._listing(reader, each, query.descending, wants[each.kind.name]) for each in query.criteria]
        page = by_number(listings, query) if query.cursor is None else by_cursor(listings, query, place)
        kinds = [each.kind.name for each in query.criteria]
        found = [
            reader.resources(kind, [row for row in page.rows if len(kinds) == 1 or row.kind == kind], wants[kind])
            for kind in kinds
        ]
        resources = found[0] if len(kinds) == 1 else in_order([row.id for row in page.rows], found)
        return Page(resources, page.total, query.start_index, page.previous, page.next)

    def create(self, kind: str, document: Mapping[str, Any], wants: Wants | None = None) -> Resource:
        """The new resource. Raises Uniqueness, or InvalidValue when the organisation does not accept it."""
        return self.create_all(kind, [document], wants)[0]

    def create_all(
        self, kind: str, documents: Iterable[Mapping[str, Any]], wants: Wants | None = None
    ) -> list[Resource]:
        """The new resources, all or none of them."""
        given = list(documents)
        create = self._create_users if kind == "User" else self._create_groups
        return self._transact(lambda: create(given, wants))

    def replace(
        self,
        kind: str,
        resource_id: str,
        document: Mapping[str, Any],
        conditions: Conditions = ANY,
        wants: Wants | None = None,
    ) -> Resource:
        """The resource as a PUT leaves it (RFC 7644 §3.5.1).

        What the client leaves out is gone, but for attributes that are kept: a client that does not mention `active` must
        not reactivate anybody, and a rename must not empty a group. Raises NotFound, PreconditionFailed, Uniqueness,
        Mutability or InvalidValue.
        """
        described = self.catalog[kind]

        def work() -> Resource:
            row = self._locked(kind, resource_id, wants)
            conditions.check(row.version)
            kept = {each.name: row.document.get(each.name) for each in described.attributes if each.kept}
            after = payload.ordered(described, kept | dict(document), leaving_out={"members"})
            after = immutability.kept(described, row.document, after)
            given = membership.member_ids(document.get("members") or ())
            steps = [membership.Replace(given)] if "members" in document else []
            return self._read(kind, [self._change(kind, row, after, steps)], wants)[0]

        return self._transact(work)

    def patch(
        self,
        kind: str,
        resource_id: str,
        operations: Sequence[patch_op.Operation],
        conditions: Conditions = ANY,
        wants: Wants | None = None,
        few: int | None = None,
    ) -> Resource:
        """The resource after the operations (RFC 7644 §3.5.2), all of them or none.

        A group of more than a `few` members, where that is given, comes without them and is not complete. Raises
        NotFound, PreconditionFailed, Uniqueness, NoTarget, InvalidValue or Mutability.
        """
        on_members = [each for each in operations if each.target.path.top.name == "members"]
        others = [each for each in operations if each.target.path.top.name != "members"]

        def work() -> Resource:
            row = self._locked(kind, resource_id, wants)
            conditions.check(row.version)
            after = patch.apply(self.catalog[kind], row.document, others) if others else row.document
            row = self._change(kind, row, after, membership.steps(on_members))
            wanted = self._wants(kind, wants)
            more = few is not None and members.are_more(self.session, self.organization_id, row.id, few)
            [resource] = self._read(kind, [row], without_rows(wanted) if more else wanted)
            resource.complete = not more
            return resource

        return self._transact(work)

    def delete(self, kind: str, resource_id: str, conditions: Conditions = ANY) -> None:
        """Remove the resource and what belongs to it. Raises NotFound, PreconditionFailed or Mutability."""

        def work() -> None:
            if kind == "User":
                self.store.hold_groups_of(resource_id)
            row = self.store.alone(kind, resource_id)
            conditions.check(row.version)
            self._delete_user(row) if kind == "User" else self._delete_group(row)

        self._transact(work)

    def _transact(self, work: Callable[[], T]) -> T:
        return self.receipt.transact(self.session, work) if self.receipt else transact(self.session, work)

    def _create_users(self, documents: Sequence[Mapping[str, Any]], wants: Wants | None) -> list[Resource]:
        admission.check(self.session, self.organization_id, "User", documents)
        rows = self.store.insert("User", documents)
        causes = self.store.record("User", "user:created", [(row.id, row.document, told(row.document)) for row in rows])
        for row, cause in zip(rows, causes, strict=True):
            self._follow_user(row, {}, {}, cause)
        return self._read("User", rows, without_rows(self._wants("User", wants)))

    def _follow_user(self, row: Written, before: Mapping[str, Any], old: Mapping[str, Any], cause: str) -> None:
        """What a user's document means for roles, given it and the columns before: assignments by name, effective roles."""
        new = row.columns
        assigned = assignments.sync(self.store, row.id, before, row.document)
        said = new["org_role"] != old.get("org_role", MEMBER)
        if assigned or said or (old and old["active"] != new["active"]):
            target = Target("User", row.id, row.document["userName"])
            consequences.draw(self.store, [row.id], cause, target, locked=True, active=new["active"])

    def _create_groups(self, documents: Sequence[Mapping[str, Any]], wants: Wants | None) -> list[Resource]:
        made = [self._create_group(each) for each in documents]
        joined = any(each.get("members") for each in documents)
        wanted = self._wants("Group", wants)
        return self._read("Group", made, wanted if joined else without_rows(wanted))

    def _create_group(self, document: Mapping[str, Any]) -> Any:
        """The row of a new group: of its own, or of the team that its name means."""
        name = document["displayName"]
        may_mean_a_team = teams.may_mean(self.store, name)
        refusal = pairs.taken(self.store, name)
        if refusal:
            raise refusal
        meant = teams.reading(self.store, name) if may_mean_a_team else None
        team_group = teams.create(self.store, meant) if meant else None
        ids = membership.member_ids(document.get("members") or ())
        if team_group is None:
            [row] = self.store.insert("Group", [document])
            new = self._membership(row.id, is_new=True)
            outcome = new.apply([membership.Add(ids)]) if ids else members.Outcome()
            differences = told(row.document) + outcome.told()
            self.store.record("Group", "group:created", [(row.id, row.document, differences)])
            return row
        found = self.store.locked("Group", team_group)
        after = payload.ordered(
            self.catalog["Group"], found.document | {"externalId": document.get("externalId")}, {"members"}
        )
        self._change("Group", found, after, [membership.Add(ids)])
        return self.store.row("Group", team_group)

    def _change(self, kind: str, row: Any, after: dict[str, Any], steps: Sequence[membership.Step]) -> Any:
        """Write what differs and what follows from it; the row as it is then."""
        before = row.document
        old: dict[str, Any] = {}
        if kind == "User":
            after = self.policy.wiped(before, after, self.catalog.org_role_attribute)
            admission.check_renamed(self.session, self.organization_id, kind, before, after)
            old = columns(self.catalog, kind, before)
            organization_role.check(self.store, row.id, old, columns(self.catalog, kind, after))
        else:
            after = rules.named(self.store, row.id, before, after)
        outcome = self._membership(row.id).apply(steps) if steps else members.Outcome()
        differences = changes.difference(before, after) + outcome.told()
        if before != after or outcome.moved:
            row = self.store.update(kind, row, after)
        if differences:
            action = changes.action_of(kind, before, after, bool(outcome.moved))
            [cause] = self.store.record(kind, action, [(row.id, after, differences)])
            if kind == "User":
                if self.policy.applies(before, after):
                    members.leave_all(self.session, self.organization_id, row.id)
                    row = replace(row, beside=None)
                self._follow_user(row, before, old, cause)
            else:
                consequences.draw_for_members(self.store, row.id, outcome, cause, after["displayName"])
        return row

    def _locked(self, kind: str, resource_id: str, wants: Wants | None) -> Any:
        """The row to change; the groups of a user come with it, which no change of a user's document changes."""
        if kind == "User" and self.policy.wipes:
            self.store.hold_groups_of(resource_id)
        return self.store.locked(
            kind, resource_id, beside.wanted(kind, self._wants(kind, wants)) if kind == "User" else None
        )

    def _delete_user(self, row: Any) -> None:
        organization_role.check(self.store, row.id, columns(self.catalog, "User", row.document), None)
        [cause] = self.store.record("User", "user:deleted", [(row.id, row.document, told(row.document, gone=True))])
        consequences.lose_all(self.store, row.id, cause)
        members.leave_all(self.session, self.organization_id, row.id)
        self.store.remove("User", [row.id])

    def _delete_group(self, row: Any) -> None:
        if rules.delete(self.store, row.id):
            return
        people = pairs.people_in(self.store, [row.id])
        self.store.remove("Group", [row.id])
        [cause] = self.store.record("Group", "group:deleted", [(row.id, row.document, told(row.document, gone=True))])
        consequences.draw(self.store, people, cause, Target("Group", row.id, row.document["displayName"]))

    def _read(self, kind: str, rows: Sequence[Any], wants: Wants | None) -> list[Resource]:
        return self.reader.resources(kind, rows, self._wants(kind, wants))

    def _wants(self, kind: str, wants: Wants | None) -> Wants:
        return wants or default(self.catalog[kind]).wants

    def _apart(self) -> Reader:
        """A reader for what is read outside any transaction."""
        if self.reads is None:
            return self.reader
        # What reads asks a connection as it asks a session: for rows.
        reads = cast(AnySession, self.reads())
        return Reader(Store(reads, self.organization_id, self.actor, self.catalog))

    def _listing(self, reader: Reader, criteria: Criteria, descending: bool, wants: Wants) -> Listing:
        wanted = beside.wanted(criteria.kind.name, wants)
        return Listing.of(reader.session, self.organization_id, self.catalog, criteria, descending, wanted)

    def _membership(self, group_id: str, is_new: bool = False) -> members.Membership:
        return members.Membership(
            self.session,
            self.organization_id,
            group_id,
            self.store.compiler("Group"),
            self.actor.request_id,
            self.policy.refuses_unknown_members,
            is_new,
        )


def without_rows(wants: Wants) -> Wants:
    """Wants no groups and no members: a resource that was just made has none, unless it was made with them."""
    return lambda name: name not in {"groups", "members"} and wants(name)
