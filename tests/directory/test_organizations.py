"""Organisations: names, slugs, domains."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory import organizations
from scim_app.directory.changes import Actor
from scim_app.directory.tables import Change, Organization
from scim_app.directory.transaction import transact
from scim_app.extensions import db

ADA = Actor("administrator", "ada@acme.example", "7")


def make(session: scoped_session[Session], name: str, **given: object) -> Organization:
    return transact(session, lambda: organizations.create(session, name, **given))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("  Acme   Corp. (EU)  ", "acme-corp-eu"),
        ("Łódź Ünïted", "odz-united"),
        ("株式会社", "organization"),
        ("x" * 100, "x" * 43),
    ],
)
def test_a_slug_is_made_from_the_name(session: scoped_session[Session], name: str, slug: str) -> None:
    assert make(session, name).slug == slug


def test_organisations_of_one_name_get_numbered_slugs(session: scoped_session[Session]) -> None:
    assert [make(session, "Acme").slug for _ in range(3)] == ["acme", "acme-2", "acme-3"]


def test_a_given_slug_is_taken_as_it_is_and_refused_when_another_has_it(session: scoped_session[Session]) -> None:
    assert make(session, "Acme", slug="emca").slug == "emca"
    with pytest.raises(ValueError, match='The slug "emca" is taken by another organization.'):
        make(session, "Other", slug="emca")
    assert session.scalars(select(Organization.name)).all() == ["Acme"]


@pytest.mark.parametrize("slug", ["", "Acme", "a--b", "-a", "a-", "a b", "ä", "x" * 51, "a\n"])
def test_a_slug_that_could_not_stand_in_an_address_is_refused(session: scoped_session[Session], slug: str) -> None:
    with pytest.raises(ValueError, match="A slug has at most 50 lower-case letters"):
        make(session, "Acme", slug=slug)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "two\nlines", "nul\0", "\u202eemca", "lone \ud800"])
def test_a_name_that_cannot_be_read_is_refused(session: scoped_session[Session], name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        make(session, name)


def test_domains_are_kept_in_lower_case_and_in_the_form_dns_knows_once_each(session: scoped_session[Session]) -> None:
    made = make(session, "Acme", domains=["Example.COM", "example.com", "bücher.example", " acme.example "])
    assert made.domains == ["example.com", "xn--bcher-kva.example", "acme.example"]


@pytest.mark.parametrize(
    "domain", ["", "com", "a b.com", "@acme.com", "a..com", "-a.com", "x" * 64 + ".com", "http://a.com"]
)
def test_what_is_not_a_domain_is_refused(session: scoped_session[Session], domain: str) -> None:
    with pytest.raises(ValueError, match="is not an e-mail domain"):
        make(session, "Acme", domains=[domain])


def test_an_organisation_is_found_by_its_slug_and_by_its_id(session: scoped_session[Session]) -> None:
    made = make(session, "Acme")
    assert organizations.by_slug(session, "acme") is organizations.get(session, made.id) is made
    assert organizations.by_slug(session, "ACME") is organizations.get(session, "acme") is None


def test_making_and_renaming_are_in_the_history(session: scoped_session[Session]) -> None:
    made = make(session, "Acme")
    transact(session, lambda: organizations.rename(session, made.id, ADA, " Acme Corp "))
    transact(session, lambda: organizations.rename(session, made.id, ADA, "Acme Corp"))
    entries = session.scalars(select(Change).order_by(Change.id)).all()
    assert [(each.action, each.actor_name, each.target_name) for each in entries] == [
        ("organization:created", "Command line", "Acme"),
        ("organization:renamed", "ada@acme.example", "Acme Corp"),
    ]
    assert entries[1].difference == [{"attribute": "name", "before": "Acme", "after": "Acme Corp"}]
    assert (made.name, made.slug) == ("Acme Corp", "acme")


def test_organisations_of_one_name_made_at_once_all_get_a_slug_of_their_own(
    app: Flask, session: scoped_session[Session]
) -> None:
    slugs: list[str] = []
    together = threading.Barrier(6)

    def create() -> None:
        with app.app_context():
            together.wait(10)
            slugs.append(transact(db.session, lambda: organizations.create(db.session, "Acme")).slug)

    threads = [threading.Thread(target=create) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slugs) == ["acme", "acme-2", "acme-3", "acme-4", "acme-5", "acme-6"]
