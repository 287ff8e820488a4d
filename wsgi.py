"""What a WSGI server, and `flask`, load."""

from scim_app import create_app

app = create_app()
