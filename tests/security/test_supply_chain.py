"""What is installed: pinned and hashed, no more than setup.cfg asks for, and told in docs/security.md."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RUNTIME, TESTS = ROOT / "requirements.txt", ROOT / "tests" / "requirements.txt"
DOCUMENT = ROOT / "docs" / "security.md"
PINNED = re.compile(r"([a-z0-9-]+)(\[[a-z,]+\])?==([0-9][^ ;]*)(?: ; [^\\]+)?((?: --hash=sha256:[0-9a-f]{64})+)")


@dataclass(frozen=True)
class Pinned:
    """A package in exactly one version, and the files it may come as."""

    version: str
    hashes: frozenset[str]


def lines(file: Path) -> list[str]:
    """The lines of a requirements file with what continues them, and without comments."""
    text = re.sub(r"^\s*#.*\n", "", file.read_text(), flags=re.MULTILINE)
    return [re.sub(r"\s+", " ", line) for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def pinned(file: Path) -> dict[str, Pinned]:
    found = [PINNED.fullmatch(line.strip()) for line in lines(file)]
    return {each[1]: Pinned(each[3], frozenset(each[4].split())) for each in found if each}


def asked(extra: str = "") -> dict[str, Requirement]:
    """What setup.cfg asks for."""
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    given = setup["options.extras_require"][extra] if extra else setup["options"]["install_requires"]
    wanted = [Requirement(line.split("#")[0]) for line in given.splitlines() if line.split("#")[0].strip()]
    return {canonicalize_name(each.name): each for each in wanted}


@pytest.mark.parametrize("file", [RUNTIME, TESTS], ids=["runtime", "tests"])
def test_every_line_is_one_package_in_one_version_with_hashes(file: Path) -> None:
    assert [line for line in lines(file) if not PINNED.fullmatch(line.strip())] == []
    assert len(pinned(file)) == len(lines(file)) > 20


@pytest.mark.parametrize(("file", "extra"), [(RUNTIME, ""), (TESTS, "test")], ids=["runtime", "tests"])
def test_what_setup_cfg_asks_for_is_pinned_in_a_version_it_allows(file: Path, extra: str) -> None:
    there = pinned(file)
    for name, wanted in asked(extra).items():
        assert name in there, f"{name} is not in {file.name}: run make requirements"
        assert wanted.specifier.contains(there[name].version), f"{name} {there[name].version} is not {wanted}"


def test_tests_run_on_the_very_packages_that_are_deployed() -> None:
    tested = pinned(TESTS)
    assert {name: tested.get(name) for name in pinned(RUNTIME)} == pinned(RUNTIME)


def test_nothing_is_asked_for_directly_that_setup_cfg_does_not_name() -> None:
    blocks = re.split(r"^(?=[a-z])", RUNTIME.read_text(), flags=re.MULTILINE)
    assert {block.partition("==")[0] for block in blocks if "scim-app (setup.cfg)" in block} == set(asked())


def test_installation_demands_the_hashes() -> None:
    assert "--require-hashes" in (ROOT / "Makefile").read_text()


def test_the_document_counts_the_packages_and_says_of_each_direct_one_why() -> None:
    text = DOCUMENT.read_text()
    counted = re.search(r"(\d+) packages at run time, (\d+) of them asked for", text)
    assert counted, "docs/security.md says how many packages there are"
    assert (int(counted[1]), int(counted[2])) == (len(pinned(RUNTIME)), len(asked()))
    told = dict(re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]+) \|$", text, re.MULTILINE))
    assert set(told) == set(asked())
    assert all(len(reason) > 5 for reason in told.values())
