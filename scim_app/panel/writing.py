"""Reading and writing the organisation on screen as its visitor, and answering a form with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import abort, current_app, flash, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from scim_app.directory.store import ID, Store
from scim_app.directory.tables import Role, Scope
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.visitor import visitor
from scim_app.panel.walls import is_htmx
from scim_app.protocol.errors import NotFound, ScimError

T = TypeVar("T")


def store_on_screen() -> Store:
    """The users, groups and roles of the organisation on screen, written by the visitor."""
    me = visitor()
    return Store(db.session, me.organization.id, me.actor, current_app.extensions["catalog"])


def write(work: Callable[[Store], T]) -> T:
    """The result of work in one transaction. What is not there is a 404; any other refusal is a ValueError with a sentence."""
    store = store_on_screen()
    try:
        return transact(db.session, lambda: work(store))
    except NotFound:
        abort(404)
    except ScimError as refusal:
        raise ValueError(str(refusal)) from refusal


def done(notice: str, page: Callable[[], ResponseReturnValue], address: str) -> ResponseReturnValue:
    """What was done, said on the page: to htmx its block, to a browser without JavaScript by way of its address."""
    flash(notice)
    return page() if is_htmx() else redirect(address, 303)


def scope_of(store: Store, kind: str | None, scope_id: str, parent_id: str | None = None) -> Scope:
    """The scope of that id, of that kind and in that project if given. Raises NotFound."""
    statement = select(Scope).where(Scope.organization_id == store.organization_id, Scope.id == scope_id)
    if kind is not None:
        statement = statement.where(Scope.kind == kind)
    if parent_id is not None:
        statement = statement.where(Scope.parent_id == parent_id)
    found = store.session.scalars(statement).one_or_none() if ID.fullmatch(scope_id) else None
    if found is None:
        raise NotFound("There is no project or team with this id.")
    return found


def role_of(store: Store, role_id: str, kind: str = "project") -> Role:
    """The role of that id. Raises NotFound."""
    own = Role.organization_id == store.organization_id, Role.kind == kind, Role.id == role_id
    found = store.session.scalars(select(Role).where(*own)).one_or_none() if ID.fullmatch(role_id) else None
    if found is None:
        raise NotFound("There is no such role.")
    return found
