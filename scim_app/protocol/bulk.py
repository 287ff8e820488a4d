"""Bulk requests (RFC 7644 §3.7): what is to be done, in which order, and with which ids, as one object without I/O.

A `bulkId:` reference stands for the id that a POST of the same request will get. Operations are done in the order of the
request, but each after those it refers to; the answer reports them in the order of the request. References in a circle
cannot be followed and are refused with 409.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scim_app.protocol import messages
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.errors import Conflict, InvalidSyntax, InvalidValue, NotFound, PayloadTooLarge, ScimError

BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
MAX_OPERATIONS = 1_000
METHODS = ("POST", "PUT", "PATCH", "DELETE")
WHOLE = "bulkId:"
WITHIN = re.compile(r"""(?<=")bulkId:([^"]+)(?=")|(?<=/)bulkId:([^\s"'/\[\]]+)(?=$|["/])""")
"""A reference is a whole value, or stands in the quotes of a filter or in an address: not in a text for people."""
PATH = re.compile(r"/([A-Za-z]+)(?:/([^/?#]+))?/?")


@dataclass(frozen=True)
class BulkOperation:
    """One operation of a bulk request. `refused` says why it cannot be done whatever happens to the others."""

    method: str
    kind: ResourceType | None = None
    resource_id: str | None = None
    bulk_id: str | None = None
    version: str | None = None
    data: Any = None
    refused: ScimError | None = None

    @cached_property
    def references(self) -> frozenset[str]:
        """The bulkIds it refers to, in its path and anywhere in its data."""
        return frozenset(references(self.data)) | frozenset(references(self.resource_id))


@dataclass
class BulkPlan:
    """The operations of a request, and the ids that its POSTs have got so far."""

    operations: list[BulkOperation]
    fail_on_errors: int | None = None
    ids: dict[str, str] = field(default_factory=dict)

    def order(self) -> Iterator[int]:
        """The positions of the operations in the order in which to do them: what is referred to goes first."""
        makers = {each.bulk_id: position for position, each in enumerate(self.operations) if each.bulk_id}
        done: set[int] = set()
        for position in range(len(self.operations)):
            waiting = [position]
            on_the_way: set[int] = set()
            while waiting:
                current = waiting[-1]
                needed = [makers[name] for name in sorted(self.operations[current].references) if name in makers]
                missing = [each for each in needed if each not in done and each not in on_the_way and each != current]
                on_the_way.add(current)
                if missing:
                    waiting.append(missing[0])
                    continue
                waiting.pop()
                if current not in done:
                    done.add(current)
                    yield current

    def resolved(self, operation: BulkOperation) -> BulkOperation:
        """The operation with ids in place of references. Raises Conflict or InvalidValue for what has no id."""
        if operation.refused:
            raise operation.refused
        for name in operation.references - self.ids.keys():
            known = any(each.bulk_id == name for each in self.operations)
            if known:
                raise Conflict(
                    f"bulkId:{name} has no id: its operation failed, or the two refer to each other in a circle."
                )
            raise InvalidValue(f"bulkId:{name} is the bulkId of no operation in this request.")
        return BulkOperation(
            operation.method,
            operation.kind,
            replaced(operation.resource_id, self.ids),
            operation.bulk_id,
            operation.version,
            replaced(operation.data, self.ids),
        )


def plan(types: Mapping[str, ResourceType], message: Any) -> BulkPlan:
    """The plan of a BulkRequest message. Raises InvalidSyntax or PayloadTooLarge when there is none to be made of it."""
    members = messages.members(message, BULK_REQUEST)
    given = members.get("operations")
    if not isinstance(given, list):
        raise InvalidSyntax("Operations must be a list of operations.")
    if len(given) > MAX_OPERATIONS:
        raise PayloadTooLarge(f"A bulk request may hold {MAX_OPERATIONS} operations. Send the rest in another one.")
    fail_on_errors = members.get("failonerrors")
    if fail_on_errors is not None and (type(fail_on_errors) is not int or fail_on_errors < 1):
        raise InvalidValue("failOnErrors must be a whole number of at least 1.")
    operations = [read_one(types, each) for each in given]
    times = Counter(each.bulk_id for each in operations if each.bulk_id)
    twice = next((bulk_id for bulk_id, count in times.items() if count > 1), None)
    if twice is not None:
        raise InvalidValue(f'The bulkId "{twice[:100]}" is given to two operations.')
    return BulkPlan(operations, fail_on_errors)


def read_one(types: Mapping[str, ResourceType], given: Any) -> BulkOperation:
    """One operation, or one that says why it is none."""
    if not isinstance(given, dict):
        raise InvalidSyntax("Each of the Operations must be a JSON object.")
    members = {name.lower(): value for name, value in given.items()}
    method, bulk_id, version = (members.get(name) for name in ("method", "bulkid", "version"))
    named = bulk_id if isinstance(bulk_id, str) and bulk_id else None
    try:
        if method not in METHODS:
            raise InvalidSyntax("The method of an operation must be POST, PUT, PATCH or DELETE.")
        if method == "POST" and named is None:
            raise InvalidSyntax("A POST needs a bulkId, a text of your own choice.")
        if version is not None and not isinstance(version, str):
            raise InvalidSyntax("The version of an operation must be a text.")
        kind, resource_id = located(types, members.get("path"), method)
        if method != "DELETE" and members.get("data") is None:
            raise InvalidSyntax(f"A {method} needs data.")
    except ScimError as error:
        return BulkOperation(str(method)[:20], bulk_id=named, refused=error)
    data = None if method == "DELETE" else members.get("data")
    return BulkOperation(str(method), kind, resource_id, named, version, data)


def located(types: Mapping[str, ResourceType], path: Any, method: Any) -> tuple[ResourceType, str | None]:
    """The resource type and id that a path names: `/Users` for a POST, `/Users/id` for anything else."""
    found = PATH.fullmatch(path) if isinstance(path, str) else None
    if found is None:
        raise InvalidValue("The path of an operation must be relative to the base URL, such as /Users or /Users/id.")
    kind = next((each for each in types.values() if each.endpoint == f"/{found[1]}" and not each.read_only), None)
    if kind is None:
        raise NotFound(f"A bulk request cannot change anything at {path[:100]}.")
    if (method == "POST") != (found[2] is None):
        raise InvalidValue(
            "The path of a POST names an endpoint, such as /Users, and every other one a resource in it."
        )
    return kind, found[2]


def references(value: Any) -> Iterator[str]:
    """The names in all `bulkId:` references in a value."""
    if isinstance(value, str):
        if value.startswith(WHOLE):
            yield value.removeprefix(WHOLE)
        else:
            yield from (found[1] or found[2] for found in WITHIN.finditer(value))
    elif isinstance(value, dict):
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def replaced(value: Any, ids: Mapping[str, str]) -> Any:
    """The value with ids in place of references."""
    if isinstance(value, str):
        if value.startswith(WHOLE):
            return ids.get(value.removeprefix(WHOLE), value)
        return WITHIN.sub(lambda found: ids.get(found[1] or found[2], found[0]), value)
    if isinstance(value, dict):
        return {name: replaced(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, ids) for inner in value]
    return value
