"""The application of this protocol: the intents over HTTP, and the App Directory (spec 4, 5.1).

A request's way: route -> handler -> ``intents.handle`` -> ledger, and the same way back. Browsers of any origin may
call: a token names who asks, and no cookie is looked at but our own page's.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import falcon
import falcon.asgi
import msgspec
import structlog

from interlog.ledger import Ledger
from interlog.model.errors import Forbidden, Limited, NotFound, Unauthenticated, Unavailable
from interlog.model.tenancy import Actor, Right
from interlog.settings import Settings

from . import directory, schemas
from .contexts import problems_of
from .intents import INTENTS, handle
from .raised import Outcome
from .results import NAMESPACE, MalformedContext

PROTOCOL = "fdc3"

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode

_MAX_KEY = 255


def create(settings: Settings, ledger: Ledger) -> "falcon.asgi.App[Any, Any]":
    """Return the application, to be mounted at the protocol's prefix."""
    app = falcon.asgi.App(middleware=[_Open()])
    app.req_options.strip_url_path_trailing_slash = True
    app.add_route("/v1/intents/{intent}", _Intent(settings, ledger))
    directory = _Directory(settings, ledger)
    for prefix in ("", "/appd", "/api/appd"):
        for version in ("/v2", ""):
            app.add_route(f"{prefix}{version}/apps", directory)
            app.add_route(f"{prefix}{version}/apps/{{app_id}}", directory, suffix="one")
        app.add_route(f"{prefix}/v1/apps/search", directory, suffix="search")
        app.add_route(f"{prefix}/v1/apps/{{app_id}}", directory, suffix="former")
    app.add_route("/validate", _Validate())
    app.add_route("/schemas", _Schemas())
    app.add_route("/schemas/{name}", _Schemas(), suffix="one")
    app.add_sink(_unknown)
    app.add_error_handler(falcon.HTTPError, _failed)
    app.add_error_handler(Exception, _failed)
    return app


class _Open:
    """Lets pages of any origin read the answers (spec 4.1): whoever asks says who he is by a token, if he must."""

    async def process_response(
        self, request: falcon.asgi.Request, response: falcon.asgi.Response, resource: object, succeeded: bool
    ) -> None:
        response.set_header("Access-Control-Allow-Origin", "*")
        response.set_header("Access-Control-Expose-Headers", "X-Request-Id, ETag")
        if request.method == "OPTIONS":
            response.status = falcon.HTTP_204
            response.set_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
            response.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
            response.set_header("Access-Control-Max-Age", "600")


