"""Searches, and filters that the client makes searches of, through affinity-sdk."""

from typing import Any

import pytest
from affinity import Affinity, ValidationError
from affinity.criteria import Condition, Sort, all_of, any_of
from affinity.types import CompanyId, FieldId, ListEntryId, ListId, PersonId

from interlog.model.fields import FieldDraft, ValueType
from interlog.model.parties import Party
from tests.serving import Firm

from .sdk import BY, client
from .v2.test_fields import World, made_world

__all__ = ["client"]

pytestmark = pytest.mark.client


@pytest.fixture
def world(firm: Firm) -> World:
    """A person and a company with values of every type, on lists and off them."""
    return made_world(firm)


def field_of(world: World, kind: Party, type_: str, *, there: bool = False) -> Any:
    """Return the field of a type."""
    columns = world.there[kind] if there else world.everywhere[kind]
    return next(column for column in columns if column.shown["type"] == type_)


@pytest.mark.covers("v2.persons.search", "v2.companies.search", "v2.lists.search", by=BY)
def test_find(client: Affinity, world: World) -> None:
    """Conditions on every type of field, whose operators the client checks against the fields' metadata."""
    other = world.firm.person("Other")
    for kind, service, id_ in (
        (Party.PERSON, client.persons, PersonId(world.ola.id)),
        (Party.ORGANIZATION, client.companies, CompanyId(world.client.id)),
    ):
        number, text = field_of(world, kind, "number"), field_of(world, kind, "text")
        pick, date = field_of(world, kind, "dropdown"), field_of(world, kind, "datetime")
        option = pick.field.options[0].id
        where = all_of(
            Condition(number.id, "is-between", (1, 2)),
            any_of(Condition(pick.id, "is-any-of", [option]), Condition(text.id, "contains", "nothing")),
            Condition(date.id, "is-on", "2026-03-05"),
            Condition(field_of(world, kind, "person").id, "is-any-of", world.ola.id),
            Condition(field_of(world, kind, "company-multi").id, "has-all-of", world.client.id),
            Condition(field_of(world, kind, "location").id, "is-any-of", {"city": "Leeds"}),
        )
        found: Any = service.find(where, sort=[Sort(number.id, "desc")])  # type: ignore[attr-defined]
        assert [item.id for item in found.data] == [id_]
        assert service.find(Condition(number.id, "is-less-than", 1)).data == []  # type: ignore[attr-defined]
    everybody = client.persons.find(sort=[Sort(field_of(world, Party.PERSON, "number").id)])
    assert [item.id for item in everybody.data] == [world.ola.id, world.firm.mia.id, other.id]
    assert [item.id for item in client.persons.find(term="berg").data] == [world.ola.id]
    entries = client.lists.entries(ListId(world.lists[Party.PERSON].id))
    there = field_of(world, Party.PERSON, "ranked-dropdown", there=True)
    condition = Condition(there.id, "is-any-of", [there.field.options[0].id])
    assert [entry.id for entry in entries.find(condition).data] == [world.entries[Party.PERSON].id]
    with pytest.raises(ValueError, match=r"isn't (allowed|valid)"):
        client.persons.find(Condition(field_of(world, Party.PERSON, "number").id, "contains", "x"))
    with pytest.raises(ValidationError):
        client.persons.find(Condition("field-1", "is-empty", value_type="dropdown-multi"))


@pytest.mark.covers("v2.lists.search", "v2.persons.search", "v2.lists.options", "v2.lists.option", by=BY)
def test_filters(client: Affinity, firm: Firm) -> None:
    """Filters over entries and persons, which the client sends as far as it can and checks besides."""
    run, ledger = firm.server.run, firm.ledger
    list_id = run(ledger.opportunities.create_list(firm.actor, "People", Party.PERSON, is_public=True)).id
    size, stage = (
        run(ledger.party_fields.create(firm.actor, draft))
        for draft in (
            FieldDraft(name="Size", kind=Party.PERSON, value_type=ValueType.NUMBER, list_id=list_id),
            FieldDraft(
                name="Stage", kind=Party.PERSON, value_type=ValueType.DROPDOWN, list_id=list_id,
                options=(("New", 0, 0), ("Won", 1, 0)),
            ),
        )
    )  # fmt: skip
    entries = []
    for number in range(6):
        person = firm.person(f"P{number}")
        entry, _ = run(ledger.list_entries.add(firm.actor, list_id, person.id))
        run(ledger.party_values.create(firm.actor, size.id, person.id, number, entry.id))
        if number % 2:
            run(ledger.party_values.create(firm.actor, stage.id, person.id, "Won", entry.id))
        entries.append(entry.id)
    service = client.lists.entries(ListId(list_id))
    for filter_, expected in (
        ("Size > 3", entries[4:]),
        ("Stage = Won", entries[1::2]),
        ("Stage = Won & Size < 4", entries[1:4:2]),
        ("Stage != Won", entries[::2]),
        ("Size = 0 | Size = 5", [entries[0], entries[5]]),
    ):
        assert [entry.id for entry in service.all(filter=filter_)] == expected, filter_
        assert [ListEntryId(id_) for id_ in expected] == [entry.id for entry in service.iter(filter=filter_)]
    options = client.lists.get_field_dropdown_options(ListId(list_id), FieldId(stage.id))
    assert [option.text for option in options] == ["New", "Won"]
    assert client.lists.get_field_dropdown_option(ListId(list_id), FieldId(stage.id), options[0].id) == options[0]
