"""What was said about roles, as sets, and ten lines that say what follows: the reference."""

from __future__ import annotations

from dataclasses import dataclass, field

RANKS = {"Read-Only": 100, "Member": 200, "Admin": 300, "Owner": 400}
TEAM_RANKS = {"Member": 100, "Admin": 200}
Grant = tuple[str, str]
"""The id of a scope, and the name of a role there."""


@dataclass
class Facts:
    """What was said and what it means, as sets."""

    active: dict[str, bool] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    assigned: dict[str, set[str]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=dict)
    meaning: dict[str, set[Grant]] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    ranks: dict[str, int] = field(default_factory=lambda: dict(RANKS))
    projects: dict[str, str] = field(default_factory=dict)
    teams: dict[str, tuple[str, str]] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    def effective(self, own: str) -> dict[tuple[str, str], str]:
        """The role of each active user in each scope: the reference."""
        found: dict[tuple[str, str], str] = {}
        for user in (each for each, active in self.active.items() if active):
            groups = {each for each, members in self.members.items() if user in members} | self.assigned[user]
            grants = [grant for each in groups for grant in self.meaning.get(each, ())]
            grants += [(own, self.said[user])] if self.said[user] != "Member" else []
            for scope, role in sorted(grants, key=lambda grant: self.rank(grant)):
                found[user, scope] = role
        return found

    def rank(self, grant: Grant) -> int:
        return TEAM_RANKS[grant[1]] if grant[0] in self.teams else self.ranks[grant[1]]

    def with_defaults(self, own: str) -> dict[tuple[str, str], str]:
        active = [each for each, active in self.active.items() if active]
        everybody = {(user, scope): role for scope, role in self.defaults.items() for user in active}
        return everybody | self.effective(own)
