"""A request as operations look at it: most need its path, its query and a header or two, and no more is read of it."""

from collections.abc import Awaitable, Callable
from typing import Any

import falcon
import falcon.asgi

Receive = Callable[[], Awaitable[dict[str, Any]]]
"""What ASGI calls so: gives a request's body, part by part."""

_OPTIONS = falcon.RequestOptions()


class Request:
    """A request. ``path`` is that below the protocol's prefix, without a slash at its end."""

    __slots__ = ("_headers", "method", "path", "query_string", "receive", "scope")

    def __init__(self, scope: dict[str, Any], receive: Receive) -> None:
        path: str = scope["path"]
        self.scope = scope
        self.receive = receive
        self.method: str = scope["method"]
        self.path = path[:-1] if path[-1:] == "/" and len(path) > 1 else path
        self.query_string: bytes = scope["query_string"]
        self._headers: dict[bytes, bytes] = dict(scope["headers"])

    def header(self, name: bytes) -> str:
        """Return the value of a header, whose name is given in lower case; empty where there is none."""
        value = self._headers.get(name)
        return "" if value is None else value.decode("latin1")

    @property
    def query(self) -> dict[str, Any]:
        """What the query says, by name: a text, or a list of them."""
        return falcon.uri.parse_query_string(self.query_string.decode("latin1"), keep_blank=True)

    @property
    def has_body(self) -> bool:
        """Whether something may be said by a body."""
        return self.method not in _BODILESS or self._headers.get(b"content-length", b"0") != b"0"

    @property
    def whole(self) -> falcon.asgi.Request:
        """The request as Falcon sees it: proxies' headers, forms with files."""
        return falcon.asgi.Request(self.scope, self.receive, options=_OPTIONS)


_BODILESS = frozenset({"GET", "DELETE", "HEAD"})
