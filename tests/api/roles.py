"""What the tests of roles over HTTP share: a project with a team, groups by name, roles as an application reads them."""

from __future__ import annotations

from tests.api.wire import Client

ACCESS = "urn:app:params:scim:schemas:extension:access:2.0:User"
NAMES = ("App-Mobile-Read-Only", "App-Mobile-Member", "App-Mobile-Admin", "App-Mobile-Owner")
TEAM_NAMES = ("App-Mobile-Core-Member", "App-Mobile-Core-Admin")


def project_roles(scim: Client, user_id: str) -> list[tuple[str, str, str]]:
    shown = scim.get(f"/Users/{user_id}", attributes=f"{ACCESS}:projectRoles").json.get(ACCESS, {})
    return [(each["display"], each["role"], each["via"]) for each in shown.get("projectRoles", [])]
