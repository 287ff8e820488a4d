"""Settings, read once from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """Flask's configuration from the documented environment variables (README, "Settings")."""
    url = environment.get("DATABASE_URL", "sqlite:///scim.db")
    for scheme in ("postgres://", "postgresql://"):
        url = url.replace(scheme, "postgresql+psycopg://", 1) if url.startswith(scheme) else url
    return {
        "SECRET_KEY": environment.get("SECRET_KEY", "development only"),
        "KEY_PEPPER": environment.get("KEY_PEPPER", "development only"),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True},
        "PUBLIC_URL": environment.get("PUBLIC_URL", "http://127.0.0.1:5000").rstrip("/"),
        "PRODUCT_NAME": environment.get("PRODUCT_NAME", "App"),
        "ORG_ROLE_ATTRIBUTE": environment.get("ORG_ROLE_ATTRIBUTE", "orgRole"),
    }
