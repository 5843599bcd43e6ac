"""The application of this protocol.

A request's way: route -> ``Endpoint`` (who asks, in which role, with which body) -> handler -> ledger, and the same way
back. What is said of an operation in the route table is all there is to know about it from outside.
"""

from functools import lru_cache
from typing import Any

import falcon
import falcon.asgi
import msgspec
import structlog
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.errors import Unauthenticated, Unavailable
from interlog.model.tenancy import Right
from interlog.settings import Settings

from .errors import EXPECTED, answer, unreadable
from .integrations import Push
from .operations import JSON, Call, Operation, Reply
from .requests import base_of, etags_in, read_body
from .table import OPERATIONS

PROTOCOL = "polis"

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode


def create(settings: Settings, ledger: Ledger) -> "falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]":
    """Return the application, to be mounted at the protocol's prefix."""
    app = falcon.asgi.App()
    app.req_options.strip_url_path_trailing_slash = True
    app.req_options.keep_blank_qs_values = True
    ledger.deliveries.sources[PROTOCOL] = Push(ledger).messages
    by_path: dict[str, tuple[int, dict[str, Operation]]] = {}
    for operation in OPERATIONS:
        for version, path in operation.routes:
            by_path.setdefault(path, (version, {}))[1][operation.method] = operation
    for path, (version, operations) in by_path.items():
        app.add_route(path, Endpoint(version, operations, settings, ledger))
    app.add_sink(_unknown)
    app.add_error_handler(Exception, _failed)
    return app


class Endpoint:
    """The operations of one path, by method."""

    def __init__(self, version: int, operations: dict[str, Operation], settings: Settings, ledger: Ledger) -> None:
        self._version = version
        self._operations = operations
        self._settings = settings
        self._ledger = ledger

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("GET", request, response, path)

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("POST", request, response, path)

    async def on_put(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("PUT", request, response, path)

    async def on_patch(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("PATCH", request, response, path)

    async def on_delete(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("DELETE", request, response, path)

    async def _answer(
        self, method: str, request: falcon.asgi.Request, response: falcon.asgi.Response, path: dict[str, str]
    ) -> None:
        try:
            reply = await self._call(self._operations.get(method), request, path)
        except EXPECTED as error:
            fill_error(request, response, error)
        else:
            fill(request, response, reply)

    async def _call(self, operation: Operation | None, request: falcon.asgi.Request, path: dict[str, str]) -> Reply:
        """Authenticate, see whether the role allows it, decode, call the handler."""
        if operation is None:
            if not any(known.is_open for known in self._operations.values()):
                await self._ledger.access.authenticate(token_of(request), PROTOCOL)
            raise falcon.HTTPMethodNotAllowed(sorted(self._operations), description="The path has no such method")
        if operation.answer_open is not None:
            return await operation.answer_open(self._settings, self._ledger, request)
        actor = await self._ledger.access.authenticate(token_of(request), PROTOCOL)
        request.scope["interlog.actor"] = actor
        actor.require(Right.WRITE if operation.writes else Right.READ)
        permit = await self._ledger.permits.of(actor)
        if operation.permission is not None:
            permit.require(operation.permission)
        if "%00" in request.query_string:  # no database takes it
            raise unreadable("An address must not contain the character U+0000.")
        if operation.writes:
            actor = replace(actor, request_id=request.scope.get("interlog.request_id"))
        call = Call(
            actor=actor,
            permit=permit,
            ledger=self._ledger,
            settings=self._settings,
            request=request,
            operation=operation,
            version=self._version,
            path=path,
            base=base_of(request),
            body=await read_body(request, operation),
        )
        assert operation.handler is not None, "an operation has a handler, or is open"
        return await operation.handler(call)


async def _unknown(req: falcon.asgi.Request, resp: falcon.asgi.Response | None, **_: Any) -> None:
    """Answer an unknown path."""
    assert resp is not None, "there are no WebSockets here"
    fill_error(req, resp, falcon.HTTPNotFound(description="There is nothing at this path"))


async def _failed(
    request: falcon.asgi.Request,
    response: falcon.asgi.Response | None,
    error: Exception,
    params: dict[str, Any],
    **_: Any,
) -> None:
    """Answer what no handler expected, without a word about the inside."""
    if response is None:  # a WebSocket; there are none here
        raise error
    if not isinstance(error, EXPECTED):
        _log.exception("unexpected", path=request.path, request_id=request.scope.get("interlog.request_id"))
    fill_error(request, response, error)


def fill(request: falcon.asgi.Request, response: falcon.asgi.Response, reply: Reply) -> None:
    """Make the response that of a handler's answer."""
    response.set_headers(reply.headers)
    if reply.etag is not None:
        response.set_header("ETag", f'"{reply.etag}"')
        known = etags_in(request.get_header("If-None-Match")) if request.method == "GET" else ()
        if reply.etag in known or "*" in known:
            response.status = 304
            return
    response.status = reply.status
    if reply.stream is not None:
        response.content_type = reply.content_type
        response.stream = reply.stream
    elif reply.body is not None:
        response.content_type = reply.content_type
        response.data = reply.body if isinstance(reply.body, bytes) else _encode(reply.body)


def fill_error(request: falcon.asgi.Request, response: falcon.asgi.Response, error: Exception) -> None:
    """Make the response that of an error."""
    if isinstance(error, Unavailable):
        _log.error("unavailable", reason=str(error))  # the client is not told about the inside
    status, body, headers = answer(error, request.scope.get("interlog.request_id"))
    response.status = status
    response.content_type = JSON
    response.data = _encode(body)
    response.set_headers(dict(headers))


def token_of(request: falcon.asgi.Request) -> str:
    """Return the token of ``Authorization: Bearer <token>`` (spec 5.1); raises ``Unauthenticated``."""
    return _token_in(request.get_header("Authorization") or "")


@lru_cache(maxsize=1_000)
def _token_in(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise Unauthenticated("send a token as Bearer")
    return value.strip()
