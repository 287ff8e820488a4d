"""Passwords that are tried first are refused, and no others: what a password is made of is nobody's business."""

from __future__ import annotations

import secrets
import string

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import administrators, claims, organizations, passwords
from scim_app.directory.guessable import guessable
from scim_app.directory.transaction import transact

ADA = "ada.lovelace@acme.example"


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password2026!", "passwordpassword", "P@ssw0rd1234", "qwertyuiop12", "123456789012", "1234567890ab",
        "1q2w3e4r5t6y", "1qaz2wsx3edc", "qazwsxedcrfv", "abcdefghijkl", "zyxwvutsrqponm", "aaaaaaaaaaaa", "abababababab",
        "iloveyou1234", "Welcome12345", "letmeinletmein", "Summer2026!!!", "adminadminadmin", "trustno1trustno1",
        "administrator", "changeme12345", "Scim-Admin-2026", "Ada.Lovelace1", "acme.example1", "LovelaceAda!!", "asdfghjkl;'1",
        "111111222222", "!@#$%^&*()_+", "monkeydragon1", "Liverpool12!@",
    ],
)  # fmt: skip
def test_a_password_that_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(ValueError, match="easy to guess"):
        passwords.checked(password, ADA)


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "another password entirely", "tribal-moss-lantern", "wkqzvhtnxbrd", "WKQZVHTNXBRD",
        "845 102 667 394", "(=§%)/&{]#?~", "ответственность", "正確な馬のバッテリーの主食です", "\t a b \t c d e f", "x8!kQ2#mZ7&pL",
        "my password was my first pet", "e" + "\u0301" + "tagère bleue", "a\0b\0c\0d\0e\0f\0g",
    ],
)  # fmt: skip
def test_any_other_is_taken_whatever_it_is_made_of(password: str) -> None:
    assert passwords.checked(password, ADA) == password


def test_what_a_password_manager_makes_is_taken() -> None:
    for alphabet in (string.ascii_lowercase, string.digits, string.ascii_letters + string.digits + string.punctuation):
        taken = [guessable("".join(secrets.choice(alphabet) for _ in range(20)), [ADA]) for _ in range(200)]
        assert sum(taken) <= 1


def test_long_passwords_are_taken_to_their_last_character() -> None:
    long = "".join(secrets.choice(string.ascii_lowercase) for _ in range(1000))
    assert passwords.checked(long, ADA) == long
    assert passwords.matches(passwords.hashed(long), long)
    assert not passwords.matches(passwords.hashed(long), long[:-1])


def test_the_names_of_the_organisation_and_of_the_product_are_guessed_too(
    session: scoped_session[Session],
) -> None:
    place = transact(session, lambda: organizations.create(session, "Zyxomma Mills")).id
    _, token = transact(session, lambda: administrators.create(session, ADA, place, "owner"))
    assert token
    for password in ("zyxomma-mills-1", "Nebulizer2026!", "NebulizerZyxomma"):
        with pytest.raises(ValueError, match="easy to guess"):
            claims.claim(session, token, password, "Nebulizer")
    claims.claim(session, token, "zyxomma tribal moss lantern", "Nebulizer")
