"""What a pushed group could mean, by its name. A suggestion for an administrator to look at; nothing follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from scim_app.directory.roles.meanings import Meaning
from scim_app.protocol.comparison import folded

WORDS = re.compile(r"[^\W_]+")
SILENT = frozenset({"all", "the", "of", "in", "for", "on", "and", "group", "team", "project", "role", "access"})
"""Words that say nothing about which scope or role is meant, unless a scope or role is called so."""
ALSO = {
    "admin": ("administrator",),
    "member": ("user", "contributor", "editor"),
    "owner": ("lead", "maintainer"),
    "read-only": ("readonly", "reader", "viewer"),
}
"""Other words for the built-in roles."""


def suggested(name: str, meanings: Sequence[Meaning], product: str = "") -> Meaning | None:
    """The one meaning that a name suggests: it says the scope and the role, or the scope alone and Member is meant.

    None when the name says anything else besides, or could mean two things.
    """
    said = words(name)
    found = [each for each in meanings if any(_says(said, place, product, each.role) for place in _places(each))]
    if not found:
        found = [
            each
            for each in meanings
            if each.role == "Member" and each.kind != "organization"
            if any(_is(said, place, product) for place in _places(each))
        ]
    kinds = {each.kind for each in found}
    if len(kinds) > 1 and "team" in kinds:
        # "Mobile iOS admins" names the team whole; a project of that name would be the better reading.
        found = [each for each in found if each.kind == "project"] or found
    return found[0] if len(found) == 1 else None


def words(name: str) -> tuple[str, ...]:
    """The words of a name in comparison form, also where only capitals part them."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z][a-z])", " ", name)
    return tuple(WORDS.findall(folded(parted)))


def _places(meaning: Meaning) -> Iterator[tuple[str, ...]]:
    """The ways to name a scope: a team with its project or alone, the organisation by its name or as such."""
    yield tuple(word for name in meaning.path for word in words(name))
    if meaning.kind == "team":
        yield words(meaning.path[-1])
    if meaning.kind == "organization":
        yield from (("organization",), ("organisation",), ("org",))


def _says(said: tuple[str, ...], place: tuple[str, ...], product: str, role: str) -> bool:
    """Whether the words are the place and then the role, or the role and then the place."""
    for called in _called(role):
        size = len(called)
        if said[-size:] == called and _is(said[:-size], place, product):
            return True
        if said[:size] == called and _is(said[size:], place, product):
            return True
    return False


def _called(role: str) -> Iterator[tuple[str, ...]]:
    """What a role is called: its name and other words for it, one or many."""
    for name in (role, *ALSO.get(role.casefold(), ())):
        plain = words(name)
        if plain:
            yield plain
            yield (*plain[:-1], f"{plain[-1]}s")


def _is(said: tuple[str, ...], place: tuple[str, ...], product: str) -> bool:
    """Whether the words name the place and nothing else, silent words and the product's name apart."""
    if not place:
        return False
    prefix = words(product)
    if prefix and said[: len(prefix)] == prefix and said != place:
        said = said[len(prefix) :]
    return said == place or _spoken(said) == (_spoken(place) or place)


def _spoken(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in said if word not in SILENT)
