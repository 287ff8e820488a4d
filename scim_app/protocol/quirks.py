"""What a quirk is, and how one is registered. Whose they are is known to `dialects` alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Quirk:
    """One habit of some clients: its name, who has it, where it was seen, and the rewrite."""

    name: str
    sent_by: tuple[str, ...]
    source: str
    rewrite: Callable[..., Any]

    @property
    def meaning(self) -> str:
        return self.rewrite.__doc__ or ""


def quirk(*registries: dict[str, Quirk], sent_by: tuple[str, ...], source: str) -> Callable[[F], F]:
    """Register a rewrite under its function's name, behind those that are there."""

    def register(rewrite: F) -> F:
        for registry in registries:
            registry[rewrite.__name__] = Quirk(rewrite.__name__, sent_by, source, rewrite)
        return rewrite

    return register
