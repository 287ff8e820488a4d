"""SCIM errors: one exception for each keyword of RFC 7644 §3.12 Table 9 and RFC 9865 §2.1, and for each bare status.

The message of an exception is the `detail` an administrator reads: a sentence that says what is wrong with which
attribute and what to do. It never holds a secret, SQL, the path of a file or a version of software.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"


class ScimError(Exception):
    """Something a client is told about: an HTTP status, perhaps a `scimType`, and a sentence."""

    status: ClassVar[int] = 400
    scim_type: ClassVar[str | None] = None

    @property
    def detail(self) -> str:
        return str(self)

    def body(self) -> dict[str, Any]:
        """The Error message (RFC 7644 §3.12): `status` is a string, and nothing stands in it that the RFC does not name."""
        return error_body(self.status, self.detail, self.scim_type)


def error_body(status: int, detail: str, scim_type: str | None = None) -> dict[str, Any]:
    """An Error message of this status, for errors that are no ScimError too."""
    keyword = {"scimType": scim_type} if scim_type else {}
    return {"schemas": [ERROR_SCHEMA], "status": str(status), **keyword, "detail": detail}


class InvalidFilter(ScimError):
    """The filter is malformed, or compares what cannot be compared."""

    scim_type = "invalidFilter"


class TooMany(ScimError):
    """More results, operations or members were asked for than this service handles in one request."""

    scim_type = "tooMany"


class Uniqueness(ScimError):
    """The value is taken by another resource of the organisation."""

    status = 409
    scim_type = "uniqueness"


class Mutability(ScimError):
    """The attribute cannot be changed that way."""

    scim_type = "mutability"


class InvalidSyntax(ScimError):
    """The body is not the JSON, or not the message, that the endpoint understands."""

    scim_type = "invalidSyntax"


class InvalidPath(ScimError):
    """The `path` of a PATCH operation is malformed or names nothing."""

    scim_type = "invalidPath"


class NoTarget(ScimError):
    """The `path` of a PATCH operation selects no value to operate on."""

    scim_type = "noTarget"


class InvalidValue(ScimError):
    """A value is missing, or not of the type its attribute has."""

    scim_type = "invalidValue"


class InvalidVersion(ScimError):
    """Another version of the protocol was asked for (RFC 7644 §3.13)."""

    scim_type = "invalidVers"


class Sensitive(ScimError):
    """The request would reveal something through its address (RFC 7644 §7.5.2)."""

    status = 403
    scim_type = "sensitive"


class InvalidCursor(ScimError):
    """The cursor was not made by this service for this query (RFC 9865 §2.1)."""

    scim_type = "invalidCursor"


class ExpiredCursor(ScimError):
    """The cursor was good once (RFC 9865 §2.1)."""

    scim_type = "expiredCursor"


class InvalidCount(ScimError):
    """The page size does not go with the cursor (RFC 9865 §2.1)."""

    scim_type = "invalidCount"


class Unauthorized(ScimError):
    """No key was shown, or one that opens nothing (RFC 7644 §2)."""

    status = 401


class InvalidToken(Unauthorized):
    """A key was shown, and it opens nothing, or nothing any more (RFC 6750 §3.1, `invalid_token`)."""


class Forbidden(ScimError):
    """The key is good, but not for this."""

    status = 403


class NotFound(ScimError):
    """There is no such resource in this organisation, whether or not another one has it."""

    status = 404


class NotAcceptable(ScimError):
    """The client takes no JSON."""

    status = 406


class Conflict(ScimError):
    """What is asked for contradicts itself or the state of things."""

    status = 409


class MethodNotAllowed(ScimError):
    """The address does not serve the method; `allowed` are those it serves."""

    status = 405

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = sorted(allowed)
        super().__init__(f"This address does not serve this method. It serves {', '.join(self.allowed)}.")


class PreconditionFailed(ScimError):
    """The resource is not in the state the client thinks it is (RFC 7644 §3.14)."""

    status = 412


class PayloadTooLarge(ScimError):
    """The body is larger than this service reads."""

    status = 413


class UnsupportedMediaType(ScimError):
    """The body is not JSON under a name for it that is understood."""

    status = 415


class TooManyRequests(ScimError):
    """More requests came than are answered (RFC 6585 §4)."""

    status = 429

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence, retry_after)

    @property
    def retry_after(self) -> int:
        """Whole seconds until there is room again."""
        return int(self.args[1])

    @property
    def detail(self) -> str:
        return f"{self.args[0]} Try again in {self.retry_after} s."


class NotServed(ScimError):
    """The RFC knows the request and this service does not serve it."""

    status = 501
