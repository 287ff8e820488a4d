"""Organisations with something of everything in them, so that there is something of everything to be found out."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, keys, organizations
from scim_app.directory.changes import OPERATOR
from scim_app.directory.roles import bindings, scopes
from scim_app.directory.tables import Administrator, Binding, Change, Role, ScimKey, Scope, Table
from scim_app.directory.transaction import transact
from scim_app.protocol.catalog import ENTERPRISE_USER
from tests.panel.people import Acme

CANARY = "canary-zq7"
"""What stands in every organisation that is somebody else's, in places that nobody names in a request."""


def founded(app: Flask, session: scoped_session[Session], name: str) -> tuple[Acme, str]:
    """A new organisation, and a key that opens it."""

    def work() -> tuple[str, str]:
        organization = organizations.create(session, name)
        pepper = app.config["KEY_PEPPER"]
        made = keys.generate(
            session, organization.id, OPERATOR, pepper, label="Key", scope="provision", expires_at=None
        )
        return organization.id, made.key

    place, key = transact(session, work)
    return Acme(app, session, place), key


def furnished(acme: Acme, name: str, said: str) -> dict[str, str]:
    """Fill an organisation with people, groups and roles; one id of each kind, and one name.

    What is named has the first name in it, everything else says the second.
    """
    boss = acme.user(f"boss@{said}.example", displayName=f"Boss {said}", title=said)
    ada = acme.user(
        f"ada@{name}.example",
        externalId=f"external-{name}",
        displayName=f"Ada {said}",
        title=said,
        emails=[{"value": f"mail@{said}.example", "primary": True, "type": "work"}],
        **{ENTERPRISE_USER: {"manager": {"value": boss}, "department": said}},
    )
    people = acme.group(f"People {name}", [boss, ada])
    project = acme.project(f"Project {said}", f"Team {said}")
    custom = acme.do(lambda store: scopes.create_role(store, f"Role {said}", 15)).id
    team, member = acme.team(project, f"Team {said}"), acme.role("Member")
    pair, team_pair = acme.pair(project, "Admin"), acme.pair(team, "Member")
    acme.push(pair, ada)
    acme.do(
        lambda store: bindings.bind(store, people, acme.session.get(Scope, project), acme.session.get(Role, member))
    )
    place, session = acme.organization_id, acme.session
    transact(session, lambda: administrators.create(session, f"admin-{place}@{said}.example", place, "viewer"))
    first = {
        table: session.scalars(select(table.id).where(table.organization_id == place).limit(1)).one()
        for table in (ScimKey, Change, Binding)
    }
    return {
        "user": ada, "boss": boss, "group": people, "project": project, "team": team, "project group": pair,
        "team group": team_pair, "role": member, "custom role": custom, "key": first[ScimKey], "change": first[Change],
        "binding": first[Binding], "administrator": session.scalars(
            select(Administrator.id).where(Administrator.email == f"admin-{place}@{said}.example")).one(),
        "organization": place, "userName": f"ada@{name}.example", "externalId": f"external-{name}",
        "displayName": f"People {name}",
    }  # fmt: skip


def rows(session: scoped_session[Session], organization_id: str) -> list[str]:
    """Every row of every table that is the organisation's."""
    session.rollback()
    found = []
    for table in Table.metadata.sorted_tables:
        own: Any = table.c.get("organization_id", table.c.id if table.name == "organizations" else None)
        if own is not None:
            held = session.execute(select(table).where(own == organization_id)).mappings()
            found += sorted(f"{table.name} {json.dumps(dict(row), default=str, sort_keys=True)}" for row in held)
    return found
