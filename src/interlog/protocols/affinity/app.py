"""The application of this protocol, and its route table.

A request's way: route -> ``Endpoint`` (token, parameters) -> handler -> ledger, and the same way back. What is said of
an operation in the table below is all there is to know about it from outside.
"""

import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache
from typing import Any

import falcon
import falcon.asgi
import msgspec
import structlog
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.errors import Invalid, Problem, Unauthenticated, Unavailable
from interlog.model.tenancy import Actor, Right
from interlog.observe import HEADERS
from interlog.settings import Settings
from interlog.transfer import Taking, fill

from . import (
    account,
    bulk,
    changes,
    extensions,
    field_values,
    fields,
    files,
    histories,
    interactions,
    lists,
    notes,
    opportunities,
    organizations,
    persons,
    relationship_strengths,
    reminders,
    webhooks,
)
from .errors import EXPECTED, UNKNOWN_ROUTE, answer_v1, answer_v2
from .events import Events, stamped
from .files import Download
from .limits import Limits
from .operations import Call, Operation
from .params import Decoder, raw_parameters
from .v2.files import SIGNED, Signed
from .v2.table import OPERATIONS_V2
from .v2.versions import VERSION_HEADER, VERSIONS, version_of

PROTOCOL = "affinity"

_log = structlog.get_logger(__name__)
_encode = msgspec.json.Encoder().encode

Responder = Callable[..., Awaitable[None]]

_ITEM = ("/interactions/{id}", "/interaction/{id}")

