"""What an administrator must hear on every page: a key that ends soon, while there is time to replace it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from flask_login import current_user

from scim_app.directory import keys
from scim_app.directory.tables import ScimKey
from scim_app.extensions import db
from scim_app.panel.blueprint import blueprint
from scim_app.panel.visitor import visitor

URGENT, PRESSING = timedelta(days=1), timedelta(days=7)


@blueprint.app_context_processor
def banner() -> dict[str, Callable[..., object]]:
    """Functions, so that only pages that have a banner ask the database."""
    return {"ending_keys": ending_keys, "urgency": urgency}


def ending_keys() -> Sequence[ScimKey]:
    """The keys of the organisation on screen that end within 30 days and that nothing replaces yet."""
    if not current_user.is_authenticated:
        return ()
    return keys.expiring(db.session, visitor().organization.id, datetime.now(UTC))


def urgency(ends: datetime) -> str:
    """How loudly to say it: `plain` from 30 days on, `warn` from 7, `bad` from the last."""
    left = ends - datetime.now(UTC)
    return "bad" if left <= URGENT else "warn" if left <= PRESSING else "plain"
