"""Pages and their blocks, and files whose address changes when they do."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app, render_template, url_for

from scim_app.panel.walls import is_htmx


def page_or_block(template: str, block: str, **values: Any) -> str:
    """The whole page, or only that block of it when htmx asks."""
    return render_block(template, block, **values) if is_htmx() else render_template(template, **values)


def render_block(template: str, block: str, **values: Any) -> str:
    """One named block of a page, as it stands in the whole."""
    current_app.update_template_context(values)
    page = current_app.jinja_env.get_template(template)
    return "".join(page.blocks[block](page.new_context(values)))


def asset(name: str) -> str:
    """The address of a file in `static`, different when its content is: browsers may keep it for ever."""
    return url_for("static", filename=name, v=_digest(Path(current_app.static_folder or "") / name))


@cache
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]
