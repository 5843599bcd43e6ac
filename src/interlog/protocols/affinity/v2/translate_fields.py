"""Between fields and their values and version 2 of the API (spec 14.5): pure functions.

A field has the id ``field-<id in version 1>``. Persons and companies have fields besides that nobody fills in: the
first, the last and the next interaction of each kind.
"""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec import UNSET

from interlog.ledger.relationships import Moment
from interlog.model.errors import Problem
from interlog.model.fields import (
    LOCATION_PARTS,
    Cell,
    Field,
    NamedOrganization,
    NamedPerson,
    Option,
    ValueType,
    option_of,
)
from interlog.model.interactions import Brief
from interlog.model.parties import PersonKind

from ..translate import CALL_CODE, CHAT_CODE, EMAIL_CODE, title_of
from . import wire
from .bodies import id_of
from .translate import (
    INTERACTION_KINDS,
    People,
    attendees,
    company_data,
    direction,
    optional_time,
    person_data,
    roles_of,
    sender_of,
    time,
)

MOST_SHOWN = 100
"""Values of one field that are answered; how many there are is told besides."""

_TYPES = {
    ValueType.PERSON: "person",
    ValueType.ORGANIZATION: "company",
    ValueType.DROPDOWN: "dropdown",
    ValueType.NUMBER: "number",
    ValueType.DATE: "datetime",
    ValueType.LOCATION: "location",
    ValueType.TEXT: "text",
    ValueType.RANKED_DROPDOWN: "ranked-dropdown",
    ValueType.FILTERABLE_TEXT: "filterable-text",
}
_MULTIPLE = {
    "person": "person-multi",
    "company": "company-multi",
    "dropdown": "dropdown-multi",
    "number": "number-multi",
    "location": "location-multi",
    "text": "filterable-text-multi",
    "filterable-text": "filterable-text-multi",
}
"""What is called otherwise where a field takes many values. Of many dates or ranks the last one given is shown."""

PLACES = {"street_address": "streetAddress", **{name: name for name in LOCATION_PARTS[1:]}}
"""The parts of a location, by what the model calls them."""

COLORS = (None, "blue", "gray", "green", "orange", "purple", "red", "white")
"""What the colours of options are called, which are numbers in version 1."""

ENCOUNTERS = {
    "first-email": ("First Email", "first_email"),
    "last-email": ("Last Email", "last_email"),
    "first-event": ("First Event", "first_event"),
    "last-event": ("Last Event", "last_event"),
    "next-event": ("Next Event", "next_event"),
    "first-chat-message": ("First Chat Message", "first_chat_message"),
    "last-chat-message": ("Last Chat Message", "last_chat_message"),
    "last-contact": ("Last Contact", "last_interaction"),
}
"""The fields that interactions fill in: what they are called, and the moment that each shows."""
RELATIONSHIP = "relationship-intelligence"


def public_id(item: Field) -> str:
    """Return the id of a field in version 2."""
    return f"field-{item.id}"


def kind_of(item: Field) -> str:
    """Return whether a field is one list's or everybody's."""
    return "global" if item.list_id is None else "list"


def value_type(item: Field) -> str:
    """Return what a field holds."""
    name = _TYPES[item.value_type]
    return _MULTIPLE.get(name, name) if item.allows_multiple else name


def metadata(item: Field, *, dated: bool, described: bool) -> wire.FieldMetadata:
    """Return a field without any value. ``dated``, ``described``: with keys that not every version has."""
    return wire.FieldMetadata(
        id=public_id(item),
        name=item.name,
        type=kind_of(item),
        enrichment_source=None,
        value_type=value_type(item),
        created_at=time(item.created_at) if dated else UNSET,
        description=None if described else UNSET,
        is_required=item.is_required if described else UNSET,
    )


def encounter_metadata(name: str, *, dated: bool, described: bool) -> wire.FieldMetadata:
    """Return a field that interactions fill in, as ``metadata`` does."""
    return wire.FieldMetadata(
        id=name,
        name=ENCOUNTERS[name][0],
        type=RELATIONSHIP,
        enrichment_source=None,
        value_type="interaction",
        created_at=None if dated else UNSET,
        description=None if described else UNSET,
        is_required=False if described else UNSET,
    )


def field(item: Field, cells: Sequence[Cell], *, counted: bool) -> wire.Field:
    """Return a field with its values. ``counted``: with how many there are, even where all are shown."""
    return wire.Field(public_id(item), item.name, kind_of(item), None, value(item, cells, counted=counted))


def value(item: Field, cells: Sequence[Cell], *, counted: bool) -> dict[str, Any]:
    """Return the values of a field."""
    name = value_type(item)
    found = values(item, cells)
    if not name.endswith("-multi"):
        return {"type": name, "data": found[-1] if found else None}
    total = {"totalCount": len(found)} if counted or len(found) > MOST_SHOWN else {}
    return {"type": name, "data": found[:MOST_SHOWN] or None} | total


def values(item: Field, cells: Sequence[Cell]) -> list[Any]:
    """Return every value of a field, one by one."""
    return [shown for cell in cells if (shown := plain(item, cell)) is not None]


def option(item: Field, one: Option) -> wire.Option:
    """Return an option of a dropdown."""
    if item.value_type is not ValueType.RANKED_DROPDOWN:
        return wire.Option(one.id, one.text, "dropdown")
    return wire.Option(one.id, one.text, "ranked-dropdown", one.rank, color_of(one))


