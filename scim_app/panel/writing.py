"""Reading and writing the organisation on screen as its visitor, and answering a form with what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import abort, current_app, flash, redirect
from flask.typing import ResponseReturnValue

from scim_app.directory.store import Store
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
