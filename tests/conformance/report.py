"""Writes docs/conformance.md: `python tests/conformance/report.py > docs/conformance.md`, from the root of the repository."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "conformance.md"
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from tests.conformance.carried import Test, carriers  # noqa: E402
from tests.conformance.checks import SECTIONS, Check, checks  # noqa: E402
from tests.conformance.decisions import DECISIONS, Decision  # noqa: E402
from tests.conformance.not_applicable import reasons  # noqa: E402

INTRODUCTION = """\
# Conformance

What this service does of SCIM 2.0 (RFC 7643, RFC 7644), of pages by cursor (RFC 9865) and of what lies around them, check
by check. A check is **supported** when a test carries its id; **decided** when, besides, the RFCs leave a choice, are silent
or are contradicted by what directories send, and the test holds what was decided; **not applicable** with the reason.

This page is made from the tests (`make conformance`), and a test fails when it is not what they say. Every test that is
named here runs against a real server over sockets, on SQLite and on PostgreSQL.
"""
HOW = ("supported", "decided", "not applicable")


def report() -> str:
    """The whole document."""
    return "\n".join([*lines(), ""])


def lines() -> Iterator[str]:
    every, carried, left_out = checks(), carriers(), dict(reasons())
    by_check: dict[str, list[Decision]] = {}
    for decision in DECISIONS:
        for check in decision.checks:
            by_check.setdefault(check, []).append(decision)

    def how(check: Check) -> str:
        if check.id in left_out:
            return "not applicable"
        return "decided" if check.id in by_check else "supported"

    yield INTRODUCTION
    yield "| Section | Checks | Supported | Decided | Not applicable |"
    yield "|---|---:|---:|---:|---:|"
    total: Counter[str] = Counter()
    for section, title in SECTIONS.items():
        counts = Counter(how(check) for check in every.values() if check.section == section)
        total += counts
        numbers = " | ".join(str(counts[each]) for each in HOW)
        yield f"| [{title}](#{section.lower()}) | {counts.total()} | {numbers} |"
    yield f"| **All** | **{total.total()}** | {' | '.join(f'**{total[each]}**' for each in HOW)} |"
    for section, title in SECTIONS.items():
        yield f'\n<a id="{section.lower()}"></a>\n\n## {title}\n'
        yield "| Check | Clause | Level | |"
        yield "|---|---|---|---|"
        for check in every.values():
            if check.section == section:
                told = [linked(test) for test in carried.get(check.id, [])]
                named = [f"[{each.title}](#{each.anchor})" for each in by_check.get(check.id, [])]
                if check.id in left_out:
                    told = [f"Not applicable. {left_out[check.id]}"]
                decided = f"Decided: {', '.join(named)}. " if named else ""
                clause = check.clause if check.clause == "draft" else f"RFC {check.clause}"
                yield f"| {check.id} | {clause} | {check.level} | {decided}{'; '.join(told)} |"
    yield "\n# Decisions\n"
    for decision in DECISIONS:
        yield f"## {decision.title}\n\n{decision.what}\n\n*Why*: {decision.why}\n"
        held = [*decision.checks, *(sentence(name) for name in decision.tests)]
        yield f"*Held by*: {', '.join(held)}\n"


def linked(test: Test) -> str:
    return f"[{test.sentence}](../{test.file})"


def sentence(name: str) -> str:
    return f"“{name.removeprefix('test_').replace('_', ' ')}”"


if __name__ == "__main__":
    sys.stdout.write(report())
