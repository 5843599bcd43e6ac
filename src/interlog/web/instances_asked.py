"""What the address of a table of interactions asks for: columns, a filter, and an order."""

from typing import Any, NamedTuple

from ..model.conditions import Condition, Like, Operator, Relation, Wildcard
from ..model.expressions import Field, Kind, Literal
from ..model.types import FieldDefinition, FieldKind, InteractionType
from . import forms
from .view import View

COLUMNS = 20
"""Fields that a table shows where nobody has chosen others."""

MOST_COLUMNS = 40

INTEGERS = 2**63
"""Numbers below this, and from its negative on, are integers of 64 bits."""

BY_TIME = "@"
"""Stands for when it happened among the names of fields: none is called like that."""

_KINDS = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.INTEGER: Kind.INTEGER,
    FieldKind.NUMBER: Kind.NUMBER,
    FieldKind.DECIMAL: Kind.DECIMAL,
    FieldKind.BOOLEAN: Kind.BOOLEAN,
    FieldKind.INSTANT: Kind.INSTANT,
    FieldKind.DATE: Kind.DATE,
    FieldKind.TIME: Kind.TIME,
    FieldKind.UUID: Kind.TEXT,
}
"""Fields by which a table can be filtered and sorted."""

OPERATORS = {"is": "is", "has": "contains", "least": "is at least", "most": "is at most"}
"""How a column is compared with what was typed."""


class Asked(NamedTuple):
    """What the address of a table says: the field that is compared, how, with what, what it is sorted by, and the
    fields that are shown; none of them: the first ones."""

    field: str
    operator: str
    value: str
    sort: str
    descending: bool
    columns: tuple[str, ...] = ()

    def query(self, **more: Any) -> dict[str, Any]:
        """Return it as it stands in an address."""
        own = {"field": self.field, "op": self.operator, "value": self.value, "sort": self.order}
        return own | {"column": list(self.columns)} | more

    def shown(self, type_: InteractionType) -> list[FieldDefinition]:
        """Return the fields that have columns."""
        if not self.columns:
            return list(type_.fields[:COLUMNS])
        return [field for field in type_.fields if field.name in self.columns]

    @property
    def order(self) -> str:
        """The order as it stands in an address; empty for the latest first."""
        return "" if self.sort == BY_TIME and self.descending else f"-{self.sort}" if self.descending else self.sort

    def turned(self, name: str) -> str:
        """Return the order by a column, the other way round where the table is sorted by it."""
        return f"-{name}" if self.sort == name and not self.descending else name


def asked_of(view: View, type_: InteractionType) -> Asked:
    """Return what the address of a table says; what is none of it is passed over."""
    query = view.query
    sort = query.get("sort", "")
    descending, sort = sort.startswith("-"), sort.removeprefix("-")
    names = {field.name for field in type_.fields if kind_of(field) is not None}
    if sort not in names:
        descending, sort = sort != BY_TIME or descending, BY_TIME
    operator = query.get("op", "is")
    return Asked(
        query.get("field", "") if query.get("field") in names else "",
        operator if operator in OPERATORS else "is",
        query.get("value", "").strip().replace("\x00", "")[:500],
        sort,
        descending,
        _columns(view, type_),
    )


def _columns(view: View, type_: InteractionType) -> tuple[str, ...]:
    given = view.request.params.get("column", [])
    chosen = {given} if isinstance(given, str) else set(given)
    return tuple(field.name for field in type_.fields if field.name in chosen)[:MOST_COLUMNS]


def kind_of(field: FieldDefinition) -> Kind | None:
    """Return the kind of a field that has one value which can be compared."""
    if field.many or field.flags:
        return None
    if field.kind is FieldKind.CHOICE:
        return Kind.INTEGER if all(isinstance(choice, int) for choice in field.choices) else Kind.TEXT
    return _KINDS.get(field.kind)


def condition_of(view: View, type_: InteractionType, asked: Asked) -> tuple[Condition | None, str | None]:
    """Return the condition of a filter, or what is wrong with it."""
    field = next((field for field in type_.fields if field.name == asked.field), None)
    kind = kind_of(field) if field is not None else None
    if field is None or kind is None or not asked.value:
        return None, None
    expression = Field((field.name,), kind)
    if asked.operator == "has" and kind is Kind.TEXT:
        return Like(expression, (Wildcard.RUN, asked.value, Wildcard.RUN)), None
    meant = [option.value for option in forms.options_of(view.texts, field) if _same(option.label, asked.value)]
    value = forms.value_of(view.texts, field, (meant[0] if meant else asked.value,))
    if kind is Kind.DATE and not forms.is_canonical(asked.value, kind) and (day := view.texts.day_in(asked.value)):
        value = day.isoformat()
    literal = _literal(value, kind)
    if literal is None:
        return None, view.texts.gettext("%(value)s is no value of this column.", value=asked.value)
    operator = {"least": Operator.GREATER_OR_EQUAL, "most": Operator.LESS_OR_EQUAL}.get(asked.operator, Operator.EQUAL)
    return Relation(expression, operator, literal), None


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _literal(value: Any, kind: Kind) -> Literal | None:
    if kind is Kind.BOOLEAN:
        return Literal(value, kind) if isinstance(value, bool) else None
    if kind is Kind.INTEGER:
        whole = isinstance(value, int) and not isinstance(value, bool) and -INTEGERS <= value < INTEGERS
        return Literal(value, kind) if whole else None
    if kind in (Kind.NUMBER, Kind.DECIMAL):
        return Literal(str(value), kind) if forms.is_number(str(value)) else None
    valid = isinstance(value, str) and forms.is_canonical(value, kind)
    return Literal(value, kind) if valid else None
