"""The service that the pictures are taken of: an organisation, its keys, and a directory at work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import flask_migrate
from sqlalchemy import select, update

from scim_app import create_app
from scim_app.directory import administrators, keys, organizations
from scim_app.directory.changes import Actor
from scim_app.directory.roles import bindings, scopes, teams
from scim_app.directory.store import Store
from scim_app.directory.tables import Change, ScimKey, ScimRequest
from scim_app.directory.transaction import transact
from scim_app.extensions import db

PASSWORD = "correct horse battery staple"
EMAIL = "ada@acme.example"
ADA = Actor("administrator", EMAIL)
PEOPLE = ("grace.hopper", "katherine.johnson", "alan.turing", "joan.clarke", "mary.jackson", "radia.perlman")


class Place:
    """The running service, and the organisation in it."""

    def __init__(self, folder: Path) -> None:
        secrets = {"SECRET_KEY": "s" * 32, "KEY_PEPPER": "p" * 32, "PUBLIC_URL": "http://127.0.0.1:5999"}
        self.app = create_app({"DATABASE_URL": f"sqlite:///{folder / 'scim.db'}", "PRODUCT_NAME": "Atlas", **secrets})
        self.url = secrets["PUBLIC_URL"]
        # What the pages show. Cookies and the address that the browser opens stay those of this machine.
        self.app.config["PUBLIC_URL"] = "https://scim.example.com"
        with self.app.app_context():
            flask_migrate.upgrade()
            self.organization_id = transact(db.session, self._organization)

    def _organization(self) -> str:
        made = organizations.create(db.session, "Acme", domains=["acme.example"], actor=ADA)
        administrators.create(db.session, EMAIL, made.id, "owner", password=PASSWORD, actor=ADA)
        return made.id

    def generate(self, label: str, days: int) -> str:
        """A key of the organisation's; its id."""
        return keys.generate(
            db.session, self.organization_id, ADA, "p" * 32,
            label=label, scope="provision", expires_at=datetime.now(UTC) + timedelta(days=days, hours=1),
        ).id  # fmt: skip

    def do(self, work: Callable[[], object]) -> None:
        """Run it in a transaction."""
        with self.app.app_context():
            transact(db.session, work)

    def enable(self) -> None:
        """One key in use, another about to expire, and a third that reads."""

        def work() -> None:
            old, new = self.generate("Okta sandbox", 12), self.generate("Okta production", 365)
            keys.generate(db.session, self.organization_id, ADA, "p" * 32, label="Billing", scope="read",
                          expires_at=datetime.now(UTC) + timedelta(days=200))  # fmt: skip
            used = {"last_used_address": "198.51.100.24", "last_used_client": "Okta SCIM Client 1.0.0"}
            for key_id, ago in ((old, timedelta(days=3)), (new, timedelta(minutes=4))):
                db.session.execute(
                    update(ScimKey).where(ScimKey.id == key_id).values(last_used_at=datetime.now(UTC) - ago, **used)
                )

        self.do(work)

    def replace(self) -> None:
        """The key in use is being replaced, and the directory has the new one already."""

        def work() -> None:
            (old,) = (
                key for key in keys.of_organization(db.session, self.organization_id) if key.label == "Okta sandbox"
            )
            keys.deactivate(db.session, self.organization_id, ADA, old.id)
            (busy,) = (
                key for key in keys.of_organization(db.session, self.organization_id) if key.label == "Okta production"
            )
            new = keys.regenerate(db.session, self.organization_id, ADA, "p" * 32, busy.id, timedelta(hours=24))
            used = {"last_used_address": "198.51.100.24", "last_used_client": "Okta SCIM Client 1.0.0"}
            db.session.execute(
                update(ScimKey).where(ScimKey.id == new.id).values(last_used_at=datetime.now(UTC), **used)
            )

        self.do(work)

    def deactivate(self) -> None:
        """No key is live."""

        def work() -> None:
            for key in keys.of_organization(db.session, self.organization_id):
                keys.deactivate(db.session, self.organization_id, ADA, key.id)

        self.do(work)

    def call(
        self, method: str, path: str, body: object = None, agent: str = "Okta SCIM Client 1.0.0"
    ) -> dict[str, object]:
        """A request of a directory's; what was answered."""
        headers = {"Authorization": f"Bearer {self.key}", "User-Agent": agent}
        if method == "PATCH" and isinstance(body, dict):
            body["schemas"] = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]
        return (
            self.app.test_client()
            .open(f"/scim/v2{path}", method=method, json=body, headers=headers)
            .get_json(silent=True)
            or {}
        )

    def populate(self) -> None:
        """A directory at work."""

        def work() -> None:
            for key in keys.of_organization(db.session, self.organization_id):
                keys.delete(db.session, self.organization_id, ADA, key.id)
            self.key = keys.generate(db.session, self.organization_id, ADA, "p" * 32, label="Okta production",
                                     scope="provision", expires_at=datetime.now(UTC) + timedelta(days=365)).key  # fmt: skip

        self.do(work)
        self.call("GET", "/Users?startIndex=1&count=2")
        ids = [str(self.call("POST", "/Users", person(name))["id"]) for name in PEOPLE]
        self.call("POST", "/Users", person(PEOPLE[0]))
        self.call("POST", "/Users", {**person(PEOPLE[0]), "userName": "grace.hopper@navy.example"})
        group = self.call(
            "POST", "/Groups", {"displayName": "Engineering", "members": [{"value": each} for each in ids[:3]]}
        )
        self.call("POST", "/Groups", {"displayName": "Design"})
        joins = {"op": "add", "path": "members", "value": [{"value": each} for each in ids[3:]]}
        leaves = {"op": "remove", "path": f'members[value eq "{ids[0]}"]'}
        self.call(
            "PATCH", f"/Groups/{group['id']}", {"Operations": [joins, leaves]}, "Microsoft Azure AD SCIM provisioning"
        )
        renamed = [{"op": "replace", "value": {"displayName": "Katherine G. Johnson", "title": "Mathematician"}}]
        self.call("PATCH", f"/Users/{ids[1]}", {"Operations": renamed})
        self.call("PATCH", f"/Users/{ids[2]}", {"Operations": [{"op": "replace", "value": {"active": False}}]})
        self.call("GET", "/Users/0197a000-0000-7000-8000-000000000000")
        self.user_id, self.group_id = ids[2], str(group["id"])
        self.app.extensions["journal"].flush()

        def age() -> None:
            for table in (Change, ScimRequest):
                for number, row in enumerate(db.session.scalars(select(table).order_by(table.id.desc())).all()):
                    row.at = datetime.now(UTC) - timedelta(minutes=3 + number**3 * 2)
            joined = select(Change.id).where(Change.action == "group:members:changed")
            self.change_id = db.session.scalars(joined).first()
            self.failed_id = db.session.scalars(select(ScimRequest.id).where(ScimRequest.status == 409)).first()

        self.do(age)

    def organize(self) -> None:
        """Projects with teams, a role of the organisation's own, and groups that mean something or not."""
        store = Store(db.session, self.organization_id, ADA, self.app.extensions["catalog"])

        def work() -> None:
            scopes.create_role(store, "Analyst", 250)
            mobile, web = scopes.create_project(store, "Mobile"), scopes.create_project(store, "Website")
            scopes.create_project(store, "Data platform")
            for project, names in ((mobile, ("Android", "iOS")), (web, ("Growth",))):
                for name in names:
                    scopes.create_team(store, project, name)
            scopes.set_default_role(store, web, scopes.role_called(store, "project", "Read-Only"))
            bindings.bind(store, self.group_id, mobile, scopes.role_called(store, "project", "Member"))
            teams.delete_team(store, scopes.create_team(store, mobile, "Watch"))
            names = "Atlas-Mobile-Admin", "Atlas-Mobile-iOS-Member", "Atlas-Website-Owner"
            self.project_id, self.pairs = mobile.id, [str(store.group_named(name)) for name in names]
            admin, member = (scopes.role_called(store, "project", name) for name in ("Admin", "Member"))
            self.to, self.bound = f"{mobile.id}:{admin.id}", f"{mobile.id}:{member.id}"

        self.do(work)
        found = {each["userName"].split("@")[0]: each["id"] for each in self.call("GET", "/Users")["Resources"]}
        ids = [found[name] for name in PEOPLE]
        for group_id, members in zip(self.pairs, (ids[:2], ids[1:4], ids[4:5]), strict=True):
            self.call("PATCH", f"/Groups/{group_id}", {"Operations": [
                {"op": "add", "path": "members", "value": [{"value": each} for each in members]}
            ]})  # fmt: skip
        made = self.call(
            "POST", "/Groups", {"displayName": "Mobile admins", "members": [{"value": each} for each in ids]}
        )
        self.call("PATCH", f"/Users/{ids[1]}", {"Operations": [{"op": "add", "value": {"orgRole": "Owner"}}]})
        self.unbound_id, self.somebody_id, self.heir_id = str(made["id"]), ids[1], ids[3]


def person(name: str) -> dict[str, object]:
    """Somebody as a directory describes them."""
    first, last = (part.capitalize() for part in name.split("."))
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": f"{name}@acme.example",
        "externalId": f"00u{abs(hash(name)) % 10**15}",
        "name": {"givenName": first, "familyName": last},
        "displayName": f"{first} {last}",
        "emails": [{"value": f"{name}@acme.example", "primary": True, "type": "work"}],
        "active": True,
    }
