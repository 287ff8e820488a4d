"""Invitations: an organisation lets somebody in who accepts, and never gets hold of what is theirs elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, claims, memberships, organizations, sign_ins
from scim_app.directory.administrators import INVITED_ELSEWHERE
from scim_app.directory.changes import Actor
from scim_app.directory.claims import ClaimRefused
from scim_app.directory.memberships import LAST_OWNER
from scim_app.directory.passwords import Verified
from scim_app.directory.tables import Administrator, Change, Claim, Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db

OWNER = Actor("administrator", "owner@rival.example", "7")
PASSWORD, OTHER = "correct horse battery", "another password altogether"
ADA = "ada@acme.example"
AnySession = scoped_session[Session]
Invite = Callable[..., str]


@pytest.fixture
def rival(session: AnySession) -> str:
    """The id of an organisation that Acme has nothing to do with."""
    return transact(session, lambda: organizations.create(session, "Rival")).id


@pytest.fixture
def invite(session: AnySession) -> Invite:
    """An invitation by an owner of the organisation; the token of its link."""

    def invite(place: str, email: str = ADA, role: str = "viewer") -> str:
        token = transact(session, lambda: memberships.invite(session, place, OWNER, "owner", email, role))
        assert token is not None
        return token

    return invite


def make(session: AnySession, place: str, role: str = "owner", password: str | None = PASSWORD) -> str | None:
    return transact(session, lambda: administrators.create(session, ADA, place, role, password=password)[1])


def shown(session: AnySession, password: str = PASSWORD) -> Verified:
    found = administrators.authenticate(session, ADA, password)
    assert found is not None
    return found


def places(session: AnySession) -> list[tuple[str, str]]:
    ada = administrators.by_email(session, ADA)
    assert ada is not None
    return [(place.id, place.role) for place in sign_ins.places_of(session, ada.id)]


def accept(session: AnySession, token: str, password: str = PASSWORD) -> None:
    found = shown(session, password)
    transact(session, lambda: claims.accept(session, token, found))


def test_whoever_has_an_account_is_let_in_once_they_accept_with_its_password(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    acme = organization.id
    make(session, acme)
    link = invite(rival, role="admin")
    assert places(session) == [(acme, "owner")]
    assert [each.claimed for each in memberships.of_organization(session, rival)] == [False]
    found = claims.holder(session, link)
    assert (found.email, found.organization, found.chooses) == (ADA, "Rival", False)
    accept(session, link)
    assert places(session) == [(acme, "owner"), (rival, "admin")]
    assert [each.claimed for each in memberships.of_organization(session, rival)] == [True]
    with pytest.raises(ClaimRefused):
        claims.holder(session, link)
    told = select(Change.action).where(Change.organization_id == rival, Change.target_name == ADA).order_by(Change.id)
    assert session.scalars(told).all() == ["administrator:added", "administrator:accepted"]


def test_no_link_sets_a_password_where_there_is_one(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    make(session, organization.id)
    link = invite(rival)
    with pytest.raises(ClaimRefused):
        claims.claim(session, link, OTHER)
    assert administrators.authenticate(session, ADA, OTHER) is None
    shown(session)


def test_an_account_that_nobody_claimed_yet_is_not_invited_by_others_nor_when_its_link_has_expired(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    link = make(session, organization.id, password=None)
    assert link
    for _ in range(2):
        with pytest.raises(ValueError, match=INVITED_ELSEWHERE):
            invite(rival)
        transact(session, lambda: session.execute(update(Claim).values(expires_at=datetime.now(UTC))))
    assert memberships.of_organization(session, rival) == []


def test_an_invitation_and_a_link_of_before_choose_no_password_once_somebody_else_let_them_in(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    theirs = invite(rival)
    ada = memberships.of_organization(session, rival)[0].id
    ours = make(session, organization.id, password=None)
    assert ours
    with pytest.raises(ClaimRefused):
        claims.claim(session, theirs, OTHER)
    with pytest.raises(ValueError, match=INVITED_ELSEWHERE):
        transact(session, lambda: memberships.invite_again(session, rival, OWNER, "owner", ada))
    claims.claim(session, ours, PASSWORD)
    assert places(session) == [(organization.id, "owner")]
    again = transact(session, lambda: memberships.invite_again(session, rival, OWNER, "owner", ada))
    accept(session, again)
    assert (rival, "viewer") in places(session)


def test_whoever_took_an_address_first_gets_into_no_organisation_that_invites_it_later(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    acme = organization.id
    claims.claim(session, invite(rival), OTHER)
    link = invite(acme, role="owner")
    assert places(session) == [(rival, "viewer")]
    # An operator gives the account to the person whose address it is, who then accepts.
    ada = claims.holder(session, link).id
    claims.claim(session, transact(session, lambda: claims.issue(session, ada)), PASSWORD)
    with pytest.raises(AssertionError):
        accept(session, link, OTHER)
    accept(session, link)
    assert (acme, "owner") in places(session)


def test_only_the_password_that_is_theirs_now_accepts(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    make(session, organization.id)
    link, before = invite(rival), shown(session)
    claims.claim(session, transact(session, lambda: claims.issue(session, before.id)), OTHER)
    somebody = Verified("somebody else", ADA, shown(session, OTHER).password_hash)
    for wrong in (before, somebody):
        with pytest.raises(ClaimRefused):
            transact(session, lambda wrong=wrong: claims.accept(session, link, wrong))
    assert places(session) == [(organization.id, "owner")]


def test_an_invitation_that_was_taken_back_is_worth_nothing(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    make(session, organization.id)
    for action in (memberships.disable, memberships.remove):
        link, found = invite(rival), shown(session)
        transact(session, lambda action=action, found=found: action(session, rival, OWNER, "owner", found.id))
        with pytest.raises(ClaimRefused):
            claims.holder(session, link)
        if action is memberships.disable:
            transact(session, lambda found=found: memberships.remove(session, rival, OWNER, "owner", found.id))


def test_an_owner_who_is_invited_with_a_password_counts_for_nothing_until_they_accept(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    acme = organization.id
    make(session, acme)
    own = administrators.create
    bob = transact(session, lambda: own(session, "bob@rival.example", rival, "owner", password=PASSWORD)[0].id)
    link = invite(rival, role="owner")
    with pytest.raises(ValueError, match=LAST_OWNER):
        transact(session, lambda: memberships.remove(session, rival, OWNER, "owner", bob))
    accept(session, link)
    transact(session, lambda: memberships.remove(session, rival, OWNER, "owner", bob))


def test_nobody_goes_where_they_are_only_invited(
    session: AnySession, organization: Organization, rival: str, invite: Invite
) -> None:
    make(session, organization.id)
    invite(rival, role="owner")
    ada, now = shown(session).id, datetime.now(UTC)
    token = transact(session, lambda: sign_ins.begin(session, ada, now))
    with pytest.raises(ValueError, match="do not belong"):
        transact(session, lambda: sign_ins.switch(session, token, rival))


def test_of_two_organisations_that_invite_somebody_new_at_once_one_does(
    app: Flask, session: AnySession, organization: Organization, rival: str
) -> None:
    acme = organization.id
    session.rollback()
    start, links, refused = threading.Barrier(2), [], []

    def ask(place: str, email: str) -> None:
        with app.app_context():
            start.wait()
            try:
                links.append(
                    transact(db.session, lambda: memberships.invite(db.session, place, OWNER, "owner", email, "owner"))
                )
            except ValueError as refusal:
                refused.append(str(refusal))

    for round_ in range(5):
        threads = [threading.Thread(target=ask, args=(place, f"new{round_}@acme.example")) for place in (acme, rival)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(links) == 5 and refused == [INVITED_ELSEWHERE] * 5
    assert len(session.scalars(select(Administrator)).all()) == 5
