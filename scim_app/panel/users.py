"""Users: whom the directory told this organisation about, and everything that is known of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import abort, current_app, render_template, request

from scim_app.directory import journal, people
from scim_app.directory.directory import Directory
from scim_app.directory.people import Wanted
from scim_app.directory.tables import User
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.log import speaking
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor
from scim_app.panel.why import reasons
from scim_app.panel.writing import store_on_screen
from scim_app.protocol.errors import NotFound

USERS = "/settings/organization/users"
STATUSES = {"": "Any status", "active": "Active", "deactivated": "Deactivated"}
SOURCES = {"": "Any source", "linked": "Known to a directory", "unlinked": "Without external ID"}
LONGEST_SEARCH = 100
GROUPS_SHOWN = 50


@blueprint.get(USERS)
def users() -> str:
    """The page, or to htmx its list. The URL is the whole state of the page."""
    given = {name: request.args.get(name, "") for name in ("q", "status", "source")}
    search = given["q"].strip()[:LONGEST_SEARCH]
    status = given["status"] if given["status"] in STATUSES else ""
    source = given["source"] if given["source"] in SOURCES else ""
    wanted = Wanted(search, status == "active" if status else None, source == "linked" if source else None)
    organization_id = visitor().organization.id
    found = people.users(db.session, organization_id, wanted, request.args.get("after"), request.args.get("before"))
    filters = {name: value for name, value in (("q", search), ("status", status), ("source", source)) if value}
    return page_or_block("panel/users.html", "list", found=found, filters=filters, statuses=STATUSES, sources=SOURCES)


@blueprint.get(f"{USERS}/<user_id>")
def user(user_id: str) -> str:
    """One user: names, groups, roles and why, history, requests, and the document as the directory sees it."""
    resource = resource_of("User", user_id)
    me = visitor()
    document = {name: value for name, value in resource.items() if name not in {"id", "groups", "meta", "schemas"}}
    return render_template(
        "panel/user.html",
        person=db.session.get_one(User, user_id),
        resource=resource,
        groups=resource.get("groups", [])[:GROUPS_SHOWN],
        group_count=len(resource.get("groups", [])),
        sent=list(attributes(document)),
        reasons=reasons(store_on_screen(), user_id),
        timeline=people.timeline(db.session, me.organization.id, user_id),
        requests=journal.about(db.session, me.organization.id, user_id),
        **speaking(),
    )


def resource_of(kind: str, resource_id: str) -> dict[str, Any]:
    """The resource as a directory would be shown it; a page that says so when there is none."""
    me, extensions = visitor(), current_app.extensions
    directory = Directory(db.session, me.organization.id, me.actor, extensions["catalog"], extensions["policy"])
    try:
        return directory.get(kind, resource_id).value
    except NotFound:
        abort(404)


def attributes(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """The attributes that the document has, each with its path; lists of simple values and of objects element by element."""
    for name, value in document.items():
        here = f"{path}:{name}" if path.startswith("urn:") else f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from attributes(value, here)
        elif isinstance(value, list):
            for each in value:
                label = each.get("type") if isinstance(each, Mapping) else None
                yield (
                    here + (f'[type eq "{label}"]' if label else ""),
                    (each.get("value", each) if isinstance(each, Mapping) else each),
                )
        else:
            yield here, value
