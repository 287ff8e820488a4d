"""Organisations: made by an operator, named by a slug in commands and by their id everywhere else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from scim_app.directory import population
from scim_app.directory.changes import OPERATOR, Actor, Target, record
from scim_app.directory.ids import new_id
from scim_app.directory.roles import built_in
from scim_app.directory.tables import Organization
from scim_app.directory.transaction import AnySession

NAME_LENGTH = 100
SLUG_LENGTH = 50
DOMAINS_AT_MOST = 100
DEMO = "demo"
"""The slug of the organisation that `flask demo` makes, to be looked at on one machine."""
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
"""One label of a host name: RFC 1123 §2.1."""


def create(
    session: AnySession, name: str, slug: str | None = None, domains: Iterable[str] = (), actor: Actor = OPERATOR
) -> Organization:
    """A new organisation. Without a slug it gets one made from its name, numbered if others have it.

    Raises ValueError for a name, slug or domain that cannot be, and for a given slug that is taken.
    """
    name = checked_name(name)
    accepted = list(dict.fromkeys(checked_domain(domain) for domain in domains))
    for candidate in (checked_slug(slug),) if slug is not None else slugs_from(name):
        made = Organization(id=new_id(), name=name, slug=candidate, domains=accepted, created_at=datetime.now(UTC))
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:
            continue
        population.begin(session, made.id)
        built_in.found(session, made.id, name)
        changed = [{"attribute": "slug", "before": None, "after": candidate}]
        record(session, made.id, actor, "organization:created", Target("Organization", made.id, name), changed)
        return made
    raise ValueError(f'The slug "{slug}" is taken by another organization.')


def by_slug(session: AnySession, slug: str) -> Organization | None:
    """The organisation with that slug."""
    return session.scalars(select(Organization).where(Organization.slug == slug)).one_or_none()


def everywhere(session: AnySession) -> Sequence[Organization]:
    """Every organisation, by its slug."""
    return session.scalars(select(Organization).order_by(Organization.slug)).all()


def get(session: AnySession, organization_id: str) -> Organization | None:
    """The organisation with that id."""
    return session.get(Organization, organization_id)


def rename(session: AnySession, organization_id: str, actor: Actor, name: str) -> Organization:
    """The organisation under its new name; the slug stays. Raises ValueError for a name that cannot be."""
    name = checked_name(name)
    statement = select(Organization).where(Organization.id == organization_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise ValueError("There is no such organization.")
    if found.name != name:
        changed = [{"attribute": "name", "before": found.name, "after": name}]
        found.name = name
        record(session, found.id, actor, "organization:renamed", Target("Organization", found.id, name), changed)
    return found


def accept(session: AnySession, organization_id: str, actor: Actor, domains: Iterable[str]) -> None:
    """Accept these e-mail domains from now on, and any if there are none. Raises ValueError for what is not a domain."""
    accepted = list(dict.fromkeys(checked_domain(domain) for domain in domains))
    if len(accepted) > DOMAINS_AT_MOST:
        raise ValueError(f"An organization accepts at most {DOMAINS_AT_MOST} e-mail domains.")
    statement = select(Organization).where(Organization.id == organization_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one()
    if found.domains != accepted:
        changed = [{"attribute": "domains", "before": found.domains, "after": accepted}]
        found.domains = accepted
        target = Target("Organization", found.id, found.name)
        record(session, found.id, actor, "organization:domains:changed", target, changed)


def checked_name(name: str) -> str:
    """The name without spaces around it. Raises ValueError for one that is empty, too long or not one line of text."""
    name = name.strip()
    if not name:
        raise ValueError("Give the organization a name.")
    if len(name) > NAME_LENGTH:
        raise ValueError(f"The name of an organization has at most {NAME_LENGTH} characters.")
    if not name.isprintable():
        raise ValueError("The name of an organization is one line of text without control characters.")
    return name


def checked_slug(slug: str) -> str:
    """The slug as it is. Raises ValueError for one that could not stand in an address."""
    if len(slug) > SLUG_LENGTH or not SLUG.fullmatch(slug):
        raise ValueError(
            f"A slug has at most {SLUG_LENGTH} lower-case letters and digits, with single hyphens between them."
        )
    return slug


def checked_domain(domain: str) -> str:
    """The domain in lower case and in the form DNS knows it (IDNA). Raises ValueError for what is not a domain."""
    try:
        ascii_form = domain.strip().encode("idna").decode("ascii").lower()
    except UnicodeError:
        ascii_form = ""
    labels = ascii_form.split(".")
    if len(ascii_form) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels):
        raise ValueError(f'"{domain[:100]}" is not an e-mail domain such as example.com.')
    return ascii_form


def slugs_from(name: str) -> Iterator[str]:
    """Slugs for that name, the plain one first, then numbered from 2."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = "-".join(re.findall("[a-z0-9]+", plain))[: SLUG_LENGTH - 7].rstrip("-") or "organization"
    yield stem
    for number in count(2):
        yield f"{stem}-{number}"
