"""Whoever loses their role while an action waits for its turn does not act any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import transaction
from scim_app.directory.tables import Administrator, Membership, Organization, ScimKey
from scim_app.directory.transaction import AnySession
from tests.panel.conftest import Enter, Person

INFO = "/settings/organization"
PEOPLE = f"{INFO}/administrators"
ACCESS = f"{INFO}/access/keys"
T = TypeVar("T")
Lose = Callable[..., None]


@pytest.fixture
def lose(session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch) -> Lose:
    """From the next transaction on, whoever it is has lost the role before their turn comes."""

    def lose(**values: object) -> None:
        def late(own: AnySession, work: Callable[[], T]) -> T:
            def after() -> T:
                ada = select(Administrator.id).where(Administrator.email == "grace@acme.example").scalar_subquery()
                own.execute(update(Membership).where(Membership.administrator_id == ada).values(**values))
                return work()

            return transaction.transact(own, after)

        for module in ("administrators", "key_actions"):
            monkeypatch.setattr(f"scim_app.panel.{module}.transact", late)

    return lose


@pytest.mark.parametrize("values", [{"role": "viewer"}, {"accepted_at": None}], ids=["viewer", "out"])
def test_an_action_on_administrators_or_keys_is_refused_to_whoever_is_none_by_then(
    app: Flask, enter: Enter, key: str, organization: Organization, session: scoped_session[Session], lose: Lose,
    values: dict[str, object],
) -> None:  # fmt: skip
    ada = enter("owner", "ada@acme.example")
    grace = enter("owner", "grace@acme.example")
    ada_id = session.scalars(select(Administrator.id).where(Administrator.email == "ada@acme.example")).one()
    key_id = session.scalars(select(ScimKey.id)).one()
    session.rollback()
    lose(**values)
    for path, form in (
        (PEOPLE, {"email": "eve@evil.example", "role": "viewer"}),
        (f"{PEOPLE}/{ada_id}/remove", {}),
        (f"{INFO}/domains", {"domains": "evil.example"}),
        (ACCESS, {"label": "mine", "days": "365", "newest": key_id}),
        (f"{ACCESS}/{key_id}/regenerate", {"overlap": "0"}),
        (f"{ACCESS}/{key_id}/deactivate", {}),
    ):
        assert grace.post(path, form, on=INFO).status_code == 403, path
    assert ada.get(INFO).status_code == 200
    session.rollback()
    assert session.scalars(select(ScimKey.id)).all() == [key_id]
    assert {each.role for each in session.scalars(select(Membership))} == {"owner"}


def test_an_owner_who_is_an_admin_by_then_makes_no_owner(
    enter: Enter, session: scoped_session[Session], lose: Lose
) -> None:
    enter("owner", "ada@acme.example")
    grace: Person = enter("owner", "grace@acme.example")
    session.rollback()
    lose(role="admin")
    assert grace.post(PEOPLE, {"email": "eve@evil.example", "role": "owner"}, on=INFO).status_code == 409
    assert grace.post(PEOPLE, {"email": "eve@evil.example", "role": "viewer"}, on=INFO).status_code == 200
