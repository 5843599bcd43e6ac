"""Fields, values and their changes through affinity-sdk."""

import pytest
from affinity import Affinity, ValidationError
from affinity.models import FieldCreate, FieldValueCreate
from affinity.types import CompanyId, EntityType, FieldId, FieldType, FieldValueType, ListEntryId, ListId, PersonId

from interlog.model.instants import DAY, now, to_datetime
from interlog.model.parties import Party
from tests.serving import Firm

from .sdk import BY, client
from .v2.columns import Column
from .v2.test_fields import World, made_world

__all__ = ["client"]

pytestmark = pytest.mark.client


@pytest.mark.covers("fields.list", "fields.create", "fields.delete", by=BY)
def test_fields(client: Affinity, firm: Firm) -> None:
    """A field is made on a list, found among the list's, and deleted."""
    data = FieldCreate(
        name="Stage", entity_type=EntityType.OPPORTUNITY, value_type=FieldValueType.TEXT, list_id=ListId(firm.deals())
    )
    made = client.fields.create(data)
    assert [field.name for field in client.fields.list(list_id=ListId(firm.deals()))] == ["Stage"]
    assert client.fields.delete(FieldId(made.id))
    assert client.fields.list(skip_cache=True) == []


@pytest.mark.covers(
    "field_values.list", "field_values.create", "field_values.update", "field_values.delete",
    "field_value_changes.list", by=BY,
)  # fmt: skip
def test_values(client: Affinity, firm: Firm) -> None:
    """A value is made, changed and deleted, and its field tells of all three."""
    ola = PersonId(firm.person("Ola", "Berg").id)
    data = FieldCreate(name="Age", entity_type=EntityType.PERSON, value_type=FieldValueType.NUMBER)
    field = FieldId(client.fields.create(data).id)
    value = client.field_values.create(FieldValueCreate(field_id=field, entity_id=int(ola), value=41))
    assert client.field_values.update(value.id, 42).value == 42
    assert [one.value for one in client.field_values.list(person_id=ola)] == [42]
    assert client.field_values.delete(value.id)
    changes = client.field_value_changes.list(field, person_id=ola)
    assert [one.value for one in changes] == [42, 42, 41]
    assert {one.changer.id for one in changes if one.changer} == {firm.mia.id}


@pytest.fixture
def world(firm: Firm) -> World:
    """A person and a company with values of every type, on lists and off them."""
    return made_world(firm)


def shown(columns: list[Column]) -> dict[str, str]:
    """Return the fields' names by their ids."""
    return {column.id: column.field.name for column in columns}


@pytest.mark.covers("v2.persons.fields", "v2.companies.fields", "v2.lists.fields", by=BY)
def test_metadata(client: Affinity, world: World) -> None:
    """All fields of persons, companies and a list, what each holds, and some by their names."""
    for kind, get_fields in (
        (Party.PERSON, client.persons.get_fields),
        (Party.ORGANIZATION, client.companies.get_fields),
    ):
        everywhere = world.everywhere[kind]
        found = {str(field.id): field for field in get_fields()}
        assert {id_: found[id_].name for id_ in shown(everywhere)} == shown(everywhere)
        assert {id_: str(found[id_].value_type) for id_ in shown(everywhere)} == {
            column.id: column.shown["type"] for column in everywhere
        }
        assert found["last-email"].type == "relationship-intelligence"
        listed = {str(field.id): field.type for field in client.lists.get_fields(ListId(world.lists[kind].id))}
        assert listed == {id_: found[id_].type for id_ in found} | dict.fromkeys(shown(world.there[kind]), "list")
    assert [field.name for field in client.persons.get_fields(filter="name=~Email")] == ["First Email", "Last Email"]


@pytest.mark.covers(
    "v2.persons.list", "v2.persons.get", "v2.companies.list", "v2.companies.get", "v2.lists.entries", "v2.lists.entry",
    by=BY,
)  # fmt: skip
def test_values_with_objects(client: Affinity, world: World) -> None:
    """What the client makes of values of every type, with the objects and with entries."""
    world.firm.log("Call", now() - DAY, world.firm.mia, world.ola, body="x")
    types = [FieldType.GLOBAL, FieldType.RELATIONSHIP_INTELLIGENCE]
    person = client.persons.get(PersonId(world.ola.id), field_types=types)
    company = client.companies.get(CompanyId(world.client.id), field_types=types)
    for kind, item in ((Party.PERSON, person), (Party.ORGANIZATION, company)):
        assert item.fields.requested
        for column in world.everywhere[kind]:
            assert item.fields.get(column.id) == column.wire
        last = item.fields.get("last-contact")
        assert last is not None and last["value"]["data"]["type"] == "call"
        entries = client.lists.entries(ListId(world.lists[kind].id))
        (entry,) = entries.list(field_types=[FieldType.LIST]).data
        assert entry == entries.get(entry.id, field_types=[FieldType.LIST])
        entity = entry.entity
        assert entity is not None
        assert set(entity.fields.data) == set(shown(world.there[kind]))
    text = world.everywhere[Party.PERSON][0]
    (found,) = [one for one in client.persons.list(field_ids=[text.id]).data if one.id == world.ola.id]
    assert found.fields.get_value(text.id) == "Some words"


