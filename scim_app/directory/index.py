"""Keeps `search_values` equal to the leaves of the documents, by difference; `former_names` adds what groups were called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from scim_app.directory import former_names, population
from scim_app.directory.records import TABLES
from scim_app.directory.tables import SearchValue
from scim_app.directory.transaction import AnySession, over
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.leaves import Leaf, leaves

_values: Any = SearchValue.__table__
_ONE = (
    _values.c.organization_id == bindparam("of_organization"),
    _values.c.kind == bindparam("of_kind"),
    _values.c.path == bindparam("at_path"),
    _values.c.key == bindparam("with_key"),
    _values.c.resource_id == bindparam("of_resource"),
    _values.c.item == bindparam("at_item"),
)
INSERT, DELETE = insert(_values), delete(_values).where(*_ONE)
UPDATE = update(_values).where(*_ONE).values(key=bindparam("becomes"))


def rows(organization_id: str, kind: ResourceType, resource_id: str, found: Iterable[Leaf]) -> list[dict[str, Any]]:
    """The rows of these leaves of one resource."""
    return [
        {
            "organization_id": organization_id,
            "kind": kind.name,
            "path": leaf.path,
            "key": leaf.key,
            "resource_id": resource_id,
            "item": leaf.item,
        }
        for leaf in dict.fromkeys(found)
    ]


def add(
    session: AnySession, organization_id: str, kind: ResourceType, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    """Index new documents, given by id."""
    added = [
        row for each, document in documents.items() for row in rows(organization_id, kind, each, leaves(kind, document))
    ]
    if added:
        over(session).execute(INSERT, added)


def change(
    session: AnySession,
    organization_id: str,
    kind: ResourceType,
    resource_id: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Index what a document has become: only the leaves that differ are written, in as few statements as that takes."""
    differ = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    old, new = (set(leaves(kind, {name: each[name] for name in differ if name in each})) for each in (before, after))
    own = {"of_organization": organization_id, "of_kind": kind.name, "of_resource": resource_id}
    changed, removed = [], []
    added = {(leaf.path, leaf.item): leaf for leaf in new - old}
    for leaf in old - new:
        row = own | {"at_path": leaf.path, "with_key": leaf.key, "at_item": leaf.item}
        instead = added.pop((leaf.path, leaf.item), None)
        if instead is None:
            removed.append(row)
        else:
            changed.append(row | {"becomes": instead.key})
    inserted = rows(organization_id, kind, resource_id, added.values())
    for statement, values in ((UPDATE, changed), (DELETE, removed), (INSERT, inserted)):
        if values:
            over(session).execute(statement, values)


def remove(session: AnySession, organization_id: str, resource_id: str) -> None:
    """Forget a resource."""
    over(session).execute(
        delete(SearchValue).where(
            SearchValue.organization_id == organization_id, SearchValue.resource_id == resource_id
        )
    )


def rebuild(session: AnySession, catalog: Catalog, organization_id: str) -> int:
    """Write the index of an organisation anew from its documents; the number of leaves. The caller's transaction."""
    session.execute(delete(SearchValue).where(SearchValue.organization_id == organization_id))
    written = 0
    for name, table in TABLES.items():
        statement = select(table.id, table.document).where(table.organization_id == organization_id)
        for resource_id, document in session.execute(statement).yield_per(1_000):
            found = rows(organization_id, catalog[name], resource_id, leaves(catalog[name], document))
            session.execute(INSERT, found)
            written += len(found)
    population.recount(session, organization_id)
    names = former_names.leaves(session, organization_id)
    if names:
        session.execute(INSERT, names)
    return written + len(names)
