"""Sixteen who want the same at the same moment: one of them gets it, and the others are told so."""

from __future__ import annotations

import random
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from bench.service import Service
from scim_app.directory.tables import Change, User
from tests.torture.clients import at_once, patch, user

CLIENTS = 16


def spelled(name: str, chance: random.Random) -> str:
    """The name as somebody else writes it: other case, full-width letters, Kelvin sign and long s, composed or not."""
    letters = []
    for letter in name:
        forms = [letter, letter.upper(), letter.lower()]
        if letter.isascii() and letter.isalnum():
            forms.append(chr(ord(letter) + 0xFEE0))
        forms += {"k": ["\N{KELVIN SIGN}"], "s": ["\N{LATIN SMALL LETTER LONG S}"]}.get(letter.lower(), [])
        letters.append(chance.choice(forms))
    return unicodedata.normalize(chance.choice(("NFC", "NFD")), "".join(letters))


def test_of_sixteen_spellings_of_one_user_name_one_is_created(
    serve: Callable[[int], Service],
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    races, service, chance = size(25, 1_000), serve(2), random.Random(7)
    names = [[spelled(f"kassé ångström {race}", chance) for _ in range(CLIENTS)] for race in range(races)]
    start = threading.Barrier(CLIENTS)

    def run(number: int) -> list[tuple[int, str]]:
        answers = []
        with service.connect() as client:
            for race in range(races):
                start.wait(60)
                status, body = client.send("POST", "/Users", user(names[race][number]))
                answers.append((status, body.get("scimType", "")))
        return answers

    told = at_once(CLIENTS, run)
    outcomes = Counter(tuple(sorted(Counter(each[race] for each in told).items())) for race in range(races))
    right = outcomes[((201, ""), 1), ((409, "uniqueness"), CLIENTS - 1)]
    with service.connect() as client:
        found = [client.send("GET", "/Users?filter=" + quote(f'userName eq "{each[0]}"'))[1] for each in names]
    single = sum(each["totalResults"] == 1 for each in found)
    spellings = sum(len(set(each)) for each in names)
    figure(f"{races:,} races of {CLIENTS} in {spellings:,} spellings: {right:,} with one 201 and 409 for the others,"
           f" {single:,} with one user afterwards")  # fmt: skip
    assert right == single == races, outcomes
    assert session.scalar(select(func.count()).select_from(User)) == races
    assert session.scalar(select(func.count()).where(Change.action == "user:created")) == races


def test_of_sixteen_writers_who_saw_the_same_version_one_writes(
    serve: Callable[[int], Service],
    session: scoped_session[Session],
    size: Callable[[int, int], int],
    figure: Callable[[str], None],
) -> None:
    races, service = size(25, 1_000), serve(2)
    with service.connect() as client:
        made = client.ask("POST", "/Users", user("ada@example.com"))
    path, seen = f"/Users/{made.json['id']}", [made.headers["ETag"]]
    winners: list[str] = []

    def note() -> None:
        with service.connect() as client:
            answer = client.ask("GET", path)
        seen.append(answer.headers["ETag"])
        winners.append(answer.json["displayName"])

    start, end = threading.Barrier(CLIENTS), threading.Barrier(CLIENTS, note)

    def run(number: int) -> list[int]:
        statuses = []
        with service.connect() as client:
            for race in range(races):
                start.wait(60)
                body = patch({"op": "replace", "path": "displayName", "value": f"{race} of {number}"})
                statuses.append(client.ask("PATCH", path, body, {"If-Match": seen[race]}).status)
                end.wait(60)
        return statuses

    told = at_once(CLIENTS, run)
    outcomes = Counter(tuple(sorted(Counter(each[race] for each in told).items())) for race in range(races))
    right = outcomes[(200, 1), (412, CLIENTS - 1)]
    kept = sum(winners[race] == f"{race} of {[each[race] for each in told].index(200)}" for race in range(races))
    figure(f"{races:,} races of {CLIENTS} with one ETag: {right:,} with one 200 and 412 for the others, {kept:,} kept what was"
           f" answered 200, {len(set(seen)):,} versions")  # fmt: skip
    assert right == kept == races, outcomes
    assert len(set(seen)) == races + 1
    assert session.scalar(select(func.count()).where(Change.action == "user:updated")) == races
