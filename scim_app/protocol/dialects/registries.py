"""Where quirks are registered, by what they rewrite. Within a registry they are tried in the order they stand in."""

from __future__ import annotations

from scim_app.protocol.quirks import Quirk

VALUES: dict[str, Quirk] = {}
"""Rewrites of a value, given the attribute it is a value of."""
COMPARISONS: dict[str, Quirk] = {}
"""Rewrites of the value that a filter compares an attribute with."""
NAMES: dict[str, Quirk] = {}
"""Rewrites of the name of an attribute in a filter or a path, given the resource type, which has none of that name."""
OPERATIONS: dict[str, Quirk] = {}
"""Rewrites of a PATCH operation into one or several, given the resource type. Member names are in lower case."""
BODIES: dict[str, Quirk] = {}
"""Rewrites of the body of a POST or PUT, given the resource type."""
CREDENTIALS: dict[str, Quirk] = {}
"""Rewrites of an Authorization header."""
