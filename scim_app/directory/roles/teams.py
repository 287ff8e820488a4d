"""Teams that a directory makes and deletes by pushing groups, and how a deleted one is restored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, insert, select

from scim_app.directory import changes
from scim_app.directory.changes import Target
from scim_app.directory.members import Membership
from scim_app.directory.roles import assignments, consequences, pairs, scopes
from scim_app.directory.roles.built_in import BUILT_IN
from scim_app.directory.roles.labels import Reading, label, readings, same_but_for_case
from scim_app.directory.store import Store
from scim_app.directory.tables import DeletedTeam, GroupMember, Scope
from scim_app.protocol.membership import Add

RESTORABLE = timedelta(days=7)


def may_mean(store: Store, name: str) -> bool:
    """Whether the name of a pushed group begins as those of pairs do. If so, nobody else makes teams until this is done."""
    before = label(store.catalog.product_name, "")
    if not same_but_for_case(name[: len(before)], before):
        return False
    scopes.hold(store)
    return True


def reading(store: Store, name: str) -> Reading | None:
    """The one new team that the name of a pushed group can mean; None when there is none, or more than one."""
    found = list(readings(store.catalog.product_name, name, scopes.projects(store), BUILT_IN["team"]))
    return found[0] if len(found) == 1 else None


def create(store: Store, meant: Reading) -> str | None:
    """Make the team that a pushed group means, and return the id of the group that is the pair; None if it cannot be made."""
    try:
        with store.session.begin_nested():
            team = scopes.create_team(store, meant.project, meant.team)
    except ValueError:
        return None
    return next(pair.group_id for pair in pairs.of_scopes(store, [team.id]) if pair.role.name == meant.role)


def delete_team(store: Store, team: Scope) -> None:
    """Delete a team as a directory asks for it: it can be restored for seven days, with its groups and their members."""
    now = datetime.now(UTC)
    own = DeletedTeam.organization_id == store.organization_id
    store.session.execute(delete(DeletedTeam).where(own, DeletedTeam.deleted_at < now - RESTORABLE))
    kept = [
        {
            "id": pair.group_id,
            "role": pair.role.name,
            "document": store.row("Group", pair.group_id).document,
            "members": list(
                store.session.scalars(
                    select(GroupMember.user_id)
                    .where(GroupMember.organization_id == store.organization_id, GroupMember.group_id == pair.group_id)
                    .order_by(GroupMember.user_id)
                )
            ),
        }
        for pair in pairs.of_scopes(store, [team.id])
    ]
    store.session.execute(
        insert(DeletedTeam).values(
            id=team.id, organization_id=store.organization_id, project_id=team.parent_id, name=team.name,
            deleted_at=now, deleted_by=store.actor.name, groups=kept,
        )
    )  # fmt: skip
    scopes.delete_scope(store, team)


def restorable(store: Store, project_id: str) -> list[DeletedTeam]:
    """The teams of a project that can still be restored, the last deleted first."""
    since = datetime.now(UTC) - RESTORABLE
    own = DeletedTeam.organization_id == store.organization_id, DeletedTeam.project_id == project_id
    statement = select(DeletedTeam).where(*own, DeletedTeam.deleted_at >= since).order_by(DeletedTeam.deleted_at.desc())
    return list(store.session.scalars(statement))


def restore(store: Store, deleted_id: str) -> Scope:
    """The deleted team again, with its groups under the ids they had, and the members who are still there.

    Raises ValueError.
    """
    own = DeletedTeam.organization_id == store.organization_id, DeletedTeam.id == deleted_id
    found = store.session.scalars(select(DeletedTeam).where(*own)).one_or_none()
    if found is None or found.deleted_at < datetime.now(UTC) - RESTORABLE:
        raise ValueError("There is no such team to restore any more.")
    project = store.session.get_one(Scope, found.project_id)
    kept = {each["role"]: each for each in found.groups}
    team = scopes.create_team(store, project, found.name, {role: each["id"] for role, each in kept.items()})
    people: list[str] = []
    for pair in pairs.of_scopes(store, [team.id]):
        each = kept.get(pair.role.name)
        if each:
            row = store.row("Group", pair.group_id)
            store.update("Group", row, each["document"] | {"displayName": row.document["displayName"]})
            people += add_back(store, pair.group_id, each["members"])
            people += assignments.renew(store, pair.group_id)
    target = Target("Team", team.id, team.name)
    cause = changes.record(store.session, store.organization_id, store.actor, "team:restored", target)
    consequences.draw(store, people, cause, target)
    store.session.delete(found)
    return team


def add_back(store: Store, group_id: str, user_ids: list[str]) -> list[str]:
    """Make these users members again, those that are still there."""
    membership = Membership(
        store.session, store.organization_id, group_id, store.compiler("Group"), store.actor.request_id
    )
    return list(membership.apply([Add(tuple(user_ids))]).added)
