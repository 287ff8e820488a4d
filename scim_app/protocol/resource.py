"""A resource as it is answered: JSON text that stays text until somebody looks into it (RFC 7643 §3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import orjson

from scim_app.protocol.conditions import entity_tag


class Resource(Mapping[str, Any]):
    """A resource with all that is answered of it unless a client asks otherwise: a mapping of its attributes.

    It is made by putting texts together, from the document as it is stored. To answer with a page of them takes as long as
    to copy them; to parse and print them again takes several times as long.
    """

    complete = True
    """Whether all that was wanted is in it: the members of a large group may not be."""

    def __init__(self, kind: str, id: str, location: str, number: int, text: str) -> None:
        self.kind = kind
        self.id = id
        self.location = location
        self.number = number
        """Of its version, from 1."""
        self.text = text

    @property
    def version(self) -> str:
        """The entity tag of its version."""
        return entity_tag(self.number)

    @classmethod
    def of(
        cls, kind: str, id: str, document: str, beside: str, version: int, created: str, modified: str, location: str
    ) -> Resource:
        """The resource with this id and stored document, with what stands beside that, and with its meta (RFC 7643 §3.1).

        `document` is a JSON object whose first member is `schemas`; the id follows that. `beside` is empty, or members of
        the object as text. Moments are text of fixed width in UTC (`InstantText`), with anything between date and time.
        """
        head = document.index("]") + 1
        text = (
            f'{document[:head]},"id":"{id}"{document[head:-1]}{beside and ","}{beside},"meta":{{"resourceType":"{kind}",'
            f'"created":"{created[:10]}T{created[11:26]}Z","lastModified":"{modified[:10]}T{modified[11:26]}Z",'
            f'"location":"{location}","version":"W/\\"{version}\\""}}}}'
        )
        return cls(kind, id, location, version, text)

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
        return f"Resource({self.text!r})"


def as_text(value: Any) -> str:
    """The value as JSON text, in which a resource stands as it is."""
    return orjson.dumps(value, default=as_it_is).decode()


def as_it_is(value: Any) -> orjson.Fragment:
    """What orjson puts in the place of a resource. Raises TypeError for anything else."""
    if isinstance(value, Resource):
        return orjson.Fragment(value.text)
    raise TypeError(f"{type(value).__name__} is no JSON")
