"""What a WSGI server, and `flask`, load."""

from scim_app import create_app
from scim_app.config import SettingsError

try:
    app = create_app()
except SettingsError as refusal:
    raise SystemExit(f"Not started. {refusal}") from None
