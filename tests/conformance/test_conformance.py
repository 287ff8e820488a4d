"""Every check is carried by a test or stands in a list with the reason why not, and docs/conformance.md says which."""

from __future__ import annotations

import re

import pytest

from tests.conformance.carried import ROOT, TESTS, carriers
from tests.conformance.checks import SECTIONS, checks
from tests.conformance.decisions import DECISIONS, Decision
from tests.conformance.not_applicable import reasons
from tests.conformance.report import DOCUMENT, report

CARRIED, EVERY = carriers(), checks()
LEFT_OUT = [check for check, _ in reasons()]


def test_every_check_is_carried_by_a_test_or_listed_with_a_reason() -> None:
    assert not EVERY.keys() - CARRIED.keys() - set(LEFT_OUT)


def test_no_check_is_both_carried_and_listed_or_listed_twice() -> None:
    assert not CARRIED.keys() & set(LEFT_OUT)
    assert len(LEFT_OUT) == len(set(LEFT_OUT))


def test_no_check_is_unknown() -> None:
    assert not {*CARRIED, *LEFT_OUT} - EVERY.keys()
    assert {check.section for check in EVERY.values()} == set(SECTIONS)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.title)
def test_a_decision_is_held_by_tests_that_are_there(decision: Decision) -> None:
    assert decision.checks or decision.tests
    assert set(decision.checks) <= CARRIED.keys()
    sources = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    assert not [name for name in decision.tests if f"def {name}(" not in sources]
    assert decision.what.endswith(".") and decision.why.endswith(".")


def test_the_document_is_what_the_tests_say() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == report(), "run: make conformance"


def test_every_place_the_document_leads_to_is_there() -> None:
    text = report()
    headings = re.findall(r"^##? (.+)$", text, re.MULTILINE)
    anchors = {
        "".join(each for each in heading.lower().replace(" ", "-") if each.isalnum() or each == "-")
        for heading in headings
    }
    anchors |= set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
    assert not [path for path in set(re.findall(r"\]\(\.\./([^)]+)\)", text)) if not (ROOT / path).is_file()]


def test_the_readme_says_how_many_checks_are_tested_and_how_many_do_not_apply() -> None:
    said = f"{len(EVERY) - len(LEFT_OUT)} of {len(EVERY)} checks are tested; {len(LEFT_OUT)} do not apply"
    assert said in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
