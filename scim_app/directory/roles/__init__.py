"""Roles: groups are roles.

Three layers, kept apart: what the directory said (groups, members, `roles` and `entitlements` of users), what it means
(bindings of groups to a role in a scope), and what follows (effective roles). A scope is the organisation, a project, or a
team in a project. Every pair of a project or team and a role is a group from the moment it exists; its name is a label and
is never taken apart to find out what it means.
"""
