"""Another password by the one until now, and sessions that are seen and ended by whom they are."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import accounts, administrators, claims, organizations, passwords, sign_ins
from scim_app.directory.claims import ClaimRefused
from scim_app.directory.sign_ins import Caller, NoSuchSignIn
from scim_app.directory.tables import Administrator, Change, Organization, SignIn
from scim_app.directory.transaction import transact
from scim_app.extensions import db

ADA, PASSWORD, NEW = "ada@acme.example", "correct horse battery", "another password entirely"
OFFICE, HOME = Caller("203.0.113.5", "Firefox"), Caller("198.51.100.9", "Safari")
AnySession = scoped_session[Session]


@pytest.fixture
def ada(session: AnySession, organization: Organization) -> str:
    """The id of Ada, an owner of Acme."""
    place = organization.id
    made, _ = transact(session, lambda: administrators.create(session, ADA, place, "owner", password=PASSWORD))
    return made.id


def begin(session: AnySession, administrator_id: str, caller: Caller = OFFICE, ago: int = 0) -> str:
    begun = datetime.now(UTC) - timedelta(minutes=ago)
    return transact(session, lambda: sign_ins.begin(session, administrator_id, begun, caller))


def good(session: AnySession, token: str) -> bool:
    found = sign_ins.current(session, token, datetime.now(UTC)) is not None
    session.rollback()
    return found


def change(session: AnySession, token: str, former: str = PASSWORD, password: str = NEW, product: str = "") -> str:
    found = administrators.authenticate(session, ADA, former)
    assert found is not None
    return accounts.change_password(session, token, found, former, password, datetime.now(UTC), product)


def listed(session: AnySession, administrator_id: str, token: str) -> list[tuple[str, bool]]:
    found = sign_ins.of_administrator(session, administrator_id, token, datetime.now(UTC))
    return [(each.id, each.current) for each in found]


def test_a_changed_password_ends_the_other_sign_ins_and_leaves_this_one_a_new_token(
    session: AnySession, ada: str
) -> None:
    here, there = begin(session, ada), begin(session, ada, HOME)
    ((before, _),) = [each for each in listed(session, ada, here) if each[1]]
    fresh = change(session, here)
    assert [good(session, token) for token in (here, there, fresh)] == [False, False, True]
    assert listed(session, ada, fresh) == [(before, True)]
    assert administrators.authenticate(session, ADA, PASSWORD) is None
    assert administrators.authenticate(session, ADA, NEW) is not None


def test_a_changed_password_is_in_the_history_of_each_organisation_of_theirs_and_in_no_other(
    session: AnySession, ada: str, organization: Organization
) -> None:
    acme = organization.id
    beta = transact(session, lambda: organizations.create(session, "Beta")).id
    transact(session, lambda: organizations.create(session, "Rival"))
    transact(session, lambda: administrators.create(session, ADA, beta, "viewer"))
    change(session, begin(session, ada))
    told = select(Change.organization_id, Change.actor_id, Change.target_id).where(
        Change.action == "administrator:password:set"
    )
    assert sorted(session.execute(told).all()) == sorted([(acme, ada, ada), (beta, ada, ada)])


def test_a_changed_password_leaves_nobody_elses_sign_in_alone_with_it(
    session: AnySession, ada: str, organization: Organization
) -> None:
    place = organization.id
    grace, _ = transact(session, lambda: administrators.create(session, "grace@acme.example", place, "admin"))
    theirs = begin(session, grace.id)
    change(session, begin(session, ada))
    assert good(session, theirs)


def test_a_claim_link_from_before_opens_nothing_after_the_change(session: AnySession, ada: str) -> None:
    link = transact(session, lambda: claims.issue(session, ada))
    change(session, begin(session, ada))
    with pytest.raises(ClaimRefused):
        claims.claim(session, link, "a third password altogether")


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("short", "at least 12"),
        ("password12345678", "guess"),
        ("Atlas Atlas 2026", "guess"),
        ("acme acme acme", "guess"),
        (PASSWORD, "the password you have"),
    ],
)
def test_a_password_that_breaks_a_rule_changes_nothing(
    session: AnySession, ada: str, password: str, sentence: str
) -> None:
    here, there = begin(session, ada), begin(session, ada, HOME)
    with pytest.raises(ValueError, match=sentence):
        change(session, here, password=password, product="Atlas")
    session.rollback()
    assert good(session, here) and good(session, there)
    assert administrators.authenticate(session, ADA, PASSWORD) is not None


def test_a_sign_in_that_ended_while_the_password_was_hashed_changes_nothing(
    session: AnySession, ada: str, organization: Organization
) -> None:
    place, gone = organization.id, begin(session, ada)
    transact(session, lambda: sign_ins.end(session, gone))
    made = administrators.create
    grace, _ = transact(session, lambda: made(session, "grace@acme.example", place, "admin", password=PASSWORD))
    for token in (gone, begin(session, grace.id)):
        with pytest.raises(NoSuchSignIn):
            change(session, token)
        session.rollback()
    assert administrators.authenticate(session, ADA, PASSWORD) is not None


def test_of_several_who_change_it_at_once_one_succeeds_and_is_the_only_one_left(
    app: Flask, session: AnySession, ada: str
) -> None:
    tokens = [begin(session, ada) for _ in range(6)]
    changed: list[tuple[str, str]] = []
    together = threading.Barrier(len(tokens))

    def work(number: int) -> None:
        with app.app_context():
            found = administrators.authenticate(db.session, ADA, PASSWORD)
            assert found is not None
            together.wait(20)
            try:
                new, now = f"{NEW} {number}", datetime.now(UTC)
                changed.append((new, accounts.change_password(db.session, tokens[number], found, PASSWORD, new, now)))
            except NoSuchSignIn:
                pass

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(tokens))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ((password, fresh),) = changed
    assert administrators.authenticate(session, ADA, password) is not None
    assert listed(session, ada, fresh) == [(listed(session, ada, fresh)[0][0], True)]


def test_a_password_that_is_replaced_while_it_is_looked_at_lets_nobody_in(
    session: AnySession, ada: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    matches, here = passwords.matches, begin(session, ada)

    def meanwhile(password_hash: str | None, password: str) -> bool:
        monkeypatch.undo()
        found = matches(password_hash, password)
        change(session, here)
        return found

    monkeypatch.setattr(passwords, "matches", meanwhile)
    assert administrators.authenticate(session, ADA, PASSWORD) is None


def test_a_person_sees_where_each_of_their_sessions_began_and_was_last_used_and_which_is_this(
    session: AnySession, ada: str, organization: Organization
) -> None:
    place = organization.id
    grace, _ = transact(session, lambda: administrators.create(session, "grace@acme.example", place, "admin"))
    begin(session, grace.id)
    idle, ended = begin(session, ada, ago=31), begin(session, ada, ago=12 * 60)
    here = begin(session, ada, OFFICE, 20)
    there = begin(session, ada, Caller("198.51.100.9", "x" * 500), 10)
    now = datetime.now(UTC)
    transact(session, lambda: sign_ins.see(session, ended, now))
    transact(session, lambda: sign_ins.see(session, here, now - timedelta(minutes=15), HOME))
    first, second = sign_ins.of_administrator(session, ada, here, now)
    assert first.current and not second.current
    assert (first.begun_address, first.begun_client) == ("203.0.113.5", "Firefox")
    assert (first.seen_address, first.seen_client) == ("198.51.100.9", "Safari")
    assert first.created_at < first.seen_at == now - timedelta(minutes=15) < second.seen_at == second.created_at
    assert second.begun_client == second.seen_client == "x" * 200
    secrets = {here, there, idle, *session.scalars(select(SignIn.token_hash))}
    assert not secrets & {first.id, second.id}


def test_entering_the_password_again_leaves_a_session_its_name(session: AnySession, ada: str) -> None:
    here, there = begin(session, ada), begin(session, ada, HOME)
    (name,) = [each for each, current in listed(session, ada, here) if not current]
    renewed = transact(session, lambda: sign_ins.renew(session, there, datetime.now(UTC)))
    now = datetime.now(UTC)
    transact(session, lambda: sign_ins.end_one(session, ada, here, name, now))
    assert good(session, here) and not good(session, renewed)


def test_one_session_is_ended_and_neither_this_one_nor_somebody_elses(
    session: AnySession, ada: str, organization: Organization
) -> None:
    place, now = organization.id, datetime.now(UTC)
    grace, _ = transact(session, lambda: administrators.create(session, "grace@acme.example", place, "owner"))
    here, there, third, theirs = begin(session, ada), begin(session, ada), begin(session, ada), begin(session, grace.id)
    names = {token: listed(session, ada, token)[0][0] for token in (here, there, third)}
    names[theirs] = listed(session, grace.id, theirs)[0][0]
    transact(session, lambda: sign_ins.end_one(session, ada, here, names[there], now))
    assert [good(session, token) for token in (here, there, third, theirs)] == [True, False, True, True]
    refusals = []
    for name in (names[theirs], names[there], "never", ""):
        with pytest.raises(NoSuchSignIn) as refused:
            transact(session, lambda name=name: sign_ins.end_one(session, ada, here, name, now))
        refusals.append(str(refused.value))
    assert len(set(refusals)) == 1
    with pytest.raises(ValueError, match="Sign out"):
        transact(session, lambda: sign_ins.end_one(session, ada, here, names[here], now))
    assert [good(session, token) for token in (here, third, theirs)] == [True, True, True]
    transact(session, lambda: sign_ins.end_others(session, ada, here))
    assert [good(session, token) for token in (here, third, theirs)] == [True, False, True]


def test_a_session_from_before_there_were_names_is_listed_and_ended_too(session: AnySession, ada: str) -> None:
    here, there = begin(session, ada), begin(session, ada)
    old = {"id": None, "begun_address": None, "begun_client": None, "seen_address": None, "seen_client": None}
    transact(session, lambda: session.execute(update(SignIn).values(**old)))
    ((name, current), (other, _)) = listed(session, ada, here)
    assert current and name != other
    transact(session, lambda: sign_ins.end_one(session, ada, here, other, datetime.now(UTC)))
    assert good(session, here) and not good(session, there)


def test_an_administrator_who_is_disabled_meanwhile_changes_nothing(session: AnySession, ada: str) -> None:
    here, now = begin(session, ada), datetime.now(UTC)
    found = administrators.authenticate(session, ADA, PASSWORD)
    assert found is not None
    before = found.password_hash
    transact(session, lambda: session.execute(update(Administrator).values(disabled_at=now)))
    with pytest.raises(NoSuchSignIn):
        accounts.change_password(session, here, session.get_one(Administrator, ada), PASSWORD, NEW, now)
    session.rollback()
    assert session.scalars(select(Administrator.password_hash)).one() == before
