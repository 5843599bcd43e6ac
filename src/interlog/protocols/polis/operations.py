"""What an operation is: method, path, handler, permission. The route table in ``table.py`` is made of these.

From the same table come the routes, the coverage page in the docs, and the tests that send every operation every kind
of bad input.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

import falcon.asgi
from msgspec import Struct, field

from interlog.ledger import Ledger
from interlog.model.canvassing.permissions import Permit
from interlog.model.tenancy import Actor
from interlog.settings import Settings

from .errors import not_found, problem

JSON = "application/json; charset=utf-8"
MAX_BODY = 1024 * 1024
"""The largest body that is read, in bytes (spec 6)."""
MAX_MANY = 32 * MAX_BODY
"""The largest body of many objects."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WORDS = {"true": True, "1": True, "": True, "false": False, "0": False}


class Body(StrEnum):
    """What an operation takes as its body."""

    NONE = "none"
    OBJECT = "object"
    OPTIONAL = "optional"  # an object, or nothing at all
    PATCH = "patch"  # an object, or a bare array of JSON Patch
    RAW = "raw"  # the handler reads it


class Reply(Struct):
    """What a handler answers. ``body``: bytes are sent as they are, None is no body, all else becomes JSON.

    ``stream`` takes the place of the body where it is too long to be in memory. ``etag`` becomes the header.
    """

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    stream: AsyncIterator[bytes] | None = None
    content_type: str = JSON


class Viewer(Protocol):
    """Through whose eyes something is shown, and in which version of the protocol."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def actor(self) -> Actor: ...

    @property
    def version(self) -> int: ...


class Call(Struct, dict=True):
    """One request of one operation: who asks, and for what.

    ``permit`` says as whom in this protocol: user, customer, organization, role. ``version`` is 1 or 2, the paths'
    prefix; paths without one are version 1. ``body`` is the decoded JSON, an empty object where there was none, or what
    the operation's ``quick`` made of it.
    ``base`` is the absolute address of the protocol's root, without a slash at the end.
    """

    actor: Actor
    permit: Permit
    ledger: Ledger
    settings: Settings
    request: falcon.asgi.Request
    operation: "Operation"
    version: int
    path: Mapping[str, str]
    base: str
    body: Any

    def id(self, name: str = "id") -> str:
        """Return an id of the path in lower case; raises 404 where it can be nobody's."""
        text = self.path[name]
        if not _UUID.fullmatch(text):
            raise not_found(self.operation.resource)
        return text.lower()

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The parameters of the query as they were given, in their order."""
        return {name: [value] if isinstance(value, str) else list(value) for name, value in self.request.params.items()}

    def param(self, name: str) -> str | None:
        """Return a parameter of the query, the last where it is given several times."""
        if not self.request.query_string:
            return None
        values = self.query.get(name)
        return values[-1] if values else None

    def flag(self, name: str) -> bool:
        """Return a parameter that is true or false; false where it is not given. Raises for anything else."""
        text = self.param(name)
        if text is None:
            return False
        if text.lower() not in _WORDS:
            raise problem(name, "boolean.base", "must be true or false")
        return _WORDS[text.lower()]

    def integer(self, name: str, default: int, *, minimum: int = 0) -> int:
        """Return a parameter that is a whole number. Raises for anything else."""
        text = self.param(name)
        if text is None:
            return default
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise problem(name, "number.integer", "must be a whole number")
        if int(text) < minimum:
            raise problem(name, "number.min", f"must be at least {minimum}")
        return int(text)

    def uuid(self, name: str, *, is_required: bool = False) -> str | None:
        """Return a parameter that is a UUID, in lower case. Raises for anything else."""
        text = self.param(name)
        if not text:
            if is_required:
                raise problem(name, "any.required", "is required")
            return None
        if not _UUID.fullmatch(text):
            raise problem(name, "string.guid", "must be a UUID")
        return text.lower()


Handler = Callable[[Call], Awaitable[Reply]]
OpenHandler = Callable[[Settings, Ledger, falcon.asgi.Request], Awaitable[Reply]]
"""A handler of an operation that asks for no token."""


class Operation(Struct, frozen=True, kw_only=True, dict=True):
    """An operation: the path that means it, its handler, and the section of the specification that it follows.

    ``paths`` are without a version; ``versions`` are those under which they are served, version 1 without a prefix too.
    An operation that asks for no token has ``answer_open`` in the place of ``handler``.
    ``permission`` is what the actor's role must hold (spec 5.2), None where signing in is enough. ``is_bare``: the
    paths have no version at all. ``name`` reads ``resource.verb``.

    ``quick`` reads bodies as they mostly come; None is what it leaves to be read as JSON, with all that is wrong.

    Falcon's router wants one name for a place: the first id of a path is always ``{id}``.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    handler: Handler | None = None
    answer_open: OpenHandler | None = None
    spec: str
    permission: str | None = None
    versions: tuple[int, ...] = (1,)
    body: Body = Body.NONE
    status: int = 200
    max_body: int = MAX_BODY
    quick: Callable[[bytes], Any] | None = None
    is_bare: bool = False

    @property
    def resource(self) -> str:
        """The resource that it is about."""
        return self.name.partition(".")[0]

    @property
    def is_open(self) -> bool:
        """Whether no token is asked for."""
        return self.answer_open is not None

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"

    @cached_property
    def routes(self) -> tuple[tuple[int, str], ...]:
        """Each path with its prefixes, and the version that it is of."""
        if self.is_bare:
            return tuple((1, path) for path in self.paths)
        found = [(version, f"/v{version}{path}") for path in self.paths for version in self.versions]
        return (*found, *((1, path) for path in self.paths if 1 in self.versions))
