"""/Bulk: many operations in one request (RFC 7644 §3.7), each done or refused as if it had come alone."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g

from scim_app.api import errors, operations, requests, responses
from scim_app.api.blueprint import blueprint
from scim_app.protocol.bulk import BULK_RESPONSE, BulkOperation, BulkPlan, plan, references
from scim_app.protocol.conditions import Conditions
from scim_app.protocol.errors import ScimError
from scim_app.protocol.projection import projection


@blueprint.post("/Bulk")
def bulk() -> Response:
    """What became of each operation, in the order of the request; those behind too many errors are not done."""
    planned = plan(current_app.extensions["catalog"].types, requests.body())
    results: dict[int, dict[str, Any]] = {}
    failures = 0
    for position in planned.order():
        results[position] = done(planned, planned.operations[position])
        failures += "response" in results[position]
        if planned.fail_on_errors is not None and failures >= planned.fail_on_errors:
            break
    return responses.json({"schemas": [BULK_RESPONSE], "Operations": [results[each] for each in sorted(results)]})


def done(planned: BulkPlan, operation: BulkOperation) -> dict[str, Any]:
    """The result of one operation. Whatever goes wrong with it goes wrong with it alone."""
    result = named(operation)
    try:
        operation = planned.resolved(operation)
        result = named(operation)
        outcome = perform(operation)
    except ScimError as error:
        return result | {"status": str(error.status), "response": error.body()}
    except Exception as error:
        answer = errors.answer(error)
        return result | {"status": str(answer.status_code), "response": answer.get_json()}
    if outcome.resource is not None:
        result |= {"location": outcome.resource.location, "version": outcome.resource.version}
        if operation.bulk_id is not None:
            planned.ids[operation.bulk_id] = outcome.resource.id
    return result | {"status": str(outcome.status)}


def named(operation: BulkOperation) -> dict[str, Any]:
    """What a result says of the operation it is of. An id that is not known yet makes no address."""
    result: dict[str, Any] = {"method": operation.method}
    if operation.bulk_id is not None:
        result["bulkId"] = operation.bulk_id
    if operation.kind is not None and operation.resource_id is not None and not any(references(operation.resource_id)):
        result["location"] = current_app.extensions["catalog"].location(operation.kind.name, operation.resource_id)
    return result


def perform(operation: BulkOperation) -> operations.Outcome:
    """Do one operation whose references are resolved."""
    assert operation.kind is not None
    kind, data, conditions = operation.kind, operation.data, Conditions(if_match=operation.version)
    # The answer shows ids and versions: nothing else is read.
    nothing = projection(kind, ["id"], [])
    if operation.resource_id is None:
        return operations.create(g.directory, kind, data, nothing)
    if operation.method == "DELETE":
        return operations.delete(g.directory, kind, operation.resource_id, conditions)
    do = operations.replace if operation.method == "PUT" else operations.change
    return do(g.directory, kind, operation.resource_id, data, conditions, nothing)
