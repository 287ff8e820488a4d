"""The session of a browser, which directories have none of."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from scim_app.panel.walls import is_scim


class Sessions(SecureCookieSessionInterface):
    """Sessions in signed cookies, for the panel alone: of what goes to the API no cookie is read, and none is set there."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the browser; None, which Flask makes an empty one of that nobody can write to, below the API."""
        return None if is_scim(request.path) else super().open_session(app, request)
