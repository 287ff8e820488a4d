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
    Room("Users", "users", "panel.users"),
    Room("Groups", "layers", "panel.groups"),
    Room("Projects", "folder", "panel.projects"),
    Room("Provisioning log", "activity", "panel.log"),
    Room("Changelog", "scroll-text", "panel.activity"),
)
