"""Changelog: what happened in the organisation, and what changed in the product."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from scim_app.directory import activity as history
from scim_app.directory import keys, memberships, qualifiers
from scim_app.directory.changes import OPERATOR, Target, record
from scim_app.directory.qualifiers import Term
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.crowds import exporting
from scim_app.panel.exports import FORMATS, lines
from scim_app.panel.guides import drawn
from scim_app.panel.releases import parse
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor

CHANGELOG = "/settings/organization/changelog"
RELEASES = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
ACTIONS = {
    "user": "Users",
    "group": "Groups",
    "role": "Roles",
    "project": "Projects",
    "team": "Teams",
    "key": "Keys",
    "administrator": "Administrators",
    "organization": "Organization",
}
SPANS = {"1": "Last 24 hours", "7": "Last 7 days", "30": "Last 30 days"}
LONGEST_SEARCH = 500


@blueprint.get(CHANGELOG)
def activity() -> str:
    """The organisation's history, newest first. The URL is the whole state of the page."""
    terms = asked()
    found = history.page(
        db.session,
        visitor().organization.id,
        terms,
        before=request.args.get("before"),
        after=request.args.get("after"),
    )
    return page_or_block(
        "panel/activity.html",
        "entries",
        page=found,
        search=qualifiers.written(terms),
        problems=[each for each in map(qualifiers.problem, terms) if each],
        actors=actors(),
        actions=ACTIONS,
        spans=spans(),
    )


@blueprint.get(f"{CHANGELOG}/<change_id>")
def change(change_id: str) -> str:
    """One entry: the whole difference, the request it came from, and what followed from it."""
    organization_id = visitor().organization.id
    found = history.one(db.session, organization_id, change_id)
    if found is None:
        abort(404)
    cause = history.one(db.session, organization_id, found.cause_id) if found.cause_id else None
    following = history.following(db.session, organization_id, found.id)
    return render_template("panel/change.html", entry=found, cause=cause, following=following)


@blueprint.post(f"{CHANGELOG}/export")
def export() -> ResponseReturnValue:
    """What the search finds, as a file. That it was taken is in the history, too."""
    me, kind = visitor(), request.form.get("format", "")
    if kind not in FORMATS:
        abort(400)
    terms = qualifiers.parse(request.form.get("q", "")[:LONGEST_SEARCH])
    told = [{"attribute": name, "before": None, "after": value} for name, value in
            (("format", kind), ("search", qualifiers.written(terms) or None))]  # fmt: skip
    place = me.organization
    target, name = (
        Target("Organization", place.id, place.name),
        f"changelog-{place.slug}-{datetime.now(UTC):%Y-%m-%d}.{kind}",
    )
    with ExitStack() as until_sent:
        until_sent.enter_context(exporting.among(place.id))
        transact(db.session, lambda: record(db.session, place.id, me.actor, "changelog:exported", target, told))
        file = stream_with_context(lines(history.everything(db.session, place.id, terms), kind))
        response = Response(file, content_type=FORMATS[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.call_on_close(until_sent.pop_all().close)
    return response


@blueprint.get(f"{CHANGELOG}/releases")
def releases() -> str:
    """The project's own releases: Date, Title, Log."""
    found = parse(RELEASES.read_text(encoding="utf-8"))
    return render_template("panel/releases.html", releases=found, drawn=lambda text: drawn(text, {}))


def asked() -> tuple[Term, ...]:
    """What the search says, and what was chosen in the menus beside it, which write into it."""
    terms = qualifiers.parse(request.args.get("q", "").strip()[:LONGEST_SEARCH])
    actor, action, created = (request.args.get(name, "") for name in ("actor", "action", "created"))
    if actor and actor in actors():
        terms = qualifiers.narrowed(terms, "actor", actor)
    if action in ACTIONS:
        terms = qualifiers.narrowed(terms, "action", action)
    if qualifiers.days(created):
        terms = qualifiers.narrowed(terms, "created", created)
    return terms


def actors() -> list[str]:
    """Whoever changes something here: the keys and the administrators, as the history calls them."""
    organization_id = visitor().organization.id
    labels = [key.label for key in keys.of_organization(db.session, organization_id)]
    people = [member.email for member in memberships.of_organization(db.session, organization_id)]
    return sorted({*labels, *people, OPERATOR.name}, key=str.casefold)


def spans() -> dict[str, str]:
    """Spans of time up to now, as qualifiers write them, with what they are called."""
    today = datetime.now(UTC)
    return {f">={today - timedelta(days=int(days)):%Y-%m-%d}": words for days, words in SPANS.items()}
