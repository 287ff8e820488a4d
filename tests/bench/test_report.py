"""docs/performance.md is what the figures that are kept say, and its pictures can be read."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import report, tables
from bench.plots import pictures
from bench.results import Results, Row, load, ratio
from bench.targets import LIMIT, OURS

SVG = "{http://www.w3.org/2000/svg}"


def test_the_page_and_its_pictures_are_drawn_from_the_figures_that_are_kept(tmp_path: Path) -> None:
    report.write(load(), tmp_path)
    drawn = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")}
    kept = {str(file.relative_to(report.DOCS)) for file in report.DOCS.glob("images/performance-*.svg")}
    assert drawn == kept | {"performance.md"}
    for name in drawn:
        assert (tmp_path / name).read_text() == (report.DOCS / name).read_text(), f"python -m bench.report draws {name}"


def test_every_picture_has_a_title_a_description_and_a_dark_side() -> None:
    for drawing in pictures(load()).values():
        root = ElementTree.fromstring(drawing)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None and title.text and description is not None and description.text
        assert "prefers-color-scheme:dark" in drawing


def results(own: float, workload: str = "create") -> Results:
    """A run in which this service answers so many requests a second, and the limit a hundred."""
    rows = [
        Row(workload, OURS, 1_000, 1, "SQLite", [own, own], [0.002, 0.002]),
        Row(workload, LIMIT, 1_000, 1, "SQLite", [100, 100], [0.001, 0.001]),
    ]
    return Results({}, "python -m bench", "2026-01-01", rows)


def test_a_share_is_the_median_of_the_ratios_of_the_rounds() -> None:
    found = ratio([10, 30, 90], [100, 100, 100])
    assert (found.median, found.least, found.most) == (0.3, 0.1, 0.9)


@pytest.mark.parametrize("own, word", [(50, "yes"), (49, "**no**")])
def test_what_is_not_reached_is_said(own: float, word: str) -> None:
    [line] = tables.beside_limit(results(own), "SQLite", 1_000, 1)[2:]
    cells = [each.strip() for each in line.strip("|").split("|")]
    assert cells[0] == "create" and cells[3].startswith(f"0.{own}") and cells[4] == "0.50" and cells[-1] == word


@pytest.mark.parametrize("theirs, word", [(49, "yes"), (51, "**no**")])
def test_a_peer_that_is_ahead_is_said_to_be(theirs: float, word: str) -> None:
    found = results(50)
    found.rows.append(Row("create", tables.NODE, 1_000, 1, "SQLite", [theirs, theirs], [0.002, 0.002]))
    found.peers[tables.NODE] = "1.0: node"
    [line] = tables.beside_peers(found, "SQLite")[2:]
    assert line.strip("| ").endswith(word)
