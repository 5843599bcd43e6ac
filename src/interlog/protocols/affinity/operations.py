"""What an operation is: method, paths, parameters, handler. The route table in ``app.py`` is made of these.

From the same table come the routes, the decoding of parameters, the coverage page in the docs, and the tests that send
every operation every kind of bad input.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from msgspec import Struct

from interlog.ledger import Ledger
from interlog.model.tenancy import Actor
from interlog.settings import Settings

from .limits import Usage
from .requests import Request


class Kind(StrEnum):
    """The kinds of parameters."""

    ID = "id"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    TEXT = "text"
    MOMENT = "moment"
    OBJECT = "object"
    FILE = "file"
    VALUE = "value"  # anything: what it may be depends on what it is for


class Param(Struct, frozen=True, kw_only=True):
    """A parameter, wherever it arrives: in the path, the body or the query.

    ``choices`` are the only values allowed; ``minimum`` and ``maximum`` are inclusive bounds of an integer;
    ``empty`` allows the empty text or list; ``model`` is what an id belongs to; ``max_length`` counts characters;
    ``nullable`` says that null is a value: what was there is taken away; ``false_is_none``, that an old client sends
    false for what it does not give.
    """

    name: str
    kind: Kind = Kind.TEXT
    required: bool = False
    many: bool = False
    choices: tuple[int, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    empty: bool = True
    max_length: int = 10_000
    model: str | None = None
    nullable: bool = False
    false_is_none: bool = False


class Call(Struct):
    """One request of one operation: who asks, and for what. ``args`` holds the decoded parameters that were given.

    ``usage``: what was asked so far, with this request. ``extended``: it opts in to what the vendor lacks (spec 1.8).
    Handlers set ``version`` to that of what they answer.
    """

    actor: Actor
    ledger: Ledger
    settings: Settings
    args: dict[str, Any]
    request: Request
    usage: Usage
    extended: bool = False
    version: int | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter, or the default where it was not given."""
        return self.args.get(name, default)


Handler = Callable[[Call], Awaitable[Any]]


class Operation(Struct, frozen=True, kw_only=True):
    """An operation: ``version`` 1 or 2 of the API, and the section of the specification it follows.

    ``writes`` says that it needs the right to write; ``status`` is that of success; ``name`` reads ``resource.verb``.
    ``extended_params`` are its parameters where the request opts in to what the vendor lacks (spec 1.8);
    ``extension`` says that the vendor has no such operation at all; ``uploads`` that files come with its requests, and
    ``downloads`` that it answers one.
    """

    name: str
    method: str
    paths: tuple[str, ...]
    handler: Handler
    params: tuple[Param, ...] = ()
    spec: str = ""
    version: int = 1
    writes: bool = False
    status: int = 200
    counts: bool = True
    extended_params: tuple[Param, ...] | None = None
    extension: bool = False
    uploads: bool = False
    downloads: bool = False


def id_param(name: str = "id", *, model: str | None = None, required: bool = False, many: bool = False) -> Param:
    """Return a parameter that holds an id, or many."""
    return Param(name=name, kind=Kind.ID, model=model, required=required, many=many)


PATH_ID = Param(name="id", kind=Kind.ID, required=True)
"""The id in an item's path."""
