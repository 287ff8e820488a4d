"""Who is signed in, what they may do, and as whom the history names them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from flask import abort, request
from flask_login import UserMixin, current_user

from scim_app.directory import memberships, sign_ins
from scim_app.directory.changes import Actor
from scim_app.directory.sign_ins import Caller, Current
from scim_app.directory.transaction import transact
from scim_app.extensions import db

View = TypeVar("View", bound=Callable[..., Any])
ACTING = ("owner", "admin")


class Visitor(UserMixin):  # type: ignore[misc]
    """A signed-in administrator and the organisation on screen. The id Flask-Login keeps in the cookie is the token."""

    def __init__(self, current: Current) -> None:
        self.id = current.token
        self.administrator_id = current.administrator_id
        self.email = current.email
        self.authenticated_at = current.authenticated_at
        self.organization = current.place
        self.places = current.places

    @property
    def may_act(self) -> bool:
        """Whether the visitor may change anything in the organisation on screen."""
        return self.organization.role in ACTING

    @property
    def owns(self) -> bool:
        """Whether the visitor may do what is for owners alone."""
        return self.organization.role == "owner"

    @property
    def actor(self) -> Actor:
        """The visitor as the history names them."""
        return Actor("administrator", self.email, self.administrator_id)


def load(token: str) -> Visitor | None:
    """The visitor whose cookie holds that token, looked up on every request."""
    now = datetime.now(UTC)
    found = sign_ins.current(db.session, token, now)
    if found is None:
        return None
    if found.seen_at < now - sign_ins.SEEN_EVERY and not polled():
        transact(db.session, lambda: sign_ins.see(db.session, token, now, caller()))
    return Visitor(found)


def caller() -> Caller:
    """From where this request comes, and with which browser."""
    return Caller(request.remote_addr, request.user_agent.string or None)


def polled() -> bool:
    """Whether a page that was left open asks this by itself, which keeps no session alive."""
    always = request.endpoint in {"panel.new_requests", "panel.simulation"}
    return always or (request.endpoint == "panel.connect" and "seen" in request.args)


def visitor() -> Visitor:
    """The visitor of this request, on pages that nobody sees without having signed in."""
    return cast(Visitor, current_user._get_current_object())


def acting() -> str:
    """The visitor's role, asked in the transaction that acts: nobody takes it away before that ends. 403 without one.

    Between the look at a session and an action many seconds may pass, in a queue of those who write.
    """
    me = visitor()
    held = memberships.role_held(db.session, me.organization.id, me.administrator_id)
    if held not in ACTING:
        abort(403)
    return held


def for_owners_and_admins(view: View) -> View:
    """The view, refused with 403 to administrators who may only look."""

    @wraps(view)
    def guarded(*arguments: Any, **named: Any) -> Any:
        if not visitor().may_act:
            abort(403)
        return view(*arguments, **named)

    return cast(View, guarded)


def for_owners(view: View) -> View:
    """The view, refused with 403 to administrators who do not own the organisation's panel."""

    @wraps(view)
    def guarded(*arguments: Any, **named: Any) -> Any:
        if not visitor().owns:
            abort(403)
        return view(*arguments, **named)

    return cast(View, guarded)
