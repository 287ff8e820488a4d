"""Guides that connect an identity provider, read from the documentation: one source for docs and panel.

A guide is `# Title`, a paragraph, and numbered steps. Below a step `> ` names a trap. `<!-- arrives: user:created -->` says
which requests show that the step is done. Two lists follow: `## What the log shows when it works`, each line with a sentence
of the log in it, and `## When it does not`, each line with what somebody sees, and below it, after `> `, the fix.
`<!-- finding: key-expired -->` says which diagnosis it belongs to. `{base_url}` and `{org_role}` stand for values of the
organisation on screen. Of Markdown there are **bold**, `code`, [links](https://…), and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from scim_app.panel.walls import base_url

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROVIDERS = {
    "okta": "Okta",
    "entra": "Microsoft Entra",
    "onelogin": "OneLogin",
    "jumpcloud": "JumpCloud",
    "google": "Google",
    "other": "Other",
}
CLIENTS = {"okta": "Okta", "entra": "Entra", "onelogin": "OneLogin", "jumpcloud": "JumpCloud", "google": "Google"}
"""What the log calls the client of a guide. The guide for any other waits for any."""
STEP = re.compile(r"\d+\. +(.*)")
TRAP = re.compile(r" +> (.*)")
ARRIVES = re.compile(r" *<!-- arrives: (.*?) -->")
ITEM = re.compile(r"- +(.*)")
FINDING = re.compile(r" *<!-- finding: (.*?) -->")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
WORKS, TROUBLES = "## What the log shows when it works", "## When it does not"
KEY = "key"
"""In `arrives`: not a request, but that there is a key."""


@dataclass(frozen=True)
class Step:
    """One thing to do, the traps in it, and the actions in the log that show that it is done."""

    text: str
    traps: tuple[str, ...] = ()
    arrives: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trouble:
    """What somebody sees when it does not work, the fix, and the diagnoses that find it in the log."""

    text: str
    fix: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guide:
    """How one identity provider is connected, what the log then says, and what may go wrong."""

    title: str
    lead: str
    steps: tuple[Step, ...]
    works: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()

    @property
    def actions(self) -> frozenset[str]:
        """Every action that some step waits for."""
        return frozenset(action for step in self.steps for action in step.arrives) - {KEY}


@cache
def guide(provider: str) -> Guide:
    """The guide of that provider, which is one of `PROVIDERS`."""
    return parse((DOCS / f"{provider}.md").read_text(encoding="utf-8"))


def parse(text: str) -> Guide:
    """The guide that a text holds. Raises ValueError for a line that belongs nowhere."""
    title, lead, part = "", "", ""
    steps, works, troubles = list[Step](), list[str](), list[Trouble]()
    for line in filter(None, text.splitlines()):
        if line.startswith("# "):
            title = line[2:]
        elif line in {WORKS, TROUBLES}:
            part = line
        elif not part and (found := STEP.fullmatch(line)):
            steps.append(Step(ARRIVES.sub("", found[1]).strip(), (), listed(ARRIVES, found[1])))
        elif steps and not part and (found := TRAP.fullmatch(line)):
            steps[-1] = Step(steps[-1].text, (*steps[-1].traps, found[1]), steps[-1].arrives)
        elif part == WORKS and (found := ITEM.fullmatch(line)):
            works.append(found[1])
        elif part == TROUBLES and (found := ITEM.fullmatch(line)):
            troubles.append(Trouble(FINDING.sub("", found[1]).strip(), "", listed(FINDING, found[1])))
        elif troubles and not troubles[-1].fix and (found := TRAP.fullmatch(line)):
            troubles[-1] = Trouble(troubles[-1].text, found[1], troubles[-1].findings)
        elif not steps and title and not lead:
            lead = line
        else:
            raise ValueError(f"This line of a guide is neither a step nor a trap: {line}")
    return Guide(title, lead, tuple(steps), tuple(works), tuple(troubles))


def listed(comment: re.Pattern[str], line: str) -> tuple[str, ...]:
    """The words in the comments of a line."""
    return tuple(each.strip() for words in comment.findall(line) for each in words.split(","))


def values_of(config: Mapping[str, Any]) -> dict[str, str]:
    """The values of this deployment that stand in guides."""
    return {"base_url": base_url(config), "org_role": config["ORG_ROLE_ATTRIBUTE"]}


def drawn(text: str, values: Mapping[str, str]) -> Markup:
    """The text of a step with its values, as HTML. A link to a file of the repository, which nobody serves, is its name."""
    pieces = re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\))", text)
    return Markup("").join(_piece(piece, values) for piece in pieces)


def _piece(piece: str, values: Mapping[str, str]) -> Markup:
    if piece.startswith("`"):
        return Markup("<code>{}</code>").format(filled(piece[1:-1], values))
    if piece.startswith("**"):
        return Markup("<strong>{}</strong>").format(piece[2:-2])
    if found := LINK.fullmatch(piece):
        if found[2].startswith("https://"):
            return Markup('<a href="{}">{}</a>').format(found[2], found[1])
        return Markup("<code>{}</code>").format(found[1])
    return escape(piece)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values of the organisation in it. Braces that are nobody's stay."""
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), text)


def to_copy(step: Step, values: Mapping[str, str]) -> list[str]:
    """What of a step is worth a button that copies it: code with a value of the organisation in it."""
    codes = re.findall(r"`([^`]+)`", step.text)
    return [filled(code, values) for code in codes if any(f"{{{name}}}" in code for name in values)]
