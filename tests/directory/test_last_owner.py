"""Whatever owners do to one another at the same moment, one is left who can sign in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, memberships
from scim_app.directory.changes import OPERATOR
from scim_app.directory.memberships import LAST_OWNER
from scim_app.directory.tables import Change, Membership, Organization
from scim_app.directory.transaction import AnySession, transact
from scim_app.extensions import db

PASSWORD = "correct horse battery"
Leave = Callable[[AnySession, str, str], None]


def be_removed(session: AnySession, place: str, whom: str) -> None:
    memberships.remove(session, place, OPERATOR, "owner", whom)


def be_kept_out(session: AnySession, place: str, whom: str) -> None:
    memberships.disable(session, place, OPERATOR, "owner", whom)


def become_a_viewer(session: AnySession, place: str, whom: str) -> None:
    memberships.change_role(session, place, OPERATOR, "owner", whom, "viewer")


def test_of_nine_owners_who_leave_at_once_in_every_way_one_stays(
    app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    owners = [
        transact(
            session,
            lambda number=number: (
                administrators.create(session, f"owner{number}@acme.example", place, "owner", password=PASSWORD)[0].id
            ),
        )
        for number in range(9)
    ]
    # Nobody who has not chosen a password counts as somebody who can sign in.
    transact(session, lambda: administrators.create(session, "invited@acme.example", place, "owner"))
    session.rollback()
    ways: tuple[Leave, ...] = (be_removed, be_kept_out, become_a_viewer)
    together, refused = threading.Barrier(len(owners)), list[str]()

    def leave(way: Leave, whom: str) -> None:
        with app.app_context():
            together.wait(60)
            try:
                transact(db.session, partial(way, db.session, place, whom))
            except ValueError as error:
                refused.append(str(error))

    threads = [
        threading.Thread(target=leave, args=(ways[number % len(ways)], whom)) for number, whom in enumerate(owners)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    left = select(Membership.administrator_id).where(
        Membership.role == "owner", Membership.disabled_at.is_(None), Membership.administrator_id.in_(owners)
    )
    assert refused == [LAST_OWNER]
    assert len(session.scalars(left).all()) == 1
    told = select(Change).where(Change.target_id.in_(owners), Change.action != "administrator:added")
    assert len(session.scalars(told).all()) == len(owners) - 1
