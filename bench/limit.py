"""The limit: the least that a Flask and SQLAlchemy service can do for each request, and nothing else.

The key's hash is looked up by public id and compared. A read is one indexed SELECT of stored JSON, sent as it is; an update
is a SELECT, a changed JSON and an UPDATE in one transaction; a member is a row. The filter is split at its quotation marks.
There is no schema, no grammar, no history, no log, no organisation. It runs on the engine settings, the SQLite pragmas and
the gunicorn configuration of the service that it stands beside.
"""

from __future__ import annotations

import hmac
import os
from typing import Any

import orjson
from flask import Flask, Response, abort, request
from sqlalchemy import bindparam, create_engine, func, insert, select, update

from bench.limit_tables import groups, keys, members, roles, row, users, whole
from scim_app.config import settings
from scim_app.directory.ids import new_id
from scim_app.directory.keys.form import fingerprint, public_id_of
from scim_app.extensions import SQLITE_PRAGMAS

assert SQLITE_PRAGMAS, "importing the extensions prepares every SQLite connection"
configured = settings(os.environ)
engine = create_engine(configured["SQLALCHEMY_DATABASE_URI"], **configured["SQLALCHEMY_ENGINE_OPTIONS"])
writer = engine.execution_options(writes=True)
app = Flask(__name__)

KEY = select(keys.c.secret_hash).where(keys.c.public_id == bindparam("public_id"))
USER = select(users.c.document).where(users.c.id == bindparam("id"))
BY_FILTER = {
    "userName eq ": select(users.c.document).where(users.c.user_name_key == bindparam("value")),
    "externalId eq ": select(users.c.document).where(users.c.external_id == bindparam("value")),
}
TOTAL = select(func.max(users.c.number)).scalar_subquery()
COLUMNS = select(users.c.document, users.c.number, TOTAL)
PAGE = COLUMNS.limit(bindparam("count"))
FIRST = PAGE.order_by(users.c.id)
# What is skipped is skipped along the index of ids, which is a tenth of the table.
FURTHER = COLUMNS.order_by(users.c.id).where(
    users.c.id.in_(select(users.c.id).order_by(users.c.id).limit(bindparam("count")).offset(bindparam("skipped")))
)
BEHIND = PAGE.order_by(users.c.number).where(users.c.number > bindparam("behind"))
BY_FAMILY = PAGE.order_by(users.c.family_key, users.c.number)
ACTIVE = PAGE.order_by(users.c.number).where(users.c.active)
ACTIVE_TOTAL = select(func.count()).where(users.c.active)
HAVING_ROLE = (
    select(users.c.document)
    .join(roles, roles.c.user_id == users.c.id)
    .where(roles.c.project == bindparam("project"), roles.c.role == bindparam("role"))
    .limit(100)
)
LOCKED = select(users.c.document, users.c.version).where(users.c.id == bindparam("id")).with_for_update()
CHANGE = update(users).where(users.c.id == bindparam("own"))
TOUCH = update(groups).where(groups.c.id == bindparam("own")).values(version=groups.c.version + 1)
LEAVE = members.delete().where(members.c.group_id == bindparam("own"), members.c.user_id == bindparam("member"))
MEMBERS = select(members.c.user_id).where(members.c.group_id == bindparam("own"))


@app.get("/readyz")
def ready() -> str:
    """That it runs."""
    return "ready"


@app.before_request
def let_in() -> None:
    """Compare the key with the hash that is kept of it."""
    if request.path == "/readyz":
        return
    key = request.headers.get("Authorization", "")[7:]
    with engine.connect() as connection:
        kept = connection.execute(KEY, {"public_id": public_id_of(key)}).scalar_one_or_none()
    if kept is None or not hmac.compare_digest(kept, fingerprint(configured["KEY_PEPPER"], key)):
        abort(401)


def answer(body: str | bytes, status: int = 200) -> Response:
    """JSON as it is."""
    return Response(body, status, content_type="application/scim+json")


def listed(documents: list[str], total: int, place: str) -> Response:
    """Stored documents, spliced into a ListResponse."""
    head = f'{{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":{total},{place},'
    return answer(f'{head}"itemsPerPage":{len(documents)},"Resources":[{",".join(documents)}]}}')


