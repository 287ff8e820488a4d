"""Rows of users and groups with what belongs to them — columns, index, history — inside the caller's transaction.

No rule about who may do what is here: `directory.py` asks those, and then writes through this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from scim_app.directory import changes, former_names, held, index, population
from scim_app.directory.beside import ARRAYS, addresses, shown
from scim_app.directory.changes import Actor, Target
from scim_app.directory.ids import new_id
from scim_app.directory.query import Compiler
from scim_app.directory.records import TABLES, columns, group_key
from scim_app.directory.sources import ORGANIZATION, Sources
from scim_app.directory.transaction import AnySession, over, reported
from scim_app.protocol import payload
from scim_app.protocol.catalog import OWNER, Catalog
from scim_app.protocol.errors import InvalidValue, NotFound, Uniqueness

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
COLUMNS = ("id", "document", "version", "created_at", "updated_at")
"""What a resource is made of."""


def row_of(table: Any) -> Select[Any]:
    """The row of one id, in one organisation."""
    own = table.c.organization_id == ORGANIZATION, table.c.id == bindparam("id")
    return select(*(table.c[name] for name in COLUMNS)).where(*own)


ROW = {kind: row_of(table.__table__) for kind, table in TABLES.items()}
SHOWN = {
    (kind, beside): ROW[kind].with_only_columns(*shown(kind, beside))
    for kind, arrays in ARRAYS.items()
    for beside in arrays
}
LOCKED = {
    (kind, name): (ROW[kind] if name is None else ROW[kind].add_columns(array.label("beside"))).with_for_update(
        of=TABLES[kind].__table__, key_share=True
    )
    for kind, arrays in ARRAYS.items()
    for name, array in arrays.items()
}
ALONE = {kind: row.with_for_update() for kind, row in ROW.items()}
INSERT = {kind: insert(cast(Any, table.__table__)) for kind, table in TABLES.items()}
UPDATE = {
    kind: update(cast(Any, table.__table__)).where(
        table.__table__.c.organization_id == bindparam("of_organization"), table.__table__.c.id == bindparam("of_id")
    )
    for kind, table in TABLES.items()
}
"""The statements are made once: to make one takes longer than to run it."""
UNIQUE = {"User": "userName", "Group": "displayName"}
"""The attribute that no two resources of a kind share in one organisation."""
UNREAD = "unread"
"""Of what stands beside a row that it has not been read."""
SEVERAL_OWNERS = "Cannot set multiple owners: this organization has one. Transfer the ownership in the panel."


@dataclass(frozen=True)
class Written:
    """A row as this transaction has just written it."""

    id: str
    organization_id: str
    document: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    columns: Mapping[str, Any]
    """What the other columns of the row repeat of the document."""
    beside: str | None = UNREAD
    """What stands beside the document, as far as it was read with the row."""

    @property
    def values(self) -> dict[str, Any]:
        """The row."""
        own = {name: value for name, value in vars(self).items() if name not in {"columns", "beside"}}
        return {**own, **self.columns}


@dataclass(frozen=True)
class Store:
    """The users and groups of one organisation, written on behalf of one actor."""

    session: AnySession
    organization_id: str
    actor: Actor
    catalog: Catalog

    def compiler(self, kind: str) -> Compiler:
        """Makes conditions on the rows of a kind."""
        return Compiler(Sources(self.catalog, self.catalog[kind]))

    def row(self, kind: str, resource_id: str) -> Any:
        """The row of that id. Raises NotFound."""
        return self._only(ROW[kind], kind, resource_id)

    def locked(self, kind: str, resource_id: str, beside: str | None = None) -> Any:
        """The row of that id, held against other writers until the transaction ends, with what is wanted beside it.

        Raises NotFound.
        """
        return self._only(LOCKED[kind, beside], kind, resource_id)

    def alone(self, kind: str, resource_id: str) -> Any:
        """The row of that id, about to go or to get another name, which nobody refers to anew until the transaction ends.

        Raises NotFound.
        """
        return self._only(ALONE[kind], kind, resource_id)

    def hold_groups_of(self, user_id: str) -> None:
        """Hold the groups of a user who is about to leave them: they come before the user."""
        if ID.fullmatch(user_id):
            held.groups_of(self.session, self.organization_id, user_id)

    def shown(self, kind: str, resource_id: str, beside: str | None) -> Any:
        """The row of that id as it is shown, with what is wanted beside its document. Raises NotFound."""
        return self._only(SHOWN[kind, beside], kind, resource_id)

    def _only(self, statement: Select[Any], kind: str, resource_id: str) -> Any:
        row = None
        if ID.fullmatch(resource_id):
            own = {"organization_id": self.organization_id, "id": resource_id, **addresses(self.catalog)}
            row = over(self.session).execute(statement, own).one_or_none()
        if row is None:
            raise NotFound(f"There is no {kind} with this id in the organization of the key.")
        return row

    def insert(
        self, kind: str, documents: Sequence[Mapping[str, Any]], ids: Sequence[str] | None = None
    ) -> list[Written]:
        """New rows, with defaults for what the documents do not say. Raises Uniqueness or InvalidValue."""
        described = self.catalog[kind]
        now = datetime.now(UTC)
        defaults = {each.name: each.default for each in described.attributes}
        written = []
        for resource_id, given in zip(ids or [new_id() for _ in documents], documents, strict=True):
            document = payload.ordered(described, defaults | dict(given), leaving_out={"members"})
            written.append(
                Written(resource_id, self.organization_id, document, 1, now, now, self._columns(kind, document))
            )
        self.release_names(kind, written)
        self._execute(kind, INSERT[kind], [row.values for row in written], written)
        index.add(self.session, self.organization_id, described, {row.id: row.document for row in written})
        population.grow(self.session, self.organization_id, kind, len(written))
        return written

    def update(self, kind: str, row: Any, after: dict[str, Any]) -> Written:
        """The row as the next version, with this document. Raises Uniqueness or InvalidValue."""
        changed = after != row.document
        repeated = self._columns(kind, after) if changed else {}
        now = datetime.now(UTC)
        beside = getattr(row, "beside", UNREAD)
        written = Written(row.id, self.organization_id, after, row.version + 1, row.created_at, now, repeated, beside)
        values = {
            "of_organization": self.organization_id,
            "of_id": row.id,
            "version": written.version,
            "updated_at": now,
        }
        if changed:
            self.release_names(kind, [written])
            values |= {"document": after, **repeated}
        self._execute(kind, UPDATE[kind], values, [written])
        if changed:
            index.change(self.session, self.organization_id, self.catalog[kind], row.id, row.document, after)
        return written

    def remove(self, kind: str, ids: Sequence[str]) -> None:
        """No rows of these ids any more, nor anything that belongs to them."""
        table = TABLES[kind]
        for resource_id in ids:
            index.remove(self.session, self.organization_id, resource_id)
        gone = delete(table).where(table.organization_id == self.organization_id, table.id.in_(ids))
        removed = over(self.session).execute(gone.returning(table.id)).all()
        population.grow(self.session, self.organization_id, kind, -len(removed))

    def record(
        self,
        kind: str,
        action: str,
        entries: Iterable[tuple[str, Mapping[str, Any], list[dict[str, Any]]]],
    ) -> list[str]:
        """One entry of the history for each id, document and difference; the ids of the entries."""
        made = [
            changes.entry(
                self.organization_id, self.actor, action, Target(kind, each, document[UNIQUE[kind]]), differences
            )
            for each, document, differences in entries
        ]
        changes.record_all(self.session, made)
        return [entry["id"] for entry in made]

    def group_named(self, name: str) -> str | None:
        """The id of the group of that name, in any spelling."""
        group = TABLES["Group"]
        key = group_key(self.catalog, name)
        own = group.organization_id == self.organization_id
        return self.session.scalar(select(group.id).where(own, group.display_key == key))

    def release_names(self, kind: str, rows: Sequence[Written]) -> None:
        """A name that a group is given is no former name of another."""
        if kind == "Group":
            keys = [group_key(self.catalog, row.document["displayName"]) for row in rows]
            former_names.release(self.session, self.organization_id, keys)

    def _columns(self, kind: str, document: Mapping[str, Any]) -> dict[str, Any]:
        found = columns(self.catalog, kind, document)
        if kind == "User":
            found["owner_of"] = self.organization_id if found["org_role"] == OWNER else None
        return found

    def _execute(
        self, kind: str, statement: Any, values: list[dict[str, Any]] | dict[str, Any], written: Sequence[Written]
    ) -> None:
        """Run a statement that may give a resource what another one has."""
        try:
            over(self.session).execute(statement, values)
        except IntegrityError as error:
            if "owner_of" in reported(error, "constraint_name"):
                raise InvalidValue(SEVERAL_OWNERS) from None
            name = UNIQUE[kind]
            value = f' "{written[0].document[name][:200]}"' if len(written) == 1 else ""
            raise Uniqueness(
                f"The {name}{value} is taken by another {kind} of this organization. Use that one."
            ) from None
