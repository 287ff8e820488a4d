"""What goes wrong while a directory is connected. Each is refused, or survived, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from scim_app.simulator.company import Group, Person
from scim_app.simulator.provider import PATCH_OP, Provider, members

NOBODY = "00000000-0000-7000-8000-00000000dead"


def steps(
    provider: Provider, people: list[Person], groups: list[Group], expired_key: str | None
) -> list[Callable[[], object]]:
    """Every mistake that can be made with these people, groups and keys. A step raises Refused when it has other results."""
    key = provider.wire.key
    return [
        partial(knock, provider, f"Bearer {key[:-1]}{'a' if key[-1] != 'a' else 'b'}", (401,)),
        partial(knock, provider, f"Bearer Bearer {key}", (200, 401)),
        partial(knock, provider, key, (200, 401)),
        partial(knock, provider, "Basic c2NpbTpzY2lt", (401,)),
        *([partial(knock, provider, f"Bearer {expired_key}", (401,))] if expired_key else []),
        *(partial(make_again, provider, person) for person in people[:3]),
        *(partial(add_nobody, provider, group) for group in groups[:3]),
        partial(change_nobody, provider),
        partial(ask_nonsense, provider),
    ]


def knock(provider: Provider, authorization: str, expected: tuple[int, ...]) -> None:
    """Show this instead of the key."""
    provider.wire.ask("GET", "/Users", query={"count": 1}, authorization=authorization, expected=expected)


def make_again(provider: Provider, person: Person) -> None:
    """Make somebody who is there already, with the login in capitals."""
    body = {**provider.profile(person), "userName": person.user_name.upper()}
    provider.wire.ask("POST", "/Users", body, expected=(409,))


def add_nobody(provider: Provider, group: Group) -> None:
    """Push members of whom one was deleted in the service: skipped or refused, but nobody else may be lost."""
    value = [*members(group.members), {"value": NOBODY}]
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "add", "path": "members", "value": value}]}
    provider.wire.ask("PATCH", f"/Groups/{group.id}", body, expected=(200, 204, 400, 404))


def change_nobody(provider: Provider) -> None:
    """Change somebody who was deleted in the service."""
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"active": False}}]}
    provider.wire.ask("PATCH", f"/Users/{NOBODY}", body, expected=(404,))


def ask_nonsense(provider: Provider) -> None:
    """Search with a filter that means nothing: an answer with everybody in it would be taken for the one looked for."""
    provider.wire.ask("GET", "/Users", query={"filter": "userName is maria"}, expected=(400,))
