"""From a request to its answer: which operation, who asks, for what; then the handler, and what it returns is sent.

Falcon finds the route and reads the request. Its application stays out of the way: what that offers besides, middleware
and media handlers and streams, is not needed here, and takes longer than an interaction takes to be read.
"""

import base64
import binascii
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import falcon
import falcon.asgi
import msgspec
import structlog
from falcon.routing import CompiledRouter
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.errors import Invalid, Problem, Unauthenticated, Unavailable
from interlog.model.tenancy import Actor, Right
from interlog.settings import Settings
from interlog.transfer import Taking, fill

from . import extensions
from .errors import EXPECTED, UNKNOWN_ROUTE, answer_v1, answer_v2
from .files import Download
from .limits import Header, Limits, Usage
from .operations import Call, Operation
from .params import Decoder, body_parameters, query_parameters
from .requests import Receive, Request
from .v2.files import SIGNED, SIGNED_PREFIX, Signed
from .v2.versions import VERSION_HEADER, VERSION_HEADER_NAME, VERSIONS, version_of

PROTOCOL = "affinity"

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode

_JSON = (b"content-type", b"application/json")
_CHALLENGE = (b"www-authenticate", b'Bearer realm="interlog", Basic realm="interlog"')


class _Way(NamedTuple):
    """An operation, and how its parameters are read: those of the vendor, and those of whoever opts in to more."""

    operation: Operation
    decoder: Decoder
    extended_decoder: Decoder


