"""The rooms of an organisation's settings, in the order of the sidebar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Room:
    """One entry of the sidebar."""

    title: str
    icon: str
    endpoint: str
    letter: str
    """Pressed after `g` it leads there."""


NAVIGATION = (
    Room("Organization Info", "building-2", "panel.organization", "o"),
    Room("Access Management", "key-round", "panel.access", "a"),
    Room("Users", "users", "panel.users", "u"),
    Room("Groups", "layers", "panel.groups", "g"),
    Room("Projects", "folder", "panel.projects", "p"),
    Room("Provisioning log", "activity", "panel.log", "l"),
    Room("Changelog", "scroll-text", "panel.activity", "c"),
)
