"""The application, on a database that is made when it is missing."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "django_site.settings")

from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connections  # noqa: E402

app = get_wsgi_application()
call_command("migrate", run_syncdb=True, verbosity=0)
# The workers are forked from here, and SQLite connections must not be.
connections.close_all()
