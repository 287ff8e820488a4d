"""Keys: what a directory or an application shows to be let in.

`form` is what a key looks like, `generation` makes one, `authentication` lets one in, `life` is what happens to one, `live`
which of them are let in, `networks` from where. Of a key only an HMAC under the pepper is kept.
"""

from scim_app.directory.keys.authentication import (
    Authenticated,
    Reason,
    Refusal,
    authenticate,
    renew,
    touch,
    under_other_peppers,
)
from scim_app.directory.keys.form import (
    BASE62,
    CHECKSUM_LENGTH,
    PATTERN,
    PREFIX,
    SECRET_LENGTH,
    checksum,
    masked,
    well_formed,
)
from scim_app.directory.keys.generation import SCOPES, Generated, forget, generate, instant, temporary
from scim_app.directory.keys.life import NoSuchKey, bind, cancel, deactivate, delete, finish, reactivate, regenerate
from scim_app.directory.keys.live import (
    LIVE_AT_MOST,
    STILL_LIVE,
    WARNED_AHEAD,
    TakenBack,
    expiring,
    is_live,
    of_organization,
)

__all__ = [
    "BASE62",
    "CHECKSUM_LENGTH",
    "LIVE_AT_MOST",
    "PATTERN",
    "PREFIX",
    "SCOPES",
    "SECRET_LENGTH",
    "STILL_LIVE",
    "WARNED_AHEAD",
    "Authenticated",
    "Generated",
    "NoSuchKey",
    "Reason",
    "Refusal",
    "TakenBack",
    "authenticate",
    "bind",
    "cancel",
    "checksum",
    "deactivate",
    "delete",
    "expiring",
    "finish",
    "forget",
    "generate",
    "instant",
    "is_live",
    "masked",
    "of_organization",
    "reactivate",
    "regenerate",
    "renew",
    "temporary",
    "touch",
    "under_other_peppers",
    "well_formed",
]
