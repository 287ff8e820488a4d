"""Settings: what is refused, in which words, and what is made up on a loopback address."""

from __future__ import annotations

import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from scim_app.config import SettingsError, is_loopback, settings

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "PUBLIC_URL": "https://scim.example.com",
    "SECRET_KEY": "5f0d1b7c9a3e4826b1d7c05e9f38a264",
    "KEY_PEPPER": "c2a97e4b60f3158d9be74a0c16d8f523",
    "DATABASE_URL": "postgres://app:secret@db.example.com/scim",
}


def test_production_settings_that_are_complete_are_taken(tmp_path: Path) -> None:
    taken = settings(PRODUCTION, tmp_path)
    assert taken["PUBLIC_URL"] == "https://scim.example.com"
    assert taken["SQLALCHEMY_DATABASE_URI"].drivername == "postgresql+psycopg"
    assert taken["SESSION_COOKIE_NAME"] == "__Host-session"
    assert taken["SESSION_COOKIE_SECURE"] is True
    assert taken["TRUSTED_PROXIES"] == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"PUBLIC_URL": "http://scim.example.com"}, "Set PUBLIC_URL to an https address"),
        ({"PUBLIC_URL": "scim.example.com"}, "Set PUBLIC_URL to scheme and host"),
        ({"PUBLIC_URL": "https://scim.example.com/prefix"}, "Set PUBLIC_URL to scheme and host"),
        ({"PUBLIC_URL": "https://admin@scim.example.com"}, "Set PUBLIC_URL to scheme and host"),
        ({"PUBLIC_URL": 'https://scim."example.com'}, "Set PUBLIC_URL to scheme and host"),
        ({"PUBLIC_URL": "https://scim.example.com:99999"}, "Set PUBLIC_URL to scheme and host"),
        ({"SECRET_KEY": ""}, "Set SECRET_KEY to at least 32"),
        ({"SECRET_KEY": "s" * 31}, "Set SECRET_KEY to at least 32"),
        ({"KEY_PEPPER": ""}, "Set KEY_PEPPER to at least 32"),
        ({"KEY_PEPPER": "p" * 31}, "Set KEY_PEPPER to at least 32"),
        ({"SECRET_KEY": "s" * 32}, "Set SECRET_KEY to characters made at random"),
        ({"KEY_PEPPER": "p" * 64}, "Set KEY_PEPPER to characters made at random"),
        ({"SECRET_KEY": "0123456789abcdef" * 2}, "Set SECRET_KEY to characters made at random"),
        ({"SECRET_KEY": "abcdefbbacedfacefadedbeefcafebad"}, "Set SECRET_KEY to characters made at random"),
        ({"SECRET_KEY": "changeme-0123456789-abcdefghijklmn"}, "Set SECRET_KEY to characters made at random"),
        ({"KEY_PEPPER": "Change this to a long random string, 32 at least"}, "Set KEY_PEPPER to characters made at"),
        ({"SECRET_KEY": "your_secret_key_goes_here_0123456789"}, "Set SECRET_KEY to characters made at random"),
        ({"FLASK_DEBUG": "1"}, "Unset FLASK_DEBUG"),
        ({"FLASK_DEBUG": "true"}, "Unset FLASK_DEBUG"),
        ({"TRUSTED_PROXIES": "-1"}, "Set TRUSTED_PROXIES to how many proxies"),
        ({"TRUSTED_PROXIES": "10"}, "Set TRUSTED_PROXIES to how many proxies"),
        ({"TRUSTED_PROXIES": "*"}, "Set TRUSTED_PROXIES to how many proxies"),
        (
            {"DATABASE_URL": "sqlite:////data/scim.db", "DYNO": "web.1"},
            "Set DATABASE_URL to a PostgreSQL database: DYNO",
        ),
        (
            {"DATABASE_URL": "sqlite:////data/scim.db", "KUBERNETES_SERVICE_HOST": "10.0.0.1"},
            "KUBERNETES_SERVICE_HOST says that this disk forgets",
        ),
        ({"DATABASE_URL": "mysql://db/scim"}, "Set DATABASE_URL to postgresql://"),
        ({"DATABASE_URL": "sqlite://"}, "Set DATABASE_URL to postgresql://"),
        ({"DATABASE_URL": "not an address"}, "Set DATABASE_URL to postgresql://"),
        ({"ORG_ROLE_ATTRIBUTE": "org role"}, "Set ORG_ROLE_ATTRIBUTE to a letter"),
        ({"ORG_ROLE_ATTRIBUTE": "1role"}, "Set ORG_ROLE_ATTRIBUTE to a letter"),
        ({"ORG_ROLE_ATTRIBUTE": "Title"}, "Title is an attribute of the core User schema"),
        ({"ORG_ROLE_ATTRIBUTE": "externalID"}, "externalID is an attribute of the core User schema"),
        ({"ORG_ROLE_ATTRIBUTE": "roles"}, "roles is an attribute of the core User schema"),
        ({"PRODUCT_NAME": "two\nlines"}, "Set PRODUCT_NAME to one line"),
        ({"KEY_PEPPER_FALLBACKS": f"{'q' * 32};short"}, "Set KEY_PEPPER_FALLBACKS to former values"),
        ({"RATE_LIMIT": "0"}, "Set RATE_LIMIT to the requests a second"),
        ({"RATE_LIMIT": "99999"}, "Set RATE_LIMIT to the requests a second"),
        ({"RATE_LIMIT": "fast"}, "Set RATE_LIMIT to the requests a second"),
        ({"RATE_LIMIT": "9" * 5000}, "Set RATE_LIMIT to the requests a second"),
        ({"RATELIMIT_STORAGE_URI": "memcached://localhost"}, "Set RATELIMIT_STORAGE_URI to redis://"),
        ({"LOG_LEVEL": "loud"}, "Set LOG_LEVEL to one of"),
    ],
)
def test_a_setting_that_is_unsafe_or_mistaken_is_refused_in_a_sentence(
    change: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError) as refusal:
        settings(PRODUCTION | change, tmp_path)
    assert sentence in str(refusal.value)


