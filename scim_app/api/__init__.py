"""The SCIM API below /scim/v2: HTTP ⇄ values. It authenticates, reads, calls the directory, and answers.

No rule of the RFC and no table is known here.
"""

from __future__ import annotations

from flask import Flask

from scim_app.api import bulk, discovery, errors, gate, journal, reading, resources, roles, searches
from scim_app.api.blueprint import BASE_PATH, blueprint
from scim_app.api.rate_limits import RateLimits
from scim_app.directory.policy import Policy
from scim_app.extensions import csrf
from scim_app.protocol.catalog import Catalog
from scim_app.protocol.cursors import Cursors

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    """Serve the API, from the catalog of this deployment."""
    base_url = app.config["PUBLIC_URL"] + BASE_PATH
    app.extensions["catalog"] = Catalog(app.config["ORG_ROLE_ATTRIBUTE"], base_url, app.config["PRODUCT_NAME"])
    app.extensions["policy"] = Policy(
        app.config["ON_DEACTIVATE"] == "wipe", app.config["ON_UNKNOWN_MEMBER"] == "refuse"
    )
    app.extensions["rate_limits"] = RateLimits(app.config["RATE_LIMIT"], app.config["RATELIMIT_STORAGE_URI"])
    app.extensions["cursors"] = Cursors(app.config["SECRET_KEY"])
    # A redirect is never an answer to a directory: slashes are matched as they come.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    csrf.exempt(blueprint)
    for rooms in (bulk, discovery, errors, gate, journal, resources, roles, searches):
        assert rooms
    journal.init_app(app)
    reading.init_app(app)
    app.register_blueprint(blueprint)
