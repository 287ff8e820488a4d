"""Claim links: once, soon, and never twice at the same time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, claims, sign_ins
from scim_app.directory.claims import ClaimRefused
from scim_app.directory.tables import Administrator, Change, Claim, Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db

PASSWORD = "correct horse battery"


@pytest.fixture
def token(session: scoped_session[Session], organization: Organization) -> str:
    """The token of a claim link for Ada, who has no password yet."""
    organization_id = organization.id
    _, token = transact(session, lambda: administrators.create(session, "ada@acme.example", organization_id, "owner"))
    assert token is not None
    return token


def test_a_claim_sets_the_password_and_is_in_the_history(session: scoped_session[Session], token: str) -> None:
    assert claims.holder(session, token).email == "ada@acme.example"
    claims.claim(session, token, PASSWORD)
    assert administrators.authenticate(session, "ada@acme.example", PASSWORD) is not None
    actions = session.scalars(select(Change.action).where(Change.target_kind == "Administrator").order_by(Change.id))
    assert actions.all() == ["administrator:added", "administrator:password:set"]


def test_a_claim_works_once(session: scoped_session[Session], token: str) -> None:
    claims.claim(session, token, PASSWORD)
    with pytest.raises(ClaimRefused, match="Ask for a new one"):
        claims.holder(session, token)
    with pytest.raises(ClaimRefused):
        claims.claim(session, token, "another password entirely")
    assert administrators.authenticate(session, "ada@acme.example", PASSWORD) is not None


def test_a_claim_ends_after_thirty_minutes(session: scoped_session[Session], token: str) -> None:
    left = session.scalars(select(Claim.expires_at)).one() - datetime.now(UTC)
    assert timedelta(minutes=29) < left <= timedelta(minutes=30)
    past = datetime.now(UTC) - timedelta(seconds=1)
    transact(session, lambda: session.execute(update(Claim).values(expires_at=past)))
    with pytest.raises(ClaimRefused):
        claims.claim(session, token, PASSWORD)


@pytest.mark.parametrize("other", ["", "x" * 43, "x" * 10_000, "\ud800"])
def test_another_token_claims_nothing(session: scoped_session[Session], token: str, other: str) -> None:
    with pytest.raises(ClaimRefused):
        claims.claim(session, other, PASSWORD)


def test_a_password_that_breaks_a_rule_does_not_use_the_link_up(session: scoped_session[Session], token: str) -> None:
    with pytest.raises(ValueError, match="at least 12"):
        claims.claim(session, token, "short")
    claims.claim(session, token, PASSWORD)


def test_a_newer_link_ends_the_older(session: scoped_session[Session], token: str) -> None:
    administrator_id = claims.holder(session, token).id
    newer = transact(session, lambda: claims.issue(session, administrator_id))
    with pytest.raises(ClaimRefused):
        claims.holder(session, token)
    assert claims.holder(session, newer).id == administrator_id


def test_a_disabled_administrator_claims_nothing(session: scoped_session[Session], token: str) -> None:
    now = datetime.now(UTC)
    transact(session, lambda: session.execute(update(Administrator).values(disabled_at=now)))
    with pytest.raises(ClaimRefused):
        claims.claim(session, token, PASSWORD)


def test_a_new_password_signs_out_everywhere(session: scoped_session[Session], token: str) -> None:
    administrator_id = claims.holder(session, token).id
    now = datetime.now(UTC)
    signed_in = transact(session, lambda: sign_ins.begin(session, administrator_id, now))
    assert sign_ins.current(session, signed_in, now) is not None
    claims.claim(session, token, PASSWORD)
    assert sign_ins.current(session, signed_in, now) is None


def test_of_fifty_who_claim_at_once_one_succeeds(app: Flask, session: scoped_session[Session], token: str) -> None:
    session.rollback()
    claimed: list[str] = []
    together = threading.Barrier(50)

    def claim(number: int) -> None:
        with app.app_context():
            together.wait(20)
            try:
                claims.claim(db.session, token, f"{PASSWORD} {number}")
                claimed.append(f"{PASSWORD} {number}")
            except ClaimRefused:
                pass

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == 1
    assert administrators.authenticate(session, "ada@acme.example", claimed[0]) is not None
