"""The checks behind `scim2 --url … test` find no error."""

from __future__ import annotations

import pytest
from httpx2 import Client as HttpClient
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from scim_app.directory.tables import Scope
from tests.api.wire import Client

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED}


def failures(scim: Client) -> list[str]:
    """What the tester found wrong with the service, as the organisation of this client sees it."""
    with HttpClient(base_url=scim.base_url, headers={"Authorization": scim.headers["Authorization"] or ""}) as client:
        results = check_server(SyncSCIMClient(client))
    assert len(results) > 50
    return [f"{result.status.name} {result.title}: {result.reason}" for result in results if result.status not in PASSED]


@pytest.fixture
def roles_are_not_offered(environment: dict[str, str]) -> None:
    """Clients that try to create whatever /ResourceTypes lists are spared what can only be read."""
    environment["OFFER_ROLES"] = "off"


@pytest.mark.rfc("ERR-05", "CHR-18")
def test_scim2_tester_finds_no_error(scim: Client) -> None:
    assert failures(scim) == []


@pytest.mark.databases("sqlite")
def test_scim2_tester_finds_no_error_where_there_are_projects(
    roles_are_not_offered: None, scim: Client, mobile: Scope
) -> None:
    assert failures(scim) == []
    assert scim.get("/Roles").json["totalResults"] == 3 + 4, "what is not offered can still be read"
