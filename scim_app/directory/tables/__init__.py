"""Every table of the product, by subject."""

from scim_app.directory.tables.administrators import Administrator, Claim, Membership, SignIn
from scim_app.directory.tables.columns import Table
from scim_app.directory.tables.history import Change
from scim_app.directory.tables.keys import ScimKey
from scim_app.directory.tables.organizations import Organization
from scim_app.directory.tables.resources import Group, GroupMember, SearchValue, User

__all__ = [
    "Administrator",
    "Change",
    "Claim",
    "Group",
    "GroupMember",
    "Membership",
    "Organization",
    "ScimKey",
    "SearchValue",
    "SignIn",
    "Table",
    "User",
]
