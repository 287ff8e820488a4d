"""What a group means: the roles it is bound to. What binding or unbinding would do is shown before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, request, url_for
from flask.typing import ResponseReturnValue

from scim_app.directory.roles import bindings, meanings, preview, scopes
from scim_app.directory.roles.bindings import Bound
from scim_app.directory.roles.consequences import scope_names
from scim_app.directory.roles.meanings import Meaning
from scim_app.directory.roles.preview import Preview
from scim_app.directory.roles.suggestions import suggested
from scim_app.directory.store import Store
from scim_app.directory.tables import Role, Scope
from scim_app.panel.blueprint import blueprint
from scim_app.panel.rendering import page_or_block
from scim_app.panel.role_words import beside, consequence
from scim_app.panel.visitor import for_owners_and_admins, visitor
from scim_app.panel.writing import done, store_on_screen, write
from scim_app.protocol.errors import NotFound

BINDINGS = "/settings/organization/groups/<group_id>/bindings"
CHOOSE = "Choose the role that the members of this group get."
GONE = "That project, team or role is gone. Choose another."


@dataclass(frozen=True)
class Foreseen:
    """A change of bindings that is about to be made, and what it would do."""

    unbinds: bool
    to: str
    role: str
    place: str
    sentence: str
    beside: str
    empty: bool


@blueprint.get(BINDINGS)
def group_bindings(group_id: str) -> ResponseReturnValue:
    """The page. `?to=` shows what binding the group to a role would do, `?unbind=` what unbinding it."""
    to, unbinds = request.args.get("to", ""), request.args.get("unbind", "")
    if not (to or unbinds):
        return page(group_id)
    try:
        return page(group_id, foreseen=foresee(store_on_screen(), group_id, to or unbinds, bool(unbinds)))
    except ValueError as refusal:
        return page(group_id, refusal=str(refusal)), 422


@blueprint.post(BINDINGS)
@for_owners_and_admins
def bind_group(group_id: str) -> ResponseReturnValue:
    """Give a role to whoever is in the group, now and later."""
    to = request.form.get("to", "")

    def work(store: Store) -> str:
        store.locked("Group", group_id)
        scope, role = meant(store, to)
        found = preview.of_binding(store, group_id, scope, role)
        bindings.bind(store, group_id, scope, role)
        return consequence(found, place_of(store, scope), past=True)

    return follow(group_id, "Bound.", work)


@blueprint.post(f"{BINDINGS}/remove")
@for_owners_and_admins
def unbind_group(group_id: str) -> ResponseReturnValue:
    """Take the role away from whoever has it through the group alone."""
    to = request.form.get("to", "")

    def work(store: Store) -> str:
        store.locked("Group", group_id)
        scope, role = meant(store, to)
        found = preview.of_unbinding(store, group_id, scope, role)
        bindings.unbind(store, group_id, scope, role)
        return consequence(found, place_of(store, scope), past=True)

    return follow(group_id, "Unbound.", work)


def follow(group_id: str, what: str, work: Callable[[Store], str]) -> ResponseReturnValue:
    """Do it, and say what it did."""
    try:
        notice = f"{what} {write(work)}"
    except ValueError as refusal:
        return page(group_id, refusal=str(refusal)), 409
    return done(notice, lambda: page(group_id), url_for("panel.group_bindings", group_id=group_id))


def foresee(store: Store, group_id: str, to: str, unbinds: bool) -> Foreseen:
    """What a change would do. Raises ValueError for one that would be refused."""
    name = store.row("Group", group_id).document["displayName"]
    scope, role = meant(store, to)
    if unbinds:
        found = preview.of_unbinding(store, group_id, scope, role)
    else:
        bindings.refuse_unbindable(store, group_id, name, scope, role)
        found = preview.of_binding(store, group_id, scope, role)
    place = place_of(store, scope)
    return Foreseen(unbinds, to, role.name, place, consequence(found, place), beside(found), is_empty(found))


def is_empty(found: Preview) -> bool:
    """Whether the group has no members at all."""
    return not (found.shifts or found.staying or found.inactive)


def meant(store: Store, to: str) -> tuple[Scope, Role]:
    """The scope and the role that a form names as `scope:role`. Raises ValueError."""
    if not to:
        raise ValueError(CHOOSE)
    scope_id, _, role_id = to.partition(":")
    try:
        scope = scopes.get(store, scope_id)
        return scope, scopes.get_role(store, role_id, scope.kind)
    except NotFound:
        raise ValueError(GONE) from None


def place_of(store: Store, scope: Scope) -> str:
    """Where a role applies, as people say it."""
    return "the organization" if scope.kind == "organization" else scope_names(store, [scope.id])[scope.id]


def page(group_id: str, foreseen: Foreseen | None = None, refusal: str | None = None) -> str:
    """The page or, to htmx, its block."""
    return page_or_block("panel/bindings.html", "bindings", **meaning(group_id, foreseen, refusal))


def meaning(group_id: str, foreseen: Foreseen | None = None, refusal: str | None = None) -> dict[str, Any]:
    """What `panel/meaning.html` is drawn from, on its own page and on that of the group. Aborts with 404."""
    store = store_on_screen()
    try:
        name = store.row("Group", group_id).document["displayName"]
    except NotFound:
        abort(404)
    there = bindings.of_groups(store, [group_id])
    fixed = next((each for each in there if each.fixed), None)
    choices = [] if fixed or not visitor().may_act else offered(store, there)
    chosen = foreseen.to if foreseen and not foreseen.unbinds else request.values.get("to", "")
    hint = suggested(name, choices, current_app.config["PRODUCT_NAME"])
    return {
        "group_id": group_id,
        "group_name": name,
        "bound": there,
        "fixed": fixed,
        "places": {each.id: place_of(store, each.scope) for each in there},
        "choices": {
            heading: [each for each in choices if each.kind == kind]
            for kind, heading in (("organization", "Organization"), ("project", "Projects"), ("team", "Teams"))
        },
        "hint": hint if not there else None,
        "chosen": chosen or (hint.id if hint and not there else ""),
        "foreseen": foreseen,
        "refusal": refusal,
    }


def offered(store: Store, there: Sequence[Bound]) -> list[Meaning]:
    """What the group can be bound to yet: nothing twice, and one role in the organisation."""
    taken = {f"{each.scope.id}:{each.role.id}" for each in there}
    said = any(each.scope.kind == "organization" for each in there)
    return [
        each for each in meanings.all_of(store) if each.id not in taken and not (said and each.kind == "organization")
    ]
