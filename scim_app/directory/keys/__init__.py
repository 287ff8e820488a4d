"""Keys: what a directory or an application shows to be let in.

`form` is what a key looks like, `authentication` lets one in, `life` is what happens to one. Of a key only an HMAC under
the pepper is kept.
"""

from scim_app.directory.keys.authentication import Authenticated, Reason, Refusal, authenticate, touch
from scim_app.directory.keys.form import BASE62, CHECKSUM_LENGTH, PATTERN, PREFIX, SECRET_LENGTH, checksum, well_formed
from scim_app.directory.keys.life import (
    LIVE_AT_MOST,
    SCOPES,
    WARNED_AHEAD,
    Generated,
    NoSuchKey,
    cancel,
    deactivate,
    delete,
    expiring,
    finish,
    forget,
    generate,
    is_live,
    of_organization,
    reactivate,
    regenerate,
    temporary,
)

__all__ = [
    "BASE62",
    "CHECKSUM_LENGTH",
    "LIVE_AT_MOST",
    "PATTERN",
    "PREFIX",
    "SCOPES",
    "SECRET_LENGTH",
    "WARNED_AHEAD",
    "Authenticated",
    "Generated",
    "NoSuchKey",
    "Reason",
    "Refusal",
    "authenticate",
    "cancel",
    "checksum",
    "deactivate",
    "delete",
    "expiring",
    "finish",
    "forget",
    "generate",
    "is_live",
    "of_organization",
    "reactivate",
    "regenerate",
    "temporary",
    "touch",
    "well_formed",
]
