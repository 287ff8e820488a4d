"""How a change of roles reads: `3 people gain Admin in Mobile, 1 moves from Admin to Owner`."""

from __future__ import annotations

from scim_app.directory.roles.preview import Preview, Shift


def consequence(preview: Preview, place: str, past: bool = False) -> str:
    """Who gains, moves and loses what in that place, as one sentence; of what was done just now in the past tense."""
    if not preview.shifts:
        return f"Nobody’s role in {place} {'changed' if past else 'changes'}."
    told = [_clause(shift, place if not position else "", past) for position, shift in enumerate(preview.shifts)]
    return f"{', '.join(told)}."


def beside(preview: Preview) -> str:
    """Who is not in the sentence: members who keep what they have, and those who are not active."""
    told = []
    if preview.staying:
        told.append(f"{people(preview.staying)} {_s('keep', preview.staying)} the role they have there.")
    if preview.inactive:
        number, verb = preview.inactive, "is" if preview.inactive == 1 else "are"
        told.append(
            f"{people(number, 'member')} {verb} not active, and {_s('count', number)} again after reactivation."
        )
    return " ".join(told)


def people(number: int, one: str = "person") -> str:
    """`1 person`, `2 people`, `10,000 people`."""
    many = one.replace("person", "people") if one.endswith("person") else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"


def _clause(shift: Shift, place: str, past: bool) -> str:
    who = people(shift.people) if place else f"{shift.people:,}"
    where = f" in {place}" if place else ""
    if shift.before is None:
        return f"{who} {_verb('gain', shift.people, past)} {shift.after}{where}"
    if shift.after is None:
        verb = "lost" if past else _s("lose", shift.people)
        return f"{who} {verb} {shift.before}{where}"
    return f"{who} {_verb('move', shift.people, past)} from {shift.before} to {shift.after}{where}"


def _verb(verb: str, number: int, past: bool) -> str:
    return f"{verb.removesuffix('e')}ed" if past else _s(verb, number)


def _s(verb: str, number: int) -> str:
    return f"{verb}s" if number == 1 else verb
