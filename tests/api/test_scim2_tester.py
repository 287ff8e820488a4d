"""The checks behind `scim2 --url … test` find no error."""

from __future__ import annotations

import pytest
from httpx2 import Client as HttpClient
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

from tests.api.wire import Client

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.SKIPPED}


@pytest.mark.rfc("ERR-05", "CHR-18")
def test_scim2_tester_finds_no_error(scim: Client) -> None:
    with HttpClient(base_url=scim.base_url, headers={"Authorization": scim.headers["Authorization"] or ""}) as client:
        results = check_server(SyncSCIMClient(client))
    assert len(results) > 50
    failed = [
        f"{result.status.name} {result.title}: {result.reason}" for result in results if result.status not in PASSED
    ]
    assert not failed, "\n".join(failed)
