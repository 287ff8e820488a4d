"""Connect an identity provider: a guide with this organisation's values, whose steps its client ticks off."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, request
from flask.typing import ResponseReturnValue

from scim_app.directory import journal, keys
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.guides import CLIENTS, KEY, PROVIDERS, Step, drawn, guide, to_copy, values_of
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor


@blueprint.get("/settings/organization/access/connect/<provider>")
def connect(provider: str) -> ResponseReturnValue:
    """The guide. A page that is open asks every few seconds with `seen`, and hears 204 when nothing arrived."""
    if provider not in PROVIDERS:
        abort(404)
    shown = guide(provider)
    values = values_of(current_app.config)
    arrived = arrivals(shown.actions, CLIENTS.get(provider, ""))
    steps = [dict(done(step, arrived), html=drawn(step.text, values), copied=to_copy(step, values),
                  traps=[drawn(trap, values) for trap in step.traps]) for step in shown.steps]  # fmt: skip
    seen = hashlib.sha256(repr([(step["done"], step["received"]) for step in steps]).encode()).hexdigest()[:16]
    if request.args.get("seen") == seen:
        return "", 204
    checks = [step for step in steps if step["waits"]]
    waiting = next((step for step in checks if not step["done"]), None)
    return page_or_block(
        "panel/connect.html",
        "steps",
        provider=provider,
        providers=PROVIDERS,
        guide=shown,
        steps=steps,
        works=[drawn(each, values) for each in shown.works],
        troubles=[(drawn(each.text, values), drawn(each.fix, values)) for each in shown.troubles],
        seen=seen,
        waiting=waiting,
        checks=len(checks),
        passed=sum(step["done"] for step in checks),
    )


def arrivals(actions: frozenset[str], client: str) -> dict[str, Any]:
    """What came last of each of these from that client, or from any if it has no name, and under `key` whether one is live."""
    me, now = visitor(), datetime.now(UTC)
    mine = keys.of_organization(db.session, me.organization.id)
    live = any(key.scope == "provision" and keys.is_live(key, now) for key in mine)
    return {KEY: live, **journal.last_of(db.session, me.organization.id, actions, client)}


def done(step: Step, arrived: dict[str, Any]) -> dict[str, Any]:
    """Whether the step is done, and by which request."""
    came = [arrived[action] for action in step.arrives if arrived.get(action)]
    requests = [each for each in came if each is not True]
    newest = max(requests, key=lambda each: each.at, default=None)
    received = newest and (newest.client, newest.method, newest.path.partition("?")[0], newest.status)
    return {"waits": bool(step.arrives), "done": bool(came), "received": received, "request": newest}