class Application:
    """The protocol as an ASGI application."""

    def __init__(self, operations: Iterable[Operation], settings: Settings, ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self._access = ledger.access
        self._limits = Limits(settings.affinity_rate_limit_user, settings.affinity_rate_limit_org, ledger.usage)
        ways: dict[str, dict[str, _Way]] = {}
        for operation in operations:
            decoder = Decoder(operation.params)
            more = operation.extended_params
            way = _Way(operation, decoder, Decoder(more) if more is not None else decoder)
            for path in operation.paths:
                ways.setdefault(path, {})[operation.method] = way
        router = CompiledRouter()
        for path, by_method in ways.items():
            router.add_route(path, by_method, _asgi=True)
        self._find = router.find
        self._signed = falcon.asgi.App()
        self._signed.add_route(SIGNED, Signed(ledger))

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Any) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.path.startswith(SIGNED_PREFIX):
            await self._signed(scope, receive, send)
            return
        actor: Actor | None = None
        usage: Usage | None = None
        taking: Taking | None = None
        headers: list[Header]
        try:
            found = self._find(request.path)
            if found is None:
                raise _UnknownRoute
            token = _token_in(request.header(b"authorization"))
            actor = self._access.known(token, PROTOCOL) or await self._access.authenticate(token, PROTOCOL)
            by_method: Mapping[str, _Way] = found[0]  # type: ignore[assignment]  # as it was added; Falcon adds resources
            way = by_method.get(request.method)
            if way is None:
                if not found[2].get("id", "0").isdecimal():  # a word where an id would be: some other path
                    raise falcon.HTTPNotFound(description="Resource not found: unknown path")
                raise falcon.HTTPMethodNotAllowed(by_method, description="Method not allowed")
            operation = way.operation
            usage = self._limits.count(actor, counts=operation.counts)
            actor = self._admit(operation, actor, usage, request)
            raw = query_parameters(request) if request.query_string else {}
            if operation.uploads:
                taking = Taking(self._ledger, actor, self._settings.max_upload)
            if request.has_body:
                raw.update(await body_parameters(request, self._settings.max_body, taking))
            raw.update(found[2])
            if operation.uploads and "file" in raw:
                raw["files"] = [*_listed(raw.pop("file")), *_listed(raw.get("files", []))]
            extended = operation.extension or extensions.asked_for(request)
            args = (way.extended_decoder if extended else way.decoder).decode(raw)
            call = Call(actor, self._ledger, self._settings, args, request, usage, extended)
            result = await operation.handler(call)
            status = operation.status
            parts, body, headers = None, b"", [_JSON]
            if isinstance(result, Download):
                parts, headers = result.parts, _headers_of(result)
            elif isinstance(result, AsyncIterator):
                parts = result
            elif status == 204:
                headers = []  # an answer without a body tells neither its kind nor its length
            else:
                body = _encode(result) if result is not None else b""
                headers.append((b"content-length", b"%d" % len(body)))
            if call.version is not None and extended:
                headers.append((b"etag", b'"%d"' % call.version))
        except Exception as error:
            status, body, headers = self._refusal(error, request)
            parts = None
        finally:
            if taking is not None:
                await taking.discard()
        headers += (usage or self._limits.count(actor)).headers()
        if _is_v2(request):
            headers.append((VERSION_HEADER_NAME, version_of(request).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        if parts is not None:
            await _send_parts(send, parts)
        else:
            await send({"type": "http.response.body", "body": body if request.method != "HEAD" else b""})

    def _admit(self, operation: Operation, actor: Actor, usage: Usage, request: Request) -> Actor:
        """Refuse a call where it is one too many, or where the token does not allow it."""
        if self._settings.affinity_rate_limit_enforced:
            retry_after = usage.retry_after(counts=operation.counts)
            if retry_after is not None:
                raise falcon.HTTPTooManyRequests(description="Rate limit exceeded", retry_after=retry_after)
        request.scope["interlog.actor"] = actor
        if operation.writes:
            actor = replace(actor, request_id=request.scope.get("interlog.request_id"))
        actor.require(Right.WRITE if operation.writes else Right.READ)
        if operation.version == 2:
            check_version(request)
        return actor

    def _refusal(self, error: Exception, request: Request) -> tuple[int, bytes, list[Header]]:
        """Return status, body and headers of an error; of what nobody expected, without a word about the inside."""
        if isinstance(error, Unavailable):
            _log.error("unavailable", reason=str(error))  # the client is not told about the inside
        elif not isinstance(error, EXPECTED):
            _log.exception("unexpected", path=request.path, request_id=request.scope.get("interlog.request_id"))
        answer: Any
        if _is_v2(request):
            status, answer = answer_v2(error)
        elif isinstance(error, _UnknownRoute):
            status, answer = 404, UNKNOWN_ROUTE  # a bare string (spec 18, D13)
        else:
            status, answer = answer_v1(error, self._settings.affinity_missing_status)
        body = _encode(answer)
        headers = [_JSON, (b"content-length", b"%d" % len(body))]
        if isinstance(error, falcon.HTTPError) and error.headers:
            given = error.headers.items() if isinstance(error.headers, Mapping) else error.headers
            headers += [(name.lower().encode(), value.encode()) for name, value in given]
        if isinstance(error, Unauthenticated):
            headers.append(_CHALLENGE)
        return status, body, headers


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _headers_of(download: Download) -> list[Header]:
    """Return the headers of a file."""
    response = falcon.asgi.Response()
    fill(response, download.item, download.parts)
    return [(name.encode(), value.encode("latin1")) for name, value in response.headers.items()]


async def _send_parts(send: Any, parts: AsyncIterator[bytes]) -> None:
    """Send a body as it is read."""
    try:
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    finally:
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()
    await send({"type": "http.response.body", "body": b""})


class _UnknownRoute(falcon.HTTPNotFound):
    """No operation has the path."""

    def __init__(self) -> None:
        super().__init__(description="Resource not found: unknown path")


def check_version(request: Request) -> None:
    """Refuse a version of the API that there is none of (spec 13.2)."""
    asked = request.header(VERSION_HEADER_NAME)
    if asked and asked not in VERSIONS:
        raise Invalid(Problem(VERSION_HEADER, f"must be one of {', '.join(VERSIONS)}", "choice"))


@lru_cache(maxsize=1_000)
def _token_in(header: str) -> str:
    """Return the token of ``Authorization: Bearer <token>``, or the password of ``Basic`` (spec 1.2)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise Unauthenticated("the Basic credentials are not well-formed") from None
    raise Unauthenticated("send a token as Bearer, or as the password of Basic")


def _is_v2(request: Request) -> bool:
    return request.path.startswith("/v2") and request.path[3:4] in ("", "/")
