"""The blueprint every page of the panel is registered on."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("panel", __name__)
