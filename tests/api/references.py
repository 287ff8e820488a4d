"""Every way in which a request below the base URL can name a thing: TARGET stands for what is named.

`CASES` has a line for each route and method: what may be sent there. A route that is added and has none fails a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Flask

from tests.api.direct import BASE, Request, written
from tests.api.parties import TARGET, own
from tests.api.words import ENTERPRISE, GROUP, PATCH_OP, USER

ADA, PEOPLE, PAIR, TEAM_PAIR = own(0), own(1), own(2), own(3)
"""What each party knows from the start, in this order: a user, a group, and the groups of a project role and a team role."""
KNOWN = ("user", "group", "project group", "team group")
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
ACCESS = "urn:app:params:scim:schemas:extension:access:2.0:User"
USER_URL = f"http://127.0.0.1/scim/v2/Users/{TARGET}"

FILTERS = (
    f'id eq "{TARGET}"', f'not (id ne "{TARGET}")', f'id ge "{TARGET}" and id le "{TARGET}"', f'externalId eq "{TARGET}"',
    f'userName eq "{TARGET}" or displayName eq "{TARGET}"', f'userName sw "{TARGET}"', f'groups eq "{TARGET}"',
    f'groups[value eq "{TARGET}"]', f'groups.$ref co "{TARGET}"', f'groups.display eq "{TARGET}"',
    f'members eq "{TARGET}"', f'members[value eq "{TARGET}"]', f'members.value ne "{TARGET}"',
    f'members.$ref ew "{TARGET}"', f'{ENTERPRISE}:manager.value eq "{TARGET}"', f'manager.displayName eq "{TARGET}"',
    f'roles.value eq "{TARGET}"', f'{ACCESS}:projectRoles[value eq "{TARGET}"]', f'{ACCESS}:teamRoles.value eq "{TARGET}"',
    f'{ACCESS}:projectRoles.display eq "{TARGET}"', f'meta.location ew "{TARGET}"', f'meta.version eq "{TARGET}"',
    f'emails[value eq "{TARGET}" and primary eq true]', f"{TARGET} pr", f'id eq "{ADA}" or id eq "{TARGET}"',
)  # fmt: skip
PARAMETERS = (
    *(f"filter={quote(each, safe='')}" for each in FILTERS), f"attributes={TARGET}", f"excludedAttributes={TARGET}",
    f"sortBy={TARGET}", f"cursor={TARGET}&count=1", f"startIndex={TARGET}", f"id={TARGET}", f"organization={TARGET}",
    f"attributes=id,{ACCESS}:projectRoles,{ACCESS}:teamRoles&filter=id%20eq%20%22{TARGET}%22",
)  # fmt: skip
HEADERS = (
    (), (("If-Match", "*"),), (("If-Match", 'W/"1"'),), (("If-None-Match", "*"),), (("If-None-Match", 'W/"1"'),),
    (("If-Match", TARGET),), (("If-Match", f'"{TARGET}"'),), (("X-Organization", TARGET),), (("Host", TARGET),),
)  # fmt: skip
MEMBERS: tuple[Any, ...] = (
    {"value": TARGET}, {"value": TARGET, "type": "User", "display": TARGET, "$ref": USER_URL}, {"$ref": USER_URL}, TARGET,
    {"value": USER_URL}, {"value": TARGET, "type": "Group"}, {"value": f"bulkId:{TARGET}"}, {"value": f" {TARGET} "},
)  # fmt: skip
WORDS: tuple[tuple[str, Any], ...] = (
    ("userName", TARGET), ("externalId", TARGET), ("displayName", TARGET), ("id", TARGET), ("groups", [{"value": TARGET}]),
    ("roles", [{"value": TARGET}]), ("roles", TARGET), ("entitlements", [{"value": TARGET, "type": "team"}]),
    ("orgRole", TARGET), ("emails", [{"value": TARGET, "primary": True}]), ("profileUrl", USER_URL),
    (ENTERPRISE, {"manager": {"value": TARGET}}), (ENTERPRISE, {"manager": TARGET}),
    (ENTERPRISE, {"manager": {"$ref": USER_URL, "displayName": TARGET}}), (f"{ENTERPRISE}:manager.value", TARGET),
    (ACCESS, {"projectRoles": [{"value": TARGET, "role": "Owner"}]}), ("meta", {"location": USER_URL}),
)  # fmt: skip
"""Attributes of a user that can name something."""


def users() -> Iterator[dict[str, Any]]:
    yield from ({"schemas": [USER], "userName": f"new {TARGET}"} | {name: value} for name, value in WORDS)


def groups() -> Iterator[dict[str, Any]]:
    for name, value in (("displayName", TARGET), ("externalId", TARGET), ("id", TARGET)):
        yield {"schemas": [GROUP], "displayName": "New"} | {name: value}
    for number, member in enumerate(MEMBERS):
        yield {"schemas": [GROUP], "displayName": f"New {number}", "members": [member, {"value": ADA}]}


def user_operations() -> Iterator[dict[str, Any]]:
    for name, value in WORDS:
        yield {"op": "add", "path": name, "value": value}
    yield from ({"op": "replace", "value": {name: value}} for name, value in WORDS)
    for selected in ("roles", "groups", "emails", "entitlements", f"{ACCESS}:projectRoles"):
        yield {"op": "remove", "path": f'{selected}[value eq "{TARGET}"]'}
    yield {"op": "replace", "path": f'roles[value eq "{TARGET}"].display', "value": "x"}
    yield {"op": "replace", "path": TARGET, "value": "x"}


def group_operations() -> Iterator[dict[str, Any]]:
    for member in MEMBERS:
        yield from ({"op": op, "path": "members", "value": [member]} for op in ("add", "replace", "remove"))
        yield {"op": "add", "value": {"members": [member, {"value": ADA}]}}
    for inside in (f'value eq "{TARGET}"', f'value ne "{TARGET}"', f'display eq "{TARGET}"', f'$ref ew "{TARGET}"'):
        yield {"op": "remove", "path": f"members[{inside}]"}
    yield {"op": "replace", "path": f'members[value eq "{TARGET}"].value', "value": ADA}
    yield {"op": "replace", "path": f'members[value eq "{ADA}"].value', "value": TARGET}
    for name in ("externalId", "id", "displayName"):
        yield {"op": "replace", "path": name, "value": TARGET}


def patches(operations: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield from ({"schemas": [PATCH_OP], "Operations": [each]} for each in operations)


def searches() -> Iterator[dict[str, Any]]:
    for each in FILTERS:
        yield {"schemas": [SEARCH], "filter": each, "count": 5}
    for name in ("sortBy", "cursor", "startIndex", "attributes"):
        yield {"schemas": [SEARCH], name: TARGET, "count": 1}


def bulks() -> Iterator[dict[str, Any]]:
    """Each way to name something in an operation, alone in a bulk request."""
    patch = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "displayName", "value": "Stolen"}]}
    member = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "members", "value": [{"value": TARGET}]}]}
    user, group = {"schemas": [USER], "userName": "stolen"}, {"schemas": [GROUP], "displayName": "Stolen"}
    for place, whole in (("Users", user), ("Groups", group), ("Roles", group)):
        for path in (f"/{place}/{TARGET}", f"/{place}/{TARGET}/", f"http://127.0.0.1/scim/v2/{place}/{TARGET}"):
            yield bulk({"method": "DELETE", "path": path})
        yield bulk({"method": "DELETE", "path": f"/{place}/{TARGET}", "version": 'W/"1"'})
        yield bulk({"method": "DELETE", "path": f"/{place}/{ADA}", "version": TARGET})
        yield bulk({"method": "PUT", "path": f"/{place}/{TARGET}", "data": whole})
        yield bulk({"method": "PATCH", "path": f"/{place}/{TARGET}", "data": patch})
        yield bulk({"method": "POST", "path": f"/{place}", "bulkId": TARGET, "data": whole | {"externalId": TARGET}})
    yield bulk({"method": "PATCH", "path": f"/Groups/{PEOPLE}", "data": member})
    yield bulk({"method": "PATCH", "path": f"/Groups/bulkId:{TARGET}", "data": member})
    named = group | {"displayName": "By bulkId", "members": [{"value": f"bulkId:{TARGET}"}]}
    yield bulk({"method": "POST", "path": "/Groups", "bulkId": "g", "data": named})
    yield bulk({"method": "POST", "path": "/Users", "bulkId": TARGET, "data": user | {"userName": "bulk"}},
               {"method": "POST", "path": "/Groups", "bulkId": "g", "data": named | {"displayName": "By both"}})  # fmt: skip
    for number, each in enumerate(users()):
        yield bulk({"method": "POST", "path": "/Users", "bulkId": str(number), "data": each})


def bulk(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [BULK], "Operations": list(operations)}


ENDPOINT, OFFERED = "/<any(Users, Groups):endpoint>", "/<any(Roles, Entitlements):endpoint>"
LISTS = (
    "GET /",
    f"GET {ENDPOINT}",
    f"GET {OFFERED}",
    "GET /ServiceProviderConfig",
    "GET /ResourceTypes",
    "GET /Schemas",
)
ONES = (
    f"GET {ENDPOINT}/<resource_id>",
    f"GET {OFFERED}/<offered_id>",
    "GET /ResourceTypes/<name>",
    "GET /Schemas/<urn>",
)
CASES: dict[str, Any] = {
    **{each: () for each in (*LISTS, *ONES, "GET /Me", "DELETE /Me", f"DELETE {ENDPOINT}/<resource_id>")},
    f"POST {ENDPOINT}": {"Users": users, "Groups": groups},
    f"PUT {ENDPOINT}/<resource_id>": {"Users": users, "Groups": groups},
    f"PATCH {ENDPOINT}/<resource_id>": {
        "Users": lambda: patches(user_operations()),
        "Groups": lambda: patches(group_operations()),
    },
    "POST /.search": searches,
    f"POST {ENDPOINT}/.search": searches,
    "POST /Bulk": bulks,
    **{f"{method} /Me": users for method in ("POST", "PUT", "PATCH")},
}
"""For each route and method, the bodies that may be sent there; those of some differ by endpoint."""


def fitting(request: Request, kind: str) -> str:
    """The kind of thing a request can name: where a cursor belongs, a cursor."""
    return "cursor" if "?cursor=" in request.target or b'"cursor"' in (request.body or b"") else kind


def routes(app: Flask) -> set[str]:
    """The routes of the API, each with a method, as CASES names them."""
    return {
        f"{method} {rule.rule.removeprefix(BASE)}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("scim.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def references(route: str) -> Iterator[Request]:
    """Every request to a route that names something: in its path, its query, its headers or its body."""
    method, _, rule = route.partition(" ")
    cases = CASES[route]
    for endpoint in ("Users", "Groups", "Roles", "Entitlements"):
        choice = next((each for each in (ENDPOINT, OFFERED) if each in rule), None)
        if choice is None or endpoint in choice:
            path = rule if choice is None else rule.replace(choice, f"/{endpoint}")
            bodies = list((cases[endpoint] if isinstance(cases, dict) else cases)() if cases else ())
            yield from at(method, path, endpoint, bodies)
        if choice is None:
            return


def at(method: str, path: str, endpoint: str, bodies: list[Any]) -> Iterator[Request]:
    head, variable, _ = path.partition("<")
    if variable:
        first = bodies[0] if bodies else None
        yield from (written(method, f"{head}{TARGET}", first, *headers) for headers in HEADERS)
        yield from (written(method, f"{head}{TARGET}", each) for each in bodies[1:])
        if method == "GET":
            yield written("HEAD", f"{head}{TARGET}")
            yield from (written(method, f"{head}{TARGET}?{each}") for each in PARAMETERS[-8:])
        others = {"Users": (ADA,), "Groups": (PEOPLE, PAIR, TEAM_PAIR)}.get(endpoint, ())
        for other in others:
            yield from (written(method, f"{head}{other}", each) for each in bodies)
            yield from (written(method, f"{head}{other}", first, *headers) for headers in HEADERS[5:])
    elif method == "GET":
        yield from (written(method, f"{path}?{each}") for each in PARAMETERS)
    elif bodies:
        yield from (written(method, path, each) for each in bodies)
    else:
        yield written(method, f"{path}?id={TARGET}")
