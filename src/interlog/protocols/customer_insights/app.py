"""The application of this protocol.

A request's way: route -> ``Endpoint`` (who asks, which version, which hub) -> handler -> ledger, and the same way back.
What is said of an operation in ``table.py`` is all there is to know about it from outside.
"""

import time
from functools import lru_cache
from typing import Any
from uuid import uuid4

import falcon
import falcon.asgi
import msgspec
import structlog
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.errors import Unauthenticated, Unavailable
from interlog.model.tenancy import Actor, Right
from interlog.observe import HEADERS, NOTED
from interlog.settings import Settings

from . import auth
from .errors import EXPECTED, ApiError, answer
from .hubs import enter
from .limits import Limits
from .operations import Call, Operation, Plane, Reply
from .routing import AnyCaseRouter
from .signatures import Signatures
from .table import OPERATIONS

PROTOCOL = "customer-insights"

VERSIONS = ("2016-01-01", "2017-01-01", "2017-04-26")
"""The versions of the protocol; all are answered alike (spec 1.2)."""

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder(decimal_format="number").encode

_MAX_ECHO = 200


def create(settings: Settings, ledger: Ledger) -> "falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]":
    """Return the application, to be mounted at the protocol's prefix."""
    app = falcon.asgi.App(router=AnyCaseRouter())
    app.req_options.strip_url_path_trailing_slash = True
    limits = Limits()
    signatures = Signatures(ledger, PROTOCOL)
    by_path: dict[str, tuple[Plane, dict[str, Operation]]] = {}
    for operation in OPERATIONS:
        for plane, path in operation.routes:
            by_path.setdefault(path, (plane, {}))[1][operation.method] = operation
    for path, (plane, operations) in by_path.items():
        app.add_route(path, Endpoint(plane, operations, settings, ledger, limits, signatures))
    faults = _Faults()
    app.add_sink(faults.unknown)
    app.add_error_handler(Exception, faults.failed)
    return app


