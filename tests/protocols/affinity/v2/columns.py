"""Fields of every kind with something in them, and what version 2 shows of it."""

from typing import Any, NamedTuple

from interlog.model.fields import Field, FieldDraft, ValueType
from interlog.model.parties import Organization, Party, Person
from tests.serving import Firm

from .wire import company, short


class Column(NamedTuple):
    """A field, what one gives it in version 1 (several values where it takes many), and its value in version 2."""

    field: Field
    given: tuple[Any, ...]
    shown: dict[str, Any]

    @property
    def id(self) -> str:
        """The field's id in version 2."""
        return f"field-{self.field.id}"

    @property
    def wire(self) -> dict[str, Any]:
        """The field with its value."""
        return self.empty | {"value": self.shown}

    @property
    def empty(self) -> dict[str, Any]:
        """The field without a value."""
        return {
            "id": self.id,
            "name": self.field.name,
            "type": "global" if self.field.list_id is None else "list",
            "enrichmentSource": None,
            "value": {"type": self.shown["type"], "data": None},
        }


def made(firm: Firm, kind: Party, list_id: int | None, ola: Person, client: Organization) -> list[Column]:
    """Make a field of each type that version 2 knows."""
    place = {"street_address": "Long Lane 1", "city": "Leeds", "state": None, "country": "UK", "continent": None}
    where = {"streetAddress": "Long Lane 1", "city": "Leeds", "state": None, "country": "UK", "continent": None}
    options = (("Warm", 0, 1), ("Cold", 1, 0))

    def field(type_: ValueType, many: bool) -> Field:
        name = f"{type_.name.title()}{' many' if many else ''}{' on a list' if list_id else ''}"
        given = options if type_ in (ValueType.DROPDOWN, ValueType.RANKED_DROPDOWN) else ()
        draft = FieldDraft(name=name, kind=kind, value_type=type_, list_id=list_id, allows_multiple=many, options=given)
        return firm.server.run(firm.ledger.party_fields.create(firm.actor, draft))

    def single(type_: ValueType, given: Any, name: str, data: Any) -> Column:
        return Column(field(type_, many=False), (given,), {"type": name, "data": data})

    def many(type_: ValueType, given: tuple[Any, ...], name: str, *data: Any) -> Column:
        return Column(field(type_, many=True), given, {"type": name, "data": list(data)})

    warm = field(ValueType.DROPDOWN, many=False)
    ranked = field(ValueType.RANKED_DROPDOWN, many=False)
    picks = field(ValueType.DROPDOWN, many=True)
    option, first = warm.options[0], ranked.options[0]
    return [
        single(ValueType.TEXT, "Some words", "text", "Some words"),
        single(ValueType.FILTERABLE_TEXT, "Tag", "filterable-text", "Tag"),
        single(ValueType.NUMBER, 1.5, "number", 1.5),
        single(ValueType.DATE, "2026-03-05T09:15:30.5Z", "datetime", "2026-03-05T09:15:30Z"),
        single(ValueType.LOCATION, place, "location", where),
        single(ValueType.PERSON, ola.id, "person", short(ola)),
        single(ValueType.ORGANIZATION, client.id, "company", company(client)),
        Column(warm, ("Warm",), {"type": "dropdown", "data": {"dropdownOptionId": option.id, "text": "Warm"}}),
        Column(
            ranked,
            (first.id,),
            {
                "type": "ranked-dropdown",
                "data": {"dropdownOptionId": first.id, "text": "Warm", "rank": 0, "color": "blue"},
            },
        ),
        many(ValueType.FILTERABLE_TEXT, ("a", "b"), "filterable-text-multi", "a", "b"),
        many(ValueType.NUMBER, (2, 1), "number-multi", 2, 1),
        many(ValueType.LOCATION, (place,), "location-multi", where),
        many(ValueType.PERSON, (ola.id, firm.mia.id), "person-multi", short(ola), short(firm.mia)),
        many(ValueType.ORGANIZATION, (client.id,), "company-multi", company(client)),
        Column(
            picks,
            ("Cold", "Warm"),
            {
                "type": "dropdown-multi",
                "data": [{"dropdownOptionId": one.id, "text": one.text} for one in reversed(picks.options)],
            },
        ),
    ]


def fill(firm: Firm, columns: list[Column], party: int, entry: int | None = None) -> None:
    """Give a party its values in all of these fields."""
    create = firm.ledger.party_values.create
    for column in columns:
        for given in column.given:
            firm.server.run(create(firm.actor, column.field.id, party, given, entry))
