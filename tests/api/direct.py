"""Requests given to the application without a socket, byte for byte as the server hands them on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from contextvars import Context
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Flask
from werkzeug.test import run_wsgi_app

from tests.api.wire import SCIM

BASE = "/scim/v2"


@dataclass(frozen=True)
class Request:
    """One request: its target as it stands in the request line, its headers, and the bytes of its body."""

    method: str
    target: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()

    def having(self, *headers: tuple[str, str]) -> Request:
        """The request with these headers besides."""
        return replace(self, headers=(*self.headers, *headers))


@dataclass(frozen=True)
class Reply:
    """What came back, with the names of the headers in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def written(method: str, path: str, body: Any = None, *headers: tuple[str, str]) -> Request:
    """A request below the base URL; a body that is not bytes is written as JSON."""
    if body is None:
        return Request(method, f"{BASE}{path}", None, headers)
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request(method, f"{BASE}{path}", content, (("Content-Type", SCIM), *headers))


def ask(app: Flask, request: Request) -> Reply:
    """The answer to a request, in a context of its own."""
    return Context().run(answered, app, environ(request))


def answered(app: Flask, environ: dict[str, Any]) -> Reply:
    content, status, headers = run_wsgi_app(app, environ, buffered=True)
    told = tuple(sorted((name.lower(), value) for name, value in headers.items()))
    return Reply(int(status.split()[0]), told, b"".join(content))


def environ(request: Request) -> dict[str, Any]:
    """The request as gunicorn describes it to an application (PEP 3333)."""
    path, _, query = request.target.partition("?")
    described = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("utf-8")).decode("latin-1"),
        "QUERY_STRING": query.encode("utf-8").decode("latin-1"),
        "RAW_URI": request.target,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body or b""),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if request.body is not None:
        described["CONTENT_LENGTH"] = str(len(request.body))
    return described | dict(variables(request.headers))


def variables(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Headers under the names of CGI: several of one name are one, with commas."""
    found: dict[str, str] = {"HTTP_HOST": "127.0.0.1"}
    for name, value in headers:
        variable = name.upper().replace("-", "_")
        variable = variable if variable in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{variable}"
        found[variable] = f"{found[variable]},{value}" if variable in found and variable != "HTTP_HOST" else value
    return found.items()
