"""Keys: their form, what is kept of them, how many there may be, and who is let in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import keys, organizations
from scim_app.directory.changes import OPERATOR, Actor
from scim_app.directory.keys import Authenticated, Generated, NoSuchKey, Reason, Refusal, authentication, life
from scim_app.directory.keys.form import fingerprint, pepper_id
from scim_app.directory.keys.networks import AT_MOST, allowed, networks
from scim_app.directory.tables import Change, Organization, ScimKey
from scim_app.directory.transaction import transact
from scim_app.extensions import db

PEPPER = "a pepper for tests only, 32 characters"
ADA = Actor("administrator", "ada@acme.example", "7")
Make = Callable[..., Generated]


@pytest.fixture
def make(session: scoped_session[Session], organization: Organization) -> Make:
    """Generate a key of Acme's."""

    def make(label: str = "Okta", scope: str = "provision", expires_at: datetime | None = None) -> Generated:
        return transact(
            session,
            lambda: keys.generate(
                session, organization.id, ADA, PEPPER, label=label, scope=scope, expires_at=expires_at
            ),
        )

    return make


def now() -> datetime:
    return datetime.now(UTC)


def opened(session: scoped_session[Session], text: str, at: datetime | None = None) -> Authenticated | Refusal:
    session.rollback()
    return keys.authenticate(session, PEPPER, text, at or now())


def touch(session: scoped_session[Session], *used: Any) -> None:
    """Note that a key was used."""
    transact(session, lambda: keys.touch(session, *used))
    session.rollback()


def reason(found: Authenticated | Refusal) -> Reason:
    assert isinstance(found, Refusal)
    return found.reason


def test_a_key_has_a_prefix_a_public_id_a_secret_and_a_checksum_in_base62(make: Make) -> None:
    made = make()
    assert re.fullmatch(r"scim_[0-9A-Za-z]{11}_[0-9A-Za-z]{43}[0-9A-Za-z]{6}", made.key)
    assert re.fullmatch(keys.PATTERN, made.key)
    assert made.key.startswith(f"scim_{made.public_id}_")
    assert made.key.endswith(made.last_four)


def test_the_secret_has_256_bits() -> None:
    assert len(keys.BASE62) == 62
    assert 62**keys.SECRET_LENGTH >= 2**256


def test_the_checksum_of_a_known_key_is_known() -> None:
    assert keys.checksum("123456789") == "3jZRME"  # CRC-32's check value, 0xCBF43926, in base62
    assert keys.checksum("") == "000000"


def test_a_single_wrong_character_is_noticed_without_a_query(make: Make, session: scoped_session[Session]) -> None:
    key = make().key
    statements: list[str] = []
    session.rollback()
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    for position in range(len(key)):
        wrong = key[:position] + ("x" if key[position] != "x" else "y") + key[position + 1 :]
        assert not keys.well_formed(wrong)
        assert reason(keys.authenticate(session, PEPPER, wrong, now())) is Reason.MALFORMED
    assert statements == []


@pytest.mark.parametrize("text", ["", "scim_", "Bearer", "x" * 66, "scim_" + "é" * 61, "scim_\ud800", "x" * 10_000])
def test_what_is_not_a_key_is_not_well_formed(text: str) -> None:
    assert not keys.well_formed(text)


def test_digits_of_other_scripts_are_not_base62(make: Make) -> None:
    assert not keys.well_formed(make().key.replace("_", "_٣", 1)[:66])


