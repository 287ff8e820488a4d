"""Administrators of an organisation: invited, changed, kept out, removed; and never without an owner."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, claims, memberships, organizations
from scim_app.directory.changes import OPERATOR, Actor
from scim_app.directory.memberships import FOR_OWNERS, LAST_OWNER, NoSuchAdministrator
from scim_app.directory.tables import Change, Membership, Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db

ADA = Actor("administrator", "ada@acme.example", "7")
PASSWORD = "correct horse battery"
Make = Callable[..., str]


@pytest.fixture
def make(session: scoped_session[Session], organization: Organization) -> Make:
    """An administrator of Acme's who can sign in; their id."""
    place = organization.id

    def make(email: str, role: str = "owner") -> str:
        return transact(session, lambda: administrators.create(session, email, place, role, password=PASSWORD)[0].id)

    return make


def do(
    session: scoped_session[Session], action: Callable[..., object], place: str, *given: str, by: str = "owner"
) -> object:
    return transact(session, lambda: action(session, place, ADA, by, *given))


def test_somebody_who_is_invited_gets_a_link_and_then_a_password(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    make("ada@acme.example")
    token = do(session, memberships.invite, place, "grace@acme.example", "admin")
    assert isinstance(token, str)
    told = [(each.email, each.role, each.claimed) for each in memberships.of_organization(session, place)]
    assert told == [("ada@acme.example", "owner", True), ("grace@acme.example", "admin", False)]
    grace = claims.claim(session, token, PASSWORD)
    with pytest.raises(ValueError, match="have a password already"):
        do(session, memberships.invite_again, place, grace.id)


def test_another_link_replaces_the_first(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    first = str(do(session, memberships.invite, place, "grace@acme.example", "viewer"))
    grace = memberships.of_organization(session, place)[0]
    second = str(do(session, memberships.invite_again, place, grace.id))
    with pytest.raises(claims.ClaimRefused):
        claims.holder(session, first)
    assert claims.holder(session, second).id == grace.id


def test_an_administrator_of_another_organisation_keeps_their_password(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    make("ada@acme.example")
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    link = str(do(session, memberships.invite, rival, "ada@acme.example", "viewer"))
    with pytest.raises(claims.ClaimRefused):
        claims.claim(session, link, "another password altogether")
    assert administrators.authenticate(session, "ada@acme.example", PASSWORD) is not None


@pytest.mark.parametrize("action", [memberships.disable, memberships.remove])
def test_the_last_owner_stays(
    make: Make, session: scoped_session[Session], organization: Organization, action: Callable[..., None]
) -> None:
    place, ada = organization.id, make("ada@acme.example")
    make("grace@acme.example", "admin")
    do(session, memberships.invite, place, "not-yet@acme.example", "owner")
    for attempt in (
        lambda: do(session, action, place, ada),
        lambda: do(session, memberships.change_role, place, ada, "admin"),
    ):
        with pytest.raises(ValueError, match=LAST_OWNER):
            attempt()
    make("radia@acme.example")
    do(session, action, place, ada)


def test_an_owner_who_is_kept_out_counts_for_nothing(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    place, ada, grace = organization.id, make("ada@acme.example"), make("grace@acme.example")
    do(session, memberships.disable, place, grace)
    with pytest.raises(ValueError, match=LAST_OWNER):
        do(session, memberships.remove, place, ada)
    do(session, memberships.enable, place, grace)
    do(session, memberships.remove, place, ada)


def test_an_admin_touches_no_owner_and_makes_none(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    place, ada, grace = organization.id, make("ada@acme.example"), make("grace@acme.example", "viewer")
    make("radia@acme.example")
    attempts: list[tuple[Callable[..., object], tuple[str, ...]]] = [
        (memberships.remove, (ada,)),
        (memberships.disable, (ada,)),
        (memberships.change_role, (ada, "viewer")),
        (memberships.change_role, (grace, "owner")),
        (memberships.invite, ("new@acme.example", "owner")),
    ]
    for action, given in attempts:
        with pytest.raises(ValueError, match=FOR_OWNERS):
            do(session, action, place, *given, by="admin")
    do(session, memberships.change_role, place, grace, "admin", by="admin")


def test_an_administrator_of_another_organisation_is_not_there(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    ada = make("ada@acme.example")
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    for action in (memberships.remove, memberships.disable, memberships.enable, memberships.invite_again):
        with pytest.raises(NoSuchAdministrator):
            do(session, action, rival, ada)


def test_what_is_done_to_administrators_is_in_the_history(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    place, grace = organization.id, make("grace@acme.example", "viewer")
    do(session, memberships.change_role, place, grace, "admin")
    do(session, memberships.change_role, place, grace, "admin")
    do(session, memberships.disable, place, grace)
    do(session, memberships.enable, place, grace)
    do(session, memberships.remove, place, grace)
    actions = session.scalars(select(Change.action).where(Change.actor_id == ADA.id).order_by(Change.id)).all()
    assert actions == [
        "administrator:role:changed", "administrator:disabled", "administrator:enabled", "administrator:removed",
    ]  # fmt: skip


def test_two_owners_who_remove_each_other_at_once_leave_one(
    make: Make, app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    for round_ in range(5):
        pair = [make(f"owner{round_}{each}@acme.example") for each in "ab"]
        others = [each.id for each in memberships.of_organization(session, place) if each.id not in pair]
        for other in others:
            do(session, memberships.remove, place, other)
        session.rollback()
        start = threading.Barrier(2)
        refused: list[str] = []

        def remove(whom: str, start: threading.Barrier = start, refused: list[str] = refused) -> None:
            with app.app_context():
                start.wait()
                try:
                    transact(db.session, partial(memberships.remove, db.session, place, OPERATOR, "owner", whom))
                except ValueError as error:
                    refused.append(str(error))

        threads = [threading.Thread(target=remove, args=(whom,)) for whom in pair]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        session.rollback()
        assert refused == [LAST_OWNER]
        assert len(session.scalars(select(Membership).where(Membership.role == "owner")).all()) == 1


def test_the_accepted_domains_are_changed_and_checked(
    session: scoped_session[Session], organization: Organization
) -> None:
    place = organization.id
    transact(
        session, lambda: organizations.accept(session, place, ADA, ["Acme.example", "acme.example", "müller.example"])
    )
    found = organizations.get(session, place)
    assert found is not None and found.domains == ["acme.example", "xn--mller-kva.example"]
    with pytest.raises(ValueError, match="is not an e-mail domain"):
        transact(session, lambda: organizations.accept(session, place, ADA, ["nonsense"]))
    transact(session, lambda: organizations.accept(session, place, ADA, []))
    actions = session.scalars(select(Change.action).where(Change.actor_id == ADA.id)).all()
    assert actions == ["organization:domains:changed"] * 2
