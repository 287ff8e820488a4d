"""The version is that of the newest release, and every release has one."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

from scim_app.cli.doctor import SETUP

ROOT = Path(__file__).parents[1]
RELEASE = re.compile(r"^## \d{4}-\d{2}-\d{2} · (\d+)\.(\d+)\.(\d+) · \S", re.MULTILINE)


def test_every_release_has_a_version_and_setup_cfg_has_that_of_the_newest() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = [tuple(map(int, found)) for found in RELEASE.findall(text)]
    assert len(versions) == text.count("\n## ") and versions == sorted(set(versions), reverse=True)
    setup = configparser.ConfigParser()
    setup.read(SETUP)
    assert setup["metadata"]["version"] == ".".join(map(str, versions[0]))