def test_a_good_key_opens_its_organisation_with_its_scope(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make("Reporting", "read")
    assert opened(session, made.key) == Authenticated(made.id, organization.id, "read", "Reporting")


def test_authentication_is_one_query(make: Make, session: scoped_session[Session]) -> None:
    key = make().key
    session.rollback()
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
    keys.authenticate(session, PEPPER, key, now())
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1


def test_a_key_under_another_pepper_is_a_wrong_secret(make: Make, session: scoped_session[Session]) -> None:
    made = make()
    session.rollback()
    refused = keys.authenticate(session, "another pepper", made.key, now())
    assert isinstance(refused, Refusal)
    assert (refused.reason, refused.id) == (Reason.WRONG_SECRET, made.id)


def test_another_secret_behind_a_known_public_id_is_refused_and_says_whose_it_is(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make()
    body = f"scim_{made.public_id}_{'0' * 43}"
    refused = opened(session, body + keys.checksum(body))
    assert refused == Refusal(Reason.WRONG_SECRET, made.id, organization.id, "Okta")


def test_an_unknown_key_is_refused_after_a_comparison(
    session: scoped_session[Session], organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[str, str]] = []
    honest = authentication.hmac.compare_digest
    monkeypatch.setattr(authentication.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or honest(a, b))
    body = f"scim_{'0' * 11}_{'0' * 43}"
    assert opened(session, body + keys.checksum(body)) == Refusal(Reason.UNKNOWN)
    assert [len(each) for each in compared[0]] == [64, 64]


def test_a_key_that_expired_is_refused_from_that_moment_on(make: Make, session: scoped_session[Session]) -> None:
    ends = now() + timedelta(days=1)
    key = make(expires_at=ends).key
    assert isinstance(opened(session, key, ends - timedelta(microseconds=1)), Authenticated)
    assert reason(opened(session, key, ends)) is Reason.EXPIRED


def test_a_deactivated_key_is_refused_and_works_again_after_reactivation(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make()
    transact(session, lambda: keys.deactivate(session, organization.id, ADA, made.id))
    assert reason(opened(session, made.key)) is Reason.DEACTIVATED
    transact(session, lambda: keys.reactivate(session, organization.id, ADA, made.id))
    assert isinstance(opened(session, made.key), Authenticated)


def test_a_deleted_key_is_unknown(make: Make, session: scoped_session[Session], organization: Organization) -> None:
    made = make()
    transact(session, lambda: keys.delete(session, organization.id, ADA, made.id))
    assert reason(opened(session, made.key)) is Reason.UNKNOWN
    assert keys.of_organization(session, organization.id) == []


def test_regenerating_refuses_the_old_key_and_opens_with_the_new_one(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old = make("Okta", "provision", now() + timedelta(days=100))
    new = transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, old.id))
    assert reason(opened(session, old.key)) is Reason.DEACTIVATED
    assert opened(session, new.key) == Authenticated(new.id, organization.id, "provision", "Okta")
    assert old.expires_at is not None and new.expires_at is not None
    assert timedelta() <= new.expires_at - old.expires_at < timedelta(minutes=1)


DAY = timedelta(hours=24)


def replaced(make: Make, session: scoped_session[Session], organization: Organization) -> tuple[Generated, Generated]:
    """A key and the one that takes its place within a day."""
    old = make()
    place = organization.id
    return old, transact(session, lambda: keys.regenerate(session, place, ADA, PEPPER, old.id, DAY))


def test_with_an_overlap_both_keys_open_until_it_is_over_and_only_the_new_one_afterwards(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    began = now()
    old, new = replaced(make, session, organization)
    for key in (old.key, new.key):
        assert isinstance(opened(session, key, began + DAY - timedelta(seconds=1)), Authenticated)
    assert reason(opened(session, old.key, now() + DAY)) is Reason.REPLACED
    assert isinstance(opened(session, new.key, now() + DAY), Authenticated)


def test_a_replacement_can_be_finished_before_its_time(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, new = replaced(make, session, organization)
    transact(session, lambda: keys.finish(session, organization.id, ADA, old.id))
    assert reason(opened(session, old.key)) is Reason.DEACTIVATED
    assert isinstance(opened(session, new.key), Authenticated)
    with pytest.raises(ValueError, match="not being replaced any more"):
        transact(session, lambda: keys.finish(session, organization.id, ADA, old.id))


def test_a_replacement_that_is_cancelled_leaves_the_old_key_as_if_it_had_never_begun(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, new = replaced(make, session, organization)
    transact(session, lambda: keys.cancel(session, organization.id, ADA, old.id))
    assert reason(opened(session, new.key)) is Reason.UNKNOWN
    assert isinstance(opened(session, old.key, now() + 100 * DAY), Authenticated)
    row = session.get_one(ScimKey, old.id)
    assert (row.retires_at, row.replaced_by) == (None, None)


def test_a_replacement_that_is_over_can_be_neither_finished_nor_cancelled(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, _ = replaced(make, session, organization)
    past = {"retires_at": now() - timedelta(seconds=1)}
    transact(session, lambda: session.execute(update(ScimKey).where(ScimKey.id == old.id).values(**past)))
    for action in (keys.finish, keys.cancel):
        with pytest.raises(ValueError, match="not being replaced any more"):
            transact(session, lambda action=action: action(session, organization.id, ADA, old.id))


def test_a_key_is_replaced_by_one_key_at_a_time(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, _ = replaced(make, session, organization)
    with pytest.raises(ValueError, match="being replaced already"):
        transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, old.id, DAY))


def test_an_overlap_makes_no_third_live_key(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    first, _ = make(), make()
    with pytest.raises(ValueError, match="Choose no overlap"):
        transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, first.id, DAY))
    transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, first.id))


def test_a_key_whose_overlap_is_over_leaves_room_for_another_and_can_come_back(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, new = replaced(make, session, organization)
    past = {"retires_at": now() - timedelta(seconds=1)}
    transact(session, lambda: session.execute(update(ScimKey).where(ScimKey.id == old.id).values(**past)))
    another = make()
    transact(session, lambda: keys.deactivate(session, organization.id, ADA, another.id))
    transact(session, lambda: keys.reactivate(session, organization.id, ADA, old.id))
    assert isinstance(opened(session, old.key, now() + 100 * DAY), Authenticated)


def test_deleting_the_new_key_leaves_the_old_one_alive(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, new = replaced(make, session, organization)
    transact(session, lambda: keys.delete(session, organization.id, ADA, new.id))
    assert isinstance(opened(session, old.key, now() + 100 * DAY), Authenticated)


def test_the_history_tells_a_replacement_from_its_beginning_to_its_end(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old, _ = replaced(make, session, organization)
    transact(session, lambda: keys.cancel(session, organization.id, ADA, old.id))
    transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, old.id, DAY))
    transact(session, lambda: keys.finish(session, organization.id, ADA, old.id))
    actions = session.scalars(select(Change.action).where(Change.target_kind == "Key").order_by(Change.id)).all()
    assert actions == [
        "key:generated",
        "key:regenerated",
        "key:replacement:cancelled",
        "key:regenerated",
        "key:replacement:finished",
    ]


def test_keys_that_end_within_a_month_are_found_unless_something_replaces_them(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    soon, sooner = make("Soon", expires_at=now() + 29 * DAY), make("Sooner", "read", now() + 2 * DAY)
    make("Later", expires_at=now() + 31 * DAY)
    found = keys.expiring(session, organization.id, now())
    assert [key.label for key in found] == ["Sooner", "Soon"]
    transact(session, lambda: keys.deactivate(session, organization.id, ADA, sooner.id))
    assert [key.label for key in keys.expiring(session, organization.id, now())] == ["Soon"]
    assert keys.expiring(session, organization.id, now() + 30 * DAY)[0].label == "Later"
    assert soon.id


def test_regenerating_is_one_entry_in_the_history(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old = make()
    transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, old.id))
    actions = session.scalars(select(Change.action).where(Change.target_kind == "Key").order_by(Change.id)).all()
    assert actions == ["key:generated", "key:regenerated"]


def test_a_regeneration_that_fails_leaves_the_old_key_as_it_was(
    make: Make, session: scoped_session[Session], organization: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make()

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(life, "record", fail)
    with pytest.raises(RuntimeError):
        transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, old.id))
    assert isinstance(opened(session, old.key), Authenticated)
    assert len(keys.of_organization(session, organization.id)) == 1


def test_two_keys_may_be_live_and_not_three(make: Make, session: scoped_session[Session]) -> None:
    make()
    make()
    with pytest.raises(ValueError, match="You have two active keys, the maximum."):
        make()


def test_keys_to_read_deactivated_and_expired_keys_are_not_counted(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    first, second = make(), make(expires_at=now() + timedelta(days=1))
    for _ in range(3):
        make(scope="read")
    transact(session, lambda: keys.deactivate(session, organization.id, ADA, first.id))
    past = now() - timedelta(seconds=1)
    transact(session, lambda: session.execute(update(ScimKey).where(ScimKey.id == second.id).values(expires_at=past)))
    make()
    make()
    with pytest.raises(ValueError, match="You have two active keys, the maximum."):
        transact(session, lambda: keys.reactivate(session, organization.id, ADA, first.id))


def test_an_expired_key_cannot_be_reactivated(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make(expires_at=now() + timedelta(days=1))
    transact(session, lambda: keys.deactivate(session, organization.id, ADA, made.id))
    past = now() - timedelta(seconds=1)
    transact(session, lambda: session.execute(update(ScimKey).values(expires_at=past)))
    with pytest.raises(ValueError, match="has expired and cannot be reactivated"):
        transact(session, lambda: keys.reactivate(session, organization.id, ADA, made.id))


def test_of_eight_who_generate_at_once_two_succeed(
    app: Flask, session: scoped_session[Session], organization: Organization
) -> None:
    organization_id = organization.id
    session.rollback()
    outcomes: list[str] = []
    together = threading.Barrier(8)

    def generate() -> None:
        with app.app_context():
            together.wait(10)
            try:
                transact(
                    db.session,
                    lambda: keys.generate(
                        db.session, organization_id, ADA, PEPPER, label="Okta", scope="provision", expires_at=None
                    ),
                )
                outcomes.append("made")
            except ValueError:
                outcomes.append("refused")

    threads = [threading.Thread(target=generate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] * 2 + ["refused"] * 6
    assert len(keys.of_organization(session, organization_id)) == 2


def test_another_organisations_key_is_as_unknown_as_one_that_never_was(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make()
    rival = transact(session, lambda: organizations.create(session, "Rival")).id
    for key_id in (made.id, "never"):
        for act in (keys.deactivate, keys.reactivate, keys.delete):
            with pytest.raises(NoSuchKey, match="no such key in this organization"):
                transact(session, lambda act=act, key_id=key_id: act(session, rival, ADA, key_id))
        with pytest.raises(NoSuchKey):
            transact(session, lambda key_id=key_id: keys.regenerate(session, rival, ADA, PEPPER, key_id))
    assert keys.of_organization(session, rival) == []
    assert isinstance(opened(session, made.key), Authenticated)


def test_keys_are_listed_newest_first(make: Make, session: scoped_session[Session], organization: Organization) -> None:
    first, second = make("First"), make("Second")
    assert [key.id for key in keys.of_organization(session, organization.id)] == [second.id, first.id]


def test_each_action_is_in_the_history_with_who_and_what(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make("Okta")

    def act() -> None:
        keys.deactivate(session, organization.id, ADA, made.id)
        keys.deactivate(session, organization.id, ADA, made.id)
        keys.reactivate(session, organization.id, ADA, made.id)
        keys.reactivate(session, organization.id, ADA, made.id)
        keys.delete(session, organization.id, OPERATOR, made.id)

    transact(session, act)
    entries = session.scalars(select(Change).where(Change.target_kind == "Key").order_by(Change.id)).all()
    assert [(each.action, each.actor_name, each.target_name) for each in entries] == [
        ("key:generated", "ada@acme.example", "Okta"),
        ("key:deactivated", "ada@acme.example", "Okta"),
        ("key:reactivated", "ada@acme.example", "Okta"),
        ("key:deleted", "Command line", "Okta"),
    ]


def test_the_secret_is_in_no_row_and_in_no_representation(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    old = make()
    new = transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, old.id))
    rows = [
        repr({name: value for name, value in vars(row).items() if not name.startswith("_")})
        for row in (*session.scalars(select(ScimKey)), *session.scalars(select(Change)))
    ]
    for made in (old, new):
        secret = made.key.rpartition("_")[2]
        assert not [row for row in rows if secret in row or secret[:20] in row]
        assert secret not in repr(made)


@pytest.mark.parametrize("label", ["", "   ", "x" * 101, "two\nlines", "nul\0", "\u202eltr"])
def test_a_label_that_cannot_be_read_is_refused(make: Make, label: str) -> None:
    with pytest.raises(ValueError, match="The label of a key"):
        make(label)


def test_a_scope_that_is_none_and_a_past_expiry_are_refused(make: Make) -> None:
    with pytest.raises(ValueError, match="The scope of a key"):
        make(scope="everything")
    with pytest.raises(ValueError, match="in the future"):
        make(expires_at=now() - timedelta(seconds=1))


def test_the_last_use_is_written_at_most_once_a_minute(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made, began = make(), now()

    def used(after: float, address: str) -> tuple[datetime | None, str | None, str | None]:
        touch(session, made.id, began + timedelta(seconds=after), address, "Okta SCIM Client " + "x" * 300)
        row = keys.of_organization(session, organization.id)[0]
        return row.last_used_at, row.last_used_address, row.last_used_client

    assert used(0, "192.0.2.1") == (began, "192.0.2.1", ("Okta SCIM Client " + "x" * 300)[:200])
    assert used(59, "192.0.2.2")[:2] == (began, "192.0.2.1")
    assert used(61, "192.0.2.3")[:2] == (began + timedelta(seconds=61), "192.0.2.3")


def test_a_use_of_one_key_is_not_a_use_of_another(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    first, second = make("First"), make("Second")
    touch(session, first.id, now(), None, None)
    used = {key.id: key.last_used_at is not None for key in keys.of_organization(session, organization.id)}
    assert used == {first.id: True, second.id: False}


def test_whether_a_touch_is_due_is_known_without_a_query(make: Make, session: scoped_session[Session]) -> None:
    made, began = make(), now()
    fresh = opened(session, made.key)
    assert isinstance(fresh, Authenticated) and fresh.touch_due(began)
    touch(session, made.id, began, None, None)
    touched = opened(session, made.key)
    assert isinstance(touched, Authenticated)
    assert not touched.touch_due(began + timedelta(seconds=60))
    assert touched.touch_due(began + timedelta(seconds=61))


NEW_PEPPER = "another pepper for tests, 32 characters"


def test_a_key_under_a_former_pepper_is_let_in_and_kept_under_the_current_one_from_then_on(
    make: Make, session: scoped_session[Session]
) -> None:
    made = make()
    session.rollback()
    assert reason(keys.authenticate(session, NEW_PEPPER, made.key, now())) is Reason.WRONG_SECRET
    found = keys.authenticate(session, NEW_PEPPER, made.key, now(), fallbacks=["x" * 32, PEPPER])
    assert isinstance(found, Authenticated) and found.outdated
    assert keys.under_other_peppers(session, [NEW_PEPPER]) == 1
    keys.renew(session, NEW_PEPPER, made.id, made.key)
    found = keys.authenticate(session, NEW_PEPPER, made.key, now())
    assert isinstance(found, Authenticated) and not found.outdated
    assert keys.under_other_peppers(session, [NEW_PEPPER]) == 0
    assert reason(keys.authenticate(session, PEPPER, made.key, now())) is Reason.WRONG_SECRET


def test_a_key_from_before_peppers_were_told_apart_is_outdated_once(
    make: Make, session: scoped_session[Session]
) -> None:
    made = make()
    transact(session, lambda: session.execute(update(ScimKey).values(pepper_id=None)))
    found = opened(session, made.key)
    assert isinstance(found, Authenticated) and found.outdated
    keys.renew(session, PEPPER, made.id, made.key)
    found = opened(session, made.key)
    assert isinstance(found, Authenticated) and not found.outdated


def test_nothing_of_a_pepper_can_be_read_from_its_id() -> None:
    assert re.fullmatch("[0-9a-f]{8}", pepper_id(PEPPER))
    assert pepper_id(PEPPER) != pepper_id(NEW_PEPPER) != fingerprint(NEW_PEPPER, "")[:8]


def test_every_pepper_is_compared_whether_or_not_an_earlier_one_fits(
    make: Make, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = make().key
    session.rollback()
    compared: list[str] = []
    honest = authentication.hmac.compare_digest
    monkeypatch.setattr(authentication.hmac, "compare_digest", lambda a, b: compared.append(a) or honest(a, b))
    body = f"scim_{'A' * 11}_{'B' * 43}"
    for text in (key, body + keys.checksum(body)):
        compared.clear()
        keys.authenticate(session, PEPPER, text, now(), fallbacks=[NEW_PEPPER])
        assert compared == [fingerprint(PEPPER, text), fingerprint(NEW_PEPPER, text)]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["203.0.113.7"], ["203.0.113.7/32"]),
        ([" 203.0.113.0/24 ", "2001:DB8::/32", "203.0.113.0/24"], ["203.0.113.0/24", "2001:db8::/32"]),
        ([], []),
    ],
)
def test_networks_are_kept_in_cidr_notation_each_once(given: list[str], found: list[str]) -> None:
    assert networks(given) == found


@pytest.mark.parametrize("wrong", ["", "example.com", "203.0.113.7/24", "203.0.113", "1.2.3.4/33", "::/200", "\ud800"])
def test_what_is_no_network_is_refused_in_a_sentence_with_an_example(wrong: str) -> None:
    with pytest.raises(ValueError, match="” is not an IP address or network. Examples: 203.0.113.7"):
        networks([wrong])


def test_a_key_is_bound_to_fifty_networks_at_most() -> None:
    many = [f"203.0.113.{number}" for number in range(AT_MOST + 1)]
    assert len(networks(many[:-1])) == AT_MOST
    with pytest.raises(ValueError, match="50 networks at most"):
        networks(many)


@pytest.mark.parametrize("address", ["", "somewhere", "203.0.113.8", "2001:db8::1"])
def test_an_address_outside_every_network_is_not_allowed(address: str) -> None:
    assert not allowed(address, ["203.0.113.7/32", "192.0.2.0/24"])
    assert allowed(address, [])


def test_binding_a_key_is_in_the_history_once_and_survives_its_replacement(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = make()
    for _ in range(2):
        transact(session, lambda: keys.bind(session, organization.id, ADA, made.id, ["203.0.113.7"]))
    changes = session.scalars(select(Change).where(Change.action == "key:networks:changed")).all()
    assert [change.difference for change in changes] == [
        [{"attribute": "allowedNetworks", "before": None, "after": "203.0.113.7/32"}]
    ]
    session.rollback()
    new = transact(session, lambda: keys.regenerate(session, organization.id, ADA, PEPPER, made.id))
    session.rollback()
    refused = keys.authenticate(session, PEPPER, new.key, now(), address="203.0.113.8")
    assert reason(refused) is Reason.ADDRESS
    assert isinstance(keys.authenticate(session, PEPPER, new.key, now(), address="203.0.113.7"), Authenticated)


def test_a_temporary_key_is_let_in_and_neither_shown_nor_counted(
    make: Make, session: scoped_session[Session], organization: Organization
) -> None:
    made = transact(session, lambda: keys.temporary(session, organization.id, ADA, PEPPER, "Self-test"))
    assert isinstance(opened(session, made.key), Authenticated)
    assert keys.of_organization(session, organization.id) == []
    assert keys.expiring(session, organization.id, now()) == []
    assert make() and make()
