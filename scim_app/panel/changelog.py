"""Changelog: what happened in the organisation, and what changed in the product."""

from __future__ import annotations

from pathlib import Path

from flask import render_template, request

from scim_app.directory import activity as history
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.releases import parse
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor

RELEASES = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
ACTIONS = {
    "user": "Users",
    "group": "Groups",
    "key": "Keys",
    "administrator": "Administrators",
    "organization": "Organization",
}
LONGEST_SEARCH = 100


@blueprint.get("/settings/organization/changelog")
def activity() -> str:
    """The organisation's history, newest first. The URL is the whole state of the page."""
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    action = request.args.get("action", "")
    found = history.page(
        db.session,
        visitor().organization.id,
        before=request.args.get("before"),
        after=request.args.get("after"),
        search=search,
        action=action if action in ACTIONS else "",
    )
    return page_or_block(
        "panel/activity.html", "entries", page=found, search=search, action=action, actions=ACTIONS
    )


@blueprint.get("/settings/organization/changelog/releases")
def releases() -> str:
    """The project's own releases: Date, Title, Log."""
    return render_template("panel/releases.html", releases=parse(RELEASES.read_text(encoding="utf-8")))
