"""Diagnoses of what is sent: ids that are nobody's, the role where nobody looks for it, groups ahead of their members."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from scim_app.directory.journal.diagnosis.evidence import Entry, Evidence
from scim_app.directory.journal.diagnosis.findings import Seen, diagnosis, often, times

DAY = timedelta(days=1)
TOGETHER = timedelta(minutes=10)
"""What comes within this time of each other is one run of the directory's."""
SETTLED = timedelta(minutes=2)
"""A run is over when nothing came for so long: members often follow their group."""
ARRIVED = frozenset({"user:created", "user:reactivated"})
PUSHED = frozenset({"group:created", "group:members:changed", "group:members:skipped"})
PUSHES = 20
"""Groups whose last push is looked into."""
A_TEST = 2
"""A client that asks for so few users only tries the connection."""


@diagnosis(
    "foreign-ids",
    "Ids that this organization never gave out",
    "The client has this organization's key. If it belongs to another organization, give it that one's. If it was connected "
    "elsewhere before, let it forget the ids from there, and match people by userName again.",
)
def foreign_ids(evidence: Evidence) -> Seen | None:
    """A client asks for users or groups by ids of another organisation or service: it has the wrong key, or an old memory."""
    found = [each for each in evidence.within(DAY) if each.status == 404 and each.target_id and each.target_kind]
    known = evidence.with_history(each.target_id or "" for each in found)
    foreign = [each for each in found if each.target_id not in known]
    if not foreign:
        return None
    ids = {each.target_id for each in foreign}
    return Seen(
        f"{foreign[0].who} asked {often(sum(each.count for each in foreign))} for users or groups by "
        f"{times(len(ids), 'id')} that nobody here has or had. This usually means the client holds another organization's key.",
        foreign[0],
    )


@diagnosis(
    "role-elsewhere",
    "The role comes in another namespace",
    "Send the role attribute at the top level of the user: its namespace is urn:ietf:params:scim:schemas:core:2.0:User.",
)
def role_elsewhere(evidence: Evidence) -> Seen | None:
    """A client sends the role inside an extension where nobody looks for it. What each client sent last counts."""
    kind, name = evidence.catalog["User"], evidence.catalog.org_role_attribute
    names = frozenset({name.lower(), "orgrole"})
    writes = [
        each for each in evidence.entries if each.action.startswith("user:") and each.method in {"POST", "PUT", "PATCH"}
    ]
    bodies = evidence.bodies(writes)
    decided: set[str] = set()
    for entry in writes:
        places = list(role_places(bodies.get(entry.id), names))
        if not places or entry.client in decided:
            continue
        decided.add(entry.client)
        wrong = [place for place in places if kind.find(place) is None]
        if wrong and len(wrong) == len(places):
            where = wrong[0].rpartition(":")[0]
            return Seen(
                f"{entry.who} sent the role as {name} in the namespace {where[:150]}. It was not read there.", entry
            )
    return None


def role_places(body: Any, names: frozenset[str]) -> Iterator[str]:
    """Where a body has the role, as whole paths."""
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name.lower() == "operations" and isinstance(value, list):
            for operation in value:
                if isinstance(operation, dict):
                    path = next((str(inner) for key, inner in operation.items() if key.lower() == "path"), "")
                    inside = next((inner for key, inner in operation.items() if key.lower() == "value"), None)
                    yield from role_places({path: inside} if path else inside, names)
        elif name.rpartition(":")[2].lower() in names:
            yield name
        elif ":" in name and isinstance(value, dict):
            yield from (f"{name}:{inner}" for inner in value if inner.lower() in names)


def pushes(evidence: Evidence) -> Sequence[Entry]:
    """The last push of each of the newest groups that came within a day and are here still."""
    last: dict[str, Entry] = {}
    for each in evidence.within(DAY):
        if (
            each.target_kind == "Group"
            and each.target_id
            and not each.failed
            and each.action in {*PUSHED, "group:deleted"}
        ):
            last.setdefault(each.target_id, each)
    return [each for each in last.values() if each.action in PUSHED][:PUSHES]


