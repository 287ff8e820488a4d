"""The URNs of RFC 7643 §10.3 and RFC 7644 §8.2, and what every error must look like."""

from __future__ import annotations

from typing import Any

from tests.api.wire import SCIM, Answer

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
HINTS_OF_INTERNALS = (
    "Traceback",
    "sqlalchemy",
    "psycopg",
    "SELECT ",
    "scim_app",
    "werkzeug",
    ".py",
    "<html",
    "<!doctype",
)


def refusal(answer: Answer, status: int, scim_type: str | None = None) -> str:
    """The sentence of a SCIM error of this status and keyword (RFC 7644 §3.12), which shows nothing of the inside."""
    assert answer.status == status, (answer.status, answer.content)
    assert answer.headers["Content-Type"] == SCIM
    error: dict[str, Any] = answer.json
    assert set(error) <= {"schemas", "status", "scimType", "detail"}
    assert (error["schemas"], error["status"], error.get("scimType")) == ([ERROR], str(status), scim_type), error
    assert len(error["detail"].split()) > 2
    assert not [hint for hint in HINTS_OF_INTERNALS if hint.lower() in error["detail"].lower()]
    return error["detail"]


def names(answer: Answer) -> list[str]:
    """The userName or displayName of every resource in a list, in the order of the list."""
    assert answer.status == 200, (answer.status, answer.content)
    return [resource.get("userName") or resource["displayName"] for resource in answer.json["Resources"]]


def member_ids(group: dict[str, Any]) -> set[str]:
    members = group.get("members", [])
    ids = {member["value"] for member in members}
    assert len(ids) == len(members), "a member is listed twice"
    return ids
