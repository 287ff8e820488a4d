"""docs/gitleaks.toml finds the keys that this service makes, and nothing that only looks alike."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from scim_app.directory import keys
from scim_app.directory.keys.form import fresh, well_formed

RULES = Path(__file__).parents[2] / "docs" / "gitleaks.toml"


@pytest.fixture(scope="module")
def rule() -> dict[str, Any]:
    """The one rule of the file."""
    (found,) = tomllib.loads(RULES.read_text())["rules"]
    return dict(found)


def entropy(text: str) -> float:
    """Shannon's entropy in bits per character, which is how gitleaks counts it."""
    return -sum(count / len(text) * math.log2(count / len(text)) for count in Counter(text).values())


def finds(rule: dict[str, Any], text: str) -> bool:
    """Whether gitleaks would report the text: a keyword in it, the expression, and enough entropy in what that found."""
    found = re.search(rule["regex"], text)
    named = any(word in text.lower() for word in rule["keywords"])
    return named and found is not None and entropy(found[0]) >= rule["entropy"]


def test_the_rule_is_the_pattern_by_which_the_service_itself_knows_a_key(rule: dict[str, Any]) -> None:
    assert rule["regex"] == keys.PATTERN


def test_every_fresh_key_is_found_wherever_it_stands(rule: dict[str, Any]) -> None:
    for _ in range(2_000):
        key = fresh()[1]
        assert well_formed(key)
        assert finds(rule, key)
    for place in ("Bearer {}", 'KEY="{}"', "https://user:{}@host/", "token={}&x=1", "- {}\n", "key={};"):
        assert finds(rule, place.format(key)), place


@pytest.mark.parametrize(
    "likeness",
    [
        lambda key: key[:-1],
        lambda key: key.replace("scim_", "scum_"),
        lambda key: key.replace("scim_", "scim-"),
        lambda key: key[:10] + "-" + key[11:],
        lambda key: key[:16] + "x" + key[17:],
        lambda key: key[:40] + "ä" + key[41:],
        lambda key: key.upper(),
        lambda _: f"scim_{'x' * 11}_{'x' * 49}",
        lambda _: f"scim_{'0' * 11}_{'abcdef' * 8}a",
        lambda _: "scim_…",
    ],
)
def test_what_only_looks_like_a_key_is_not_found(rule: dict[str, Any], likeness: Any) -> None:
    assert not finds(rule, likeness(fresh()[1]))


def test_the_rule_says_what_to_do_with_what_was_found(rule: dict[str, Any]) -> None:
    assert rule["id"] and "Deactivate" in rule["description"]
    assert "checksum" in RULES.read_text()