def test_requests_are_limited_to_fifty_a_second_and_key_unless_told_otherwise(tmp_path: Path) -> None:
    assert settings(PRODUCTION, tmp_path)["RATE_LIMIT"] == 50
    assert settings(PRODUCTION | {"RATE_LIMIT": "7"}, tmp_path)["RATE_LIMIT"] == 7
    assert settings(PRODUCTION | {"RATE_LIMIT": "OFF"}, tmp_path)["RATE_LIMIT"] is None
    assert settings(PRODUCTION, tmp_path)["RATELIMIT_STORAGE_URI"] == "memory://"


def test_former_peppers_stand_with_a_semicolon_between_them(tmp_path: Path) -> None:
    given = {"KEY_PEPPER_FALLBACKS": f"{'q' * 32}; {'r' * 32}"}
    assert settings(PRODUCTION | given, tmp_path)["KEY_PEPPER_FALLBACKS"] == ("q" * 32, "r" * 32)


def test_a_host_that_forgets_its_disk_must_be_told_its_public_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Set PUBLIC_URL to this service's https address"):
        settings({"DYNO": "web.1"}, tmp_path)


def test_sqlite_on_a_disk_that_only_looks_ephemeral_can_be_allowed(tmp_path: Path) -> None:
    allowed = {"DATABASE_URL": "sqlite:////data/scim.db", "RENDER": "true", "ALLOW_EPHEMERAL_SQLITE": "1"}
    assert settings(PRODUCTION | allowed, tmp_path)["SQLALCHEMY_DATABASE_URI"].database == "/data/scim.db"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "²", "1" * 5000])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Set PORT to a number"):
        settings({"PORT": port}, tmp_path)


def test_nothing_needs_to_be_set_to_develop_on_this_machine(tmp_path: Path) -> None:
    made = settings({"PORT": "8000", "FLASK_DEBUG": "1"}, tmp_path / "instance")
    assert made["PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert made["SQLALCHEMY_DATABASE_URI"].database == str(tmp_path / "instance" / "scim.db")
    assert made["ORG_ROLE_ATTRIBUTE"] == "orgRole"
    assert made["SESSION_COOKIE_NAME"] == "session"


def test_made_up_secrets_differ_stay_the_same_and_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    first, second = settings({}, tmp_path), settings({}, tmp_path)
    assert len(first["SECRET_KEY"]) == len(first["KEY_PEPPER"]) == 64
    assert first["SECRET_KEY"] != first["KEY_PEPPER"]
    assert (first["SECRET_KEY"], first["KEY_PEPPER"]) == (second["SECRET_KEY"], second["KEY_PEPPER"])
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"secret_key": 0o600, "key_pepper": 0o600}


def test_a_short_secret_is_refused_on_this_machine_too(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="Set SECRET_KEY"):
        settings({"SECRET_KEY": "short"}, tmp_path)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:5000", True),
        ("http://127.0.0.1", True),
        ("http://127.8.8.8", True),
        ("http://[::1]:5000", True),
        ("http://0.0.0.0", False),
        ("http://127.0.0.1.example.com", False),
        ("http://localhost.example.com", False),
        ("http://10.0.0.1", False),
    ],
)
def test_only_this_machine_itself_is_a_loopback_address(url: str, local: bool) -> None:
    assert is_loopback(url) is local


def test_a_command_under_refused_settings_ends_with_the_sentence_alone(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        cwd=ROOT, env={"PUBLIC_URL": "http://scim.example.com"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        "Not started. Set PUBLIC_URL to an https address: keys and passwords would cross the network readable."
    ]


def test_a_random_secret_may_happen_to_have_few_different_characters(tmp_path: Path) -> None:
    for secret in ("a7f4a364ff7477686c7c476f7a8c39c8", "1b3d5f51b3fd9135bd13f9d5b5f1d3bb"):
        assert settings(PRODUCTION | {"SECRET_KEY": secret}, tmp_path)["SECRET_KEY"] == secret


def test_what_openssl_makes_is_never_taken_for_a_guess(tmp_path: Path) -> None:
    for _ in range(2_000):
        for secret in (secrets.token_hex(32), secrets.token_urlsafe(32), secrets.token_hex(16)):
            assert settings(PRODUCTION | {"SECRET_KEY": secret}, tmp_path)["SECRET_KEY"] == secret