@pytest.mark.covers("v2.persons.values", "v2.companies.values", "v2.lists.values", "v2.lists.value", by=BY)
def test_values_alone(client: Affinity, world: World) -> None:
    """All values over their pages, some by their ids, and one."""
    for kind in (Party.PERSON, Party.ORGANIZATION):
        entry = ListEntryId(world.entries[kind].id)
        entries, columns = client.lists.entries(ListId(world.lists[kind].id)), world.there[kind]
        found = entries.get_field_values(entry)
        assert len(found.data) == len(columns) + len(world.everywhere[kind]) + 8
        for column in columns:
            assert found.get(column.id) == column.wire
            assert entries.get_field_value(entry, FieldId(column.field.id)) == column.shown["data"]
        assert set(entries.get_field_values(entry, ids=[columns[3].id]).data) == {columns[3].id}
    person = client.persons.get_field_values(PersonId(world.ola.id))
    company = client.companies.get_field_values(CompanyId(world.client.id))
    for kind, of_party in ((Party.PERSON, person), (Party.ORGANIZATION, company)):
        assert set(of_party.data) > set(shown(world.everywhere[kind])), kind


@pytest.mark.covers("v2.persons.entries", "v2.companies.entries", "v2.persons.lists", "v2.companies.lists", by=BY)
def test_where_they_stand(client: Affinity, world: World) -> None:
    """The lists of a person and a company, and their entries with values."""
    person, company = PersonId(world.ola.id), CompanyId(world.client.id)
    for kind, entries, lists in (
        (Party.PERSON, client.persons.get_list_entries(person), client.persons.get_lists(person)),
        (Party.ORGANIZATION, client.companies.get_list_entries(company), client.companies.get_lists(company)),
    ):
        (entry,), (list_,) = entries.data, lists.data
        assert (entry.id, entry.list_id, entry.list_name) == (world.entries[kind].id, list_.id, list_.name)
        assert set(entry.fields.data) == set(shown(world.there[kind]))


@pytest.mark.covers(
    "v2.lists.set_value", "v2.lists.update_values", "v2.persons.update_values", "v2.companies.update_values", by=BY
)
def test_set(client: Affinity, world: World) -> None:
    """Values of an entry, a person and a company are set alone and together, and taken away."""
    entry, there = ListEntryId(world.entries[Party.PERSON].id), world.there[Party.PERSON]
    entries = client.lists.entries(ListId(world.lists[Party.PERSON].id))
    number, text, many = (FieldId(there[place].field.id) for place in (2, 0, 10))
    entries.update_field_value(entry, number, 7)
    assert entries.get_field_value(entry, number) == 7
    updates = {text: "Changed", many: [5, 6]}
    assert entries.batch_update_fields(entry, updates, value_types={many: "number-multi"}).operation == "update-fields"
    assert (entries.get_field_value(entry, text), entries.get_field_value(entry, many)) == ("Changed", [5, 6])
    entries.batch_update_fields(entry, {text: None}, value_types={text: "text"})
    assert entries.get_field_value(entry, text) is None
    with pytest.raises(ValidationError):
        entries.update_field_value(entry, number, "seven")
    person, company = PersonId(world.ola.id), CompanyId(world.client.id)
    for kind, service, id_ in (
        (Party.PERSON, client.persons, person), (Party.ORGANIZATION, client.companies, company)
    ):  # fmt: skip
        field = FieldId(world.everywhere[kind][0].field.id)
        service.batch_update_fields(id_, {field: "Mine"})  # type: ignore[operator]
        assert service.get_field_values(id_).get_value(field) == "Mine"  # type: ignore[operator]


@pytest.mark.covers("v2.field_changes.list", "v2.lists.field_changes", "v2.lists.each_value", by=BY)
def test_changes(client: Affinity, world: World) -> None:
    """Changes of everything and of one entry, by filters that the client writes, and each value in a field."""
    entry, there = ListEntryId(world.entries[Party.PERSON].id), world.there[Party.PERSON]
    entries = client.lists.entries(ListId(world.lists[Party.PERSON].id))
    many = next(column for column in there if column.shown["type"] == "number-multi")
    assert list(entries.iter_field_value_items(entry, FieldId(many.field.id))) == [2, 1]
    entries.update_field_value(entry, FieldId(many.field.id), [3], value_type="number-multi")
    asked = {"field_id": FieldId(many.field.id), "changed_after": to_datetime(now() - DAY)}
    found = list(client.field_value_changes.iter_global(**asked))  # type: ignore[arg-type]
    assert [(one.action_type, one.value) for one in found] == [
        ("add", 2), ("add", 1), ("delete", 2), ("delete", 1), ("add", 3)
    ]  # fmt: skip
    assert client.field_value_changes.list_global(**asked, order="desc", limit=2).data == found[:2:-1]  # type: ignore[arg-type]
    of_entry = list(entries.iter_field_changes(entry))
    assert {one.list_entry.id for one in of_entry if one.list_entry} == {entry}
    assert [one for one in of_entry if one.field.id == many.id] == found
