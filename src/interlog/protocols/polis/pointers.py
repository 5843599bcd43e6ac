"""What pointers mean: of each kind of object, what a filter or a sort can be about (spec 2.5).

A pointer goes from the whole object. One that begins with none of its members is looked up inside ``data``.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple

from interlog.model.canvassing.resources import OWNERS, customer_id, security_group_id
from interlog.model.conditions import And, Null
from interlog.model.expressions import Call, Choice, Column, Expression, Field, Function, Kind, Literal
from interlog.model.tenancy import Actor

from .errors import problem
from .filter_lexer import Path, step
from .operands import Fixed, Known, Moment, Operand, Stored, Whole
from .wire import GLOBAL

Spelling = Callable[[tuple[str, ...]], tuple[str, ...]]
"""From a path below ``data`` as clients know it to the path as it is stored."""

ENVELOPE = frozenset({"id", "data", "meta", "customerId", "securityGroupId"})
DELETED: Path = ("meta", "isDeleted")


def _text(column: str, *, is_indexed: bool = False) -> Known:
    return Known(Column(column, Kind.TEXT), is_indexed)


def _boolean(column: str) -> Known:
    return Known(Column(column, Kind.BOOLEAN))


class Meanings(NamedTuple):
    """What pointers into objects of one resource mean to one actor.

    ``creator`` is the column of who created them; ``is_global``: they belong to no customer. ``own``: members beside
    the envelope's that only the server sets; ``below``: what a path below ``data`` means.
    """

    resource: str
    actor: Actor
    creator: str
    is_global: bool
    own: Mapping[str, Operand]
    below: Callable[[Path], Operand]

    def canonical(self, path: Path) -> Path:
        """Return a path from the whole object."""
        return path if path[0] in ENVELOPE or path[0] in self.own else ("data", *path)

    def operand(self, path: Path) -> Operand:
        """Return what a pointer leads to."""
        head, *rest = self.canonical(path)
        if head == "data":
            return self.below(tuple(rest)) if rest else Whole()
        if head == "meta":
            return self._meta(tuple(rest))
        if rest:
            return Fixed(None)
        if head == "id":
            return _text("id", is_indexed=True)
        if self.is_global and head in ("customerId", "securityGroupId"):
            return Fixed(None)
        if head == "customerId":
            return self._given("customer_given", Literal(customer_id(self.actor.tenant), Kind.TEXT))
        if head == "securityGroupId":
            groups = tuple((str(group), security_group_id(self.actor.tenant, group)) for group in self.actor.groups)
            return self._given("group_given", Choice(Column("group", Kind.TEXT), groups))
        return self.own[str(head)]

    def _given(self, column: str, otherwise: Expression) -> Operand:
        """Return what a client sent where it was free to, otherwise what the server sets."""
        return Known(Call(Function.FIRST, (Column(column, Kind.TEXT), otherwise), Kind.TEXT))

    def _meta(self, path: Path) -> Operand:
        match path:
            case ():
                return Whole()
            case ("created",):
                return Moment("created_at")
            case ("modified",):
                return Moment("modified_at")
            case ("createdBy",):
                return _text(self.creator)
            case ("modifiedBy",):
                return _text("modifier")
            case ("resource",):
                return Fixed(self.resource)
            case ("isDeleted",):
                return _boolean("deleted")
            case ("etag",):
                raise problem("/meta/etag", "any.allowOnly", "is computed from the object: it cannot be listed by")
        return Fixed(None)


def resources(actor: Actor, kind: str, spelling: Spelling | None = None) -> Meanings:
    """Return what pointers into the resources of a kind mean."""
    own: dict[str, Operand] = {}
    if kind == "lists":
        own["contactsCount"] = Known(Column("contacts_count", Kind.INTEGER))
    elif kind == "campaigns":
        own["ended"] = _boolean("ended")
    return Meanings(kind, actor, "creator", kind in GLOBAL, own, partial(_resource_member, OWNERS.get(kind), spelling))


def _resource_member(owner: str | None, spelling: Spelling | None, path: Path) -> Operand:
    if path == (owner,):
        return _text("owner", is_indexed=True)
    if spelling is not None:
        path = tuple(map(step, spelling(tuple(map(str, path)))))
    return Stored(path)


_VISIT_COLUMNS: dict[Path, Operand] = {
    ("campaignId",): _text("campaign", is_indexed=True),
    ("contactId",): _text("contact", is_indexed=True),
    ("survey", "surveyId"): _text("survey"),
    ("listId",): _text("list"),
    ("householdId",): _text("household"),
    ("walklistId",): _text("walklist"),
    ("turfId",): _text("turf"),
    ("statusId",): _text("status"),
    ("timestamp",): Moment("occurred_at"),
    ("successful",): _boolean("successful"),
    ("unavailable",): _boolean("unavailable"),
    ("survey",): Whole(),
    ("survey", "responses"): Whole(),
    ("location",): Whole(And((Null(Field(("lat",), Kind.ANY)), Null(Field(("lng",), Kind.ANY))))),
}
_VISIT_FIELDS = frozenset({"distance", "unavailableReason", "contactHouseholdId"})
_LOCATION = frozenset({"lat", "lng", "confidence"})


def visits(actor: Actor) -> Meanings:
    """Return what pointers into interactions mean."""
    return Meanings("interactions", actor, "canvasser", False, {}, _visit_member)


def _visit_member(path: Path) -> Operand:
    if (column := _VISIT_COLUMNS.get(path)) is not None:
        return column
    match path:
        case ("survey", "responses", *rest):
            return Stored(("responses", *rest))
        case ("location", name) if name in _LOCATION:
            return Stored((name,))
        case (name,) if name in _VISIT_FIELDS:
            return Stored((name,))
    return Fixed(None)
