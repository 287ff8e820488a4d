"""The panel: pages for the people who administer organisations.

One template per page, whose named blocks are its fragments; one URL per action, which answers htmx with the block it
changed and a browser without JavaScript with the whole page. No rule is decided here: that is the directory's.
"""

from __future__ import annotations

from flask import Flask

from scim_app.extensions import login_manager
from scim_app.panel import (
    access,
    account,
    administrators,
    banner,
    bindings,
    changelog,
    connect,
    errors,
    find,
    groups,
    key_actions,
    log,
    organization,
    ownership,
    project,
    projects,
    self_test,
    session,
    simulation,
    theme,
    users,
    walls,
)
from scim_app.panel.blueprint import blueprint
from scim_app.panel.cookies import Sessions
from scim_app.panel.navigation import NAVIGATION
from scim_app.panel.rendering import asset
from scim_app.panel.role_words import people
from scim_app.panel.visitor import load
from scim_app.panel.words import FILTERS

__all__ = [
    "access",
    "account",
    "administrators",
    "banner",
    "bindings",
    "changelog",
    "connect",
    "find",
    "groups",
    "init_app",
    "key_actions",
    "log",
    "organization",
    "ownership",
    "project",
    "projects",
    "self_test",
    "session",
    "simulation",
    "theme",
    "users",
]


def init_app(app: Flask) -> None:
    """Register the pages, who is signed in, the walls around them and the pages for what goes wrong."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # A token lives as long as its session.
    login_manager.session_protection = None  # The row in `sign_ins` decides, not the address a person comes from.
    login_manager.user_loader(load)
    app.session_interface = Sessions()
    app.jinja_env.globals.update(asset=asset, navigation=NAVIGATION)
    app.jinja_env.filters.update(FILTERS, people=people)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_blueprint(blueprint)
    walls.init_app(app)
    errors.init_app(app)
