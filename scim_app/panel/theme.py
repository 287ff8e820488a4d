"""Light, dark, or as the system is: kept in a cookie and drawn by the server, so that no page flashes."""

from __future__ import annotations

from flask import current_app, redirect, request
from werkzeug.wrappers import Response

from scim_app.panel.blueprint import blueprint
from scim_app.panel.walls import inside

THEMES = ("system", "light", "dark")
A_YEAR = 365 * 24 * 3600


def cookie() -> str:
    """The name of the cookie: over https one that no other host can set, as the session's is."""
    return "__Host-theme" if current_app.config["SESSION_COOKIE_SECURE"] else "theme"


@blueprint.app_context_processor
def theme() -> dict[str, str]:
    """The theme that was chosen, for the layout."""
    chosen = request.cookies.get(cookie(), "system")
    return {"theme": chosen if chosen in THEMES else "system"}


@blueprint.post("/theme")
def choose_theme() -> Response:
    """Keep the choice and go back to where it was made."""
    response = redirect(inside(request.form.get("next")), 303)
    chosen = request.form.get("theme", "system")
    response.set_cookie(
        cookie(),
        chosen if chosen in THEMES else "system",
        max_age=A_YEAR,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response
