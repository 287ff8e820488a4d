"""Find anything: pages, actions, people and groups by the beginning of a name. A page, and the palette over every page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import request, url_for

from scim_app.directory import people
from scim_app.directory.people import Wanted
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.guides import PROVIDERS
from scim_app.panel.navigation import NAVIGATION
from scim_app.panel.rendering import page_or_block
from scim_app.panel.visitor import visitor

SHOWN = 5
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Hit:
    """Something to go to. `words` may be somebody else's."""

    kind: str
    words: str
    address: str
    icon: str
    beside: str = ""


@blueprint.get("/settings/organization/find")
def find() -> str:
    """What begins so, or has a word that does; pages and actions when nothing is asked yet."""
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    found = [hit for hit in (*pages(), *actions()) if matches(hit.words, search)]
    if search:
        found += [*persons(search), *groups(search)]
    block = "palette" if "palette" in request.args else "hits"
    return page_or_block("panel/find.html", block, hits=found, search=search)


def matches(words: str, search: str) -> bool:
    """Whether each word of the search begins a word."""
    return all(any(word.startswith(part) for word in words.lower().split()) for part in search.lower().split())


def pages() -> Iterator[Hit]:
    """The rooms, and the guides."""
    for room in NAVIGATION:
        yield Hit("Page", room.title, url_for(room.endpoint), room.icon, f"g {room.letter}")
    for name, title in PROVIDERS.items():
        yield Hit("Guide", f"Connect {title}", url_for("panel.connect", provider=name), "plug")
    yield Hit("Page", "Your account", url_for("panel.account"), "circle-user")
    yield Hit("Page", "Releases", url_for("panel.releases"), "scroll-text")


def actions() -> Iterator[Hit]:
    """What can be done from anywhere, by those who may: each opens its dialog."""
    if visitor().may_act:
        access, info = url_for("panel.access"), url_for("panel.organization")
        yield Hit("Action", "Generate key", f"{access}?dialog=generate#generate", "key-round")
        yield Hit("Action", "Generate read key", f"{access}?dialog=generate-read#generate-read", "key-round")
        yield Hit("Action", "Invite administrator", f"{info}?dialog=invite#invite", "users")
        yield Hit("Action", "Rename organization", f"{info}?dialog=rename#rename", "pencil")
        yield Hit("Action", "Edit e-mail domains", f"{info}?dialog=domains#domains", "pencil")


def persons(search: str) -> Iterator[Hit]:
    """People whose name or address begins so."""
    for row in people.users(db.session, visitor().organization.id, Wanted(search), size=SHOWN).rows:
        yield Hit("Person", row.display_name, url_for("panel.user", user_id=row.id), "users", row.user_name)


def groups(search: str) -> Iterator[Hit]:
    """Groups whose name begins so."""
    for row in people.groups(db.session, visitor().organization.id, search, size=SHOWN).rows:
        yield Hit("Group", row.display_name, url_for("panel.group", group_id=row.id), "layers")
