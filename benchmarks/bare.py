"""Bare ASGI applications: the least that answering the same bytes over HTTP can cost.

They check no token, parse no more of a request than they need, and build nothing: every answer is ready-made, its
headers too. These are Interlog's own, since an answer without them would be another answer.
"""

from typing import Any

from .ready import Ready

Scope = dict[str, Any]
Headers = list[tuple[bytes, bytes]]


async def _answer(send: Any, headers: Headers, body: bytes) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": 200, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


def looked_up(ready: Ready, headers: Headers) -> Any:
    """Return an application that looks each body up in a database: the limit of a server with a store behind it."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        await _answer(send, headers, ready.answer(scope["path"]))

    return app


def remembered(ready: Ready, headers: Headers) -> Any:
    """Return an application that has every body in memory once it was asked for: the limit of the HTTP server."""
    known: dict[str, bytes] = {}

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        path = scope["path"]
        body = known.get(path)
        if body is None:
            body = known[path] = ready.answer(path)
        await _answer(send, headers, body)

    return app


def accepting(body: bytes, headers: Headers) -> Any:
    """Return an application that reads a request's body and answers with always the same one."""

    async def app(scope: Scope, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await _answer(send, headers, body)

    return app
