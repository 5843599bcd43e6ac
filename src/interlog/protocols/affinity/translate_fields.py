"""Between fields and values of version 1 and the model: pure functions."""

from typing import Any

from interlog.model.fields import Field, FieldValue, Option, ValueChange, ValueType, option_of
from interlog.model.parties import Person

from . import wire
from .translate import Clock, person


def field(item: Field, name: str | None = None, *, with_options: bool = True) -> wire.Field:
    """Return a field (spec 9.1), perhaps under another name."""
    return wire.Field(
        id=item.id,
        name=name or item.name,
        list_id=item.list_id,
        enrichment_source="none",
        value_type=int(item.value_type),
        allows_multiple=item.allows_multiple,
        track_changes=True,
        dropdown_options=[_option(option) for option in item.options] if with_options else [],
    )


def field_value(item: FieldValue, of: Field, times: Clock) -> wire.FieldValue:
    """Return a value (spec 9.2)."""
    return wire.FieldValue(
        id=item.id,
        field_id=item.field_id,
        list_entry_id=item.entry,
        entity_type=int(item.kind),
        value_type=int(of.value_type),
        entity_id=item.party,
        created_at=times.text(item.created_at),
        updated_at=times.optional(item.updated_at),
        value=_value(of, item.value, times),
    )


def change(item: ValueChange, of: Field, changer: Person | None, times: Clock) -> wire.FieldValueChange:
    """Return a change of a value (spec 9.3)."""
    return wire.FieldValueChange(
        id=item.id,
        field_id=item.field_id,
        entity_id=item.party,
        list_entry_id=item.entry,
        action_type=int(item.action),
        changer=person(changer) if changer is not None else None,
        changed_at=times.text(item.at),
        value=_value(of, item.value, times),
    )


def _value(of: Field, value: Any, times: Clock) -> Any:
    if value is None:  # what a copy does not know
        return None
    match of.value_type:
        case ValueType.DATE:
            return times.text(value)
        case ValueType.DROPDOWN:
            option = option_of(of, value)
            return option.text if option is not None else None
        case ValueType.RANKED_DROPDOWN:
            option = option_of(of, value)
            return _option(option) if option is not None else None
        case _:
            return value


def _option(item: Option) -> wire.DropdownOption:
    return wire.DropdownOption(item.id, item.text, item.rank, item.color)
