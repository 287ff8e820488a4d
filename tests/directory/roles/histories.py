"""A history: anything happens in an organisation that can, the facts are noted, and the two are compared."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from sqlalchemy import func, select

from scim_app.directory.roles import pairs, why
from scim_app.directory.tables import Assignment, EffectiveRole, Role
from tests.directory.roles.acme import ACCESS, Acme
from tests.directory.roles.facts import RANKS, TEAM_RANKS, Facts, Grant


@dataclass
class History:
    """Something happens in an organisation, and to the facts."""

    acme: Acme
    chance: random.Random
    facts: Facts = field(default_factory=Facts)
    told: list[str] = field(default_factory=list)
    names: count[int] = field(default_factory=lambda: count(1))

    @property
    def own(self) -> str:
        return self.acme.directory.organization_id

    def run(self, steps: int) -> None:
        for first in (self.new_project, self.new_team, self.new_user, self.new_user, self.new_group):
            first()
        for _ in range(steps):
            step = self.chance.choice(STEPS_OF_ALL)
            getattr(self, step)()
            self.told.append(step)
            self.check()
        self.check_answers()

    def some(self, of: list[str]) -> list[str]:
        return self.chance.sample(of, min(len(of), self.chance.randint(1, 2)))

    def one(self, of: list[str]) -> list[str]:
        return self.chance.sample(of, min(len(of), 1))

    def new_user(self) -> None:
        active = self.chance.random() < 0.8
        role, named = self.chance.choice(["Member", "Member", "Admin"]), self.some(sorted(self.facts.fixed))
        named = named if self.chance.random() < 0.4 else []
        user = self.acme.person(
            f"user{next(self.names)}", active=active, orgRole=role, roles=[{"value": each} for each in named]
        )
        self.facts.active[user], self.facts.said[user], self.facts.assigned[user] = active, role, set(named)

    def switch(self) -> None:
        for user in self.one(list(self.facts.active)):
            self.facts.active[user] = not self.facts.active[user]
            self.acme.set(user, active=self.facts.active[user])

    def say(self) -> None:
        for user in self.one(list(self.facts.active)):
            self.facts.said[user] = self.chance.choice(["Member", "Admin"])
            self.acme.set(user, orgRole=self.facts.said[user])

    def assign(self) -> None:
        for user in self.one(list(self.facts.active)):
            roles, entitlements = self.some(sorted(self.facts.fixed)), self.some(sorted(self.facts.fixed))
            roles = roles if self.chance.random() < 0.7 else []
            self.facts.assigned[user] = {*roles, *entitlements}
            listed = {"roles": roles, "entitlements": entitlements}
            self.acme.set(user, **{name: [{"value": each} for each in ids] for name, ids in listed.items()})

    def delete_user(self) -> None:
        for user in self.one(list(self.facts.active)):
            self.acme.directory.delete("User", user)
            for of in (self.facts.active, self.facts.said, self.facts.assigned):
                del of[user]
            for members in self.facts.members.values():
                members.discard(user)

    def join(self) -> None:
        for group in self.one(list(self.facts.members)):
            users = self.some(list(self.facts.active))
            self.facts.members[group].update(users)
            self.acme.join(group, *users)

    def leave(self) -> None:
        for group in self.one([each for each, members in self.facts.members.items() if members]):
            users = self.some(sorted(self.facts.members[group]))
            self.facts.members[group].difference_update(users)
            self.acme.leave(group, *users)

    def replace(self) -> None:
        for group in self.one(list(self.facts.members)):
            users = self.some(list(self.facts.active))
            self.facts.members[group] = set(users)
            value = [{"value": each} for each in users]
            self.acme.change("Group", group, {"op": "replace", "path": "members", "value": value})

    def new_group(self) -> None:
        users = self.some(list(self.facts.active))
        group = self.acme.group(f"Group {next(self.names)}", *users)
        self.facts.members[group], self.facts.meaning[group] = set(users), set()

    def delete_group(self) -> None:
        for group in self.one(self.pushed()):
            self.acme.directory.delete("Group", group)
            del self.facts.members[group], self.facts.meaning[group]

    def pushed(self) -> list[str]:
        return [each for each in self.facts.members if each not in self.facts.fixed]

    def bind(self) -> None:
        for group in self.one(self.pushed()):
            grant = self.chance.choice(self.grants())
            if grant not in self.facts.meaning[group] and not (
                grant[0] == self.own and any(scope == self.own for scope, _ in self.facts.meaning[group])
            ):
                self.acme.bind(group, grant[1], *self.where(grant[0]))
                self.facts.meaning[group].add(grant)

    def unbind(self) -> None:
        for group in self.one([each for each in self.pushed() if self.facts.meaning[each]]):
            grant = self.chance.choice(sorted(self.facts.meaning[group]))
            self.acme.unbind(group, grant[1], *self.where(grant[0]))
            self.facts.meaning[group].discard(grant)

    def grants(self) -> list[Grant]:
        of_projects = [(each, role) for each in self.facts.projects for role in self.facts.ranks]
        of_teams = [(each, role) for each in self.facts.teams for role in TEAM_RANKS]
        return [*of_projects, *of_teams, (self.own, "Member"), (self.own, "Admin")]

    def where(self, scope: str) -> tuple[str, ...]:
        facts = self.facts
        if scope in facts.teams:
            project, name = facts.teams[scope]
            return facts.projects[project], name
        return (facts.projects[scope],) if scope in facts.projects else ()

    def note_pairs(self, *scope_ids: str) -> None:
        for pair in pairs.of_scopes(self.acme.store, scope_ids):
            self.facts.meaning[pair.group_id] = {(pair.scope.id, pair.role.name)}
            self.facts.fixed.add(pair.group_id)
            self.facts.members.setdefault(pair.group_id, set())

    def new_project(self) -> None:
        name = f"Project {next(self.names)}"
        made = self.acme.project(name)
        self.facts.projects[made] = name
        self.note_pairs(made)

    def new_team(self) -> None:
        for project in self.one(list(self.facts.projects)):
            name = f"Team {next(self.names)}"
            made = self.acme.team(self.facts.projects[project], name)
            self.facts.teams[made] = project, name
            self.note_pairs(made)

    def push_team(self) -> None:
        for project in self.one(list(self.facts.projects)):
            name, users = f"Team {next(self.names)}", self.some(list(self.facts.active))
            group = self.acme.group(f"App-{self.facts.projects[project]}-{name}-Admin", *users)
            made = self.acme.scope((self.facts.projects[project], name)).id
            self.facts.teams[made] = project, name
            self.note_pairs(made)
            self.facts.members[group] = set(users)

    def new_role(self) -> None:
        name, rank = f"Role {next(self.names)}", self.chance.randint(1, 10) * 50 + next(self.names)
        self.acme.role(name, rank)
        self.facts.ranks[name] = rank
        self.note_pairs(*self.facts.projects)

    def delete_role(self) -> None:
        for role in self.one([each for each in self.facts.ranks if each not in RANKS]):
            self.acme.remove_role(role)
            self.forget(lambda grant, role=role: grant[0] in self.facts.projects and grant[1] == role)
            self.facts.defaults = {scope: each for scope, each in self.facts.defaults.items() if each != role}
            del self.facts.ranks[role]

    def delete_team(self) -> None:
        for team in self.one(list(self.facts.teams)):
            group = self.acme.pair("Admin", *self.where(team))
            self.acme.directory.delete("Group", group)
            self.forget(lambda grant, team=team: grant[0] == team)
            del self.facts.teams[team]

    def delete_project(self) -> None:
        for project in self.one(list(self.facts.projects)[1:]):
            self.acme.remove(self.facts.projects[project])
            inside = {project, *(team for team, (above, _) in self.facts.teams.items() if above == project)}
            self.forget(lambda grant, inside=inside: grant[0] in inside)
            for of in (self.facts.projects, self.facts.teams, self.facts.defaults):
                for each in inside & of.keys():
                    del of[each]

    def forget(self, gone: Callable[[Grant], bool]) -> None:
        """No such scopes or roles any more, nor the groups that are their pairs."""
        for group, grants in list(self.facts.meaning.items()):
            self.facts.meaning[group] = {grant for grant in grants if not gone(grant)}
            if group in self.facts.fixed and not self.facts.meaning[group]:
                del self.facts.meaning[group], self.facts.members[group]
                self.facts.fixed.discard(group)
        for ids in self.facts.assigned.values():
            ids &= self.facts.fixed

    def rename(self) -> None:
        for project in self.one(list(self.facts.projects)):
            name = f"Renamed {next(self.names)}"
            self.acme.rename((self.facts.projects[project],), name)
            self.facts.projects[project] = name

    def default(self) -> None:
        for project in self.one(list(self.facts.projects)):
            role = self.chance.choice([None, *self.facts.ranks])
            self.acme.default(self.facts.projects[project], role)
            self.facts.defaults.pop(project, None)
            self.facts.defaults |= {project: role} if role else {}

    def check(self) -> None:
        columns = EffectiveRole.user_id, EffectiveRole.scope_id, Role.name
        own = EffectiveRole.organization_id == self.own
        rows = self.acme.session.execute(select(*columns).join(Role).where(own))
        stored = {(user, scope): role for user, scope, role in rows}
        meant = self.facts.effective(self.own)
        assert stored == meant, f"after {self.told}: {stored.items() ^ meant.items()}"

    def check_answers(self) -> None:
        """What `why` says with its `without`, and what filters find, is the same too."""
        meant, facts = self.facts.with_defaults(self.own), self.facts
        for user, held in why.of_users(self.acme.store, list(facts.active)).items():
            assert facts.active[user]
            assert {one.scope_id: one.role for one in held} == {
                scope: role for (of, scope), role in meant.items() if of == user
            }
            for one in held:
                ranks = [grant.rank for grant in one.grants]
                assert ranks == sorted(ranks, reverse=True)
                floor = "Member" if one.scope_id == self.own else facts.defaults.get(one.scope_id)
                assert [grant.without for grant in one.grants] == [
                    ([*one.grants[:at], *one.grants[at + 1 :]] or [None])[0].role if len(one.grants) > 1 else floor
                    for at in range(len(one.grants))
                ]
        for scope, name in facts.projects.items():
            for role in facts.ranks:
                found = self.acme.found("User", f'{ACCESS}:projectRoles[display eq "{name}" and role eq "{role}"]')
                assert set(found) == {of for (of, place), each in meant.items() if (place, each) == (scope, role)}
        for scope, (_, name) in facts.teams.items():
            found = self.acme.found("User", f'{ACCESS}:teamRoles[display eq "{name}" and not (role eq "Member")]')
            assert set(found) == {of for (of, place), each in meant.items() if (place, each) == (scope, "Admin")}
        for role in ("Member", "Admin", "Owner"):
            found = self.acme.found("User", f'{ACCESS}:organizationRole eq "{role}"')
            said = {user: meant.get((user, self.own), "Member") for user, active in facts.active.items() if active}
            assert set(found) == {user for user, each in said.items() if each == role}
        number = select(func.count()).select_from(Assignment).where(Assignment.organization_id == self.own)
        assert self.acme.session.scalar(number) == sum(len(ids) for ids in facts.assigned.values())


OFTEN = [
    "switch",
    "assign",
    "join",
    "join",
    "leave",
    "replace",
    "bind",
    "bind",
    "unbind",
    "new_user",
    "say",
    "new_group",
]
SELDOM = ["delete_user", "delete_group", "new_role", "delete_role", "new_team", "push_team", "delete_team", "new_project",
          "delete_project", "rename", "default"]  # fmt: skip
STEPS_OF_ALL = OFTEN * 2 + SELDOM