class _Intent:
    """``POST /v1/intents/{intent}``: an intent, raised over HTTP."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings, self._ledger = settings, ledger

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response, intent: str) -> None:
        """Handle the intent for whoever the token stands for."""
        if intent not in INTENTS:
            raise NotFound("intent", intent[:100], "name")
        actor = await _actor(self._ledger, request)
        body = await _body(request, self._settings.max_body)
        source = body.get("source")
        outcome = await handle(
            self._settings,
            self._ledger,
            actor,
            intent,
            body.get("context"),
            base=base_of(request),
            source=source if isinstance(source, dict) else None,
            request_key=_request_key(request),
            has_user=body.get("hasUser") is True,
        )
        response.content_type = falcon.MEDIA_JSON
        response.data = _encode(answer_of(outcome))


class _Directory:
    """The App Directory: what it holds, and its only record (spec 4.1)."""

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self._settings, self._ledger = settings, ledger

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Answer all records."""
        await self._require_token(request)
        self._answer(request, response, directory.all_records(self._settings, base_of(request)))

    async def on_get_one(self, request: falcon.asgi.Request, response: falcon.asgi.Response, app_id: str) -> None:
        """Answer one record."""
        await self._require_ours(request, app_id)
        self._answer(request, response, directory.record(self._settings, base_of(request)))

    async def on_get_former(self, request: falcon.asgi.Request, response: falcon.asgi.Response, app_id: str) -> None:
        """Answer one record as version 1 had it."""
        await self._require_ours(request, app_id)
        self._answer(request, response, directory.former_record(self._settings, base_of(request)))

    async def on_get_search(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Answer the records of version 1 that have what is searched for."""
        await self._require_token(request)
        found = directory.former_record(self._settings, base_of(request))
        asked = {name: value if isinstance(value, str) else value[0] for name, value in request.params.items()}
        records = [found] if directory.matches(found, asked) else []
        self._answer(request, response, {"applications": records, "message": "OK"})

    async def _require_token(self, request: falcon.asgi.Request) -> None:
        if self._settings.fdc3_appd_auth == "bearer":
            await _actor(self._ledger, request)

    async def _require_ours(self, request: falcon.asgi.Request, app_id: str) -> None:
        await self._require_token(request)
        if not directory.is_ours(app_id, base_of(request)):
            raise NotFound("app", app_id[:100])

    def _answer(self, request: falcon.asgi.Request, response: falcon.asgi.Response, body: Any) -> None:
        response.content_type = falcon.MEDIA_JSON
        response.data = _encode(body)
        response.cache_control = ["max-age=60"]
        etag = hashlib.sha256(response.data).hexdigest()[:32]
        response.etag = etag
        if request.if_none_match is not None and any(tag in ("*", etag) for tag in request.if_none_match):
            response.status, response.data = falcon.HTTP_304, None


class _Validate:
    """``POST /validate``: what is wrong with a context, for whoever makes contexts."""

    async def on_post(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Answer every problem with its path."""
        context = await _body(request, 1024 * 1024)
        errors = [{"path": problem.path, "message": problem.message} for problem in problems_of(context)]
        response.content_type = falcon.MEDIA_JSON
        response.data = _encode({"valid": not errors, "errors": errors})


class _Schemas:
    """``GET /schemas``: the schemas of contexts, for whoever makes or checks some."""

    async def on_get(self, request: falcon.asgi.Request, response: falcon.asgi.Response) -> None:
        """Answer where each schema is."""
        base = f"{base_of(request)}/{PROTOCOL}/schemas"
        response.content_type = falcon.MEDIA_JSON
        response.data = _encode({"schemas": {type_: f"{base}/{type_}" for type_ in schemas.all_schemas()}})

    async def on_get_one(self, request: falcon.asgi.Request, response: falcon.asgi.Response, name: str) -> None:
        """Answer one schema."""
        found = schemas.schema_of(name)
        if found is None:
            raise NotFound("schema", name[:100], "name")
        response.content_type = "application/schema+json"
        response.data = _encode(found)


def answer_of(outcome: Outcome) -> dict[str, Any]:
    """Return what is answered for an outcome: the result, and the page that shows what was asked for."""
    answer: dict[str, Any] = {"intentResult": {"context": outcome.result} if outcome.result is not None else {}}
    if outcome.page is not None:
        answer[NAMESPACE] = {"page": outcome.page}
    return answer


def base_of(request: falcon.asgi.Request) -> str:
    """Return the address of our root, which is above this protocol's."""
    scheme, host = (text.partition(",")[0].strip() for text in (request.forwarded_scheme, request.forwarded_host))
    return f"{scheme}://{host}{request.root_path.removesuffix('/' + PROTOCOL)}"


async def _actor(ledger: Ledger, request: falcon.asgi.Request) -> Actor:
    """Return who the token stands for, who may write."""
    scheme, _, value = (request.get_header("Authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise Unauthenticated("send a token as Bearer")
    key = value.strip()
    if ledger.sessions.is_key(key):  # our own page, for whoever is signed in to it
        actor = (await ledger.sessions.authenticate(key)).actor
        actor = msgspec.structs.replace(actor, protocol=PROTOCOL)
    else:
        actor = await ledger.access.authenticate(key, PROTOCOL)
    actor.require(Right.READ)
    return msgspec.structs.replace(actor, request_id=request.scope.get("interlog.request_id"))


async def _body(request: falcon.asgi.Request, limit: int) -> dict[str, Any]:
    if (request.content_length or 0) > limit:
        raise falcon.HTTPContentTooLarge(description=f"the body must not be larger than {limit} bytes")
    data = await request.stream.read(limit + 1)
    if len(data) > limit:
        raise falcon.HTTPContentTooLarge(description=f"the body must not be larger than {limit} bytes")
    try:
        body = _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise falcon.HTTPBadRequest(description=f"the body is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise MalformedContext
    return body


def _request_key(request: falcon.asgi.Request) -> str | None:
    key: str = request.get_header("Idempotency-Key", default="").strip()
    if len(key) > _MAX_KEY:
        raise falcon.HTTPBadRequest(description=f"Idempotency-Key must not be longer than {_MAX_KEY} characters")
    return key or None


async def _unknown(req: falcon.asgi.Request, resp: falcon.asgi.Response | None, **_: Any) -> None:
    """Answer an unknown path."""
    assert resp is not None, "there are no WebSockets here"
    raise falcon.HTTPNotFound(description="there is nothing at this path")


_STATUSES: Mapping[type[Exception], int] = {
    MalformedContext: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Limited: 429,
    Unavailable: 503,
}


async def _failed(
    request: falcon.asgi.Request,
    response: falcon.asgi.Response | None,
    error: Exception,
    params: dict[str, Any],
    **_: Any,
) -> None:
    """Answer an error in this protocol's form, ``ErrorDTO`` (spec 4.1): a code and a message."""
    if response is None:
        raise error
    if isinstance(error, falcon.HTTPError):
        status, message = error.status_code, error.description or error.title or ""
    elif type(error) in _STATUSES:
        status = _STATUSES[type(error)]
        message = "MalformedContext" if isinstance(error, MalformedContext) else str(error)
    else:
        _log.exception("unexpected", path=request.path, request_id=request.scope.get("interlog.request_id"))
        status, message = 500, "something went wrong on the server"
    if isinstance(error, Unavailable):
        _log.error("unavailable", reason=str(error))
        message = "the store does not answer; try again"
    response.status = falcon.code_to_http_status(status)
    response.content_type = falcon.MEDIA_JSON
    response.data = _encode({"code": status, "message": message})
    if status == 401:
        response.set_header("WWW-Authenticate", "Bearer")
