"""(document, operations) → document: PATCH of RFC 7644 §3.5.2 as a pure function.

Operations are applied in order, each on what the one before it left; any that cannot be applied refuses them all. What the
RFC leaves open, or what directories rely on against it, is decided here (docs/conformance.md):

- a value filter that selects nothing creates the element it describes, when it is made of `eq` alone and there is a value
  for it; it is `noTarget` otherwise. Two operations with one filter so meet in one element, which one that replaces it
  without repeating what it was found by leaves to be found by the next.
- null, the empty text and the empty list mean no value; removing what is not there, and adding nothing, changes nothing.
- a value that becomes primary takes that from the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from scim_app.protocol import immutability, payload
from scim_app.protocol.attributes import Attribute, Path, ResourceType
from scim_app.protocol.errors import InvalidValue, NoTarget
from scim_app.protocol.expressions import And, Comparison, Expression, Target
from scim_app.protocol.matching import element_matches
from scim_app.protocol.patch_op import Operation


def apply(kind: ResourceType, document: Mapping[str, Any], operations: Iterable[Operation]) -> dict[str, Any]:
    """The document after the operations, in canonical form; the one given is left as it is.

    Raises NoTarget, InvalidValue or Mutability, and then nothing is to be changed.
    """
    after = deepcopy(dict(document))
    for operation in operations:
        # A later one may change what this one brings, and a transaction that is run again begins with them as they came.
        apply_one(after, replace(operation, value=deepcopy(operation.value)))
    after = payload.finished(kind, after)
    immutability.check(kind, document, after)
    return after


def apply_one(document: dict[str, Any], operation: Operation) -> None:
    """Apply one operation to the document, in place."""
    attribute = operation.target.attribute
    if attribute.returned == "never" or operation.target.path.top.name == "schemas":
        return
    *containers, last = operation.target.path.steps
    parents = list(descend(document, containers, create=operation.op != "remove"))
    for parent in parents:
        if operation.target.filter is not None:
            change_selected(parent, last, operation)
        else:
            change(parent, last, operation)
    prune(document, containers)


def descend(document: dict[str, Any], containers: list[Attribute], create: bool) -> Iterator[dict[str, Any]]:
    """The objects that hold the attribute at the end of a path: one, or every element of a list on the way."""
    found = [document]
    for step in containers:
        inner: list[dict[str, Any]] = []
        for parent in found:
            if step.name not in parent and create:
                parent[step.name] = [{}] if step.multi_valued else {}
            value = parent.get(step.name, [])
            inner += value if isinstance(value, list) else [value]
        found = inner
    yield from found


def prune(document: dict[str, Any], containers: list[Attribute]) -> None:
    """Take away the containers that are empty now."""
    if not containers:
        return
    name = containers[0].name
    value = document.get(name)
    for inner in value if isinstance(value, list) else [value] if value else []:
        prune(inner, containers[1:])
    if isinstance(value, list):
        value[:] = [element for element in value if element]
    if name in document and not document[name]:
        del document[name]


def change(parent: dict[str, Any], attribute: Attribute, operation: Operation) -> None:
    """Add, replace or remove an attribute of an object (§3.5.2.1–3)."""
    name, value = attribute.name, operation.value
    if operation.op == "remove" or value is None:
        if operation.op == "add" and attribute.multi_valued:
            return
        check_clearable(attribute)
        parent.pop(name, None)
    elif attribute.multi_valued and attribute.type == "complex" and operation.op == "add":
        parent[name] = appended(attribute, parent.get(name, []), value)
    elif attribute.multi_valued and operation.op == "add":
        parent[name] = list(dict.fromkeys([*parent.get(name, []), *value]))
    elif attribute.type == "complex" and not attribute.multi_valued:
        parent[name] = merged(attribute, parent.get(name, {}), value, operation.op)
    else:
        parent[name] = value


def check_clearable(attribute: Attribute) -> None:
    """Raises InvalidValue for an attribute that a resource cannot be without."""
    if attribute.required:
        raise InvalidValue(f"{attribute.name} must have a value.")


def merged(attribute: Attribute, before: Mapping[str, Any], value: Mapping[str, Any], op: str) -> dict[str, Any]:
    """The object with the members given, and the others as they were (§3.5.2.1, §3.5.2.3)."""
    after = dict(before)
    for name, inner in value.items():
        sub = attribute.find(name)
        if sub is not None:
            change(after, sub, Operation(op, Target(Path((sub,))), inner))
    return after


def appended(attribute: Attribute, before: list[Any], value: list[Any]) -> list[Any]:
    """The list with the elements given: those it has already take over what is said of them."""
    after = {payload.identity(attribute, element): element for element in before}
    fresh = []
    for element in value:
        same = payload.identity(attribute, element)
        after[same] = {**after.get(same, {}), **element}
        if element.get("primary"):
            fresh.append(same)
    elements = list(after.values())
    return only_primary(elements, [after[same] for same in fresh])


def only_primary(elements: list[dict[str, Any]], chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The elements, of which none but the last chosen is primary, if one was chosen (§3.5.2)."""
    if chosen:
        for element in elements:
            if element is not chosen[-1] and element.get("primary"):
                element["primary"] = False
    return elements


def change_selected(parent: dict[str, Any], attribute: Attribute, operation: Operation) -> None:
    """Add, replace or remove the elements of a list that a filter selects, or an attribute of each."""
    target = operation.target
    assert target.filter is not None
    elements: list[dict[str, Any]] = parent.get(attribute.name, [])
    selected = [element for element in elements if element_matches(target.filter, target.path, element)]
    if operation.op == "remove" and target.sub is None:
        kept = [element for element in elements if element not in selected]
        set_list(parent, attribute, kept)
        return
    if not selected and operation.value is None:
        return
    if not selected:
        selected = [described(target.filter, target)]
        elements = [*elements, *selected]
    for element in selected:
        change_element(element, operation)
    chosen = [element for element in selected if element.get("primary")]
    set_list(parent, attribute, only_primary([element for element in elements if element], chosen))


def change_element(element: dict[str, Any], operation: Operation) -> None:
    """Change one element of a list, in place. One that is replaced keeps by what it was found, unless the value says it."""
    target = operation.target
    if target.sub is not None:
        change(element, target.sub, operation)
        return
    if operation.op == "replace":
        found_by = {part.path.attribute.name for part in equalities(target.filter)}
        for name in element.keys() - (found_by if operation.value else set()):
            del element[name]
    element.update(operation.value or {})


def set_list(parent: dict[str, Any], attribute: Attribute, elements: list[Any]) -> None:
    """Give an object a list, or take the attribute away when the list is empty."""
    if elements:
        parent[attribute.name] = elements
    else:
        parent.pop(attribute.name, None)


def described(filter: Expression, target: Target) -> dict[str, Any]:
    """The element that a filter made of `eq` describes. Raises NoTarget for any other filter (§3.5.2.3)."""
    found = equalities(filter)
    if not found:
        raise NoTarget(f"{target} selects no value.")
    return {each.path.attribute.name: each.value for each in found}


def equalities(filter: Expression | None) -> list[Comparison]:
    """The comparisons by `eq` that a filter is made of; none of a filter that is made of anything else."""
    parts = filter.parts if isinstance(filter, And) else (filter,)
    found = [each for each in parts if isinstance(each, Comparison) and each.operator == "eq"]
    return found if len(found) == len(parts) else []
