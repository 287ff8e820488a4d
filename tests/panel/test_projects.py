"""Projects: the matrix, projects, teams and custom roles; what each refusal says and that it forgets nothing typed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, update

from scim_app.directory import organizations
from scim_app.directory.roles import scopes
from scim_app.directory.tables import DeletedTeam, Group, Scope
from scim_app.directory.transaction import transact
from tests.panel.conftest import HTMX, Enter, Person, text_of
from tests.panel.people import Acme, dialogs

pytestmark = pytest.mark.databases("sqlite")
PROJECTS = "/settings/organization/projects"
ROLES = "/settings/organization/roles"
NOWHERE = "00000000-0000-7000-8000-000000000000"


def names(acme: Acme) -> set[str]:
    """The names of the groups."""
    acme.session.rollback()
    return set(acme.session.scalars(select(Group.display_name).where(Group.organization_id == acme.organization_id)))


def cell(page: str, role: str, place: str) -> str:
    found = re.search(rf'aria-label="{re.escape(role)} in {re.escape(place)}: ([^"]+)"', page)
    assert found, (role, place)
    return found[1]


def opened(page: str) -> str:
    """The dialog that stands open."""
    found = re.search(r"<dialog [^>]* open>(.*?)</dialog>", page, re.S)
    assert found
    return found[1]


def test_an_empty_organisation_is_told_what_a_project_is_and_a_viewer_who_makes_one(
    owner: Person, viewer: Person
) -> None:
    assert "No projects yet" in text_of(owner.get(PROJECTS)) and "App-Mobile-Admin" in text_of(owner.get(PROJECTS))
    page = viewer.get(PROJECTS)
    assert "An owner or admin of this organization can make one." in text_of(page)
    assert not dialogs(page.text) and "New project" not in page.text


def test_a_project_is_made_with_a_group_for_each_role(owner: Person, acme: Acme) -> None:
    answer = owner.post(PROJECTS, {"name": " Mobile "}, on=PROJECTS)
    assert (answer.status_code, answer.location) == (303, PROJECTS)
    assert "Mobile is there, with a group for each role." in text_of(owner.get(PROJECTS))
    assert names(acme) == {f"App-Mobile-{role}" for role in ("Read-Only", "Member", "Admin", "Owner")}
    created = next(each for each in acme.history() if each.action == "project:created")
    assert (created.actor_kind, created.actor_name) == ("administrator", "owner@acme.example")


def test_to_htmx_a_project_made_is_the_block(owner: Person) -> None:
    answer = owner.post(PROJECTS, {"name": "Mobile"}, on=PROJECTS, headers=HTMX)
    assert answer.text.lstrip().startswith('<div id="projects"') and "<html" not in answer.text
    assert "Mobile is there" in text_of(answer)
    assert "Mobile is there" not in text_of(owner.get(PROJECTS))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("  ", "Give the project a name."),
        ("x" * 101, "one line of at most 100 characters"),
        ("MOBILE", "There is a project called “MOBILE” already."),
        ("Web", "There is a group called “App-Web-Admin” already."),
        ("<b>“x”\u202e", "one line of at most 100 characters"),
    ],
)
def test_a_project_that_cannot_be_is_refused_in_its_dialog_which_keeps_what_was_typed(
    owner: Person, acme: Acme, name: str, sentence: str
) -> None:
    acme.project("Mobile")
    acme.group("App-Web-Admin")
    before = names(acme)
    answer = owner.post(PROJECTS, {"name": name}, on=PROJECTS)
    assert answer.status_code == 422
    dialog = opened(answer.text)
    assert sentence.replace("“", '"').replace("”", '"') in text_of(answer)
    assert dialog.count('role="alert"') == answer.text.count('role="alert"') == 1
    assert f'value="{name}"'.replace("<", "&lt;").replace(">", "&gt;") in dialog
    assert names(acme) == before


def test_the_matrix_counts_people_under_their_highest_role_and_leads_to_the_group(viewer: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    ada, alan, grace = acme.users("ada", "alan", "grace")
    acme.push(acme.pair(mobile, "Admin"), ada, alan)
    acme.push(acme.pair(mobile, "Member"), ada, grace)
    acme.push(acme.pair(acme.team(mobile, "iOS"), "Member"), grace)
    acme.deactivate(alan, "alan")
    page = viewer.get(PROJECTS).text
    assert [cell(page, role, "Mobile") for role in ("Owner", "Admin", "Member", "Read-Only")] == [
        "0 people", "1 person", "1 person", "0 people",
    ]  # fmt: skip
    assert cell(page, "Member", "Mobile / iOS") == "1 person"
    assert page.count('aria-label="Owner in Mobile / iOS') == 0
    assert f'href="/settings/organization/groups/{acme.pair(mobile, "Admin")}' in page


def test_nothing_of_another_organisation_is_seen_or_changed(owner: Person, acme: Acme) -> None:
    other = transact(acme.session, lambda: organizations.create(acme.session, "Other"))
    elsewhere = Acme(acme.app, acme.session, other.id)
    secret = elsewhere.project("Secret", "Cell")
    custom = elsewhere.do(lambda store: scopes.create_role(store, "Spy").id)
    cell_id = elsewhere.team(secret, "Cell")
    mine = acme.project("Mobile")
    assert "Secret" not in owner.get(PROJECTS).text
    assert owner.get(f"{PROJECTS}/{secret}").status_code == 404
    for path, form in (
        (f"{PROJECTS}/{secret}/rename", {"name": "x"}),
        (f"{PROJECTS}/{secret}/delete", {}),
        (f"{PROJECTS}/{secret}/teams", {"name": "x"}),
        (f"{PROJECTS}/{secret}/teams/{cell_id}/delete", {}),
        (f"{PROJECTS}/{mine}/teams/{cell_id}/delete", {}),
        (f"{PROJECTS}/{mine}/default-role", {"role": custom}),
        (f"{ROLES}/{custom}/rename", {"name": "x"}),
        (f"{ROLES}/{custom}/delete", {}),
    ):
        assert owner.post(path, form, on=PROJECTS).status_code == 404, path
    assert names(elsewhere) == {
        *(f"App-Secret-{role}" for role in ("Read-Only", "Member", "Admin", "Owner", "Spy")),
        "App-Secret-Cell-Member",
        "App-Secret-Cell-Admin",
    }


@pytest.mark.parametrize("bad", ["x", NOWHERE, "x" * 300])
def test_a_project_that_is_not_there_is_not_found(owner: Person, bad: str) -> None:
    assert owner.get(f"{PROJECTS}/{bad}").status_code == 404
    assert owner.post(f"{PROJECTS}/{bad}/rename", {"name": "x"}, on=PROJECTS).status_code == 404


def test_a_project_is_renamed_with_its_groups_which_keep_their_ids(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    admin = acme.pair(mobile, "Admin")
    page = f"{PROJECTS}/{mobile}"
    assert owner.post(f"{page}/rename", {"name": "Apps"}, on=page).location == page
    assert "The project and its groups are renamed." in text_of(owner.get(page))
    assert acme.name(admin) == "App-Apps-Admin" and "App-Apps-iOS-Member" in names(acme)
    acme.project("Web")
    answer = owner.post(f"{page}/rename", {"name": "web"}, on=page)
    assert answer.status_code == 422 and 'value="web"' in opened(answer.text)
    assert "There is a project called" in text_of(answer)
    assert "App-Apps-Admin" in names(acme)


def test_the_dialog_of_a_deletion_says_what_goes_and_then_it_is_gone(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS", "Android")
    ada, alan = acme.users("ada", "alan")
    acme.push(acme.pair(mobile, "Admin"), ada)
    acme.push(acme.pair(acme.team(mobile, "iOS"), "Member"), alan, ada)
    pushed = acme.group("Mobile admins", [alan])
    owner.post(
        f"/settings/organization/groups/{pushed}/bindings", {"to": f"{mobile}:{acme.role('Admin')}"}, on=PROJECTS
    )
    page = f"{PROJECTS}/{mobile}"
    said = text_of(owner.get(f"{page}?dialog=delete-project"))
    assert "4 groups, one for each role" in said and "2 teams and 4 groups" in said
    assert "Every role that 2 people have in it" in said and "The bindings of Mobile admins" in said.replace("  ", " ")
    answer = owner.post(f"{page}/delete", on=page)
    assert answer.location == PROJECTS
    assert "Mobile is deleted" in text_of(owner.get(PROJECTS))
    assert names(acme) == {"Mobile admins"} and acme.roles(ada) == {} and acme.roles(alan) == {}
    assert owner.get(page).status_code == 404


def test_the_default_role_is_what_everybody_else_has(owner: Person, viewer: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    ada, alan = acme.users("ada", "alan")
    acme.push(acme.pair(mobile, "Admin"), ada)
    page = f"{PROJECTS}/{mobile}"
    assert "1 active person without a role of their own here" in text_of(owner.get(page))
    answer = owner.post(f"{page}/default-role", {"role": acme.role("Read-Only")}, on=page, headers=HTMX)
    assert "Everybody else in the organization has Read-Only here." in text_of(answer)
    assert (acme.roles(ada), acme.roles(alan)) == ({"Mobile": "Admin"}, {"Mobile": "Read-Only"})
    assert "Everybody else: Read-Only" in text_of(viewer.get(PROJECTS))
    assert "without a role of their own here Read-Only" in text_of(viewer.get(page))
    owner.post(f"{page}/default-role", {"role": ""}, on=page)
    assert acme.roles(alan) == {}
    assert owner.post(f"{page}/default-role", {"role": NOWHERE}, on=page).status_code == 404
    assert owner.post(f"{page}/default-role", {"role": acme.role("Admin", "team")}, on=page).status_code == 404


def test_a_team_is_made_renamed_deleted_and_restored_with_its_members(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    ada = acme.user("ada")
    page = f"{PROJECTS}/{mobile}"
    assert owner.post(f"{page}/teams", {"name": "iOS"}, on=page).location == page
    team = acme.team(mobile, "iOS")
    again = owner.post(f"{page}/teams", {"name": "ios"}, on=page)
    assert again.status_code == 422 and 'value="ios"' in opened(again.text)
    assert owner.post(f"{page}/teams/{team}/rename", {"name": "Apple"}, on=page).status_code == 303
    group = acme.pair(team, "Member")
    assert acme.name(group) == "App-Mobile-Apple-Member"
    acme.push(group, ada)
    said = text_of(owner.get(f"{page}?dialog=delete-{team}"))
    assert "The role that 1 person has in it" in said and "within 7 days" in said
    owner.post(f"{page}/teams/{team}/delete", on=page)
    assert acme.roles(ada) == {} and "App-Mobile-Apple-Member" not in names(acme)
    shown = text_of(owner.get(page))
    assert "Deleted teams" in shown and "owner@acme.example" in shown and "gone for good in 6 days" in shown
    assert owner.post(f"{page}/teams/{team}/restore", on=page).location == page
    assert acme.roles(ada) == {"Mobile / Apple": "Member"}
    assert acme.pair(acme.team(mobile, "Apple"), "Member") == group
    assert "Deleted teams" not in text_of(owner.get(page))


def test_a_team_is_no_part_of_another_project(owner: Person, acme: Acme) -> None:
    mobile, web = acme.project("Mobile", "iOS"), acme.project("Web")
    team = acme.team(mobile, "iOS")
    for action, form in (("rename", {"name": "x"}), ("delete", {})):
        assert owner.post(f"{PROJECTS}/{web}/teams/{team}/{action}", form, on=PROJECTS).status_code == 404
    assert "App-Mobile-iOS-Member" in names(acme)
    owner.post(f"{PROJECTS}/{mobile}/teams/{team}/delete", on=PROJECTS)
    assert owner.post(f"{PROJECTS}/{web}/teams/{team}/restore", on=PROJECTS).status_code == 409
    assert "App-Mobile-iOS-Member" not in names(acme)


def test_a_team_is_not_restored_after_seven_days_nor_twice_nor_over_another(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    page, team = f"{PROJECTS}/{mobile}", acme.team(mobile, "iOS")
    owner.post(f"{page}/teams/{team}/delete", on=page)
    owner.post(f"{page}/teams", {"name": "iOS"}, on=page)
    answer = owner.post(f"{page}/teams/{team}/restore", on=page)
    assert answer.status_code == 409 and "There is a team called" in text_of(answer)
    owner.post(f"{page}/teams/{acme.team(mobile, 'iOS')}/rename", {"name": "Other"}, on=page)
    past = datetime.now(UTC) - timedelta(days=7, minutes=1)
    acme.do(lambda store: store.session.execute(update(DeletedTeam).values(deleted_at=past)))
    assert "Deleted teams" not in text_of(owner.get(page))
    answer = owner.post(f"{page}/teams/{team}/restore", on=page)
    assert answer.status_code == 409 and "There is no such team to restore any more." in text_of(answer)


def test_a_role_of_the_organisations_own_is_made_renamed_and_deleted(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    ada = acme.user("ada")
    assert owner.post(ROLES, {"name": "Analyst", "rank": "250"}, on=PROJECTS).location == PROJECTS
    role = acme.role("Analyst")
    acme.push(acme.pair(mobile, "Analyst"), ada)
    acme.push(acme.pair(mobile, "Member"), ada)
    assert acme.roles(ada) == {"Mobile": "Analyst"}
    assert cell(owner.get(PROJECTS).text, "Analyst", "Mobile") == "1 person"
    owner.post(f"{ROLES}/{role}/rename", {"name": "Scientist"}, on=PROJECTS)
    assert "App-Mobile-Scientist" in names(acme)
    said = text_of(owner.get(f"{PROJECTS}?dialog=delete-role-{role}"))
    assert "1 group, one in each project" in said and "The role of 1 person" in said
    owner.post(f"{ROLES}/{role}/delete", on=PROJECTS)
    assert acme.roles(ada) == {"Mobile": "Member"} and "App-Mobile-Scientist" not in names(acme)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "admin", "rank": ""}, "There is a role called"),
        ({"name": "Analyst", "rank": "300"}, "The rank 300 is taken"),
        ({"name": "Analyst", "rank": "high"}, "A rank is a whole number"),
        ({"name": "Analyst", "rank": "²"}, "A rank is a whole number"),
        ({"name": "Analyst", "rank": "-5"}, "A rank is a whole number"),
        ({"name": "Analyst", "rank": "0"}, "taken or out of range"),
        ({"name": "", "rank": "250"}, "Give the role a name."),
    ],
)
def test_a_role_that_cannot_be_is_refused_and_both_fields_are_kept(
    owner: Person, form: dict[str, str], sentence: str
) -> None:
    answer = owner.post(ROLES, form, on=PROJECTS)
    assert answer.status_code == 422 and sentence in text_of(answer)
    dialog = opened(answer.text)
    assert f'name="name" value="{form["name"]}"' in dialog and f'name="rank" value="{form["rank"]}"' in dialog


def test_built_in_roles_have_no_buttons_and_are_refused(owner: Person, acme: Acme) -> None:
    admin = acme.role("Admin")
    page = owner.get(PROJECTS).text
    assert f"rename-role-{admin}" not in page and "Built in" in page
    for action, form in (("rename", {"name": "x"}), ("delete", {})):
        answer = owner.post(f"{ROLES}/{admin}/{action}", form, on=PROJECTS)
        assert answer.status_code in {409, 422} and "Admin is built in" in text_of(answer)


def test_an_admin_may_do_all_of_it_and_a_viewer_sees_no_forms(enter: Enter, viewer: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile", "iOS")
    acme.do(lambda store: scopes.create_role(store, "Analyst"))
    acme.group("Anything")
    assert enter("admin").post(PROJECTS, {"name": "Web"}, on=PROJECTS).status_code == 303
    for path in (PROJECTS, f"{PROJECTS}/{mobile}"):
        page = viewer.get(path).text
        forms = re.findall(r'<form [^>]*action="(/settings/[^"]*)"', page)
        assert {each for each in forms if not each.endswith("/find")} == set()
        assert not dialogs(page) and ">Save<" not in page


def test_groups_that_mean_nothing_are_listed_with_what_their_name_suggests(owner: Person, acme: Acme) -> None:
    acme.project("Mobile")
    ada = acme.user("ada")
    acme.group("Mobile admins", [ada])
    acme.group("Lunch")
    page = text_of(owner.get(PROJECTS))
    assert "Groups without a role 2" in page
    assert "1 member · looks like Admin in Mobile" in page.replace("  ", " ")
    assert "App-Mobile-Admin" not in page.partition("Groups without a role")[2].partition("Roles")[0]
    for number in range(25):
        acme.group(f"Group {number:02}")
    assert "And 7 groups more." in text_of(owner.get(PROJECTS))


def test_names_that_are_hostile_stay_text(owner: Person, acme: Acme) -> None:
    hostile = "<script>alert(1)</script>\"'&"
    owner.post(PROJECTS, {"name": hostile}, on=PROJECTS)
    acme.session.rollback()
    project = acme.session.scalars(select(Scope.id).where(Scope.kind == "project")).one()
    owner.post(f"{PROJECTS}/{project}/teams", {"name": hostile}, on=PROJECTS)
    owner.post(ROLES, {"name": hostile}, on=PROJECTS)
    acme.group(f"{hostile} pushed")
    for path in (PROJECTS, f"{PROJECTS}/{project}"):
        page = owner.get(path)
        assert page.status_code == 200 and "<script>alert" not in page.text and "&lt;script&gt;" in page.text


def test_the_page_of_many_projects_asks_the_database_as_often_as_that_of_one(owner: Person, acme: Acme) -> None:
    asked: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    acme.project("One", "Team")
    event.listen(acme.session.get_bind(), "before_cursor_execute", listen)
    owner.get(PROJECTS)
    few = len(asked)
    for number in range(8):
        acme.project(f"Project {number}", "A", "B")
    asked.clear()
    owner.get(PROJECTS)
    assert len(asked) == few
