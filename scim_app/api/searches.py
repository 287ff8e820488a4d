"""Queries: GET of an endpoint or of the base URL, and POST of `.search` below them (RFC 7644 §3.4.2–3, RFC 9865)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from flask import Response, current_app, g

from scim_app.api import requests, responses
from scim_app.api.blueprint import blueprint
from scim_app.api.resources import ENDPOINT, kind_at
from scim_app.protocol.attributes import ResourceType
from scim_app.protocol.cursors import Cursors, Place, Position
from scim_app.protocol.listing import Page, Query, list_response, query, search_parameters


@blueprint.get(ENDPOINT)
def search(endpoint: str) -> Response:
    """Resources of one type."""
    return found([kind_at(endpoint)], requests.parameters())


@blueprint.post(f"{ENDPOINT}/.search")
def search_by_post(endpoint: str) -> Response:
    """The same, with the parameters in a body, where no log of addresses shows them."""
    return found([kind_at(endpoint)], search_parameters(requests.body()))


@blueprint.get("/")
def search_everything() -> Response:
    """Users and groups together (§3.4.2.1)."""
    return found(current_app.extensions["catalog"].written, requests.parameters())


@blueprint.post("/.search")
def search_everything_by_post() -> Response:
    """Users and groups together, with the parameters in a body."""
    return found(current_app.extensions["catalog"].written, search_parameters(requests.body()))


def found(kinds: Sequence[ResourceType], given: Mapping[str, str]) -> Response:
    """The page that the parameters ask for."""
    projections = {kind.name: requests.projection_of(kind, given) for kind in kinds}
    asked = query(kinds, given)
    walk = Walk(asked)
    wants = {name: projection.wants for name, projection in projections.items()}
    page = g.directory.search(asked, wants, walk.place)
    whole = all(each.is_whole for each in projections.values())
    shown = None if whole else [projections[resource.kind].apply(resource) for resource in page.resources]
    return responses.json(list_response(page, shown, walk.cursors(page)))


class Walk:
    """A walk by cursor, bound to the organisation, the key and the query; or, without a cursor, none."""

    def __init__(self, asked: Query) -> None:
        self.query = asked
        self.sealed: Cursors = current_app.extensions["cursors"]
        self.binding = f"{g.directory.organization_id} {g.directory.actor.id} {asked.binding}"
        self.place = self.sealed.open(asked.cursor, self.binding, asked.count, time.time()) if asked.cursor else None

    def cursors(self, page: Page) -> dict[str, str] | None:
        """The cursors of the pages around this one; none at all for a page by number."""
        if self.query.cursor is None:
            return None
        around = {"previousCursor": page.previous, "nextCursor": page.next}
        return {name: self.seal(position, page) for name, position in around.items() if position}

    def seal(self, position: Position, page: Page) -> str:
        return self.sealed.seal(Place(position, self.query.count, page.total), self.binding, time.time())
