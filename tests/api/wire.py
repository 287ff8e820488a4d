"""A client that sends exactly what it is told, one connection a request, and understands nothing of SCIM."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

SCIM = "application/scim+json"


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (names in any case) and the bytes of the body."""

    status: int
    headers: Message
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Client:
    """Requests below one base URL, with headers that go along each time. A header of None is left out."""

    base_url: str
    headers: Mapping[str, str | None] = field(default_factory=dict)

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str | None] | None = None,
        space: str = "%20",
    ) -> Answer:
        """The answer to one request. Bytes and text go as they are, an iterator in chunks, anything else as JSON.

        Header names that differ in case only are sent as two headers.
        """
        base = urlsplit(self.base_url)
        target = base.path + quote(path, safe="/?&=%:.-_~+,;@!$'()*")
        if query:
            target += "?" + urlencode(query, quote_via=quote, safe="").replace("%20", space)
        content = body if body is None or isinstance(body, bytes | str | Iterator) else json.dumps(body)
        sent = {"Content-Type": SCIM} if content is not None else {}
        sent |= {**self.headers, **(headers or {})}
        with closing(http.client.HTTPConnection(base.hostname or "", base.port, timeout=30)) as connection:
            connection.request(
                method,
                target,
                content.encode() if isinstance(content, str) else content,
                {name: value for name, value in sent.items() if value is not None},
            )
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, query=query)

    def post(self, path: str, body: Any, **query: Any) -> Answer:
        return self.send("POST", path, body, query=query)

    def put(self, path: str, body: Any, **query: Any) -> Answer:
        return self.send("PUT", path, body, query=query)

    def patch(self, path: str, *operations: Mapping[str, Any], **query: Any) -> Answer:
        """The answer to a PatchOp message of these operations (RFC 7644 §3.5.2)."""
        message = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}
        return self.send("PATCH", path, message, query=query)

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", path)
