"""Fixtures of the tests of roles."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from scim_app.directory.policy import Policy
from scim_app.directory.tables import Organization
from tests.directory.roles.acme import Acme, acme_of


@pytest.fixture
def acme(session: scoped_session[Session], organization: Organization) -> Acme:
    """Acme, without projects, changed by the operator."""
    return acme_of(session, organization.id)


@pytest.fixture
def wiping(session: scoped_session[Session], organization: Organization) -> Acme:
    """Acme where deactivation takes roles away for good."""
    return acme_of(session, organization.id, Policy(wipes=True))
