"""Middleware that lets the bearer of the key in."""

import hmac
import os

from django.http import HttpResponse


class Bearer:
    """Whom the key stands for."""

    is_authenticated = True
    is_anonymous = False


def let_in(get_response):
    """Compare the key; nobody else gets in."""

    def middleware(request):
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given, f"Bearer {os.environ['BENCH_KEY']}"):
            return HttpResponse(status=401)
        request.user = Bearer()
        return get_response(request)

    return middleware
