"""Sign-ins: how long they last, where they lead, and how they end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, organizations, sign_ins
from scim_app.directory.passwords import Verified
from scim_app.directory.sign_ins import Current
from scim_app.directory.tables import Administrator, Membership, Organization, SignIn
from scim_app.directory.transaction import transact

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada(session: scoped_session[Session], organization: Organization) -> str:
    """The id of an owner of Acme."""
    place = organization.id
    made, _ = transact(session, lambda: administrators.create(session, "ada@acme.example", place, "owner"))
    return made.id


@pytest.fixture
def token(session: scoped_session[Session], ada: str) -> str:
    """The token with which Ada signed in at noon."""
    return transact(session, lambda: sign_ins.begin(session, ada, NOW))


def at(session: scoped_session[Session], token: str, **later: float) -> Current | None:
    return sign_ins.current(session, token, NOW + timedelta(**later))


def test_a_sign_in_says_who_it_is_and_where(
    session: scoped_session[Session], token: str, ada: str, organization: Organization
) -> None:
    found = at(session, token)
    assert found is not None
    assert (found.administrator_id, found.email) == (ada, "ada@acme.example")
    assert (found.place.id, found.place.name, found.place.role) == (organization.id, "Acme", "owner")
    assert token not in repr(found)


def test_only_a_hash_of_the_token_is_kept(session: scoped_session[Session], token: str) -> None:
    kept = session.scalars(select(SignIn.token_hash)).one()
    assert len(token) >= 43 and token not in kept and len(kept) == 64


def test_it_ends_after_half_an_hour_without_use(session: scoped_session[Session], token: str) -> None:
    assert at(session, token, minutes=29, seconds=59) is not None
    assert at(session, token, minutes=30) is None


def test_use_keeps_it_alive_for_twelve_hours_and_no_longer(session: scoped_session[Session], token: str) -> None:
    for minutes in range(20, 12 * 60, 20):
        assert at(session, token, minutes=minutes) is not None
        moment = NOW + timedelta(minutes=minutes)
        transact(session, lambda moment=moment: sign_ins.see(session, token, moment))
    assert at(session, token, hours=11, minutes=59) is not None
    assert at(session, token, hours=12) is None


def test_every_sign_in_has_a_token_of_its_own_and_ends_alone(
    session: scoped_session[Session], token: str, ada: str
) -> None:
    other = transact(session, lambda: sign_ins.begin(session, ada, NOW))
    transact(session, lambda: sign_ins.end(session, token))
    assert at(session, token) is None
    assert at(session, other) is not None


@pytest.mark.parametrize("wrong", ["", "x" * 43, "\ud800", "x" * 10_000])
def test_another_token_is_nobody(session: scoped_session[Session], token: str, wrong: str) -> None:
    assert at(session, wrong) is None


def test_a_disabled_administrator_is_out_at_once(session: scoped_session[Session], token: str) -> None:
    transact(session, lambda: session.execute(update(Administrator).values(disabled_at=NOW)))
    assert at(session, token) is None


def test_whoever_belongs_to_no_organisation_is_out_at_once(session: scoped_session[Session], token: str) -> None:
    transact(session, lambda: session.execute(delete(Membership)))
    assert at(session, token) is None


def test_a_change_of_role_counts_at_once(session: scoped_session[Session], token: str) -> None:
    transact(session, lambda: session.execute(update(Membership).values(role="viewer")))
    found = at(session, token)
    assert found is not None and found.place.role == "viewer"


def test_the_organisation_on_screen_is_one_of_theirs(
    session: scoped_session[Session], token: str, organization: Organization
) -> None:
    beta = transact(session, lambda: organizations.create(session, "Beta")).id
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    transact(session, lambda: administrators.create(session, "ada@acme.example", beta, "viewer"))
    transact(session, lambda: sign_ins.switch(session, token, beta))
    found = at(session, token)
    assert found is not None and (found.place.id, found.place.role) == (beta, "viewer")
    assert [place.name for place in found.places] == ["Acme", "Beta"]
    for elsewhere in (rival, "nowhere"):
        with pytest.raises(ValueError, match="do not belong"):
            transact(session, lambda elsewhere=elsewhere: sign_ins.switch(session, token, elsewhere))
    transact(session, lambda: session.execute(delete(Membership).where(Membership.organization_id == beta)))
    found = at(session, token)
    assert found is not None and found.place.id == organization.id


def test_the_organisation_on_screen_stays_when_another_comes_before_it_by_name(
    session: scoped_session[Session], token: str, organization: Organization
) -> None:
    earlier = transact(session, lambda: organizations.create(session, "Aardvark")).id
    transact(session, lambda: administrators.create(session, "ada@acme.example", earlier, "viewer"))
    found = at(session, token)
    assert found is not None and found.place.id == organization.id


def test_only_the_password_that_is_theirs_now_begins_one(session: scoped_session[Session], ada: str) -> None:
    former, newer = (Verified(ada, "ada@acme.example", each) for each in ("former", "newer"))
    set_to = update(Administrator).where(Administrator.id == ada)
    transact(session, lambda: session.execute(set_to.values(password_hash="newer")))
    assert transact(session, lambda: sign_ins.begin_as(session, former, NOW)) is None
    assert transact(session, lambda: sign_ins.begin_as(session, newer, NOW)) is not None
    transact(session, lambda: session.execute(set_to.values(disabled_at=NOW)))
    assert transact(session, lambda: sign_ins.begin_as(session, newer, NOW)) is None
    assert len(session.scalars(select(SignIn)).all()) == 1


def test_sign_ins_that_ended_by_themselves_are_swept_away(
    session: scoped_session[Session], token: str, ada: str
) -> None:
    later = NOW + timedelta(hours=1)
    transact(session, lambda: sign_ins.begin(session, ada, later))
    assert len(session.scalars(select(SignIn)).all()) == 1
