"""Provisioning log: each SCIM request as a sentence, what came of it, and how to fix what failed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import abort, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory import journal, keys, organizations
from scim_app.directory.journal import Wanted
from scim_app.directory.tables import ScimKey, ScimRequest
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.advice import of_request
from scim_app.panel.blueprint import blueprint
from scim_app.panel.causes import cause
from scim_app.panel.rendering import page_or_block, render_block
from scim_app.panel.sentences import Sentence, sentence
from scim_app.panel.simulation import offered
from scim_app.panel.visitor import for_owners_and_admins, visitor
from scim_app.panel.walls import base_url

LOG = "/settings/organization/log"
OUTCOMES = {"": "Any outcome", "failed": "Failed", "done": "Succeeded"}
SUBJECTS = {
    "": "All requests",
    "user": "Users",
    "group": "Groups",
    "reads": "Reads",
    "key": "Refused keys",
}
LONGEST_SEARCH = 100
NOTHING = "0"
"""What stands for the newest id of a list that is empty: every id is greater."""


@blueprint.get(LOG)
def log() -> str:
    """The page, or to htmx its list. The URL is the whole state of the page."""
    filters, wanted = asked()
    organization_id = visitor().organization.id
    found = journal.page(
        db.session, organization_id, wanted, before=request.args.get("before"), after=request.args.get("after")
    )
    return page_or_block(
        "panel/log.html",
        "requests",
        page=found,
        filters=filters,
        live="" if found.newer or "before" in request.args else newest(found.entries),
        outcomes=OUTCOMES,
        subjects=SUBJECTS,
        days=journal.DAYS,
        simulation=offered(),
        kept=getattr(organizations.get(db.session, organization_id), "log_days", None),
        **speaking(),
    )


@blueprint.get(f"{LOG}/new")
def new_requests() -> ResponseReturnValue:
    """What came after the request `after`, to be put above the list; 204 when nothing did."""
    filters, wanted = asked()
    after = request.args.get("after", "")
    found = journal.page(db.session, visitor().organization.id, wanted, after=after)
    if not found.entries:
        return "", 204
    values = {"page": found, "filters": filters, "live": newest(found.entries), **speaking()}
    if after != NOTHING:
        return render_block("panel/log.html", "arrivals", **values)
    first = make_response(render_block("panel/log.html", "requests", **values))
    first.headers["HX-Retarget"], first.headers["HX-Reswap"] = "#requests", "outerHTML"
    return first


@blueprint.get(f"{LOG}/<request_id>")
def logged(request_id: str) -> str:
    """One request: what was sent and answered, the difference it made, and why it failed."""
    found = journal.one(db.session, visitor().organization.id, request_id)
    if found is None:
        abort(404)
    why = cause(found)
    return render_template(
        "panel/request.html",
        entry=found,
        changes=journal.changes_of(db.session, found),
        cause=why,
        fixes=of_request(found, why) if why else (),
        curl=curl(found),
        **speaking(),
    )


@blueprint.post(f"{LOG}/retention")
@for_owners_and_admins
def keep_log() -> ResponseReturnValue:
    """Keep the log for so many days."""
    me, days = visitor(), request.form.get("days", "")
    if not days.isdecimal() or int(days) not in journal.DAYS:
        abort(400)
    transact(db.session, lambda: journal.keep(db.session, me.organization.id, me.actor, int(days)))
    flash(f"The log is kept for {days} days. What is older goes within the hour.")
    return redirect(url_for("panel.log"), 303)


def asked() -> tuple[dict[str, str], Wanted]:
    """The filters as they stand in the address, and what they mean."""
    given = {name: request.args.get(name, "").strip() for name in ("outcome", "action", "q", "key", "from", "to")}
    given["outcome"] = given["outcome"] if given["outcome"] in OUTCOMES else ""
    given["action"] = given["action"] if given["action"] in SUBJECTS else ""
    given["q"] = given["q"][:LONGEST_SEARCH]
    since, until = moment(given["from"]), moment(given["to"], days=1)
    wanted = Wanted(given["outcome"], given["action"], given["q"], given["key"], since, until)
    return {name: value for name, value in given.items() if value}, wanted


def moment(text: str, days: int = 0) -> datetime | None:
    """So many days after the beginning of that day; None for what is not a day, and for the end of all days."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None


def newest(entries: Any) -> str:
    """The id after which requests are new."""
    return str(entries[0].id) if entries else NOTHING


def speaking() -> dict[str, Any]:
    """What templates need to say a request as a sentence."""
    mine = {key.id: key for key in keys.of_organization(db.session, visitor().organization.id)}
    return {"mine": mine, "sentence": lambda entry: said(entry, mine)}


def said(entry: ScimRequest, mine: Mapping[str, ScimKey]) -> Sentence:
    """The request as a sentence."""
    return sentence(entry, mine)


def curl(entry: ScimRequest) -> str:
    """The request as a command line that sends it again; the key comes from the environment."""
    parts = [f"curl -X {entry.method} {shlex.quote(base_url(current_app.config) + entry.path)}"]
    parts.append('-H "Authorization: Bearer $SCIM_KEY"')
    if isinstance(entry.request_body, dict | list):
        parts.append("-H 'Content-Type: application/scim+json'")
        parts.append(f"--data {shlex.quote(json.dumps(entry.request_body, ensure_ascii=False))}")
    return " \\\n  ".join(parts)
