"""A self-hosted, multi-tenant SCIM 2.0 service provider with a browser panel.

Four packages, one direction: `api`, `panel` and `cli` are doors; `directory` is what is stored and what follows from
it; `protocol` is SCIM as values and functions. `tests/test_architecture.py` holds it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from scim_app import api, cli, health, logs, panel
from scim_app.config import settings
from scim_app.extensions import csrf, db, login_manager, migrate

ROOT = Path(__file__).resolve().parent.parent


class Service(Flask):
    """The application. None of its functions is a coroutine, so that Flask need not look at each with every request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(environment: Mapping[str, str] | None = None) -> Flask:
    """The application, configured from `environment` (the process's own by default)."""
    app = Service(
        "scim_app",
        template_folder=ROOT / "templates",
        static_folder=ROOT / "static",
        instance_path=str(ROOT / "instance"),
    )
    app.config.from_mapping(settings(os.environ if environment is None else environment))
    logs.init_app(app)
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db)
    login_manager.init_app(app)
    csrf.init_app(app)
    api.init_app(app)
    panel.init_app(app)
    cli.init_app(app)
    app.register_blueprint(health.blueprint)
    return app
