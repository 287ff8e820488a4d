"""What is secret is sent in every place where it may go astray, and is found nowhere afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from bench.service import Client, Service
from scim_app.directory.keys.form import fresh
from tests.api.words import PATCH_OP, USER

pytestmark = pytest.mark.databases("sqlite")
PASSWORD = "canary-of-a-pass-phrase-7Q"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return environment | {"LOG_LEVEL": "DEBUG"}


def stray(client: Client, secret: str) -> list[int]:
    """Requests with the secret where it does not belong; how each was answered."""
    lost = {"Authorization": f"Bearer Bearer {secret}"}
    agent = {"User-Agent": f"curl {secret}"}
    value = {"schemas": [USER], "userName": "ada@acme.example", "password": PASSWORD}
    change = {"op": "replace", "path": "password", "value": PASSWORD}
    asked = [
        client.ask("POST", "/Users", value),
        client.ask("POST", "/Users", value | {"userName": "b", "displayName": "B", "userPassword": PASSWORD}),
        client.ask("GET", "/Users?filter=" + quote(f'password eq "{PASSWORD}"')),
        client.ask("GET", f"/Users?password={PASSWORD}&access_token={secret}"),
        client.ask("GET", f"/Users/{secret}"),
        client.ask("GET", "/Users", None, lost),
        client.ask("GET", "/Users", None, agent),
        client.ask("GET", "/Users", None, {"Authorization": secret}),
        client.ask("POST", "/Bulk", {"Operations": [{"method": "POST", "path": "/Users", "data": value}]}),
        client.ask("PUT", f"/Users/{secret}", value),
    ]
    ada = client.ask("GET", "/Users?count=1").json["Resources"][0]["id"]
    asked.append(client.ask("PATCH", f"/Users/{ada}", {"schemas": [PATCH_OP], "Operations": [change]}))
    assert not [answer for answer in asked if PASSWORD in str(answer.json) or secret in str(answer.json)]
    return [answer.status for answer in asked]


def test_neither_a_key_nor_a_password_is_left_anywhere(
    serve: Callable[[int], Service], app: Flask, key: str, tmp_path: Path, figure: Callable[[str], None]
) -> None:
    service, nobodys = serve(2), fresh()[1]
    with service.connect() as client:
        statuses = stray(client, key) + stray(client, nobodys)
    assert not [status for status in statuses if status >= 500]
    assert service.stop() == 0
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"scim.db", "service.log"} <= {file.name for file in files}
    content = {file.name: file.read_bytes() for file in files}
    assert b"ada@acme.example" in b"".join(content.values())
    secrets = {"key": key, "nobody's key": nobodys, "password": PASSWORD}
    secrets |= {name: app.config[name] for name in ("KEY_PEPPER", "SECRET_KEY")}
    found = [(of, name) for of, secret in secrets.items() for name in content if secret.encode() in content[name]]
    assert found == []
    figure(f"{len(statuses)} requests with secrets astray: found in none of {len(files)} files")
