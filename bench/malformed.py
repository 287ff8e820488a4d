"""What comes back for requests that are not HTTP, or only just: gunicorn as it is configured here beside granian.

    python -m bench.malformed

Run it where granian is installed too. Both serve this application on the same database. A line for each request has the
status that each server answers, or how the connection ended, and whether the body is a SCIM error.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.service import ROOT, Service, service, wait_for

HOST = b"Host: localhost\r\n"
USERS = b"GET /scim/v2/Users HTTP/1.1\r\n"
POST = b"POST /scim/v2/Users HTTP/1.1\r\nContent-Type: application/scim+json\r\n" + HOST
USER = b'{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ada"}'
CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(USER), USER)
REQUESTS = {
    "no request at all": b"hello\r\n\r\n",
    "another version of HTTP": b"GET /scim/v2/Users HTTP/9.9\r\n" + HOST + b"\r\n",
    "a request line of 9 kB": b"GET /scim/v2/Users?filter=" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a request line of 90 kB": b"GET /scim/v2/Users?filter=" + b"a" * 90_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
    "a header of 9 kB": USERS + HOST + b"X-Large: " + b"a" * 9000 + b"\r\n\r\n",
    "a header of 900 kB": USERS + HOST + b"X-Large: " + b"a" * 900_000 + b"\r\n\r\n",
    "120 headers": USERS + HOST + b"".join(b"X-%d: a\r\n" % number for number in range(120)) + b"\r\n",
    "no Host": USERS + b"\r\n",
    "two Hosts": USERS + HOST + b"Host: example.com\r\n\r\n",
    "NUL in a header": USERS + HOST + b"X-Nothing: a\0b\r\n\r\n",
    "a space before the colon": USERS + HOST + b"X-Space : a\r\n\r\n",
    "a folded header": USERS + HOST + b"X-Folded: a\r\n b\r\n\r\n",
    "two Authorizations": USERS + HOST + b"Authorization: {key}\r\nAuthorization: {key}\r\n\r\n",
    "an encoded slash": b"GET /scim%2Fv2/Users HTTP/1.1\r\nAuthorization: {key}\r\n" + HOST + b"\r\n",
    "an encoded slash below the base": b"GET /scim/v2%2FUsers HTTP/1.1\r\nAuthorization: {key}\r\n" + HOST + b"\r\n",
    "an absolute address": b"GET http://elsewhere/scim/v2/Users HTTP/1.1\r\nAuthorization: {key}\r\n" + HOST + b"\r\n",
    "a length that is none": POST + b"Content-Length: many\r\n\r\n{}",
    "a length below nothing": POST + b"Content-Length: -1\r\n\r\n{}",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a length and chunks": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown transfer coding": POST + b"Transfer-Encoding: tar\r\n\r\n",
    "a chunk of no size": POST + b"Authorization: {key}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "a chunk that does not end": POST
    + b"Authorization: {key}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}{}\r\n0\r\n\r\n",
    "chunks": POST + b"Authorization: {key}\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK,
    "a form in chunks of no size": POST.replace(b"scim/v2/Users", b"sign-in").replace(
        b"scim+json", b"x-www-form-urlencoded"
    )
    + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "an unknown expectation": USERS + HOST + b"Authorization: {key}\r\nExpect: a miracle\r\n\r\n",
    "another scheme of the proxy's": USERS + HOST + b"Authorization: {key}\r\nX-Forwarded-Proto: https\r\n"
    b"X-Forwarded-Ssl: off\r\n\r\n",
    "another root": b"GET /scim/v2/Users HTTP/1.1\r\nScript_Name: /scim\r\nAuthorization: {key}\r\n" + HOST + b"\r\n",
}


def answer(port: int, key: str, request: bytes) -> str:
    """The status of the answer, and what the body is; or how it ended without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(request.replace(b"{key}", f"Bearer {key}".encode()))
            with http.client.HTTPResponse(connection) as response:
                response.begin()
                status, body = response.status, response.read()
        except TimeoutError:
            return "no answer in 5 s"
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
    try:
        return f"{status} SCIM" if "schemas" in json.loads(body) else f"{status} JSON"
    except ValueError:
        return f"{status} {'other' if body else 'empty'}"


@contextmanager
def granian(beside: Service) -> Iterator[int]:
    """The port of granian, serving the application on the database of that service."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = Path(sys.executable).with_name("granian")
    process = subprocess.Popen(
        [command, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "wsgi:app"],
        cwd=ROOT, env=os.environ | beside.environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    """Print one line per request."""
    with service() as gunicorn, granian(gunicorn) as other:
        print(f"{'':34}{'gunicorn':20}granian")
        for name, request in REQUESTS.items():
            answers = [answer(port, gunicorn.key, request) for port in (gunicorn.port, other)]
            print(f"{name:34}{answers[0]:20}{answers[1]}", flush=True)


if __name__ == "__main__":
    main()
