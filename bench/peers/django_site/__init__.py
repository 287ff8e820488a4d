"""A small Django project around django-scim2: people and teams on SQLite, with the pragmas that this service has."""
