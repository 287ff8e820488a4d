"""Two organisations alike that are asked about a third: one names what is really there, the other what never was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.journal import Journal
from tests.api.direct import Request
from tests.api.organizations import CANARY, founded, furnished, rows
from tests.api.parties import Party
from tests.api.references import KNOWN

KINDS = (
    "user", "group", "project group", "team group", "project", "team", "role", "custom role", "binding", "key", "change",
    "administrator", "organization", "userName", "externalId", "displayName", "cursor",
)  # fmt: skip
"""What of an organisation can be named, by id or by name."""
CURSOR = Request("GET", "/scim/v2/Users?cursor&count=1")


@dataclass
class Stranger:
    """Whoever asks about an organisation that is not theirs, and what is there to be found out about it."""

    app: Flask
    session: scoped_session[Session]
    theirs: dict[str, str]
    place: str
    statuses: set[int] = field(default_factory=set)

    def twins(self, name: str) -> tuple[Party, Party]:
        """Two new organisations with the same in them, and a client of each."""
        return newcomer(self.app, self.session, f"{name} one"), newcomer(self.app, self.session, f"{name} two")

    def leak(self, twins: tuple[Party, Party], kind: str, request: Request) -> str | None:
        """What the answers to one request tell about the third organisation; None if it is nothing."""
        real = self.theirs[kind]
        for twin, target in zip(twins, (real, never(real)), strict=True):
            twin.name(target)
        answers = [twin.send(request) for twin in twins]
        understood = [twin.understood(answer) for twin, answer in zip(twins, answers, strict=True)]
        self.statuses |= {each.status for each in understood}
        said = f"{request.method} {request.target} {request.headers} {request.body!r} ({kind})"
        if understood[0] != understood[1]:
            return f"{said} tells {real} from what never was: {understood[0]} {understood[1]}"
        shown = repr(answers[0])
        for target in twins[0].targets:
            shown = shown.replace(target.decode(), "")
        found = [each for each in (CANARY, *self.theirs.values()) if each in shown]
        return f"{said} shows {found}: {answers[0]}" if found else None

    def rows(self) -> list[str]:
        """Every row of the third organisation, the log of its requests too."""
        journal: Journal = self.app.extensions["journal"]
        assert journal.flush()
        return rows(self.session, self.place)


def newcomer(app: Flask, session: scoped_session[Session], name: str) -> Party:
    """A client of a new organisation that has something of everything in it."""
    acme, key = founded(app, session, name)
    mine = furnished(acme, "own", "own")
    session.rollback()  # A database ends transactions in which nothing happens for long.
    return Party(app, key, [mine[each].encode() for each in KNOWN])


def never(real: str) -> str:
    """An id or a name of the same form that was never given."""
    return re.sub(r"\w(?=\.example$|$)", lambda found: "0" if found[0] != "0" else "1", real, count=1)


def strange(app: Flask, session: scoped_session[Session]) -> Stranger:
    """A stranger to an organisation that has something of everything, and a canary in it."""
    acme, key = founded(app, session, f"Third {CANARY}")
    # What a request names has no canary, so that one in an answer did not come from the request.
    theirs = furnished(acme, "third", CANARY)
    body = Party(app, key).send(CURSOR).json
    return Stranger(app, session, theirs | {"cursor": body["nextCursor"]}, acme.organization_id)
