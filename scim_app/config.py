"""Settings, read once from the environment and refused in one sentence when they are unsafe or mistaken.

On a loopback `PUBLIC_URL` (development) secrets are made up once and kept in the instance folder; anywhere else they
must be given. A setting that nothing reads yet is not read here either.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from scim_app.protocol.catalog import COMMON, USER

INSTANCE = Path(__file__).resolve().parent.parent / "instance"
SECRET_LENGTH = 32
MIN_DISTINCT = 7
"""Different characters in a secret made at random. Of 10 000 000 000 that are 32 hexadecimal digits two have fewer."""
EPHEMERAL_DISKS = (
    "DYNO",
    "K_SERVICE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "RAILWAY_ENVIRONMENT",
    "RENDER",
    "VERCEL",
    "FLY_APP_NAME",
    "ECS_CONTAINER_METADATA_URI_V4",
    "VCAP_APPLICATION",
    "KUBERNETES_SERVICE_HOST",
)
"""Variables that hosts set whose disks are emptied at every restart (Heroku, Cloud Run, Lambda, Railway, Render, …)."""
PLACEHOLDER = re.compile(
    r"change.?(me|this)|replace.?me|your.?(secret|pepper|key)|insecure|password|example", re.IGNORECASE
)
HOST = re.compile(r"[A-Za-z0-9._\-\[\]:]+")
"""A name, an address and a port: it goes into every resource as it is."""
ATTRIBUTE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
"""ATTRNAME of RFC 7644 §3.4.2.2. RFC 7643 §2.1 also allows "$", but such a name could not stand in a filter."""
CORE_USER_NAMES = frozenset(each.name.lower() for each in (*COMMON, *USER))
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(ValueError):
    """A setting that is missing, mistaken or unsafe, as a sentence that says what to set."""


def settings(environment: Mapping[str, str], instance: Path = INSTANCE) -> dict[str, Any]:
    """Flask's configuration from the documented environment variables (README, "Settings").

    Raises SettingsError. `instance` is made when the database or made-up secrets are to stand in it.
    """
    public_url = _public_url(environment)
    local = is_loopback(public_url)
    database = _database(environment, instance)
    if not local:
        _refuse_what_only_development_may(environment, public_url, database)
    https = public_url.startswith("https:")
    return {
        "TRUSTED_PROXIES": _trusted_proxies(environment),
        "SECRET_KEY": _secret(environment, "SECRET_KEY", instance if local else None),
        "KEY_PEPPER": _secret(environment, "KEY_PEPPER", instance if local else None),
        "KEY_PEPPER_FALLBACKS": _fallbacks(environment),
        "SQLALCHEMY_DATABASE_URI": database,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(database),
        "PUBLIC_URL": public_url,
        "PRODUCT_NAME": _line(environment, "PRODUCT_NAME", "App"),
        "ORG_ROLE_ATTRIBUTE": _organization_role_attribute(environment),
        "ON_DEACTIVATE": _choice(environment, "ON_DEACTIVATE", "keep", ("keep", "wipe")),
        "ON_UNKNOWN_MEMBER": _choice(environment, "ON_UNKNOWN_MEMBER", "skip", ("skip", "refuse")),
        "OFFER_ROLES": _choice(environment, "OFFER_ROLES", "on", ("on", "off")) == "on",
        "RATE_LIMIT": _rate_limit(environment),
        "RATELIMIT_STORAGE_URI": _rate_limit_storage(environment),
        "LOG_LEVEL": _choice(environment, "LOG_LEVEL", "INFO", LOG_LEVELS),
        "SESSION_COOKIE_NAME": "__Host-session" if https else "session",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # The panel sends Referrer-Policy: no-referrer, so Flask-WTF's own check of the referrer would refuse every form.
        "WTF_CSRF_SSL_STRICT": False,
    }


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine itself: localhost, 127.0.0.0/8 or ::1."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def engine_options(database: URL) -> dict[str, Any]:
    """SQLAlchemy's engine options. On PostgreSQL no lock is awaited longer than 5 s and no statement than 30 s.

    A worker has many threads (slow clients hold some) and few connections: a request that gets none in 10 s fails.
    """
    pool = {"pool_size": 10, "max_overflow": 10, "pool_timeout": 10}
    if database.get_backend_name() == "sqlite":
        return pool
    return pool | {
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 5,
            "application_name": "scim_app",
            # A plan that looks expensive is compiled to machine code unless jit is off: that of a page, from about a hundred
            # thousand users on. It takes longer than any statement here.
            "options": "-c lock_timeout=5s -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c jit=off",
        },
    }


def _public_url(environment: Mapping[str, str]) -> str:
    given = environment.get("PUBLIC_URL", "").strip()
    if not given:
        for name in EPHEMERAL_DISKS:
            if name in environment:
                raise SettingsError(f"Set PUBLIC_URL to this service's https address ({name} says it runs on a host).")
        return f"http://127.0.0.1:{_port(environment)}"
    try:
        parts = urlsplit(given)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.path.rstrip("/") or parts.query or parts.fragment or not HOST.fullmatch(parts.netloc):
        raise SettingsError("Set PUBLIC_URL to scheme and host only, for example https://scim.example.com.")
    return f"{parts.scheme}://{parts.netloc}"


def _port(environment: Mapping[str, str]) -> int:
    port = _whole_number(environment.get("PORT") or "5000", 1, 65535)
    if port is None:
        raise SettingsError("Set PORT to a number from 1 to 65535.")
    return port


def _whole_number(given: str, least: int, most: int) -> int | None:
    """The number that a text writes in digits, if it lies between these."""
    number = int(given) if re.fullmatch(r"[0-9]{1,9}", given.strip()) else -1
    return number if least <= number <= most else None


def _database(environment: Mapping[str, str], instance: Path) -> URL:
    given = environment.get("DATABASE_URL")
    if not given:
        instance.mkdir(parents=True, exist_ok=True)
        return URL.create("sqlite", database=str(instance / "scim.db"))
    try:
        url = make_url(given)
    except ArgumentError:
        url = URL.create("mistaken")
    if url.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite" or url.database in {None, "", ":memory:"}:
        raise SettingsError(
            "Set DATABASE_URL to postgresql://user:password@host/name or to a SQLite file, sqlite:////var/lib/scim.db."
        )
    return url


def _refuse_what_only_development_may(environment: Mapping[str, str], public_url: str, database: URL) -> None:
    if not public_url.startswith("https:"):
        raise SettingsError("Set PUBLIC_URL to an https address: keys and passwords would cross the network readable.")
    if environment.get("FLASK_DEBUG", "").lower() not in {"", "0", "false", "no"}:
        raise SettingsError(
            "Unset FLASK_DEBUG: its debugger lets visitors run code, so it is for loopback addresses only."
        )
    disk = next((name for name in EPHEMERAL_DISKS if name in environment), None)
    if disk and database.get_backend_name() == "sqlite" and environment.get("ALLOW_EPHEMERAL_SQLITE") != "1":
        raise SettingsError(
            f"Set DATABASE_URL to a PostgreSQL database: {disk} says that this disk forgets, and the directory with it, at "
            "every restart (if it does not, set ALLOW_EPHEMERAL_SQLITE=1)."
        )


def _trusted_proxies(environment: Mapping[str, str]) -> int:
    """How many proxies, each of which adds to X-Forwarded-For, stand between everybody and this service."""
    proxies = _whole_number(environment.get("TRUSTED_PROXIES") or "0", 0, 9)
    if proxies is None:
        raise SettingsError(
            "Set TRUSTED_PROXIES to how many proxies stand in front of this service, 0 to 9: 1 on Heroku, 0 for none."
        )
    return proxies


def _secret(environment: Mapping[str, str], name: str, kept_in: Path | None) -> str:
    given = environment.get(name, "")
    if not given and kept_in is not None:
        return _made_up(kept_in / name.lower())
    if len(given) < SECRET_LENGTH:
        raise SettingsError(
            f"Set {name} to at least {SECRET_LENGTH} random characters, for example from `openssl rand -hex 32`."
        )
    if kept_in is None and _guessable(given):
        raise SettingsError(
            f"Set {name} to characters made at random, for example by `openssl rand -hex 32`: this value can be guessed."
        )
    return given


def _guessable(secret: str) -> bool:
    """Whether the secret was written and not made at random: few characters, the same ones again, or a placeholder."""
    return (
        len(set(secret)) < MIN_DISTINCT or secret in (secret + secret)[1:-1] or PLACEHOLDER.search(secret) is not None
    )


def _fallbacks(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Peppers under which keys may still be kept: a new KEY_PEPPER takes their place key by key, at the next use of each."""
    given = tuple(each.strip() for each in environment.get("KEY_PEPPER_FALLBACKS", "").split(";") if each.strip())
    if any(len(each) < SECRET_LENGTH for each in given):
        raise SettingsError(
            f"Set KEY_PEPPER_FALLBACKS to former values of KEY_PEPPER, of at least {SECRET_LENGTH} characters, with a "
            "semicolon between them."
        )
    return given


