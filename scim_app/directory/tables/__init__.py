"""Every table of the product, by subject."""

from scim_app.directory.tables.administrators import Administrator, Claim, Membership, SignIn, Throttle
from scim_app.directory.tables.columns import Table
from scim_app.directory.tables.history import Change
from scim_app.directory.tables.journal import ScimRequest
from scim_app.directory.tables.keys import ScimKey
from scim_app.directory.tables.organizations import Organization
from scim_app.directory.tables.resources import Group, GroupMember, Population, SearchValue, User
from scim_app.directory.tables.roles import (
    Assignment,
    Binding,
    DeletedTeam,
    EffectiveRole,
    FormerName,
    Role,
    RoleChange,
    Scope,
)

__all__ = [
    "Administrator",
    "Assignment",
    "Binding",
    "Change",
    "Claim",
    "DeletedTeam",
    "EffectiveRole",
    "FormerName",
    "Group",
    "GroupMember",
    "Membership",
    "Organization",
    "Population",
    "Role",
    "RoleChange",
    "ScimKey",
    "ScimRequest",
    "Scope",
    "SearchValue",
    "SignIn",
    "Table",
    "Throttle",
    "User",
]