def around(evidence: Evidence, push: Entry) -> tuple[frozenset[str], frozenset[str]]:
    """Whom the same client created shortly before a push, and whom shortly after."""
    near = [
        each
        for each in evidence.within(DAY + TOGETHER)
        if each.action in ARRIVED
        and each.client == push.client
        and abs(each.at - push.at) <= TOGETHER
        and each.target_id
    ]
    before = frozenset(each.target_id or "" for each in near if each.id < push.id)
    return before, frozenset(each.target_id or "" for each in near if each.id > push.id)


def has_settled(evidence: Evidence, push: Entry) -> bool:
    """Whether the client that pushed has been quiet since."""
    newest = next(each for each in evidence.entries if each.client == push.client)
    return evidence.now - newest.at >= SETTLED


@diagnosis(
    "members-unknown",
    "Members who are not here",
    "Assign these people to the application first. When they are here, push the group again.",
)
def members_unknown(evidence: Evidence) -> Seen | None:
    """A group was pushed with members whom nobody here is: they were skipped."""
    last = pushes(evidence)
    skipped = evidence.skipped(last)
    found = [each for each in last if each.id in skipped]
    if not found:
        return None
    ids = {each for entry in found for each in skipped[entry.id]}
    gone = evidence.with_history(ids)
    words = f"{found[0].who} pushed {groups(found)} with {times(len(ids), 'member')} not here, who were left out"
    if gone:
        words += f"; {times(len(gone), 'was', 'were')} deleted here"
    return Seen(f"{words}.", found[0])


@diagnosis(
    "pushed-before-assigned",
    "A group came before its members",
    "Assign people first and let them arrive. Then push the group again: who was not here yet is left out of a push.",
    hint=True,
)
def pushed_before_assigned(evidence: Evidence) -> Seen | None:
    """A group came without members, people after it, and the group has stayed empty."""
    for push in pushes(evidence):
        before, after = around(evidence, push)
        if after and not before and has_settled(evidence, push) and evidence.is_empty(str(push.target_id)):
            return Seen(
                f"{push.who} pushed {groups([push])} before it created {times(len(after), 'person', 'people')}, and "
                f"nobody is in it. They may have been meant to be.",
                push,
            )
    return None


@diagnosis(
    "same-group",
    "A group may be used for assigning and for pushing",
    "Use one group to assign people and others to push. Then push the group again, which adds whoever is missing.",
    hint=True,
)
def same_group(evidence: Evidence) -> Seen | None:
    """A group came while people were being created: those created before are in it, and those created after are not."""
    for push in pushes(evidence):
        before, after = around(evidence, push)
        if before and after and has_settled(evidence, push):
            if evidence.members_among(str(push.target_id), before | after) == before:
                return Seen(
                    f"{push.who} pushed {groups([push])} while it was creating people: of them the {len(before):,} "
                    f"created before are in it, and the {len(after):,} created after are not.",
                    push,
                )
    return None


def groups(found: Sequence[Entry]) -> str:
    """The groups by name, as far as a sentence takes them."""
    name = f"the group “{(found[0].target_name or '')[:100]}”"
    return name if len(found) == 1 else f"{name} and {times(len(found) - 1, 'other')}"


@diagnosis(
    "import-off",
    "People are created who are here already",
    "Switch importing on, import the users, and match each to the person there. Or let the client look for the userName first.",
    hint=True,
)
def import_off(evidence: Evidence) -> Seen | None:
    """A client tries to create people who are here, and never listed the users to find out."""
    listed = {each.client for each in evidence.entries if each.action == "users:listed" and is_import(each)}
    last: dict[tuple[str, str | None], Entry] = {}
    for each in evidence.entries:
        if each.writes and each.action.startswith("user:"):
            last.setdefault((each.client, each.target_name), each)
    found = [
        each
        for each in last.values()
        if each.action == "user:create" and each.status == 409 and each.client not in listed
    ]
    if not found:
        return None
    return Seen(
        f"{found[0].who} tried to create {times(len(found), 'person who is', 'people who are')} here "
        f"already, and has not listed the users in this time.",
        found[0],
    )


def is_import(listing: Entry) -> bool:
    """Whether the users were listed for more than to try the connection."""
    asked = {name.lower(): values[-1] for name, values in parse_qs(listing.path.partition("?")[2]).items()}
    count = asked.get("count", "")
    return not (count.isdecimal() and int(count) <= A_TEST)
