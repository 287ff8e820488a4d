"""The rooms of an organisation's settings, in the order of the sidebar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """One entry of the sidebar."""

    title: str
    icon: str
    endpoint: str


NAVIGATION = (
    Room("Organization Info", "building-2", "panel.organization"),
    Room("Access Management", "key-round", "panel.access"),
    Room("Changelog", "scroll-text", "panel.activity"),
)
