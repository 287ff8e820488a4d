"""A password that is replaced while it is looked at opens nothing any more."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, claims, passwords
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact
from scim_app.panel import credentials
from tests.panel.conftest import PASSWORD, Enter, Person

INFO = "/settings/organization"
NEW = "another password altogether"


def test_a_sign_in_with_the_password_of_before_does_not_begin_after_it_was_changed(
    visitor: Person, enter: Enter, session: scoped_session[Session], organization: Organization,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    enter("owner", "ada@acme.example")
    ada = administrators.by_email(session, "ada@acme.example")
    assert ada
    administrator_id, check = ada.id, credentials.check

    def meanwhile(email: str, password: str) -> passwords.Verified | None:
        found = check(email, password)
        hashed = passwords.hashed(NEW)
        transact(session, lambda: claims.set_password(session, administrator_id, email, hashed))
        return found

    session.rollback()
    monkeypatch.setattr("scim_app.panel.session.check", meanwhile)
    assert visitor.sign_in().status_code == 403
    assert visitor.get(INFO).status_code == 303
    monkeypatch.undo()
    assert visitor.sign_in(password=PASSWORD).status_code == 403
    assert visitor.sign_in(password=NEW).status_code == 303