OPERATIONS_V1 = (
    Operation(name="interactions.list", method="GET", paths=("/interactions", "/interaction"),
              handler=interactions.list_, params=interactions.LIST, extended_params=histories.LIST, spec="2.3"),
    Operation(name="interactions.get", method="GET", paths=_ITEM,
              handler=interactions.get, params=interactions.GET, spec="2.4"),
    Operation(name="interactions.create", method="POST", paths=("/interactions", "/interaction"),
              handler=interactions.create, params=interactions.CREATE, extended_params=interactions.CREATE_EXTENDED,
              spec="2.5", writes=True),
    Operation(name="interactions.bulk", method="POST", paths=("/interactions/bulk",),
              handler=bulk.create, params=bulk.CREATE, spec="19", writes=True, extension=True),
    Operation(name="interactions.changes", method="GET", paths=("/interactions/changes",),
              handler=changes.list_, params=changes.LIST, spec="19", extension=True),
    Operation(name="interactions.update", method="PUT", paths=_ITEM,
              handler=interactions.update, params=interactions.UPDATE, extended_params=interactions.UPDATE_EXTENDED,
              spec="2.6", writes=True),
    Operation(name="interactions.delete", method="DELETE", paths=_ITEM,
              handler=interactions.delete, params=interactions.DELETE, spec="2.7", writes=True),
    Operation(name="persons.list", method="GET", paths=("/persons",),
              handler=persons.list_, params=persons.LIST, spec="3"),
    Operation(name="persons.fields", method="GET", paths=("/persons/fields",), handler=persons.fields, spec="3"),
    Operation(name="persons.get", method="GET", paths=("/persons/{id}",),
              handler=persons.get, params=persons.GET, spec="3"),
    Operation(name="persons.create", method="POST", paths=("/persons",),
              handler=persons.create, params=persons.CREATE, spec="3", writes=True),
    Operation(name="persons.update", method="PUT", paths=("/persons/{id}",),
              handler=persons.update, params=persons.UPDATE, spec="3", writes=True),
    Operation(name="persons.delete", method="DELETE", paths=("/persons/{id}",),
              handler=persons.delete, params=persons.DELETE, spec="3", writes=True),
    Operation(name="organizations.list", method="GET", paths=("/organizations",),
              handler=organizations.list_, params=organizations.LIST, spec="4"),
    Operation(name="organizations.fields", method="GET", paths=("/organizations/fields",),
              handler=organizations.fields, spec="4"),
    Operation(name="organizations.get", method="GET", paths=("/organizations/{id}",),
              handler=organizations.get, params=organizations.GET, spec="4"),
    Operation(name="organizations.create", method="POST", paths=("/organizations",),
              handler=organizations.create, params=organizations.CREATE, spec="4", writes=True),
    Operation(name="organizations.update", method="PUT", paths=("/organizations/{id}",),
              handler=organizations.update, params=organizations.UPDATE, spec="4", writes=True),
    Operation(name="organizations.delete", method="DELETE", paths=("/organizations/{id}",),
              handler=organizations.delete, params=organizations.DELETE, spec="4", writes=True),
    Operation(name="opportunities.list", method="GET", paths=("/opportunities",),
              handler=opportunities.list_, params=opportunities.LIST, spec="5"),
    Operation(name="opportunities.get", method="GET", paths=("/opportunities/{id}",),
              handler=opportunities.get, params=opportunities.GET, spec="5"),
    Operation(name="opportunities.create", method="POST", paths=("/opportunities",),
              handler=opportunities.create, params=opportunities.CREATE, spec="5", writes=True),
    Operation(name="opportunities.update", method="PUT", paths=("/opportunities/{id}",),
              handler=opportunities.update, params=opportunities.UPDATE, spec="5", writes=True),
    Operation(name="opportunities.delete", method="DELETE", paths=("/opportunities/{id}",),
              handler=opportunities.delete, params=opportunities.DELETE, spec="5", writes=True),
    Operation(name="lists.list", method="GET", paths=("/lists",), handler=lists.list_, spec="6"),
    Operation(name="lists.get", method="GET", paths=("/lists/{id}",), handler=lists.get, params=lists.GET, spec="6"),
    Operation(name="lists.create", method="POST", paths=("/lists",),
              handler=lists.create, params=lists.CREATE, spec="6", writes=True),
    Operation(name="lists.entries", method="GET", paths=("/lists/{id}/list-entries",),
              handler=lists.entries, params=lists.ENTRIES, spec="6"),
    Operation(name="lists.entry", method="GET", paths=("/lists/{id}/list-entries/{entry_id}",),
              handler=lists.entry, params=lists.ENTRY, spec="6"),
    Operation(name="lists.any_entry", method="GET", paths=("/list-entries/{id}",),
              handler=lists.any_entry, params=lists.GET, spec="19", extension=True),
    Operation(name="lists.add", method="POST", paths=("/lists/{id}/list-entries",),
              handler=lists.add, params=lists.ADD, spec="6", writes=True),
    Operation(name="lists.remove", method="DELETE", paths=("/lists/{id}/list-entries/{entry_id}",),
              handler=lists.remove, params=lists.ENTRY, spec="6", writes=True),
    Operation(name="fields.list", method="GET", paths=("/fields",),
              handler=fields.list_, params=fields.LIST, spec="9.1"),
    Operation(name="fields.create", method="POST", paths=("/fields",),
              handler=fields.create, params=fields.CREATE, spec="9.1", writes=True),
    Operation(name="fields.delete", method="DELETE", paths=("/fields/{id}",),
              handler=fields.delete, params=fields.DELETE, spec="9.1", writes=True),
    Operation(name="field_values.list", method="GET", paths=("/field-values",),
              handler=field_values.list_, params=field_values.LIST, spec="9.2"),
    Operation(name="field_values.get", method="GET", paths=("/field-values/{id}",),
              handler=field_values.get, params=field_values.GET, spec="9.2"),
    Operation(name="field_values.create", method="POST", paths=("/field-values",),
              handler=field_values.create, params=field_values.CREATE, spec="9.2", writes=True),
    Operation(name="field_values.update", method="PUT", paths=("/field-values/{id}",),
              handler=field_values.update, params=field_values.UPDATE, spec="9.2", writes=True),
    Operation(name="field_values.patch", method="PATCH", paths=("/field-values/{id}",),
              handler=field_values.update, params=field_values.UPDATE, spec="9.2", writes=True),
    Operation(name="field_values.delete", method="DELETE", paths=("/field-values/{id}",),
              handler=field_values.delete, params=field_values.GET, spec="9.2", writes=True),
    Operation(name="field_value_changes.list", method="GET", paths=("/field-value-changes",),
              handler=field_values.changes, params=field_values.CHANGES, spec="9.3"),
    Operation(name="notes.list", method="GET", paths=("/notes",), handler=notes.list_, params=notes.LIST, spec="7.3"),
    Operation(name="notes.get", method="GET", paths=("/notes/{id}",), handler=notes.get, params=notes.GET, spec="7.3"),
    Operation(name="notes.create", method="POST", paths=("/notes",),
              handler=notes.create, params=notes.CREATE, spec="7.3", writes=True),
    Operation(name="notes.update", method="PUT", paths=("/notes/{id}",),
              handler=notes.update, params=notes.UPDATE, spec="7.3", writes=True),
    Operation(name="notes.delete", method="DELETE", paths=("/notes/{id}",),
              handler=notes.delete, params=notes.DELETE, spec="7.3", writes=True),
    Operation(name="relationship_strengths.list", method="GET",
              paths=("/relationships-strengths", "/relationship-strengths"),
              handler=relationship_strengths.list_, params=relationship_strengths.LIST, spec="8"),
    Operation(name="files.list", method="GET", paths=("/entity-files",),
              handler=files.list_, params=files.LIST, extended_params=files.LIST_EXTENDED, spec="10"),
    Operation(name="files.get", method="GET", paths=("/entity-files/{id}",),
              handler=files.get, params=files.GET, spec="10"),
    Operation(name="files.download", method="GET", paths=("/entity-files/download/{id}",),
              handler=files.download, params=files.GET, spec="10", downloads=True),
    Operation(name="files.create", method="POST", paths=("/entity-files",),
              handler=files.create, params=files.CREATE, extended_params=files.CREATE_EXTENDED, spec="10",
              writes=True, uploads=True),
    Operation(name="files.any", method="GET", paths=("/files/{id}",),
              handler=files.get, params=files.GET, spec="19", extension=True),
    Operation(name="files.delete", method="DELETE", paths=("/entity-files/{id}", "/files/{id}"),
              handler=files.delete, params=files.GET, spec="19", writes=True, extension=True),
    Operation(name="reminders.list", method="GET", paths=("/reminders",),
              handler=reminders.list_, params=reminders.LIST, spec="10"),
    Operation(name="reminders.get", method="GET", paths=("/reminders/{id}",),
              handler=reminders.get, params=reminders.GET, spec="10"),
    Operation(name="reminders.create", method="POST", paths=("/reminders",),
              handler=reminders.create, params=reminders.CREATE, spec="10", writes=True),
    Operation(name="reminders.update", method="PUT", paths=("/reminders/{id}",),
              handler=reminders.update, params=reminders.UPDATE, spec="10", writes=True),
    Operation(name="reminders.delete", method="DELETE", paths=("/reminders/{id}",),
              handler=reminders.delete, params=reminders.DELETE, spec="10", writes=True),
    Operation(name="webhooks.list", method="GET", paths=("/webhook",), handler=webhooks.list_, spec="11"),
    Operation(name="webhooks.get", method="GET", paths=("/webhook/{id}",),
              handler=webhooks.get, params=webhooks.GET, spec="11"),
    Operation(name="webhooks.create", method="POST", paths=("/webhook/subscribe", "/webhook"),
              handler=webhooks.create, params=webhooks.CREATE, spec="11", writes=True),
    Operation(name="webhooks.update", method="PUT", paths=("/webhook/{id}",),
              handler=webhooks.update, params=webhooks.UPDATE, spec="11", writes=True),
    Operation(name="webhooks.delete", method="DELETE", paths=("/webhook/{id}",),
              handler=webhooks.delete, params=webhooks.DELETE, spec="11", writes=True),
    Operation(name="webhooks.deliveries", method="GET", paths=("/webhook/{id}/deliveries",),
              handler=webhooks.deliveries, params=webhooks.DELIVERIES, spec="19"),
    Operation(name="webhooks.replay", method="POST", paths=("/webhook/{id}/deliveries/{delivery_id}/replay",),
              handler=webhooks.replay, params=webhooks.REPLAY, spec="19", writes=True),
    Operation(name="whoami", method="GET", paths=("/auth/whoami", "/whoami"),
              handler=account.whoami, spec="12", counts=False),
    Operation(name="rate_limit", method="GET", paths=("/rate-limit",),
              handler=account.rate_limit, spec="12", counts=False),
)  # fmt: skip

