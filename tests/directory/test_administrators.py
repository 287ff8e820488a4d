"""Administrators and their passwords."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, organizations, passwords
from scim_app.directory.tables import Administrator, Change, Claim, Membership, Organization
from scim_app.directory.transaction import transact

PASSWORD = "correct horse battery"
Made = tuple[Administrator, str | None]


def create(
    session: scoped_session[Session], place: Organization, email: str = "ada@acme.example", role: str = "owner",
    password: str | None = PASSWORD,
) -> Made:  # fmt: skip
    place_id = place.id
    return transact(session, lambda: administrators.create(session, email, place_id, role, password=password))


def test_with_a_password_there_is_no_claim_link_and_without_one_there_is(
    session: scoped_session[Session], organization: Organization
) -> None:
    _, none = create(session, organization)
    bob, token = create(session, organization, "bob@acme.example", password=None)
    assert none is None
    assert token is not None and len(token) >= 43
    assert bob.password_hash is None
    assert token not in session.scalars(select(Claim.token_hash)).one()


def test_a_password_is_kept_as_argon2id_at_the_strength_that_is_recommended(
    session: scoped_session[Session], organization: Organization
) -> None:
    ada, _ = create(session, organization)
    assert ada.password_hash is not None
    assert ada.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_right_password_signs_in_whatever_the_case_and_width_of_the_address(
    session: scoped_session[Session], organization: Organization
) -> None:
    ada, _ = create(session, organization, "Ada@Acme.example")
    for email in ("Ada@Acme.example", " ada@acme.EXAMPLE ", "Ａda@acme.example"):
        found = administrators.authenticate(session, email, PASSWORD)
        assert found is not None and found.id == ada.id


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@acme.example", "correct horse batter"),
        ("ada@acme.example", ""),
        ("ada@acme.example", PASSWORD + "x" * 2000),
        ("ada@acme.example", "\ud800" * 12),
        ("eve@acme.example", PASSWORD),
        ("", ""),
        ("x" * 10_000, PASSWORD),
    ],
)
def test_anything_else_does_not(
    session: scoped_session[Session], organization: Organization, email: str, password: str
) -> None:
    create(session, organization)
    assert administrators.authenticate(session, email, password) is None


def test_nobody_signs_in_before_a_password_is_chosen(
    session: scoped_session[Session], organization: Organization
) -> None:
    create(session, organization, password=None)
    for password in ("", "the password of nobody", PASSWORD):
        assert administrators.authenticate(session, "ada@acme.example", password) is None


def test_a_disabled_administrator_is_refused(session: scoped_session[Session], organization: Organization) -> None:
    ada, _ = create(session, organization)
    at = ada.created_at
    transact(session, lambda: session.execute(update(Administrator).values(disabled_at=at)))
    assert administrators.authenticate(session, "ada@acme.example", PASSWORD) is None


def test_an_unknown_account_costs_a_hash_as_a_known_one_does(
    session: scoped_session[Session], organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(session, organization)
    administrators.authenticate(session, "warm@up.example", PASSWORD)
    verified: list[str] = []
    honest = passwords._hasher.verify

    class Watched:
        def verify(self, against: str, password: bytes) -> bool:
            verified.append(against)
            return honest(against, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    administrators.authenticate(session, "ada@acme.example", "wrong password here")
    administrators.authenticate(session, "eve@acme.example", "wrong password here")
    assert len(verified) == 2
    assert verified[0].split("$")[3] == verified[1].split("$")[3]


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("x" * 11, "at least 12 characters"),
        ("x" * 1001, "at most 1000 characters"),
        ("ADA@acme.example", "not the e-mail address"),
        ("\ud800" * 12, "text in UTF-8"),
    ],
)
def test_a_password_that_breaks_a_rule_is_refused_with_the_rule(
    session: scoped_session[Session], organization: Organization, password: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        create(session, organization, password=password)
    assert session.scalars(select(Administrator)).all() == []


def test_passwords_that_are_composed_differently_are_one_password() -> None:
    assert passwords.matches(passwords.hashed("caf\u00e9 caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301 cafe\u0301")


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@acme.example", "a b@acme.example", "a@b@c", "x" * 250 + "@a.example", "a\0@b"]
)
def test_what_is_not_an_address_is_refused(
    session: scoped_session[Session], organization: Organization, email: str
) -> None:
    with pytest.raises(ValueError, match="is not an e-mail address"):
        create(session, organization, email)


def test_a_role_that_is_none_is_refused(session: scoped_session[Session], organization: Organization) -> None:
    with pytest.raises(ValueError, match="owner, admin, viewer"):
        create(session, organization, role="root")


def test_an_administrator_of_another_organisation_is_given_a_role_here_and_keeps_the_password_they_have(
    session: scoped_session[Session], organization: Organization
) -> None:
    ada, _ = create(session, organization)
    rival = transact(session, lambda: organizations.create(session, "Rival"))
    again, token = create(session, rival, "ADA@acme.example", "viewer", "another password entirely")
    assert (again.id, again.email, token) == (ada.id, "ada@acme.example", None)
    assert administrators.authenticate(session, "ada@acme.example", "another password entirely") is None
    assert administrators.authenticate(session, "ada@acme.example", PASSWORD) is not None
    roles = session.execute(select(Membership.organization_id, Membership.role)).all()
    assert {tuple(row) for row in roles} == {(organization.id, "owner"), (rival.id, "viewer")}


def test_somebody_who_is_here_already_is_refused(session: scoped_session[Session], organization: Organization) -> None:
    create(session, organization)
    with pytest.raises(ValueError, match="ada@acme.example is an administrator of this organization already."):
        create(session, organization, "Ada@acme.example", "viewer")


def test_a_new_administrator_is_in_the_history(session: scoped_session[Session], organization: Organization) -> None:
    create(session, organization)
    entry = session.scalars(select(Change).where(Change.target_kind == "Administrator")).one()
    assert (entry.action, entry.target_name) == ("administrator:added", "ada@acme.example")
    assert entry.difference == [{"attribute": "role", "before": None, "after": "owner"}]


def test_only_a_few_passwords_are_hashed_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = most = 0
    lock = threading.Lock()

    class Slow:
        def hash(self, _: bytes) -> str:
            nonlocal busy, most
            with lock:
                busy += 1
                most = max(most, busy)
            time.sleep(0.02)
            with lock:
                busy -= 1
            return ""

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=passwords.hashed, args=("x",)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == passwords.AT_ONCE


def test_whoever_waits_too_long_for_a_turn_is_told_that_it_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    for _ in range(passwords.AT_ONCE):
        passwords._turns.acquire()
    try:
        with pytest.raises(passwords.Busy):
            passwords.hashed("x")
    finally:
        for _ in range(passwords.AT_ONCE):
            passwords._turns.release()
