"""Fields, values and their changes through affinity-sdk."""

import pytest
from affinity import Affinity
from affinity.models import FieldCreate, FieldValueCreate
from affinity.types import EntityType, FieldId, FieldValueType, ListId, PersonId

from tests.serving import Firm

from .sdk import BY, client

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
