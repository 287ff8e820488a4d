"""Every recorded conversation goes as recorded, over HTTP, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.replay import HERE, replay

CONVERSATIONS = sorted(HERE.glob("*/*.json"))


@pytest.mark.parametrize("file", CONVERSATIONS, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_the_conversation_goes_as_recorded(file: Path, live_server: str, key: str) -> None:
    replay(file, f"{live_server}/scim/v2", key)
