"""A quick check of fields against a definition: what it lets pass is valid; what it does not is looked at closely.

It is one conversion by msgspec into a struct made from the definition, which costs a tenth of asking field by field.
"""

from datetime import date, datetime
from math import isfinite
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct, UnsetType

from .types import FieldDefinition, FieldKind

_TIME = r"^(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?\Z"
_DECIMAL = r"^-?(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{1,18})?\Z"
DURATION = (
    r"-?P(?=[0-9T])(?:[0-9]{1,9}Y)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}D)?"
    r"(?:T(?=[0-9])(?:[0-9]{1,9}H)?(?:[0-9]{1,9}M)?(?:[0-9]{1,9}(?:\.[0-9]{1,12})?S)?)?"
)
"""The form of ISO 8601 durations."""

_BOUNDS = {"ge": -(2**63), "le": 2**63 - 1}

_PLAIN: dict[FieldKind, Any] = {
    FieldKind.TEXT: str,
    FieldKind.NUMBER: float,
    FieldKind.DECIMAL: Annotated[str, Meta(pattern=_DECIMAL)],
    FieldKind.BOOLEAN: bool,
    FieldKind.INSTANT: datetime,
    FieldKind.DATE: date,
    FieldKind.TIME: Annotated[str, Meta(pattern=_TIME)],
    FieldKind.DURATION: Annotated[str, Meta(pattern=rf"^(?:{DURATION})\Z")],
    FieldKind.UUID: UUID,
    FieldKind.OBJECT: dict[str, Any],
}


class Quick:
    """The quick check of one definition; ``None`` of it where a field is beyond what it can tell."""

    __slots__ = ("_numbers", "_struct")

    def __init__(self, struct: type[Struct], numbers: tuple[str, ...]) -> None:
        self._struct, self._numbers = struct, numbers

    def passes(self, fields: dict[str, Any]) -> bool:
        """Whether the fields are valid beyond doubt."""
        try:
            found = msgspec.convert(fields, self._struct)
        except msgspec.ValidationError:
            return False
        for name in self._numbers:  # not a number compares with nothing, so no bound refuses it
            value = getattr(found, name)
            if value is not msgspec.UNSET and not isfinite(value):
                return False
        return True


def quick_check(fields: tuple[FieldDefinition, ...], required: frozenset[str], *, open_: bool) -> Quick | None:
    """Return the quick check of a definition; None where it has none. ``required``: names besides the fields' own."""
    members: list[Any] = []
    names: dict[str, str] = {}
    numbers: list[str] = []
    for index, field in enumerate(fields):
        kind = _type_of(field)
        if kind is None or (field.kind is FieldKind.NUMBER and field.many):
            return None
        name = f"f{index}"
        names[name] = field.name
        if field.kind is FieldKind.NUMBER:
            numbers.append(name)
        # The type is made at run time, for msgspec alone.
        whole: Any = list[kind] if field.many else kind  # type: ignore[valid-type]
        if field.required or field.name in required:
            members.append((name, whole))
        else:
            members.append((name, whole | UnsetType, msgspec.UNSET))
    struct = msgspec.defstruct(
        "Fields", members, rename=names, kw_only=True, gc=False, forbid_unknown_fields=not open_
    )  # fmt: skip
    return Quick(struct, tuple(numbers))


def _type_of(field: FieldDefinition) -> Any:
    """Return the type of one value; None where msgspec cannot tell all that the field demands."""
    if field.pattern is not None or field.flags:
        return None
    if field.choices:
        return Literal[field.choices] if field.kind is not FieldKind.NUMBER else None
    if field.kind is FieldKind.CHOICE:
        return None
    if field.kind is FieldKind.INTEGER:
        low = _BOUNDS["ge"] if field.minimum is None else max(_BOUNDS["ge"], field.minimum)
        high = _BOUNDS["le"] if field.maximum is None else min(_BOUNDS["le"], field.maximum)
        return Annotated[int, Meta(ge=low, le=high)]
    if field.kind is FieldKind.NUMBER and (field.minimum is not None or field.maximum is not None):
        return Annotated[float, Meta(ge=field.minimum, le=field.maximum)]
    text: Any = str if field.max_length is None else Annotated[str, Meta(max_length=field.max_length)]
    if field.kind is FieldKind.LOCALIZED:
        return dict[str, text]
    if field.kind is FieldKind.TEXT:
        return text
    return _PLAIN[field.kind] if field.max_length is None else None