def _rate_limit(environment: Mapping[str, str]) -> int | None:
    """Requests a second that one key may send; None for any number."""
    given = (environment.get("RATE_LIMIT") or "50").strip()
    if given.lower() == "off":
        return None
    limit = _whole_number(given, 1, 10_000)
    if limit is None:
        raise SettingsError("Set RATE_LIMIT to the requests a second that one key may send, 1 to 10000, or to off.")
    return limit


def _rate_limit_storage(environment: Mapping[str, str]) -> str:
    given = environment.get("RATELIMIT_STORAGE_URI") or "memory://"
    if given != "memory://" and not given.startswith(("redis://", "rediss://")):
        raise SettingsError(
            "Set RATELIMIT_STORAGE_URI to redis://host:6379, or leave it out: each process then counts alone."
        )
    return given


def _made_up(file: Path) -> str:
    """A secret of this machine's own, the same at every start. Two first starts at once agree on one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()


def _line(environment: Mapping[str, str], name: str, default: str) -> str:
    given = environment.get(name, "").strip() or default
    if len(given) > 100 or not given.isprintable():
        raise SettingsError(f"Set {name} to one line of at most 100 characters.")
    return given


def _choice(environment: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    given = environment.get(name) or default
    found = next((each for each in choices if each.lower() == given.strip().lower()), None)
    if found is None:
        raise SettingsError(f"Set {name} to one of {', '.join(choices)}.")
    return found


def _organization_role_attribute(environment: Mapping[str, str]) -> str:
    given = environment.get("ORG_ROLE_ATTRIBUTE") or "orgRole"
    if not ATTRIBUTE_NAME.fullmatch(given):
        raise SettingsError("Set ORG_ROLE_ATTRIBUTE to a letter followed by letters, digits, hyphens and underscores.")
    if given.lower() in CORE_USER_NAMES:
        raise SettingsError(f"Set ORG_ROLE_ATTRIBUTE to another name: {given} is an attribute of the core User schema.")
    return given
