"""What is typed into the search of the changelog, and which entries it means."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import activity, qualifiers
from scim_app.directory.changes import Actor, Target, record
from scim_app.directory.qualifiers import Term, days, parse, written
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import transact

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("ada", (Term("", "ada"),)),
        ("ACTOR:Okta", (Term("actor", "Okta"),)),
        ('actor:"Okta production" -user:ada', (Term("actor", "Okta production"), Term("user", "ada", True))),
        ("action:user:created", (Term("action", "user:created"),)),
        ("foo:bar", (Term("", "foo:bar"),)),
        ('"', ()),
        ('actor:"open', (Term("actor", "open"),)),
        ("-", (Term("", "-"),)),
        ("-ada", (Term("", "ada", True),)),
    ],
)
def test_a_search_is_read_as_terms(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == terms
    assert parse(written(terms)) == terms


def test_a_search_has_so_many_terms_at_most() -> None:
    assert len(parse("x " * 1_000)) == qualifiers.TERMS_AT_MOST


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2026-11-01..2026-11-07", ("2026-11-01", "2026-11-08")),
        ("2026-11-01..", ("2026-11-01", "9000-01-02")),
        ("..2026-11-07", ("1970-01-01", "2026-11-08")),
        ("2026-11-01", ("2026-11-01", "2026-11-02")),
        (">=2026-11-01", ("2026-11-01", "9000-01-02")),
        (">2026-11-01", ("2026-11-02", "9000-01-02")),
        ("<2026-11-01", ("1970-01-01", "2026-11-01")),
        ("<=2026-11-01", ("1970-01-01", "2026-11-02")),
        ("2026-13-01", None),
        ("yesterday", None),
        ("0000-00-00", None),
    ],
)
def test_days_and_ranges_of_days(text: str, span: tuple[str, str] | None) -> None:
    found = days(text)
    assert (found and tuple(f"{each:%Y-%m-%d}" for each in found)) == span
    assert (qualifiers.problem(Term("created", text)) is None) is (span is not None)


@pytest.fixture
def acme(session: scoped_session[Session], organization: Organization) -> str:
    """The id of Acme, in whose history stand two actors and three targets."""
    place = organization.id

    def work() -> None:
        okta, ada = Actor("key", "Okta production"), Actor("administrator", "ada@acme.example")
        record(session, place, okta, "user:created", Target("User", "1", "ada@acme.example"))
        record(session, place, okta, "user:deactivated", Target("User", "2", "100%_grace"))
        record(session, place, ada, "group:updated", Target("Group", "3", "Okta users"))

    transact(session, work)
    return place


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("action:user", ["100%_grace", "ada@acme.example"]),
        ("action:user:created", ["ada@acme.example"]),
        ("actor:okta", ["100%_grace", "ada@acme.example"]),
        ("actor:ada", ["Okta users"]),
        ("user:ada", ["ada@acme.example"]),
        ("user:okta", []),
        ("group:okta", ["Okta users"]),
        ("okta -action:user action:group", ["Okta users"]),
        ("-actor:okta -action:organization", ["Okta users"]),
        ("user:100%_", ["100%_grace"]),
        ("user:%", ["100%_grace"]),
        ("user:_", ["100%_grace"]),
        (f"created:{TODAY} action:user", ["100%_grace", "ada@acme.example"]),
        ("created:2020-01-01..2020-12-31", []),
        (f"-created:{TODAY}", []),
    ],
)
def test_terms_choose_the_entries_that_are_meant(
    session: scoped_session[Session], acme: str, text: str, names: list[str]
) -> None:
    assert [entry.target_name for entry in activity.page(session, acme, parse(text)).entries] == names


def test_everything_is_read_in_batches_and_nothing_twice(
    session: scoped_session[Session], acme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "AT_ONCE", 2)
    found = [entry.target_name for entry in activity.everything(session, acme, ())]
    assert found == ["Okta users", "100%_grace", "ada@acme.example", "Acme"]
