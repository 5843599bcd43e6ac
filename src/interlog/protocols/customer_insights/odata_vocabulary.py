"""What the names in an OData expression over interactions, and over profiles, mean (spec 6.2, 6.6)."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from interlog.model.conditions import (
    And,
    AnyOf,
    Collection,
    Compare,
    Condition,
    Constant,
    Missing,
    Not,
    Operator,
    Or,
    Relation,
)
from interlog.model.expressions import Call, Choice, Column, Expression, Field, Function, Kind, Literal, Part
from interlog.model.ids import index_text, parse_uuid
from interlog.model.profiles import ProfileType
from interlog.model.types import InteractionType

from .fields import SYSTEM_SOURCE, Document
from .odata_lexer import ODataError
from .odata_terms import Dynamic, Many, Nothing, Operand, Term
from .translate import document_of, profile_document_of
from .values import DEFAULT_LOCALE, name_of

_KINDS = {
    "Edm.Boolean": Kind.BOOLEAN,
    **dict.fromkeys(("Edm.Byte", "Edm.Int16", "Edm.Int32", "Edm.Int64"), Kind.INTEGER),
    "Edm.Decimal": Kind.DECIMAL,
    **dict.fromkeys(("Edm.Double", "Edm.Single"), Kind.NUMBER),
    "Edm.DateTimeOffset": Kind.INSTANT,
    "Edm.Date": Kind.DATE,
    "Edm.TimeOfDay": Kind.TIME,
    "Edm.Duration": Kind.DURATION,
    **dict.fromkeys(("Edm.String", "Edm.Guid"), Kind.TEXT),
}

_SYSTEM: dict[str, tuple[Expression, Kind]] = {
    "interactionid": (Column("public_id", Kind.TEXT), Kind.TEXT),
    "timestamp": (Column("occurred_at", Kind.INSTANT), Kind.INSTANT),
    "lastmodifiedtimestamp": (Column("changed_at", Kind.INSTANT), Kind.INSTANT),
    "datasource": (
        Call(Function.FIRST, (Column("origin", Kind.TEXT), Literal(SYSTEM_SOURCE["name"], Kind.TEXT)), Kind.TEXT),
        Kind.TEXT,
    ),
    "version": (Column("version", Kind.INTEGER), Kind.INTEGER),
}
_OWN: dict[str, tuple[str, Kind]] = {
    "endedat": ("ended_at", Kind.INSTANT),
    "subject": ("title", Kind.TEXT),
    "description": ("body", Kind.TEXT),
    "direction": ("direction", Kind.INTEGER),
}
"""The fields of the built-in types that are parts of every interaction (spec 8)."""

_TYPE = Column("type", Kind.TEXT)


class Interactions:
    """The words of expressions over the interactions of one type, or of several."""

    def __init__(self, types: Sequence[InteractionType]) -> None:
        self._types = types

    @cached_property
    def _documents(self) -> list[tuple[InteractionType, Document]]:
        return [(type_, document_of(type_)) for type_ in self._types]

    @cached_property
    def _fields(self) -> dict[str, list[tuple[InteractionType, Document]]]:
        """The declarations of each field, by its lower-case name."""
        found: dict[str, list[tuple[InteractionType, Document]]] = {}
        for type_, document in self._documents:
            for field in document["fields"]:
                found.setdefault(field["fieldName"].lower(), []).append((type_, field))
        return found

    @cached_property
    def _slots(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        """The slots behind the properties of built-in types that name participants, such as ``AttendeeIds``."""
        found: dict[str, tuple[tuple[str, ...], bool]] = {}
        for type_, document in self._documents:
            if not type_.built_in:
                continue
            arrays = {field["fieldName"]: field["isArray"] for field in document["fields"]}
            for slot in type_.slots:
                for participant in document["participantProfiles"]:
                    if not slot.references and participant.get("role") == slot.role:
                        name = participant["participantPropertyReferences"][0]["interactionPropertyName"]
                        slots, _ = found.get(name.lower(), ((), False))
                        found[name.lower()] = (*slots, f"{type_.id}/{slot.role}"), not arrays.get(name, False)
        return found

    def property(self, name: str, at: int) -> Operand:
        """Return what a property is: one of every interaction, a declared field, or a dynamic one."""
        key = name.lower()
        if key in _SYSTEM:
            return Term(*_SYSTEM[key], at)
        if key == "interactiontype":
            names = tuple((str(type_.id), type_.name) for type_ in self._types)
            return Term(Choice(_TYPE, names), Kind.TEXT, at)
        if key == "participants":
            return Many(Collection.PARTICIPANTS, None, at)
        if key in self._slots:
            slots, single = self._slots[key]
            return Many(Collection.PARTICIPANTS, Kind.TEXT, at, slots=slots, single=single)
        declared = self._fields.get(key, [])
        fields = [field for type_, field in declared if not (type_.built_in and key in _OWN)]
        own = [type_ for type_, _ in declared if type_.built_in and key in _OWN]
        if not own:
            return _field(fields, name, at)
        column, kind = _OWN[key]
        node: Expression = Column(column, kind)
        if len(own) < len(self._types):
            only = Choice(_TYPE, tuple((str(type_.id), "yes") for type_ in own))
            node = Call(Function.WHERE, (only, node), kind)
            stored = _field(fields, name, at)
            stored = Term(stored.read(kind), kind, at) if isinstance(stored, Dynamic) else stored
            if isinstance(stored, Term) and stored.kind is kind:
                node = Call(Function.FIRST, (node, stored.node), kind)
        names_ = _names(declared[0][1]) if key == "direction" else None
        return Term(node, kind, at, 3, names_)

    def part(self, name: str, variable: int, at: int) -> Operand:
        """Return what a property of a participant is."""
        slot = Part("typed_slot", Kind.TEXT, variable)
        match name.lower():
            case "profileid":
                return Term(Part("profile", Kind.TEXT, variable), Kind.TEXT, at)
            case "email":
                return Term(Part("address", Kind.TEXT, variable), Kind.TEXT, at)
            case "participantname":
                return self._by_slot(slot, "participantName", at)
            case "role":
                return self._by_slot(slot, "role", at)
            case "profiletype":
                return self._by_slot(slot, "profileTypeName", at)
            case "resolved":
                return Term(Part("resolved", Kind.BOOLEAN, variable), Kind.BOOLEAN, at)
            case "primary":
                primary = [(f"{t.id}/{s.role}", "true") for t in self._types for s in t.slots if s.primary]
                said: Expression = Literal(False, Kind.BOOLEAN)
                if primary:
                    read = Call(Function.BOOLEAN_OF, (Choice(slot, tuple(primary)),), Kind.BOOLEAN)
                    said = Call(Function.FIRST, (read, said), Kind.BOOLEAN)
                return Term(said, Kind.BOOLEAN, at, 4)
        raise ODataError(
            "a participant has ParticipantName, Role, ProfileType, ProfileId, Email, Primary and Resolved", at
        )

    def _by_slot(self, slot: Part, member: str, at: int) -> Operand:
        texts = [
            (f"{type_.id}/{defined.role}", participant[member])
            for type_, document in self._documents
            for defined in type_.slots
            for participant in document["participantProfiles"]
            if defined.role in (participant["participantName"], participant.get("role")) and participant.get(member)
        ]
        if not texts:
            return Nothing(at)
        return Term(Choice(slot, tuple(texts)), Kind.TEXT, at, 2)

    def special(self, word: str, left: Operand, right: Operand) -> Condition | None:
        """Return ``InteractionType eq 'X'`` and ``InteractionId eq 'x'`` as what an index answers."""
        if word not in ("eq", "ne"):
            return None
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Many) and one.single and (found := _filled(one, other)) is not None:
                return found if word == "eq" else Not(found)
            if not isinstance(one, Term) or not isinstance(other, Term) or not isinstance(other.node, Literal):
                continue
            text = str(other.node.value)
            if isinstance(one.node, Choice) and one.node.operand == _TYPE and other.kind is Kind.TEXT:
                found = self._of_type(text)
            elif one.node == _SYSTEM["interactionid"][0]:
                found = _identified(text)
            else:
                continue
            return found if word == "eq" else Not(found)
        return None

    def _of_type(self, name: str) -> Condition:
        ids = [type_.id for type_ in self._types if type_.name == name]
        return Compare("type_id", Operator.EQUAL, ids[0]) if ids else Constant(False)


_APART = 9
"""The variable of participants that no lambda names: more than lambdas may stand within each other."""


def _filled(slot: Many, other: Operand) -> Condition | None:
    """Return whether somebody takes part in a slot: whom a literal names, or nobody for null."""
    own = slot.holding(_APART)
    assert own is not None, "one value is that of a slot"
    if isinstance(other, Nothing):
        return Not(AnyOf(Collection.PARTICIPANTS, _APART, own))
    if not isinstance(other, Term) or not isinstance(other.node, Literal):
        return None
    wanted = Literal(str(other.node.value), Kind.TEXT)
    same = Relation(Part("profile", Kind.TEXT, _APART), Operator.EQUAL, wanted)
    return AnyOf(Collection.PARTICIPANTS, _APART, And((own, same)))


class Profiles:
    """The words of expressions over the profiles of a type."""

    def __init__(self, type_: ProfileType) -> None:
        self._fields = {field["fieldName"].lower(): field for field in profile_document_of(type_)["fields"]}

    def property(self, name: str, at: int) -> Operand:
        """Return what a property is: the id, the last change, a declared field, or a dynamic one."""
        key = name.lower()
        if key == "profileid":
            return Term(Column("profile_id", Kind.TEXT), Kind.TEXT, at)
        if key == "lastmodifiedtimestamp":
            return Term(Column("changed_at", Kind.INSTANT), Kind.INSTANT, at)
        return _field([self._fields[key]] if key in self._fields else [], name, at)

    def part(self, name: str, variable: int, at: int) -> Operand:
        """Refuse: no collection of a profile has elements of this kind."""
        raise ODataError("a profile has no participants", at)

    def special(self, word: str, left: Operand, right: Operand) -> Condition | None:
        """Return no comparison: there are none but the usual ones."""
        return None


def _identified(text: str) -> Condition:
    known = And((Not(Missing("identity")), Compare("identity", Operator.EQUAL, index_text(text))))
    uuid = parse_uuid(text) if len(text) == 32 and text == text.lower() else None
    if uuid is None:
        return known
    return Or((known, And((Missing("identity"), Compare("uuid", Operator.EQUAL, uuid)))))


def _field(declarations: Sequence[Mapping[str, Any]], name: str, at: int) -> Operand:
    """Return what a field is, by how types declare it; where they do not agree, it is dynamic."""
    if not declarations:
        return Dynamic((name,), -1, at)
    first = declarations[0]
    path: tuple[str, ...] = (first["fieldName"],)
    if any(_nature(other) != _nature(first) for other in declarations[1:]):
        return Dynamic(path, -1, at)
    kind = _KINDS[first["fieldType"]]
    lower = first["fieldType"] == "Edm.Guid"
    if first["isArray"]:
        return Many(Field(path, Kind.ANY), kind, at, names=_names(first), lower=lower)
    if first["isLocalizedString"]:
        path = (*path, DEFAULT_LOCALE)
    return Term(Field(path, kind), kind, at, names=_names(first), lower=lower)


def _nature(field: Mapping[str, Any]) -> tuple[Any, ...]:
    names = _names(field)
    return (
        _KINDS[field["fieldType"]],
        field["fieldType"] == "Edm.Guid",
        field["isArray"],
        field["isLocalizedString"],
        tuple(names.items()) if names is not None else None,
        field["fieldName"],
    )


def _names(field: Mapping[str, Any]) -> dict[str, int | str] | None:
    """Return what is stored for each name of an enum, by the name in lower case; None for all other fields."""
    if not field["isEnum"]:
        return None
    found: dict[str, int | str] = {}
    for item in field.get("enumValidValues") or ():
        localized = item.get("localizedValueNames") or {}
        text = field["fieldType"] == "Edm.String"
        value = (name_of(localized) or str(item["value"])) if text else item["value"]
        for named in localized.values():
            found.setdefault(named.strip().casefold(), value)
        if text:
            found.setdefault(str(item["value"]), value)
    return found