class Endpoint:
    """The operations of one path, by method."""

    def __init__(
        self,
        plane: Plane,
        operations: dict[str, Operation],
        settings: Settings,
        ledger: Ledger,
        limits: Limits,
        signatures: Signatures,
    ) -> None:
        self._plane = plane
        self._operations = operations
        self._settings = settings
        self._ledger = ledger
        self._limits = limits
        self._signatures = signatures
        self._allowed = sorted([*operations, *(["HEAD"] if "GET" in operations else [])])

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("GET", request, response, path)

    async def on_head(self, request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
        await self._answer("GET", request, response, path)
        if response.status_code == 200 and self._plane is not Plane.DATA:
            response.status = 204  # clients of the vendor take anything else for an error (spec 4.5)
        response.data = None
        response.content_type = None

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
        """Authenticate, find the hub, call the handler, encode; with the headers that every answer carries."""
        try:
            reply = await self._call(self._operations.get(method), request, response, path)
        except EXPECTED as error:
            fill_error(request, response, error)
        else:
            fill(response, reply)
        fill_headers(request)

    async def _call(
        self,
        operation: Operation | None,
        request: falcon.asgi.Request,
        response: falcon.asgi.Response,
        path: dict[str, str],
    ) -> Reply:
        if "\x00" in request.path:  # no database takes it
            raise ApiError(400, "InvalidResourceName", "A path must not contain the character U+0000.")
        if operation is not None and operation.is_signed:
            actor, permissions = await self._signatures.owner_of(path["hub"]), None
        else:
            actor, permissions = await self._authenticate(request, path)
        request.scope["interlog.actor"] = actor
        if operation is None:
            raise falcon.HTTPMethodNotAllowed(self._allowed, description="The resource does not have this method")
        if self._plane is Plane.ARM and "subscription" in path:
            writes = operation.right is not Right.READ
            response.set_header(*self._limits.count(actor.tenant.id, path["subscription"], writes=writes))
        call = Call(
            actor=actor,
            ledger=self._ledger,
            settings=self._settings,
            request=request,
            operation=operation,
            plane=self._plane,
            path=path,
            base=request.prefix,
            api_version="",
            permissions=permissions,
        )
        call.api_version = _version_of(call)
        if permissions is None and _is_below_hub(call):
            call.actor = request.scope["interlog.actor"] = await enter(call)
        if permissions is None or not operation.is_envelope:
            auth.check_right(call.actor, permissions, operation.right, manages=self._plane is Plane.MANAGE)
        if operation.right is not Right.READ:
            call.actor = replace(call.actor, request_id=request.scope.get("interlog.request_id"))
        return await operation.handler(call)

    async def _authenticate(
        self, request: falcon.asgi.Request, path: dict[str, str]
    ) -> tuple[Actor, frozenset[str] | None]:
        """Return who asks, and what a policy's key permits; None where it was no such key."""
        header = request.get_header("Authorization")
        token = auth.bearer_of(header)
        if token is not None:
            try:
                return await self._ledger.access.authenticate(token, PROTOCOL), None
            except Unauthenticated as error:
                raise auth.refused(str(error)) from None
        signature = auth.signature_of(header) if self._plane is not Plane.ARM else None
        if signature is not None:
            own = request.scope.get("interlog.host_path")  # at a hub's own address, which was what was signed
            uri = request.prefix + request.path if own is None else f"{request.scheme}://{request.netloc}{own}"
            return await self._signatures.actor_of(path["hub"], signature, uri)
        raise auth.refused("The request must have a token, as Authorization: Bearer", code="AuthenticationFailed")


def _is_below_hub(call: Call) -> bool:
    """Whether the operation is about something in a hub, rather than about hubs."""
    return call.plane is not Plane.ARM or ("hub" in call.path and not call.operation.name.startswith("hubs."))


def _version_of(call: Call) -> str:
    """Return the version that is asked for; raises where there must be one, or it is unknown (spec 1.2)."""
    version = call.param("api-version")
    if call.operation.any_version:
        return version or VERSIONS[-1]
    if not version:
        if call.plane is not Plane.ARM:
            return VERSIONS[-1]
        message = f"The parameter api-version is required; there are {', '.join(VERSIONS)}."
        raise ApiError(400, "MissingApiVersionParameter", message, target="api-version")
    if version not in VERSIONS:
        message = f"The version is unknown; there are {', '.join(VERSIONS)}."
        raise ApiError(400, "InvalidApiVersionParameter", message, target="api-version")
    return version


class _Faults:
    """Answers for paths that are none of ours, and for faults."""

    async def unknown(self, req: falcon.asgi.Request, resp: falcon.asgi.Response | None, **_: Any) -> None:
        """Answer an unknown path."""
        assert resp is not None, "there are no WebSockets here"
        fill_error(req, resp, ApiError(404, "ResourceNotFound", "There is nothing at this path."))
        fill_headers(req)

    async def failed(
        self,
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
        fill_headers(request)


def fill(response: falcon.asgi.Response, reply: Reply) -> None:
    """Make the response that of a handler's answer."""
    response.status = reply.status
    response.set_headers(reply.headers)
    if reply.body is not None:
        response.content_type = reply.content_type
        response.data = reply.body if isinstance(reply.body, bytes) else _encode(reply.body)


def fill_error(request: falcon.asgi.Request, response: falcon.asgi.Response, error: Exception) -> None:
    """Make the response that of an error."""
    if isinstance(error, Unavailable):
        _log.error("unavailable", reason=str(error))  # the client is not told about the inside
    status, body, headers = answer(error)
    response.status = status
    response.content_type = "application/json; charset=utf-8"
    response.data = _encode(body)
    response.set_headers(dict(headers))
    if status == 401:
        challenge = f'Bearer authorization_uri="{request.prefix}/oauth", error="invalid_token"'
        response.set_header("WWW-Authenticate", challenge)


def fill_headers(request: falcon.asgi.Request) -> None:
    """Add the headers that every answer carries (spec 1.4), ready for the wire."""
    id_ = str(uuid4()).encode()
    sent = request.get_header("x-ms-correlation-request-id")
    correlation = sent[:_MAX_ECHO].encode("latin-1", "replace") if sent else id_
    headers = [
        *_FIXED,
        (b"x-ms-request-id", id_),
        (b"x-ms-correlation-request-id", correlation),
        (b"x-ms-routing-request-id", b"LOCAL:%s:%s" % (_stamp(int(time.time())), correlation)),
    ]
    client = request.get_header("x-ms-client-request-id")
    if client:
        request.scope[NOTED] = {"client_request": client[:_MAX_ECHO]}
        if (request.get_header("x-ms-return-client-request-id") or "").lower() == "true":
            headers.append((b"x-ms-client-request-id", client[:_MAX_ECHO].encode("latin-1", "replace")))
    request.scope[HEADERS] = headers


_FIXED = (
    (b"odata-version", b"4.0"),
    (b"cache-control", b"no-cache"),
    (b"pragma", b"no-cache"),
    (b"expires", b"-1"),
)


@lru_cache(maxsize=2)
def _stamp(second: int) -> bytes:
    """Return a second as the routing id has it."""
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(second)).encode()