def color_of(one: Option) -> str | None:
    """Return what the colour of an option is called."""
    return COLORS[one.color] if one.color < len(COLORS) else None


def plain(item: Field, cell: Cell) -> Any:
    """Return a single value; None where it is an option that is not there any more."""
    stored = cell.value.value
    match cell.named:
        case NamedPerson():
            return person_data(cell.named)
        case NamedOrganization():
            return company_data(cell.named)
    match item.value_type:
        case ValueType.DATE:
            return time(stored)
        case ValueType.LOCATION:
            return {public: stored.get(name) for name, public in PLACES.items()}
        case ValueType.DROPDOWN | ValueType.RANKED_DROPDOWN:
            one = option_of(item, stored)
            if one is None:
                return None
            shown: dict[str, Any] = {"dropdownOptionId": one.id, "text": one.text}
            if item.value_type is ValueType.RANKED_DROPDOWN:
                shown |= {"rank": one.rank, "color": color_of(one)}
            return shown
        case _:
            return stored


# What is given


_MOST_GIVEN = 100
_MOST_OPTIONS = 1_000


def given_values(item: Field, given: Any, path: str, problems: list[Problem]) -> list[Any]:
    """Return the values in ``{"type": …, "data": …}`` as the model takes them, none for null; notes what is wrong."""
    name = value_type(item)
    if not isinstance(given, dict):
        problems.append(Problem(path, "must be an object with type and data", "type"))
        return []
    if given.get("type") != name:
        problems.append(Problem(f"{path}.type", f"must be {name}", "choice"))
        return []
    if "data" not in given:
        problems.append(Problem(f"{path}.data", "is required", "missing"))
        return []
    data = given["data"]
    if data is None:
        return []
    if not item.allows_multiple:
        return [_given(item, data, f"{path}.data", problems)]
    data = [data] if not name.endswith("-multi") else data
    most = _MOST_OPTIONS if item.value_type is ValueType.DROPDOWN else _MOST_GIVEN
    if not isinstance(data, list) or len(data) > most:
        problems.append(Problem(f"{path}.data", f"must be a list of at most {most} values", "type"))
        return []
    return [_given(item, one, f"{path}.data[{place}]", problems) for place, one in enumerate(data)]


def _given(item: Field, data: Any, path: str, problems: list[Problem]) -> Any:
    """Return a single value as the model takes it; what is wrong with that is found there."""
    match item.value_type:
        case ValueType.PERSON | ValueType.ORGANIZATION:
            return id_of(data, path, problems)
        case ValueType.DROPDOWN | ValueType.RANKED_DROPDOWN:
            if not isinstance(data, dict) or not isinstance(data.get("dropdownOptionId"), int):
                problems.append(Problem(f"{path}.dropdownOptionId", "must be the id of an option", "type"))
                return None
            return data["dropdownOptionId"]
        case ValueType.NUMBER if isinstance(data, str):
            problems.append(Problem(path, "must be a number", "type"))
        case ValueType.LOCATION if isinstance(data, dict):
            unknown = (Problem(f"{path}.{name}", "is no part of a location") for name in data.keys() - PLACES.values())
            problems.extend(sorted(unknown, key=lambda problem: problem.path))
            return {name: data.get(public) for name, public in PLACES.items()}
    return data


# What interactions fill in


def encounter(
    name: str, moment: Moment | None, people: People, kind: Callable[[Brief], int | None], *, internal: bool
) -> wire.Field:
    """Return a field that interactions fill in. ``kind``: the code of an interaction in version 1.

    ``internal``: with one of us who took part, which older versions do not tell.
    """
    shown: dict[str, Any] = {"type": "interaction", "data": None}
    if moment is not None:
        shown["data"] = _interaction(moment.item, kind(moment.item), people)
    if internal:
        shown["internalPerson"] = _one_of_us(moment.item, people) if moment is not None else None
    return wire.Field(name, ENCOUNTERS[name][0], RELATIONSHIP, None, shown)


def _one_of_us(item: Brief, people: People) -> wire.PersonData | None:
    known = (people.get(part.person) for part in item.participants if part.person is not None)
    found = next((one for one in known if one is not None and one.kind is PersonKind.INTERNAL), None)
    return person_data(found) if found is not None else None


def _interaction(item: Brief, code: int | None, people: People) -> dict[str, Any] | None:
    if code is None:
        return None
    shown: dict[str, Any] = {"type": INTERACTION_KINDS[code], "id": item.number}
    if code == EMAIL_CODE:
        by_role = roles_of(item)
        return shown | {
            "subject": item.title,
            "sentAt": time(item.occurred_at),
            "from": sender_of(by_role, people),
            "to": attendees(by_role["to"], people),
            "cc": attendees(by_role["cc"], people),
        }
    if code == CHAT_CODE:
        known = {id_: people[id_] for part in item.participants if (id_ := part.person) is not None and id_ in people}
        creator = people.get(item.creator) if item.creator is not None else None
        creator = creator or next(iter(known.values()), None)
        return shown | {
            "direction": direction(item.direction),
            "sentAt": time(item.occurred_at),
            "manualCreator": person_data(creator) if creator is not None else None,
            "participants": [person_data(one) for one in known.values()],
        }
    present = attendees(item.participants, people)
    if code == CALL_CODE:
        return shown | {"startTime": time(item.occurred_at), "attendees": present}
    return shown | {
        "title": title_of(item),
        "allDay": False,
        "startTime": time(item.occurred_at),
        "endTime": optional_time(item.ended_at),
        "attendees": present,
    }
