"""docs/security.md says of every requirement of OWASP ASVS 5.0, levels 1 and 2, which test holds it or why none does.

`asvs.tsv` has the numbers of the requirements and their levels. Their words are OWASP's, and stay there.
"""

from __future__ import annotations

import csv
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scim_app.config import settings
from scim_app.directory import keys
from scim_app.directory.tables import Table

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "security.md").read_text()
POLICY = (ROOT / "SECURITY.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| \*\*([\w ]+)\*\*: (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
WITH_TESTS, WITH_REASONS = {"Held", "Partly"}, {"Partly", "Not met", "Operator", "Does not apply"}


@dataclass(frozen=True)
class Row:
    """What the document says of one requirement."""

    requirement: str
    level: str
    about: str
    answer: str
    words: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests it names, each by file and name."""
        return TEST.findall(self.words)

    @property
    def reason(self) -> str:
        """What it says beside the names of tests."""
        return TEST.sub("", self.words).strip(" ,.")


ROWS = [Row(*found) for found in ROW.findall(DOCUMENT)]


def requirements() -> dict[str, str]:
    """The level of every requirement."""
    with (Path(__file__).with_name("asvs.tsv")).open(newline="") as file:
        return {row["requirement"]: row["level"] for row in csv.DictReader(file, delimiter="\t")}


def section(title: str) -> str:
    """The part of the document under that heading."""
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##+ |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def table(title: str) -> Iterator[list[str]]:
    """The cells of the table in that part, without its head."""
    for line in re.findall(r"^\| .+ \|$", section(title), re.MULTILINE)[1:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_requirement_of_levels_1_and_2_has_exactly_one_row_of_its_level() -> None:
    assert Counter(requirements().values()) == {"1": 70, "2": 183}
    assert {row.requirement: row.level for row in ROWS} == requirements()
    assert len(ROWS) == len(requirements())


def test_no_row_is_written_in_a_form_that_is_not_read() -> None:
    assert len(re.findall(r"^\| \d+\.\d+\.\d+ ", DOCUMENT, re.MULTILINE)) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.requirement)
def test_a_row_names_tests_that_are_there_or_gives_a_reason(row: Row) -> None:
    assert row.answer in WITH_TESTS | WITH_REASONS
    if row.answer in WITH_TESTS:
        assert row.tests, "which test holds it?"
    if row.answer in WITH_REASONS:
        assert len(row.reason) > 5, "why not?"
    assert row.words.count("::") == len(row.tests)
    for file, name in row.tests:
        source = ROOT / "tests" / file
        assert source.is_file(), file
        assert re.search(rf"^def {name}\(", source.read_text(), re.MULTILINE), f"{file} has no {name}"


def test_the_counts_are_those_of_the_rows() -> None:
    (counted,) = table("OWASP ASVS 5.0")
    answers = Counter(row.answer for row in ROWS)
    kinds = ("Held", "Partly", "Not met", "Operator", "Does not apply")
    assert list(map(int, counted)) == [*(answers[kind] for kind in kinds), len(ROWS)]


def test_the_limits_in_the_document_are_those_of_the_code() -> None:
    limits = list(table("Limits"))
    assert len(limits) > 10
    for what, most, where in limits:
        module, _, name = where.strip("`").rpartition(".")
        assert int(most.split()[0].replace(",", "")) == getattr(importlib.import_module(module), name), what


def test_every_table_is_classified() -> None:
    named = Counter(name for cells in table("What is kept") for name in re.findall(r"`(\w+)`", cells[1]))
    assert named == Counter(Table.metadata.tables.keys())


def test_every_secret_of_the_settings_is_in_the_inventory(tmp_path: Path) -> None:
    secret = {name for name in settings({}, tmp_path) if re.search("SECRET|PEPPER", name)}
    assert secret and secret <= set(re.findall(r"`(\w+)`", section("Cryptography")))


def test_every_log_is_in_the_document() -> None:
    logged = {cells[0].strip("`") for cells in table("What is logged")}
    assert logged == {"changes", "scim_requests", "standard error"}
    events = set(
        re.findall(r'"(panel:[a-z]+:[a-z]+) ', "".join(file.read_text() for file in (ROOT / "scim_app").rglob("*.py")))
    )
    assert events and events <= set(re.findall(r"`(panel:[a-z:]+)`", section("What is logged")))


def test_the_pattern_for_secret_scanners_is_the_one_in_the_code() -> None:
    assert f"\n{keys.PATTERN}\n" in section("Secret scanners")


def test_the_policy_says_when_weak_packages_are_replaced() -> None:
    promised = section_of_policy("What you can expect")
    assert "packages" in promised and re.findall(r"within (\d+) days", promised) == ["7", "30"]
    assert "Report a vulnerability" in section_of_policy("Report a weakness")


def section_of_policy(title: str) -> str:
    """The part of SECURITY.md under that heading."""
    return POLICY.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_every_place_the_documents_lead_to_is_there() -> None:
    headings = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", DOCUMENT)) <= headings
    for text, folder in ((DOCUMENT, ROOT / "docs"), (POLICY, ROOT)):
        assert not [path for path in re.findall(r"\]\(([^#)h][^)]*)\)", text) if not (folder / path).exists()]
