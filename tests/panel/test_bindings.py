"""What a group means: previews that come true, bindings made and removed, suggestions by name, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert
from werkzeug.test import TestResponse

from scim_app.cli.people import person as seeded
from scim_app.directory import organizations
from scim_app.directory.roles import bindings, preview, scopes
from scim_app.directory.roles.meanings import Meaning
from scim_app.directory.roles.preview import Preview, Shift
from scim_app.directory.roles.suggestions import suggested
from scim_app.directory.store import Store
from scim_app.directory.tables import GroupMember, Role, Scope
from scim_app.directory.transaction import transact
from scim_app.panel.role_words import beside, consequence
from scim_app.panel.why import reasons
from tests.directory.roles.acme import statements
from tests.panel.conftest import HTMX, Person, text_of
from tests.panel.people import REQUEST, Acme, dialogs, person

sqlite = pytest.mark.databases("sqlite")
GROUPS = "/settings/organization/groups"
NOWHERE = "00000000-0000-7000-8000-000000000000"


def page_of(group_id: str) -> str:
    return f"{GROUPS}/{group_id}/bindings"


def meaning(acme: Acme, scope_id: str, role: str, kind: str = "project") -> str:
    return f"{scope_id}:{acme.role(role, kind)}"


def bind(who: Person, group_id: str, to: str, **given: object) -> TestResponse:
    return who.post(page_of(group_id), {"to": to}, on=page_of(group_id), **given)


def told(answer: TestResponse) -> str:
    return re.sub(r" ([.,])", r"\1", text_of(answer))


@sqlite
def test_what_binding_would_do_is_shown_and_then_comes_true(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    a, b, c, above, below, off = acme.users("a", "b", "c", "above", "below", "off")
    acme.push(acme.pair(mobile, "Owner"), above)
    acme.push(acme.pair(mobile, "Member"), below)
    acme.deactivate(off, "off")
    group = acme.group("Mobile admins", [a, b, c, above, below, off])
    to = meaning(acme, mobile, "Admin")
    shown = told(owner.get(f"{page_of(group)}?to={to}"))
    assert "3 people gain Admin in Mobile, 1 moves from Member to Admin." in shown
    assert "1 person keeps the role they have there. 1 member is not active, and counts again" in shown
    assert acme.roles(a) == {}
    answer = bind(owner, group, to)
    assert answer.location == page_of(group)
    assert "Bound. 3 people gained Admin in Mobile, 1 moved from Member to Admin." in told(owner.get(page_of(group)))
    assert [acme.roles(each) for each in (a, above, below)] == [{"Mobile": x} for x in ("Admin", "Owner", "Admin")]
    causes = [each for each in acme.history() if each.action == "group:bound"]
    assert [(each.target_name, each.difference) for each in causes] == [
        ("Mobile admins", [{"attribute": "Mobile", "before": None, "after": "Admin"}])
    ]


@sqlite
def test_what_unbinding_would_do_is_shown_and_then_comes_true(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    only, twice, lower = acme.users("only", "twice", "lower")
    group, other = acme.group("Mobile admins", [only, twice, lower]), acme.group("Also", [twice])
    acme.push(acme.pair(mobile, "Read-Only"), lower)
    to = meaning(acme, mobile, "Admin")
    for each in (group, other):
        bind(owner, each, to)
    shown = owner.get(f"{page_of(group)}?unbind={to}")
    assert "Unbind from Admin in Mobile?" in told(shown) and "<dialog" in shown.text
    assert "1 person moves from Admin to Read-Only in Mobile, 1 loses Admin." in told(shown)
    assert "1 person keeps the role they have there." in told(shown)
    answer = owner.post(f"{page_of(group)}/remove", {"to": to}, on=page_of(group), headers=HTMX)
    assert "Unbound. 1 person moved from Admin to Read-Only in Mobile, 1 lost Admin." in told(answer)
    assert [acme.roles(each) for each in (only, twice, lower)] == [{}, {"Mobile": "Admin"}, {"Mobile": "Read-Only"}]


def moved(
    acme: Acme, before: dict[str, str | None], users: list[str], scope: str
) -> set[tuple[str | None, str | None]]:
    return {(before[each], acme.roles(each).get(scope)) for each in users}


@pytest.mark.parametrize("default", [None, "Read-Only", "Owner"])
@pytest.mark.parametrize("role", ["Read-Only", "Admin"])
def test_every_preview_counts_what_then_happens(acme: Acme, default: str | None, role: str) -> None:
    mobile = acme.project("Mobile")
    people = acme.users(*(f"user{number}" for number in range(12)))
    for number, name in enumerate(("Read-Only", "Member", "Admin", "Owner")):
        acme.push(acme.pair(mobile, name), *people[number::5], people[11])
    acme.deactivate(people[5], "user5")
    other = acme.group("Other", people[2:7])
    group = acme.group("Group", [each for number, each in enumerate(people) if number != 3])
    wanted = acme.role(default) if default else None

    def at(store: Store, name: str) -> tuple[Scope, Role]:
        return store.session.get_one(Scope, mobile), scopes.role_called(store, "project", name)

    def choose(store: Store) -> None:
        scope, role = at(store, "Member")
        scopes.set_default_role(store, scope, store.session.get(Role, wanted) if wanted else None)
        bindings.bind(store, other, scope, role)

    acme.do(choose)

    def now() -> dict[str, str | None]:
        active = [each for each in people if each not in (people[3], people[5])]
        return {each: acme.roles(each).get("Mobile") for each in active}

    for foresee, act in ((preview.of_binding, bindings.bind), (preview.of_unbinding, bindings.unbind)):
        before = now()
        seen: Preview = foresee(acme.store, group, *at(acme.store, role))
        acme.do(lambda store, act=act: act(store, group, *at(store, role)))
        after = now()
        real = [(before[each], after[each]) for each in before if before[each] != after[each]]
        assert {(shift.before, shift.after): shift.people for shift in seen.shifts} == {
            each: real.count(each) for each in real
        }
        assert (seen.staying, seen.inactive) == (len(before) - len(real), 1)


def test_a_preview_of_two_thousand_members_asks_no_more_than_one_of_two(acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    people = acme.directory.create_all("User", [seeded(n, "acme.example") for n in range(2_000)])
    asked = {}
    for name, members in (("Two", people[:2]), ("Everyone", people)):
        group, now = acme.group(name), datetime.now(UTC)
        rows = [
            {"organization_id": acme.organization_id, "group_id": group, "user_id": each["id"], "added_at": now}
            for each in members
        ]
        acme.do(lambda store, rows=rows: store.session.execute(insert(GroupMember), rows))
        scope, role = acme.store.session.get_one(Scope, mobile), scopes.role_called(acme.store, "project", "Admin")
        with statements() as asked[name]:
            seen = preview.of_binding(acme.store, group, scope, role)
    assert seen == Preview((Shift(None, "Admin", 1_800),), 0, 200)
    assert len(asked["Two"]) == len(asked["Everyone"])


@sqlite
def test_a_group_is_bound_to_a_team_and_to_the_organisation_but_never_to_its_owner(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    ada = acme.user("ada")
    group = acme.group("Anything", [ada])
    team = acme.team(mobile, "iOS")
    bind(owner, group, meaning(acme, team, "Member", "team"))
    page = told(owner.get(f"{page_of(group)}?to={acme.organization_id}:{acme.role('Admin', 'organization')}"))
    assert "1 person moves from Member to Admin in the organization." in page
    bind(owner, group, meaning(acme, acme.organization_id, "Admin", "organization"))
    assert acme.roles(ada) == {"Organization": "Admin", "Mobile / iOS": "Member"}
    drawn = owner.get(page_of(group)).text
    assert "Mobile / iOS: Member</option>" not in drawn and "Organization: Member</option>" not in drawn
    assert "Mobile: Owner</option>" in drawn and "Organization: Owner" not in drawn
    answer = bind(owner, group, meaning(acme, acme.organization_id, "Owner", "organization"))
    assert answer.status_code == 409 and "A group cannot be bound to Owner" in told(answer)


@sqlite
def test_unbinding_an_organisation_role_takes_nothing_from_whom_the_document_gives_it(
    owner: Person, acme: Acme
) -> None:
    said, through = acme.user("said", orgRole="Admin"), acme.user("through")
    group = acme.group("Anything", [said, through])
    to = meaning(acme, acme.organization_id, "Admin", "organization")
    bind(owner, group, to)
    shown = told(owner.get(f"{page_of(group)}?unbind={to}"))
    assert "1 person moves from Admin to Member in the organization. 1 person keeps" in shown
    owner.post(f"{page_of(group)}/remove", {"to": to}, on=page_of(group))
    assert (acme.roles(said), acme.roles(through)) == ({"Organization": "Admin"}, {})


@sqlite
@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("", "Choose the role that the members of this group get."),
        ("x", "That project, team or role is gone. Choose another."),
        (f"{NOWHERE}:{NOWHERE}", "That project, team or role is gone. Choose another."),
        ("team role", "That project, team or role is gone. Choose another."),
        ("elsewhere", "That project, team or role is gone. Choose another."),
        ("again", "is bound to that role already."),
    ],
)
def test_a_binding_that_cannot_be_is_refused(owner: Person, acme: Acme, to: str, sentence: str) -> None:
    mobile = acme.project("Mobile")
    group = acme.group("Anything", acme.users("ada"))
    other = transact(acme.session, lambda: organizations.create(acme.session, "Other"))
    elsewhere = Acme(acme.app, acme.session, other.id)
    secret = elsewhere.project("Secret")
    bind(owner, group, meaning(acme, mobile, "Member"))
    value = {
        "team role": f"{mobile}:{acme.role('Admin', 'team')}",
        "elsewhere": f"{secret}:{elsewhere.role('Admin')}",
        "again": meaning(acme, mobile, "Member"),
    }.get(to, to)
    count = len(acme.history())
    answer = bind(owner, group, value)
    assert answer.status_code == 409 and sentence in told(answer)
    if value:
        shown = owner.get(page_of(group), query_string={"to": value})
        assert shown.status_code == 422 and sentence in told(shown)
    assert len(acme.history()) == count


@sqlite
def test_the_group_of_a_role_says_what_it_is_and_cannot_be_bound(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    group = acme.pair(acme.team(mobile, "iOS"), "Admin")
    page = owner.get(page_of(group))
    assert "Admin in Mobile / iOS. This group is that role itself" in told(page)
    assert "Role group" in told(page) and "<select" not in page.text and f"/projects/{mobile}" in page.text
    assert bind(owner, group, meaning(acme, mobile, "Admin")).status_code == 409
    own = meaning(acme, acme.team(mobile, "iOS"), "Admin", "team")
    answer = owner.post(f"{page_of(group)}/remove", {"to": own}, on=page_of(group))
    assert answer.status_code == 409 and "delete the project, team or role instead" in told(answer)


@sqlite
def test_a_viewer_reads_bindings_and_sees_no_form(owner: Person, viewer: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    group = acme.group("Anything")
    assert "An owner or admin of this organization can bind it." in told(viewer.get(page_of(group)))
    bind(owner, group, meaning(acme, mobile, "Admin"))
    page = viewer.get(f"{page_of(group)}?unbind={meaning(acme, mobile, 'Admin')}")
    assert "Admin in Mobile" in told(page) and "by owner@acme.example" in told(page)
    assert "<select" not in page.text and not dialogs(page.text) and ">Unbind<" not in page.text


@sqlite
@pytest.mark.parametrize("bad", ["x", NOWHERE, "elsewhere"])
def test_a_group_that_is_not_there_is_not_found(owner: Person, acme: Acme, bad: str) -> None:
    other = transact(acme.session, lambda: organizations.create(acme.session, "Other"))
    group = Acme(acme.app, acme.session, other.id).group("Secret") if bad == "elsewhere" else bad
    to = meaning(acme, acme.project("Mobile"), "Admin")
    assert owner.get(page_of(group)).status_code == 404
    assert owner.get(f"{page_of(group)}?to={to}").status_code == 404
    assert owner.post(page_of(group), {"to": to}, on="/settings/organization").status_code == 404
    assert owner.post(f"{page_of(group)}/remove", {"to": to}, on="/settings/organization").status_code == 404


@sqlite
def test_to_htmx_a_preview_and_a_binding_are_the_block(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    group = acme.group("Mobile admins")
    page = owner.get(page_of(group))
    assert "By its name it looks like Admin in Mobile" in told(page)
    assert f'value="{meaning(acme, mobile, "Admin")}" selected' in page.text
    for answer in (
        owner.get(f"{page_of(group)}?to={meaning(acme, mobile, 'Admin')}", headers=HTMX),
        bind(owner, group, meaning(acme, mobile, "Admin"), headers=HTMX),
    ):
        assert answer.text.lstrip().startswith('<div id="bindings"') and "<html" not in answer.text


PLACES = {
    "organization": (("Acme",), ("Member", "Admin")),
    "project": (("Mobile",), ("Read-Only", "Member", "Admin", "Owner", "Data Analyst")),
    "mobile-app": (("Mobile App",), ("Read-Only", "Member", "Admin")),
    "r-and-d": (("R&D",), ("Member", "Admin")),
    "team-x": (("Team X",), ("Member", "Admin")),
    "ios": (("Mobile", "iOS"), ("Member", "Admin")),
    "core": (("Mobile", "Core"), ("Member", "Admin")),
    "core-2": (("Mobile App", "Core"), ("Member", "Admin")),
}
MEANINGS = [
    Meaning(
        place, f"{place}-{role}", "organization" if place == "organization" else "team" if len(path) > 1 else "project",
        path, role,
    )
    for place, (path, roles) in PLACES.items()
    for role in roles
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Mobile admins", "project-Admin"),
        ("mobile-admin", "project-Admin"),
        ("MOBILE_ADMINISTRATORS", "project-Admin"),
        ("MobileAdmins", "project-Admin"),
        ("Admins of Mobile", "project-Admin"),
        ("Admins for the Mobile project", "project-Admin"),
        ("App-Mobile-Admins", "project-Admin"),
        ("Mobile App Admins", "mobile-app-Admin"),
        ("Mobile read-only", "project-Read-Only"),
        ("Mobile viewers", "project-Read-Only"),
        ("Mobile readonly", "project-Read-Only"),
        ("Mobile data analysts", "project-Data Analyst"),
        ("Mobile owners", "project-Owner"),
        ("Mobile users", "project-Member"),
        ("Mobile", "project-Member"),
        ("Team Mobile", "project-Member"),
        ("R&D admins", "r-and-d-Admin"),
        ("Team X admins", "team-x-Admin"),
        ("Mobile iOS admins", "ios-Admin"),
        ("iOS team", "ios-Member"),
        ("iOS Admins", "ios-Admin"),
        ("Mobile Core members", "core-Member"),
        ("Core members", None),
        ("Acme admins", "organization-Admin"),
        ("Org Admins", "organization-Admin"),
        ("Acme", None),
        ("Acme owners", None),
        ("Admins", None),
        ("Mobile admins Berlin", None),
        ("Automobile admins", None),
        ("Web admins", None),
        ("Everyone", None),
        ("🎉", None),
        ("", None),
        ("-" * 5_000, None),
        ("a" * 50_000, None),
    ],
)
def test_a_name_suggests_one_role_or_none(name: str, meant: str | None) -> None:
    found = suggested(name, MEANINGS, "App")
    assert (found.role_id if found else None) == meant


@pytest.mark.parametrize(
    ("shifts", "now", "past"),
    [
        ((), "Nobody’s role in Mobile changes.", "Nobody’s role in Mobile changed."),
        ((Shift(None, "Admin", 1),), "1 person gains Admin in Mobile.", "1 person gained Admin in Mobile."),
        (
            (Shift(None, "Admin", 3), Shift("Admin", "Owner", 1)),
            "3 people gain Admin in Mobile, 1 moves from Admin to Owner.",
            "3 people gained Admin in Mobile, 1 moved from Admin to Owner.",
        ),
        (
            (Shift("Admin", "Member", 1200), Shift("Admin", None, 2)),
            "1,200 people move from Admin to Member in Mobile, 2 lose Admin.",
            "1,200 people moved from Admin to Member in Mobile, 2 lost Admin.",
        ),
    ],
)
def test_a_preview_reads_as_a_sentence(shifts: tuple[Shift, ...], now: str, past: str) -> None:
    found = Preview(shifts, 0, 0)
    assert (consequence(found, "Mobile"), consequence(found, "Mobile", past=True)) == (now, past)
    assert beside(found) == ""
    assert beside(Preview((), 2, 2)) == (
        "2 people keep the role they have there. 2 members are not active, and count again after reactivation."
    )


@sqlite
def test_why_says_the_group_the_binding_the_request_and_what_would_remain(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    ada = acme.user("ada", orgRole="Admin")
    group = acme.group("Mobile admins", [ada])
    acme.push(acme.pair(mobile, "Member"), ada)
    bind(owner, group, meaning(acme, mobile, "Admin"))
    acme.session.rollback()
    organization, project = reasons(acme.store, ada)
    assert (organization.held.role, organization.grants[0].request_id) == ("Admin", REQUEST)
    assert organization.grants[0].bound is None and organization.grants[0].grant.without == "Member"
    first, second = project.grants
    assert (first.grant.role, first.grant.group, first.grant.without) == ("Admin", "Mobile admins", "Member")
    assert first.bound and (first.bound.created_by, first.bound.fixed) == ("owner@acme.example", False)
    assert second.bound and second.bound.fixed and second.grant.without == "Admin"
    assert {each.request_id for each in project.grants} == {REQUEST}


@sqlite
def test_when_the_document_said_a_role_twice_the_second_time_counts(acme: Acme) -> None:
    ada = acme.user("ada", orgRole="Admin")
    for role in ("Member", "Admin"):
        acme.directory.replace("User", ada, person("ada", orgRole=role))
    latest = [each.at for each in acme.history() if each.action.startswith("role:")][-1]
    assert reasons(acme.store, ada)[0].grants[0].since == latest


@sqlite
def test_when_the_document_came_to_say_a_role_is_not_moved_by_later_changes(acme: Acme) -> None:
    ada = acme.user("ada", orgRole="Admin")
    since = reasons(acme.store, ada)[0].grants[0].since
    acme.directory.replace("User", ada, person("ada", title="Countess"))
    assert reasons(acme.store, ada)[0].grants[0].since == since
