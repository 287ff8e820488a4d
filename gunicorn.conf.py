"""How gunicorn serves `wsgi:app`: read by itself from the repository root. docs/deploy.md has the measurements."""

import gc
import os

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '5000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# gunicorn's threads, with a limit to the time that a client may hold one.
worker_class = "scim_app.server.Worker"
# Threads start when they are needed. A client that sends half a request holds one for a while, so there must be many.
threads = 512
# Load the application before forking: a setting that is refused ends the server with its sentence.
preload_app = True
# On SIGTERM, requests in flight have 20 seconds.
graceful_timeout = 20
keepalive = 5
# What proxies say is weighed by the application (TRUSTED_PROXIES), and by nothing else.
forwarded_allow_ips = ""
# Since 25.1 gunicorn opens a socket for remote control unless told otherwise.
control_socket_disable = True
# No access log: the service keeps its own, and an access log must never show an Authorization header.
accesslog = None


def pre_fork(_arbiter, _worker):
    """What is there by now is there for good: workers share it, and their collections need not look at it."""
    gc.collect()
    gc.freeze()
