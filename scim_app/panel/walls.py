"""What stands around every page: signing in, where a form may come from, and what the browser is told to refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from scim_app.panel.blueprint import blueprint

OPEN = frozenset({"panel.home", "panel.sign_in", "panel.claim", "panel.choose_theme"})
"""Endpoints without a sign-in. `home` only leads to one."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SCIM = "/scim/v2"
SETTINGS = "/settings/organization"
ON_SCREEN = "on_screen"
"""The field beside the CSRF token of each form with the organisation it was drawn for."""
MOVED = (
    "This form was for another organization than the one on screen now. Nothing was changed. Reload the page to go on."
)
NO_TEXT = "There is a character in the address or the form that is no text (NUL). Remove it and try again."
LONGEST_FORM = 64 * 1024
INSIDE = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
"""A path on this site. Two slashes, or a backslash, which browsers read as a slash, would lead to another."""
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def base_url(config: Mapping[str, Any]) -> str:
    """The base URL of the API, for whoever is to connect to it."""
    return f"{config['PUBLIC_URL']}{SCIM}"


def is_scim(path: str) -> bool:
    """Whether the path is the API's, which has walls and errors of its own."""
    return path == SCIM or path.startswith(f"{SCIM}/")


def is_htmx() -> bool:
    """Whether htmx asks, which takes a block where a browser takes a page."""
    return request.headers.get("HX-Request") == "true"


def init_app(app: Flask) -> None:
    """Headers for every answer that is not the API's, pages that were not found too."""
    app.after_request(tell_the_browser)


@blueprint.url_value_preprocessor
def refuse_long_forms(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """No form of ours is longer. Here, because the check of the CSRF token reads the form before any other function."""
    request.max_content_length = LONGEST_FORM


@blueprint.before_request
def refuse_what_is_no_text() -> None:
    """No address and no form of ours has NUL in it, which SQLite keeps and PostgreSQL does not take."""
    given = (request.args, request.form) if request.method not in SAFE else (request.args,)
    texts = [request.path, *(text for each in given for pair in each.items(multi=True) for text in pair)]
    if any("\0" in text for text in texts):
        abort(400, NO_TEXT)


@blueprint.before_request
def refuse_forms_from_elsewhere() -> None:
    """A second wall behind the CSRF token: a form comes from this site's own pages.

    Pages are sent with `Referrer-Policy: no-referrer`, so a browser too old for Sec-Fetch-Site says `Origin: null` for
    our own forms. That alone is no reason to refuse.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "null")
    if site is None and origin not in {"null", current_app.config["PUBLIC_URL"]}:
        abort(403)
    if site is not None and site not in {"same-origin", "none"}:
        abort(403)


@blueprint.before_request
def require_a_sign_in() -> AnyResponse | None:
    """Every page but those in `OPEN` is for somebody who signed in."""
    if request.endpoint in OPEN or current_user.is_authenticated:
        return None
    if is_htmx():
        return Response(status=401, headers={"HX-Redirect": url_for("panel.sign_in")})
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("panel.sign_in", next=wanted), 303)


@blueprint.before_request
def require_the_organization_on_screen() -> None:
    """A form changes the organisation that it was drawn for, or nothing.

    Which one is on screen is kept with the session: another tab may have gone elsewhere, or the visitor be kept out of it.
    """
    if request.method in SAFE or not request.path.startswith(f"{SETTINGS}/"):
        return
    if request.form.get(ON_SCREEN) != current_user.organization.id:
        abort(409, MOVED)


def inside(target: str | None) -> str:
    """The path of a page of ours to go on to; anything else becomes the first page."""
    ours = target is not None and INSIDE.fullmatch(target) is not None
    return target if ours and target else url_for("panel.home")


def tell_the_browser(response: Response) -> Response:
    """The answer with the headers that keep a page from being framed, sniffed, leaked, scripted and kept.

    An answer of the API has headers of its own, but for the one that is about the whole site.
    """
    headers = response.headers
    if current_app.config["PUBLIC_URL"].startswith("https:"):
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if is_scim(request.path):
        return response
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint == "static" and response.status_code in {200, 206, 304}:
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    else:
        headers["Cache-Control"] = "no-store"
    return response
