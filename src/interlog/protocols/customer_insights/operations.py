"""What an operation is: method, paths, handler, success codes. The route table in ``table.py`` is made of these.

From the same table come the routes, the coverage page in the docs, and the tests that send every operation every kind
of bad input.
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any

import falcon.asgi
from msgspec import Struct, field

from interlog.ledger import Ledger
from interlog.model.tenancy import Actor, Right
from interlog.settings import Settings

from .errors import ApiError


class Plane(StrEnum):
    """The surfaces of a hub (spec 1.1)."""

    ARM = "arm"
    MANAGE = "manage"
    DATA = "data"


PREFIXES = {
    "~": "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CustomerInsights",
    "^": "/hubs/{hub}/manage",
    "§": "/hubs/{hub}/data",
}
"""What the first character of a path in the table stands for."""

_PLANES = {"^": Plane.MANAGE, "§": Plane.DATA}

JSON = "application/json; charset=utf-8"
MAX_DEFINITION = 1024 * 1024
"""The largest body of a request that defines something, in bytes (spec 2.5, V24)."""


class Reply(Struct):
    """What a handler answers. ``body``: bytes are sent as they are, None is no body, all else becomes JSON."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON


class Call(Struct, dict=True):
    """One request of one operation: who asks, in which hub, and for what.

    ``actor`` acts in the hub of the path. ``path`` holds what the path names, in the client's own casing.
    ``base`` is the absolute address of the protocol's root, without a slash at the end. ``permissions`` are those of
    the policy whose key signed the request, None where a token came with it.
    """

    actor: Actor
    ledger: Ledger
    settings: Settings
    request: falcon.asgi.Request
    operation: "Operation"
    plane: Plane
    path: Mapping[str, str]
    base: str
    api_version: str
    permissions: frozenset[str] | None = None

    @property
    def hub(self) -> str:
        """The hub's name, as it was created."""
        return self.actor.tenant.name

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters of the query by lower-case name; raises where one is given twice with different values."""
        found: dict[str, str] = {}
        for name, value in self.request.params.items():
            texts = set(value) if isinstance(value, list) else {value}
            texts |= {found[name.lower()]} if name.lower() in found else set()
            if len(texts) > 1:
                message = f"The parameter {name} is given more than once, with different values."
                raise ApiError(400, "InvalidQueryOption", message, target=name)
            found[name.lower()] = texts.pop() if texts else ""
        return found

    def param(self, name: str) -> str | None:
        """Return a parameter of the query, whatever its casing."""
        value = self.query.get(name.lower())
        if value is not None and "\x00" in value:  # no database takes it
            raise ApiError(400, "InvalidQueryOption", f"{name} must not contain the character U+0000.", target=name)
        return value

    @cached_property
    def preferences(self) -> Mapping[str, str]:
        """The preferences of the header ``Prefer`` by lower-case name, such as ``respond-async``."""
        found: dict[str, str] = {}
        for part in (self.request.get_header("Prefer") or "").replace(";", ",").split(","):
            name, _, value = part.partition("=")
            if name.strip():
                found[name.strip().lower()] = value.strip().strip('"')
        return found


def _plane_of(path: str) -> Plane:
    """Return the plane of a path in the table."""
    if path.startswith("/hubs/"):
        return Plane.MANAGE
    return _PLANES.get(path[0], Plane.ARM)


Handler = Callable[[Call], Awaitable[Reply]]


class Operation(Struct, frozen=True, kw_only=True, dict=True):
    """An operation: the paths that mean it, its handler, its success codes, and the section of the specification.

    ``paths`` begin with ``~`` (below a resource group), ``^`` (hub management), ``§`` (hub data), or ``/``.
    ``statuses`` are the only success codes on the ARM plane, the first being the usual one; ``hub_statuses`` those of
    the hub's own planes, where they differ. ``right`` is what a token must allow. ``any_version``: ``api-version`` is
    not looked at. ``max_body``: the largest body that is read, in bytes. ``is_signed``: the address itself is signed,
    and no token is asked for. ``is_envelope``: it holds requests, each of which is checked by itself, and
    needs none of a policy's permissions. ``name`` reads ``resource.verb``.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    handler: Handler
    spec: str
    statuses: tuple[int, ...] = (200,)
    hub_statuses: tuple[int, ...] = ()
    right: Right = Right.READ
    any_version: bool = False
    max_body: int = MAX_DEFINITION
    is_signed: bool = False
    is_envelope: bool = False

    @cached_property
    def routes(self) -> tuple[tuple[Plane, str], ...]:
        """Each path with its prefix written out, and the plane that it belongs to."""
        return tuple((_plane_of(path), PREFIXES.get(path[0], path[0]) + path[1:]) for path in self.paths)

    def success(self, plane: Plane) -> tuple[int, ...]:
        """Return the success codes on a plane."""
        return self.statuses if plane is Plane.ARM or not self.hub_statuses else self.hub_statuses
