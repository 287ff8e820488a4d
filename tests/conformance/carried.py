"""Which tests carry which checks: read from the marks on the tests themselves."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
MARK = "mark." + "rfc("


@dataclass(frozen=True, order=True)
class Test:
    """A test: the file it is in, and its name."""

    __test__ = False

    file: str
    name: str

    @property
    def sentence(self) -> str:
        """What the test says in its name."""
        return self.name.removeprefix("test_").replace("_", " ")


def carriers() -> dict[str, list[Test]]:
    """The tests that carry each check."""
    found: defaultdict[str, set[Test]] = defaultdict(set)
    for module, file in marked_modules():
        of_module = list(ids_in(getattr(module, "pytestmark", [])))
        for name, value in vars(module).items():
            if name.startswith("test_") and callable(value):
                for check in (*of_module, *ids_in(getattr(value, "pytestmark", []))):
                    found[check].add(Test(file, name))
    return {check: sorted(tests) for check, tests in found.items()}


def marked_modules() -> Iterator[tuple[ModuleType, str]]:
    """The modules that carry any check, and their paths."""
    for path in sorted(TESTS.rglob("test_*.py")):
        if MARK in path.read_text(encoding="utf-8"):
            file = path.relative_to(ROOT)
            yield importlib.import_module(".".join(file.with_suffix("").parts)), file.as_posix()


def ids_in(marks: Any) -> Iterator[str]:
    """The checks in marks, and in those of the cases of a table."""
    for mark in marks if isinstance(marks, list) else [marks]:
        if mark.name == "rfc":
            yield from mark.args
        elif mark.name == "parametrize":
            for case in mark.args[1]:
                yield from ids_in(list(getattr(case, "marks", ())))