OPERATIONS = OPERATIONS_V1 + OPERATIONS_V2


def create(settings: Settings, ledger: Ledger) -> "falcon.asgi.App[falcon.asgi.Request, falcon.asgi.Response]":
    """Return the application, to be mounted at the protocol's prefix."""
    ledger.deliveries.sources[PROTOCOL] = Events(ledger, settings).messages
    ledger.deliveries.stamps[PROTOCOL] = stamped
    app = falcon.asgi.App()
    app.req_options.strip_url_path_trailing_slash = True
    limits = Limits(settings.affinity_rate_limit_user, settings.affinity_rate_limit_org, ledger.usage)
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        for path in operation.paths:
            by_path.setdefault(path, {})[operation.method] = operation
    for path, operations in by_path.items():
        app.add_route(path, Endpoint(operations, settings, ledger, limits))
    app.add_route(SIGNED, Signed(ledger))
    unknown = _Unknown(settings, limits)
    app.add_sink(unknown.answer)
    app.add_error_handler(Exception, unknown.answer_error)
    return app


class Endpoint:
    """The operations of one path: a responder (``on_get`` …) for every method, also for those that it does not know."""

    def __init__(self, operations: dict[str, Operation], settings: Settings, ledger: Ledger, limits: Limits) -> None:
        self._operations = operations
        self._settings = settings
        self._ledger = ledger
        self._limits = limits
        self._version = next(iter(operations.values())).version
        for method in _METHODS:
            setattr(self, f"on_{method.lower()}", self._responder(operations.get(method)))

    def _responder(self, operation: Operation | None) -> Responder:
        decoder = Decoder(operation.params) if operation is not None else None
        more = operation.extended_params if operation is not None else None
        extended_decoder = Decoder(more) if more is not None else decoder

        async def respond(request: falcon.asgi.Request, response: falcon.asgi.Response, **path: str) -> None:
            """Authenticate, decode, call the handler, encode; with the headers that every answer carries."""
            actor: Actor | None = None
            taking: Taking | None = None
            try:
                actor = await self._ledger.access.authenticate(token_of(request), PROTOCOL)
                if operation is None or decoder is None or extended_decoder is None:
                    if not path.get("id", "0").isdecimal():  # a word where an id would be: some other path
                        raise falcon.HTTPNotFound(description="Resource not found: unknown path")
                    raise falcon.HTTPMethodNotAllowed(self._operations, description="Method not allowed")
                actor = self._admit(operation, actor, request)
                if operation.uploads:
                    taking = Taking(self._ledger, actor, self._settings.max_upload)
                raw = await raw_parameters(request, path, self._settings.max_body, taking)
                extended = operation.extension or extensions.asked_for(request)
                args = (extended_decoder if extended else decoder).decode(raw)
                call = Call(actor, self._ledger, self._settings, args, request, extended)
                result = await operation.handler(call)
            except EXPECTED as error:
                fill_error(response, error, self._version, self._settings)
                if not hasattr(request.context, "usage"):
                    request.context.usage = self._limits.count(actor)
            else:
                if call.version is not None and extended:
                    response.set_header("ETag", f'"{call.version}"')
                if operation.status != 200:
                    response.status = operation.status
                if isinstance(result, Download):
                    fill(response, result.item, result.parts)
                elif result is not None:
                    response.content_type = "application/json"
                    if isinstance(result, AsyncIterator):
                        response.stream = result
                    else:
                        response.data = _encode(result)
            finally:
                if taking is not None:
                    await taking.discard()
            fill_headers(request, response, self._version, self._limits)

        return respond

    def _admit(self, operation: Operation, actor: Actor, request: falcon.asgi.Request) -> Actor:
        """Count the call and refuse it where it is one too many, or where the token does not allow it."""
        usage = request.context.usage = self._limits.count(actor, counts=operation.counts)
        if self._settings.affinity_rate_limit_enforced:
            retry_after = usage.retry_after(counts=operation.counts)
            if retry_after is not None:
                raise falcon.HTTPTooManyRequests(description="Rate limit exceeded", retry_after=retry_after)
        request.scope["interlog.actor"] = actor
        if operation.writes:
            actor = replace(actor, request_id=request.scope.get("interlog.request_id"))
        actor.require(Right.WRITE if operation.writes else Right.READ)
        if self._version == 2:
            check_version(request)
        return actor


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class _Unknown:
    """Answers for paths that are none of ours, and for faults."""

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self._settings = settings
        self._limits = limits

    async def answer(self, req: falcon.asgi.Request, resp: falcon.asgi.Response | None, **_: Any) -> None:
        """Answer an unknown path: in version 1 with a bare string (spec 18, D13)."""
        assert resp is not None, "there are no WebSockets here"
        request, response = req, resp
        version = _version_of(request)
        response.status = 404
        response.content_type = "application/json"
        unknown = falcon.HTTPNotFound(description="Resource not found: unknown path")
        response.data = _encode(UNKNOWN_ROUTE if version == 1 else answer_v2(unknown)[1])
        fill_headers(request, response, version, self._limits)

    async def answer_error(
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
        version = _version_of(request)
        fill_error(response, error, version, self._settings)
        fill_headers(request, response, version, self._limits)


def fill_error(response: falcon.asgi.Response, error: Exception, version: int, settings: Settings) -> None:
    """Make the response that of an error."""
    if isinstance(error, Unavailable):
        _log.error("unavailable", reason=str(error))  # the client is not told about the inside
    status, body = answer_v1(error, settings.affinity_missing_status) if version == 1 else answer_v2(error)
    response.status = status
    response.content_type = "application/json"
    response.data = _encode(body)
    if isinstance(error, falcon.HTTPError) and error.headers:
        response.set_headers(error.headers)
    if isinstance(error, Unauthenticated):
        response.set_header("WWW-Authenticate", 'Bearer realm="interlog", Basic realm="interlog"')


def fill_headers(request: falcon.asgi.Request, response: falcon.asgi.Response, version: int, limits: Limits) -> None:
    """Add the headers that every answer carries (spec 1.7, 13.2)."""
    usage = getattr(request.context, "usage", None) or limits.count(None)
    request.scope[HEADERS] = usage.headers()
    if version == 2:
        response.set_header(VERSION_HEADER, version_of(request))


def check_version(request: falcon.asgi.Request) -> None:
    """Refuse a version of the API that there is none of (spec 13.2)."""
    asked = request.get_header(VERSION_HEADER)
    if asked is not None and asked not in VERSIONS:
        raise Invalid(Problem(VERSION_HEADER, f"must be one of {', '.join(VERSIONS)}", "choice"))


def token_of(request: falcon.asgi.Request) -> str:
    """Return the token of ``Authorization: Bearer <token>``, or the password of ``Basic`` (spec 1.2)."""
    return _token_in(request.get_header("Authorization") or "")


@lru_cache(maxsize=1_000)
def _token_in(header: str) -> str:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise Unauthenticated("the Basic credentials are not well-formed") from None
    raise Unauthenticated("send a token as Bearer, or as the password of Basic")


def _version_of(request: falcon.asgi.Request) -> int:
    return 2 if request.path == "/v2" or request.path.startswith("/v2/") else 1
