"""What administrators do to their own account: choose another password, by the one they have."""

from __future__ import annotations

from datetime import datetime

from scim_app.directory import claims, passwords, sign_ins
from scim_app.directory.passwords import Verified
from scim_app.directory.sign_ins import NoSuchSignIn
from scim_app.directory.transaction import AnySession, transact


def change_password(
    session: AnySession, token: str, found: Verified, former: str, password: str, now: datetime, product: str = ""
) -> str:
    """The token under which the sign-in with that token goes on: the password is the new one, and all others have ended.

    `found` is who showed `former` to be theirs. A whole transaction of its own, so that nobody waits for a lock while the
    password is hashed. Of two who change it at once, one succeeds: the other's sign-in has ended by then. Raises
    NoSuchSignIn, or ValueError with the rule the password breaks.
    """
    administrator_id, email = found.id, found.email
    if password == former:
        raise ValueError("That is the password you have. Choose another one.")
    claims.checked(session, administrator_id, email, password, product)
    session.rollback()
    password_hash = passwords.hashed(password)

    def work() -> str:
        claims.set_password(session, administrator_id, email, password_hash, keep=token)
        fresh = sign_ins.renew(session, token, now)
        goes_on = sign_ins.current(session, fresh, now)
        if goes_on is None or goes_on.administrator_id != administrator_id:
            raise NoSuchSignIn
        return fresh

    return transact(session, work)