@app.get("/scim/v2/Users")
def search() -> Response:
    """A page of users: all, those that a filter finds, in the order of a name, or behind a cursor."""
    asked = request.args
    if "filter" in asked:
        return filtered(asked["filter"].split('"'), int(asked.get("count", 100)))
    count = int(asked.get("count", 100))
    if "cursor" in asked:
        values = {"behind": int(asked["cursor"] or 0), "count": count + 1}
        with engine.connect() as connection:
            rows = connection.execute(BEHIND, values).all()
        following = f'"nextCursor":"{rows[count - 1].number}"' if len(rows) > count else '"nextCursor":null'
        return listed([each.document for each in rows[:count]], rows[0][2] if rows else 0, following)
    start = int(asked.get("startIndex", 1))
    statement = BY_FAMILY if "sortBy" in asked else FIRST if start == 1 else FURTHER
    with engine.connect() as connection:
        rows = connection.execute(statement, {"skipped": start - 1, "count": count}).all()
    return listed([each.document for each in rows], rows[0][2] if rows else 0, f'"startIndex":{start}')


def filtered(parts: list[str], count: int) -> Response:
    """The users that a filter finds; it is known by what stands before its first quotation mark."""
    with engine.connect() as connection:
        if parts[0] in BY_FILTER:
            value = parts[1].casefold() if parts[0] == "userName eq " else parts[1]
            found = list(connection.scalars(BY_FILTER[parts[0]], {"value": value}))
        elif parts[0] == "active eq true":
            found = list(connection.scalars(ACTIVE, {"count": count}))
            return listed(found, connection.execute(ACTIVE_TOTAL).scalar_one(), '"startIndex":1')
        else:
            found = list(connection.scalars(HAVING_ROLE, {"project": parts[1], "role": parts[3]}))
    return listed(found, len(found), '"startIndex":1')


@app.get("/scim/v2/Users/<id>")
def read(id: str) -> Response:
    """One user."""
    with engine.connect() as connection:
        document = connection.execute(USER, {"id": id}).scalar_one_or_none()
    return answer(document) if document else answer("{}", 404)


@app.post("/scim/v2/Users")
def create() -> Response:
    """One user more."""
    document = whole(new_id(), orjson.loads(request.get_data()))
    made = row(document)
    with writer.begin() as connection:
        connection.execute(insert(users), made)
    return answer(made["document"], 201)


@app.route("/scim/v2/Users/<id>", methods=["PATCH", "PUT"])
def change(id: str) -> Response:
    """One user otherwise."""
    body = orjson.loads(request.get_data())
    with writer.begin() as connection:
        found = connection.execute(LOCKED, {"id": id}).one()
        document: dict[str, Any] = orjson.loads(found.document)
        given = body["Operations"][0]["value"] if request.method == "PATCH" else body
        made = row(document | given, found.version + 1)
        connection.execute(CHANGE, made | {"own": id})
    return answer(made["document"])


@app.get("/scim/v2/Groups/<id>")
def read_group(id: str) -> Response:
    """One group with its members."""
    with engine.connect() as connection:
        found = [{"value": each} for each in connection.scalars(MEMBERS, {"own": id})]
    return answer(orjson.dumps({"id": id, "members": found}))


@app.post("/scim/v2/Groups")
def create_group() -> Response:
    """One group more."""
    group = orjson.loads(request.get_data()) | {"id": new_id()}
    document = orjson.dumps(group).decode()
    with writer.begin() as connection:
        connection.execute(insert(groups), {"id": group["id"], "document": document, "version": 1})
    return answer(document, 201)


@app.patch("/scim/v2/Groups/<id>")
def change_members(id: str) -> Response:
    """Rows of members more or less, and the group's version one higher."""
    operation = orjson.loads(request.get_data())["Operations"][0]
    with writer.begin() as connection:
        connection.execute(TOUCH, {"own": id})
        if operation["op"] == "add":
            added = [{"group_id": id, "user_id": each["value"]} for each in operation["value"]]
            connection.execute(insert(members), added)
        else:
            connection.execute(LEAVE, {"own": id, "member": operation["path"].split('"')[1]})
    return answer(b"", 204)
