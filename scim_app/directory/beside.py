"""What stands beside a document in rows of its own: the groups of a user, the members of a group, as JSON text.

The database puts the text together, in the statement that reads the document: a page of a hundred users who are in many
groups is one statement, and nothing is made of the rows in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, literal, null, select, type_coerce

from scim_app.directory.tables import Group, GroupMember, User
from scim_app.directory.texts import ArrayText, InstantText, QuotedText
from scim_app.protocol.catalog import Catalog

Wants = Callable[[str], bool]
"""Whether an attribute of a resource will be looked at, so that it has to be read."""
_rows: Any = GroupMember.__table__
_users: Any = User.__table__
_groups: Any = Group.__table__
_of_user = (_users.c.organization_id == _rows.c.organization_id) & (_users.c.id == _rows.c.user_id)
_of_group = (_groups.c.organization_id == _rows.c.organization_id) & (_groups.c.id == _rows.c.group_id)


def _array(of: Any, where: ColumnElement[bool], from_: Any, at: str, id: Any, display: Any, type: str) -> Any:
    """What belongs to a row: values of that id, name and type, in the order of ids, at addresses that begin with `at`.

    They are put together piece by piece: what a database makes of JSON by itself has spaces on one and none on the other.
    """
    text = literal('{"value":"', Text) + id + '","$ref":"' + bindparam(at, type_=Text) + id
    if display is None:
        text = text + f'","type":"{type}"}}'
    else:
        text = text + '","display":' + QuotedText(display) + f',"type":"{type}"}}'
    own = select(text.label("object")).select_from(from_).where(where).order_by(id).correlate(of).subquery()
    return select(ArrayText(own.c.object)).scalar_subquery()


NOTHING: ColumnElement[Any] = null()
_joined_groups, _joined_users = _rows.join(_groups, _of_group), _rows.join(_users, _of_user)
ARRAYS: dict[str, dict[str | None, ColumnElement[Any]]] = {
    "User": {
        None: NOTHING,
        "groups": _array(
            _users, _of_user, _joined_groups, "groups_at", _rows.c.group_id, _groups.c.display_name, "direct"
        ),
    },
    "Group": {
        None: NOTHING,
        "members": _array(_groups, _of_group, _rows, "users_at", _rows.c.user_id, None, "User"),
        "members.display": _array(
            _groups, _of_group, _joined_users, "users_at", _rows.c.user_id, _users.c.display_name, "User"
        ),
    },
}
"""By resource type, and by what is wanted of the attribute whose values are rows."""


def wanted(kind: str, wants: Wants) -> str | None:
    """The name in ARRAYS of what is wanted beside the documents of a kind."""
    return next((name for name in reversed(ARRAYS[kind]) if name is not None and wants(name)), None)


def shown(kind: str, beside: str | None) -> list[ColumnElement[Any]]:
    """What a resource is made of, as `Reader` takes it: everything is text as it is answered, but for the version."""
    own = (_users if kind == "User" else _groups).c
    document = type_coerce(own.document, Text).label("document")
    instants = [InstantText(each).label(each.name) for each in (own.created_at, own.updated_at)]
    return [own.id, document, own.version, *instants, ARRAYS[kind][beside].label("beside")]


def addresses(catalog: Catalog) -> dict[str, str]:
    """The parameters of `ARRAYS`: with what the address of every user, and of every group, begins."""
    return {"users_at": catalog.location("User", ""), "groups_at": catalog.location("Group", "")}
