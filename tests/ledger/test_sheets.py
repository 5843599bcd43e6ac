"""Sheets: pages of lists with all values, at a cost that does not grow."""

import pytest

from interlog.model.errors import NotFound
from interlog.model.fields import Field, FieldDraft, FieldValue, ValueType
from interlog.model.ids import uuid7
from interlog.model.parties import ListEntry, Party, Person, PersonDraft, PersonKind
from interlog.store import list_entries, party_values, persons
from interlog.store.statements import Unit
from tests.counting import counted
from tests.ledger.conftest import Firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS, ROWS = 50, 300


async def _fields(acme: Firm, list_id: int) -> list[Field]:
    make = acme.ledger.party_fields.create
    return [
        await make(
            acme.actor,
            FieldDraft(name=f"F{place}", kind=Party.PERSON, value_type=ValueType.TEXT,
                       list_id=list_id if place % 2 else None),
        )
        for place in range(FIELDS)
    ]  # fmt: skip


async def test_a_page_costs_four_statements(acme: Firm) -> None:
    """Whatever its place, a page of a hundred entries with fifty values each costs as many statements as one of one."""
    tenant, actor, ledger = acme.tenant.id, acme.actor, acme.ledger
    people = await ledger.opportunities.create_list(actor, "People", Party.PERSON, is_public=True)
    fields = await _fields(acme, people.id)
    ids = list(await ledger.store.numbers.take(tenant, "person", ROWS))
    unit = Unit()
    for id_ in ids:
        persons.insert(
            unit, tenant, Person(id=id_, kind=PersonKind.EXTERNAL, first_name="P", last_name="", uuid=uuid7())
        )
    await ledger.store.database.write(unit)
    unit = Unit()
    entries = await ledger.store.numbers.take(tenant, "entry", ROWS)
    numbers = iter(await ledger.store.numbers.take(tenant, "field_value", ROWS * FIELDS))
    for id_, entry in zip(ids, entries, strict=True):
        made = ListEntry(
            id=entry, list_id=people.id, kind=Party.PERSON, party=id_, creator=actor.person_id, created_at=1
        )
        list_entries.insert(unit, tenant, [made])
        for field in fields:
            value = FieldValue(
                id=next(numbers), field_id=field.id, kind=Party.PERSON, party=id_,
                entry=entry if field.list_id else None, value=f"{id_} {field.id}", created_at=1,
            )  # fmt: skip
            party_values.insert(unit, tenant, field, value)
    await ledger.store.database.write(unit)

    seen, after = [], 0
    while True:
        with counted(ledger) as found:
            sheet = await ledger.sheets.page(actor, people.id, limit=100, after=after)
        assert found.total() <= 4, found
        for (entry, party), values in sheet.rows:
            assert {cell.value.value for cell in values} == {f"{party.id} {field.id}" for field in fields}
            seen.append(entry.id)
        if sheet.following is None:
            break
        after = sheet.following
    assert seen == list(entries)
    assert list(sheet.fields) == fields


async def test_a_list_without_anything(acme: Firm) -> None:
    """No fields, no entries: an empty page; who stands on two lists has the values of each there."""
    actor, ledger = acme.actor, acme.ledger
    lists = [
        (await ledger.opportunities.create_list(actor, name, Party.PERSON, is_public=True)).id for name in ("A", "B")
    ]
    empty = await ledger.sheets.page(actor, lists[0], limit=9)
    assert (empty.list.id, list(empty.rows), empty.following) == (lists[0], [], None)
    ola = await ledger.persons.create(actor, PersonDraft(first_name="Ola"))
    for list_id in lists:
        draft = FieldDraft(name="F", kind=Party.PERSON, value_type=ValueType.TEXT, list_id=list_id)
        field = await ledger.party_fields.create(actor, draft)
        entry, _ = await ledger.list_entries.add(actor, list_id, ola.id)
        await ledger.party_values.create(actor, field.id, ola.id, str(list_id), entry.id)
    for list_id in lists:
        ((_, values),) = (await ledger.sheets.page(actor, list_id, limit=9)).rows
        assert [cell.value.value for cell in values] == [str(list_id)]
    with pytest.raises(NotFound):
        await ledger.sheets.page(actor, 2**52, limit=9)
