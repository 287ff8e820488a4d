"""Access Management: the keys with which a directory, or an application, is let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import current_app, request

from scim_app.directory import journal, keys
from scim_app.directory.journal import Wanted
from scim_app.directory.keys import Generated
from scim_app.directory.tables import ScimKey
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.diagnoses import connection
from scim_app.panel.guides import PROVIDERS
from scim_app.panel.log import speaking
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor
from scim_app.panel.walls import base_url

LIFETIMES = {"90": "90 days", "365": "1 year", "730": "2 years", "": "No expiry"}
OVERLAPS = {"0": "None: refuse it at once", "1": "1 hour", "24": "24 hours", "168": "7 days"}
"""Hours for which a key that is regenerated lives on."""


@blueprint.get("/settings/organization/access")
def access() -> str:
    """The page. Without JavaScript, `?dialog=` opens one of its dialogs."""
    return page()


def page(
    notice: str | None = None, refusal: str | None = None, made: Generated | None = None, reopened: str = ""
) -> str:
    """The page or, to htmx, its block: for each scope keys that are live first, then the others.

    A dialog that is `reopened` comes back as it was filled in, with the refusal in it, if the page has that dialog still.
    """
    now = datetime.now(UTC)
    organization_id = visitor().organization.id
    found = keys.of_organization(db.session, organization_id)
    by_scope = {scope: [key for key in found if key.scope == scope] for scope in keys.SCOPES}
    live = {scope: [key for key in mine if keys.is_live(key, now)] for scope, mine in by_scope.items()}
    full = len(live["provision"]) >= keys.LIVE_AT_MOST
    forms = {"generate-read", *(f"networks-{key.id}" for mine in live.values() for key in mine)}
    typed = request.form if reopened in (forms if full else {"generate", *forms}) else {}
    report, findings = connection()
    return page_or_block(
        "panel/access.html",
        "keys",
        report=report,
        findings=findings,
        live=live,
        ended={scope: [key for key in mine if not keys.is_live(key, now)] for scope, mine in by_scope.items()},
        by_id={key.id: key for key in found},
        newest=found[0].id if found else "",
        last_done=journal.last(db.session, organization_id, failed=False),
        last_failed=journal.last(db.session, organization_id, failed=True),
        recent=journal.page(db.session, organization_id, Wanted(from_outside=True), size=5).entries,
        full=full,
        state=state_of(found, now),
        now=now,
        warned_from=now + keys.WARNED_AHEAD,
        providers=PROVIDERS,
        lifetimes=LIFETIMES,
        overlaps=OVERLAPS,
        base_url=base_url(current_app.config),
        dialog=reopened if typed else request.args.get("dialog", ""),
        typed=typed,
        notice=notice,
        refusal=refusal,
        made=made,
        **speaking(),
    )


def state_of(found: Sequence[ScimKey], now: datetime) -> str:
    """Whether a directory can get in: `not enabled` without a key, `enabled` with a live one, else `deactivated`."""
    mine = [key for key in found if key.scope == "provision"]
    if any(keys.is_live(key, now) for key in mine):
        return "enabled"
    return "deactivated" if mine else "not enabled"
