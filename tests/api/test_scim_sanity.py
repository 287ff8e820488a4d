"""The strict probe of scim-sanity passes: resources from creation to deletion, search, errors, media types."""

from __future__ import annotations

import pytest
from scim_sanity.probe.runner import run_probe_api

from tests.api.wire import Client


@pytest.mark.rfc("DSC-05", "ERR-01")
def test_scim_sanity_finds_no_fault(scim: Client) -> None:
    key = (scim.headers["Authorization"] or "").removeprefix("Bearer ")
    report = run_probe_api(scim.base_url, token=key, strict=True)
    found = [f"{each['status']} {each['name']}: {each.get('message', '')}" for each in report["results"]]
    assert (report["summary"]["passed"] > 25, report["exit_code"]) == (True, 0), "\n".join(found)
    assert (report["summary"]["warnings"], report["issues"]) == (0, []), "\n".join(found)
