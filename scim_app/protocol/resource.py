"""A resource as it is answered: JSON text that stays text until somebody looks into it (RFC 7643 §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import orjson


class Resource(Mapping[str, Any]):
    """A resource with all that is answered of it unless a client asks otherwise: a mapping of its attributes.

    It is made by putting texts together, from the document as it is stored. To answer with a page of them takes as long as
    to copy them; to parse and print them again takes several times as long.
    """

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text

    @classmethod
    def of(
        cls, kind: str, resource_id: str, document: str, beside: Mapping[str, Any], meta: Mapping[str, Any]
    ) -> Resource:
        """The resource with this id, stored document, attributes that stand beside it, and meta.

        `document` is a JSON object whose first member is `schemas`; the id follows that.
        """
        head = document.index("]") + 1
        more = f",{as_text(beside)[1:-1]}" if beside else ""
        return cls(kind, f'{document[:head]},"id":"{resource_id}"{document[head:-1]}{more},"meta":{as_text(meta)}}}')

    def also(self, beside: Mapping[str, Any]) -> Resource:
        """The same with some attributes that it lacks."""
        return Resource(self.kind, f"{self.text[:-1]},{as_text(beside)[1:-1]}}}") if beside else self

    @cached_property
    def value(self) -> dict[str, Any]:
        """The attributes."""
        found: dict[str, Any] = orjson.loads(self.text)
        return found

    def __getitem__(self, name: str) -> Any:
        return self.value[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __repr__(self) -> str:
        return f"Resource({self.kind!r}, {self.text!r})"


def as_text(value: Any) -> str:
    """The value as JSON text, in which a resource stands as it is."""
    return orjson.dumps(value, default=as_it_is).decode()


def as_it_is(value: Any) -> orjson.Fragment:
    """What orjson puts in the place of a resource. Raises TypeError for anything else."""
    if isinstance(value, Resource):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is no JSON")
