"""Adding, changing and deleting options of a list's dropdowns (spec 14.5)."""

from typing import Any

from interlog.model.errors import Invalid, Problem
from interlog.model.fields import Field, ValueType

from ..operations import PATH_ID, Call, Kind, Param
from . import translate_fields, wire
from .fields import FIELD_ID, OPTION, dropdown_of
from .translate_fields import COLORS

_TEXT = Param(name="text", empty=False, max_length=500)
_RANK = Param(name="rank", kind=Kind.INTEGER, minimum=0, maximum=1_000_000)
_COLOR = Param(name="color", max_length=50)
CREATE = (
    PATH_ID,
    FIELD_ID,
    Param(name="type", required=True, max_length=50),
    Param(name="text", required=True, empty=False, max_length=500),
    _RANK,
    _COLOR,
)
UPDATE = (*OPTION, _TEXT, _RANK, _COLOR)

_COLORS = {name: number for number, name in enumerate(COLORS) if name is not None}


async def create(call: Call) -> wire.Option:
    """``POST /v2/lists/{id}/fields/{field_id}/dropdown-options``: one of a ranked dropdown has a rank and a colour."""
    field = await _field(call)
    ranked, problems = field.value_type is ValueType.RANKED_DROPDOWN, []
    type_ = "ranked-dropdown" if ranked else "dropdown"
    if call.args["type"] != type_:
        problems.append(Problem("type", f"must be {type_}", "choice"))
    elif ranked:
        problems += [Problem(name, "is required", "missing") for name in ("rank", "color") if name not in call.args]
    rank, color = _ranked(call, field, problems)
    made = await call.ledger.field_options.add(call.actor, field.id, call.args["text"], rank, color or 0)
    return translate_fields.option(field, made)


async def update(call: Call) -> None:
    """``POST …/dropdown-options/{option_id}``: what is given of it; every value that is this option shows it."""
    field = await _field(call)
    rank, color = _ranked(call, field, [])
    await call.ledger.field_options.change(
        call.actor, field.id, call.args["option_id"], text=call.get("text"), rank=rank, color=color
    )


async def delete(call: Call) -> None:
    """``DELETE …/dropdown-options/{option_id}``: with every value that is this option."""
    field = await _field(call)
    await call.ledger.field_options.remove(call.actor, field.id, call.args["option_id"])


async def _field(call: Call) -> Field:
    _, fields = await call.ledger.party_fields.of_list(call.actor, call.args["id"])
    return dropdown_of(call, fields)


def _ranked(call: Call, field: Field, problems: list[Problem]) -> tuple[int | None, int | None]:
    """Return a rank and a colour, which only options of ranked dropdowns have; raises ``Invalid``."""
    color: Any = call.get("color")
    if field.value_type is not ValueType.RANKED_DROPDOWN:
        problems += [Problem(name, "is for ranked dropdowns") for name in ("rank", "color") if name in call.args]
    elif color is not None and color not in _COLORS:
        problems.append(Problem("color", f"must be one of {', '.join(_COLORS)}", "choice"))
    if problems:
        raise Invalid(*problems)
    return call.get("rank"), _COLORS.get(color) if color is not None else None
