"""Conditional requests: entity tags, If-Match and If-None-Match (RFC 7644 §3.14, RFC 9110 §13).

Tags are weak and compared weakly, for If-Match too: a strong comparison would never hold (docs/conformance.md).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scim_app.protocol.errors import InvalidValue, PreconditionFailed

TAG = re.compile(r'(?:W/)?"([^"]*)"')
LIST = re.compile(r'\s*(?:\*|(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*)\s*')


def entity_tag(version: int) -> str:
    """The tag of a version: `meta.version` and the ETag header."""
    return f'W/"{version}"'


@dataclass(frozen=True)
class Conditions:
    """What the client says must be so for its request to count. Raises InvalidValue for what is no list of tags."""

    if_match: str | None = None
    if_none_match: str | None = None

    def __post_init__(self) -> None:
        for name, header in (("If-Match", self.if_match), ("If-None-Match", self.if_none_match)):
            if header is not None and LIST.fullmatch(header) is None:
                raise InvalidValue(f'{name} must be * or a list of entity tags such as W/"3".')

    def check(self, version: int) -> None:
        """Raises PreconditionFailed unless a resource of this version may be changed."""
        if self.if_match is not None and not listed(self.if_match, version):
            raise PreconditionFailed(
                "The resource has changed since you read it: its version is another. Read it again."
            )
        if self.if_none_match is not None and listed(self.if_none_match, version):
            raise PreconditionFailed("The resource is there in the very version that If-None-Match rules out.")

    def not_modified(self, version: str | None) -> bool:
        """Whether a reader has what is shown already, of this version, given as its tag; None where no version says so."""
        if self.if_none_match is None:
            return False
        known = set(TAG.findall(self.if_none_match))
        return self.if_none_match.strip() == "*" or not known.isdisjoint(TAG.findall(version or ""))


def listed(header: str, version: int) -> bool:
    """Whether a list of tags, or `*`, names the version."""
    return header.strip() == "*" or str(version) in TAG.findall(header)
