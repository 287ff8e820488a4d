"""Entering the password again before what matters, when it was last entered longer ago than five minutes.

The question is asked in place of the action and carries the action's form: with the right password the same request
goes on as if nothing had been asked. Nothing is kept in between, and nothing is lost when the answer is wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import make_response, request
from flask.typing import ResponseReturnValue
from flask_login import login_user

from scim_app.directory import sign_ins
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.panel.credentials import check
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import load, visitor
from scim_app.panel.walls import ON_SCREEN, is_htmx, require_the_organization_on_screen

View = TypeVar("View", bound=Callable[..., Any])

GOOD_FOR = timedelta(minutes=5)
FIELD = "current_password"
NOT_CARRIED = frozenset({FIELD, ON_SCREEN, "csrf_token"})


def with_password(back: str, target: str) -> Callable[[View], View]:
    """The view, after the password. `back` is the page the action stands on, `target` the block that it answers with.

    Checking a password takes seconds, in which a role may be taken away and another organisation come on screen: this stands
    outside of every check of a role, and looks again at which organisation the form is for.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> Any:
            refusal = None
            if FIELD in request.form:
                refusal = None if renewed(request.form[FIELD]) else "That is not your password."
                require_the_organization_on_screen()
            if refusal or visitor().authenticated_at <= datetime.now(UTC) - GOOD_FOR:
                return question(back, target, refusal)
            return view(*arguments, **named)

        return cast(View, guarded)

    return wrap


def renewed(password: str) -> bool:
    """Whether the password is the visitor's, who then goes on under a new token."""
    me = visitor()
    found = check(me.email, password)
    if found is None or found.id != me.administrator_id:
        return False
    token = transact(db.session, lambda: sign_ins.renew(db.session, me.id, datetime.now(UTC)))
    return go_on(token)


def go_on(token: str) -> bool:
    """Whether the visitor's sign-in goes on under that token, which it has now."""
    someone = load(token)
    return someone is not None and login_user(someone)


def question(back: str, target: str, refusal: str | None) -> ResponseReturnValue:
    """The page, or over the page the dialog, that asks for the password and carries the form that was sent."""
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    drawn = page_or_block(
        "panel/password.html", "question", back=back, target=target, carried=carried, refusal=refusal, field=FIELD
    )
    response = make_response(drawn, 403 if refusal else 200)
    if is_htmx():
        response.headers["HX-Retarget"] = "#password"
        response.headers["HX-Reswap"] = "outerHTML"
    return response
