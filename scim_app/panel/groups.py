"""Groups: what a directory pushed, or links onto; who is in one, and what it means."""

from __future__ import annotations

from flask import request

from scim_app.directory import journal, people
from scim_app.directory.roles import bindings
from scim_app.directory.tables import Group
from scim_app.extensions import db
from scim_app.panel.bindings import meaning
from scim_app.panel.blueprint import blueprint
from scim_app.panel.log import speaking
from scim_app.panel.rendering import page_or_block
from scim_app.panel.users import LONGEST_SEARCH, resource_of
from scim_app.panel.visitor import visitor
from scim_app.panel.writing import store_on_screen

GROUPS = "/settings/organization/groups"


@blueprint.get(GROUPS)
def groups() -> str:
    """The page, or to htmx its list. The URL is the whole state of the page."""
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    found = people.groups(
        db.session, visitor().organization.id, search, request.args.get("after"), request.args.get("before")
    )
    meanings: dict[str, list[str]] = {}
    for bound in bindings.of_groups(store_on_screen(), [row.id for row in found.rows]):
        meanings.setdefault(bound.group_id, []).append(f"{bound.role.name} in {bound.scope.name}")
    return page_or_block(
        "panel/groups.html", "list", found=found, meanings=meanings, filters={"q": search} if search else {}
    )


@blueprint.get(f"{GROUPS}/<group_id>")
def group(group_id: str) -> str:
    """One group: its members page by page, its history and its requests, and its document without the members."""
    resource = resource_of("Group", group_id)
    me = visitor()
    found = people.members(
        db.session, me.organization.id, group_id, request.args.get("after"), request.args.get("before")
    )
    return page_or_block(
        "panel/group.html",
        "members",
        shown=db.session.get_one(Group, group_id),
        resource={name: value for name, value in resource.items() if name != "members"},
        found=found,
        timeline=people.timeline(db.session, me.organization.id, group_id),
        requests=journal.about(db.session, me.organization.id, group_id),
        **speaking(),
        **meaning(group_id),
    )
