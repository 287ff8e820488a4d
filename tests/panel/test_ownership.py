"""The organisation's ownership: who may transfer it, what follows, and what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from scim_app.directory import organizations
from scim_app.directory.roles import ownership
from scim_app.directory.tables import SearchValue, SignIn, User
from scim_app.directory.transaction import transact
from scim_app.extensions import db
from scim_app.protocol.errors import Mutability
from tests.panel.conftest import HTMX, PASSWORD, Enter, Person, text_of
from tests.panel.people import Acme, dialogs

OWNERSHIP = "/settings/organization/ownership"
sqlite = pytest.mark.databases("sqlite")


def document(acme: Acme, user_id: str) -> dict[str, object]:
    acme.session.rollback()
    return dict(acme.session.scalars(select(User.document).where(User.id == user_id)).one())


def role(acme: Acme, user_id: str) -> str:
    """The organisation role, which the column, the attribute, the index and the effective role agree about."""
    acme.session.rollback()
    row = acme.session.get_one(User, user_id)
    said = row.document.get("orgRole", "Member")
    indexed = acme.session.scalars(
        select(SearchValue.key).where(SearchValue.resource_id == user_id, SearchValue.path == "orgrole")
    ).all()
    assert row.org_role == said and indexed in ([], [said.lower()])
    assert (row.owner_of == acme.organization_id) is (said == "Owner")
    assert acme.roles(user_id).get("Organization", "Member") == said
    return row.org_role


def transfer(person: Person, to: str, fro: str = "") -> TestResponse:
    return person.post(OWNERSHIP, {"to": to, "from": fro}, on=OWNERSHIP)


@sqlite
def test_an_owner_makes_somebody_else_the_owner_and_the_old_one_an_admin(owner: Person, acme: Acme) -> None:
    ada, grace = acme.user("ada", orgRole="Owner"), acme.user("grace")
    assert "ada" in text_of(owner.get("/settings/organization"))
    asked = text_of(owner.get(f"{OWNERSHIP}?q=GRA&to={grace}"))
    assert "Make grace the owner?" in asked.replace("  ", " ") and "becomes Admin" in asked
    answer = transfer(owner, grace, ada)
    assert (answer.status_code, answer.location) == (303, OWNERSHIP)
    assert "grace owns the organization now." in text_of(owner.get(OWNERSHIP))
    assert (role(acme, ada), role(acme, grace)) == ("Admin", "Owner")


@sqlite
def test_the_history_says_who_did_it_and_what_followed(owner: Person, acme: Acme) -> None:
    ada, grace = acme.user("ada", orgRole="Owner"), acme.user("grace", orgRole="Admin")
    transfer(owner, grace, ada)
    told = acme.history()[-4:]
    cause = told[0]
    assert [each.action for each in told] == [
        "organization:ownership:transferred", "user:updated", "user:updated", "role:changed",
    ]  # fmt: skip
    assert cause.difference == [{"attribute": "owner", "before": "ada", "after": "grace"}]
    assert {each.cause_id for each in told[1:]} == {cause.id}
    assert {each.actor_name for each in told} == {"owner@acme.example"}
    assert told[1].difference == [{"attribute": "orgRole", "before": "Owner", "after": "Admin"}]


@sqlite
def test_an_owner_named_among_roles_is_an_owner_no_more(owner: Person, acme: Acme) -> None:
    mobile = acme.project("Mobile")
    pair = acme.pair(mobile, "Member")
    ada = acme.user("ada", roles=[{"value": "owner"}, {"value": pair}])
    grace = acme.user("grace")
    transfer(owner, grace, ada)
    assert (role(acme, ada), role(acme, grace)) == ("Admin", "Owner")
    assert document(acme, ada)["roles"] == [{"value": pair}]
    assert acme.roles(ada)["Mobile"] == "Member"


@sqlite
def test_afterwards_the_directory_is_held_to_the_new_owner(owner: Person, acme: Acme) -> None:
    ada, grace = acme.user("ada", orgRole="Owner"), acme.user("grace")
    transfer(owner, grace, ada)
    acme.directory.delete("User", ada)
    with pytest.raises(Mutability):
        acme.directory.delete("User", grace)


@sqlite
def test_an_organisation_without_an_owner_is_given_one(owner: Person, acme: Acme) -> None:
    grace = acme.user("grace")
    assert "Nobody" in text_of(owner.get(OWNERSHIP))
    transfer(owner, grace)
    assert role(acme, grace) == "Owner"


@sqlite
def test_only_an_owner_of_the_panel_may(enter: Enter, viewer: Person, acme: Acme) -> None:
    ada, grace = acme.user("ada", orgRole="Owner"), acme.user("grace")
    for person in (enter("admin"), viewer):
        page = person.get(f"{OWNERSHIP}?q=g&to={grace}")
        assert page.status_code == 200 and not dialogs(page.text) and "Make owner" not in page.text
        assert "Transfer" not in person.get("/settings/organization").text
        assert transfer(person, grace, ada).status_code == 403
    assert role(acme, ada) == "Owner"


@sqlite
def test_what_cannot_be_is_refused_with_a_sentence_and_changes_nothing(owner: Person, acme: Acme) -> None:
    ada, grace, off = acme.user("ada", orgRole="Owner"), acme.user("grace"), acme.user("off")
    acme.deactivate(off, "off")
    other = transact(acme.session, lambda: organizations.create(acme.session, "Other"))
    stranger = Acme(acme.app, acme.session, other.id).user("stranger")
    before = len(acme.history())
    for to, fro, status, sentence in (
        (off, ada, 409, "off is not active."),
        (ada, ada, 409, "ada owns the organization already."),
        (grace, "", 409, "another owner since this page was shown"),
        (grace, grace, 409, "another owner since this page was shown"),
        (stranger, ada, 404, "There is nothing here"),
        ("x", ada, 404, "There is nothing here"),
    ):
        answer = transfer(owner, to, fro)
        assert answer.status_code == status and sentence in text_of(answer), to
    assert role(acme, ada) == "Owner" and len(acme.history()) == before


@sqlite
def test_five_minutes_after_the_password_it_is_asked_for(owner: Person, acme: Acme) -> None:
    ada, grace = acme.user("ada", orgRole="Owner"), acme.user("grace")
    past = datetime.now(UTC) - timedelta(minutes=6)
    acme.do(lambda store: store.session.execute(update(SignIn).values(authenticated_at=past)))
    assert "Enter your password" in text_of(transfer(owner, grace, ada))
    assert role(acme, ada) == "Owner"
    owner.post(OWNERSHIP, {"to": grace, "from": ada, "current_password": PASSWORD}, on=OWNERSHIP)
    assert role(acme, grace) == "Owner"


@sqlite
def test_people_are_found_by_the_beginning_of_a_name_and_nobody_of_another_organisation(
    owner: Person, acme: Acme
) -> None:
    other = transact(acme.session, lambda: organizations.create(acme.session, "Other"))
    Acme(acme.app, acme.session, other.id).user("grace.other")
    acme.user("grace.hopper", displayName="Admiral Grace Hopper")
    acme.user("hopper_100%")
    for search, there in (("GRACE", True), ("admiral", True), ("hopper", False), ("%", False), ("_", False)):
        page = text_of(owner.get(f"{OWNERSHIP}?q={search.replace('%', '%25')}", headers=HTMX))
        assert ("grace.hopper" in page) is there, search
        assert "grace.other" not in page
    for number in range(12):
        acme.user(f"many{number:02}")
    page = text_of(owner.get(f"{OWNERSHIP}?q=many"))
    assert "many07" in page and "many08" not in page and "More people match." in page


def test_of_transfers_at_the_same_moment_one_happens_and_the_others_are_told(acme: Acme) -> None:
    ada = acme.user("ada", orgRole="Owner")
    heirs = acme.users(*(f"heir{number}" for number in range(4)))

    def give(to: str) -> str | None:
        with acme.app.app_context():
            store = Acme(acme.app, db.session, acme.organization_id).store
            try:
                transact(db.session, lambda: ownership.transfer(store, to, ada))
            except ValueError as refusal:
                return str(refusal)
            return None

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(give, heirs))
    assert answers.count(None) == 1 and set(answers) <= {None, ownership.MOVED_ON}
    assert role(acme, heirs[answers.index(None)]) == "Owner" and role(acme, ada) == "Admin"
    assert sorted(role(acme, each) for each in heirs) == ["Member", "Member", "Member", "Owner"]
