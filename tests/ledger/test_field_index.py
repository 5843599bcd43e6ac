"""The index of marked fields is right after every change of interactions and definitions, on both engines."""

from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.conditions import Operator, Relation
from interlog.model.expressions import Field, Kind, Literal, Order
from interlog.model.instances import Instance
from interlog.model.interactions import Content
from interlog.model.parties import PersonDraft
from interlog.model.types import FieldDefinition, FieldKind, InteractionType, ParticipantSlot
from interlog.store import field_values, instances
from interlog.store.instance_questions import Asked

from .conftest import Firm

pytestmark = pytest.mark.asyncio(loop_scope="module")

MINUTES = FieldDefinition("Minutes", FieldKind.INTEGER)
VISIT = InteractionType(
    id=0, name="Visit", is_activity=True, open=True, identity=("Key",),
    fields=(FieldDefinition("Key"), replace(MINUTES, indexed=True), FieldDefinition("Who")),
    slots=(ParticipantSlot("Visitor", references=(("Who", "Email"),)),),
)  # fmt: skip
FACT = replace(VISIT, name="Fact", is_activity=False)


async def define(firm: Firm, type_: InteractionType = VISIT) -> InteractionType:
    """Define a type."""
    return (await firm.ledger.types.define(firm.actor, type_)).type


async def put(firm: Firm, key: str, minutes: int | None, type_: str = "Visit", **more: Any) -> int:
    """Put an instance, and return its number."""
    fields = {"Key": key} | ({"Minutes": minutes} if minutes is not None else {}) | more.pop("fields", {})
    placed = await firm.ledger.instances.put(firm.actor, Instance(type=type_, fields=fields, **more))
    return placed.interaction.number


async def found(firm: Firm, type_: InteractionType, minutes: int, *, expected_plan: bool = True) -> list[int]:
    """Return the numbers of those with so many minutes, by the index; it must agree with reading without it."""
    database, field = firm.ledger.store.database, Field(("Minutes",), Kind.INTEGER)
    condition = Relation(field, Operator.EQUAL, Literal(minutes, Kind.INTEGER))
    asked = Asked(firm.tenant.id, [type_.id], [0], 100, condition)
    plan = await instances._plan(database, asked)
    assert (plan.range is not None) is expected_plan
    numbers = [item.interaction.number for item in await instances.page(database, asked)]
    everything = await instances.page(database, asked._replace(condition=None))
    plain = [i.interaction for i in everything if i.interaction.content.fields.get("Minutes") == minutes]
    assert numbers == [item.number for item in plain]
    assert await instances.count(database, asked) == len(numbers)
    assert await firm.ledger.check.problems() == []
    by_value = await instances.page(database, asked._replace(condition=None, orders=(Order(field),)))
    assert len(by_value) == len(everything)
    return numbers


async def test_follows_what_is_put(acme: Firm) -> None:
    """New and amended instances are found by what they say now, and no longer by what they said."""
    type_ = await define(acme)
    one, two = await put(acme, "a", 5), await put(acme, "b", 5)
    assert await found(acme, type_, 5) == [two, one]

    await put(acme, "a", 7)
    assert await found(acme, type_, 5) == [two]
    assert await found(acme, type_, 7) == [one]

    await put(acme, "b", 5, fields={"Loose": 1})
    await put(acme, "a", 5)
    assert await found(acme, type_, 5) == [one, two]
    await put(acme, "c", None)
    assert len(await found(acme, type_, 5)) == 2


async def test_follows_deletions_and_corrections(acme: Firm) -> None:
    """What is deleted or stood for by a correction is found no more."""
    type_, fact = await define(acme), await define(acme, FACT)
    one, two = await put(acme, "a", 5), await put(acme, "b", 5)
    await acme.ledger.interactions.delete(acme.actor, one)
    assert await found(acme, type_, 5) == [two]

    await put(acme, "wrong", 5, "Fact")
    right = await put(acme, "right", 5, "Fact", corrects="wrong")
    assert await found(acme, fact, 5) == [right]


async def test_follows_participants_who_arrive_late(acme: Firm) -> None:
    """An interaction that is bound to a person later is still found, once."""
    type_ = await define(acme)
    actor = acme.with_settings(create_unknown_persons=False).actor
    item = Instance(type="Visit", fields={"Key": "a", "Minutes": 5, "Who": "late@client.example"})
    number = (await acme.ledger.instances.put(actor, item)).interaction.number
    await acme.ledger.persons.create(
        acme.actor, PersonDraft(first_name="Late", last_name="Comer", emails=("late@client.example",))
    )
    assert await found(acme, type_, 5) == [number]


async def test_follows_the_text_of_a_note(acme: Firm) -> None:
    """An interaction whose text is changed through its note, or by an amendment, is still found, once."""
    type_ = await define(acme, replace(VISIT, name="Call2", category=type(VISIT.category)("call")))
    number = await put(acme, "a", 5, "Call2", body="text")
    item = await acme.ledger.interactions.get(acme.actor, number)
    assert item.note_id is not None
    await acme.ledger.notes.delete(acme.actor, item.note_id)
    assert await found(acme, type_, 5) == [number]

    def later(read: Any) -> Content:
        return replace(read.content, fields=read.content.fields | {"Minutes": 6})

    await acme.ledger.interactions.amend(acme.actor, number, later)
    assert await found(acme, type_, 6) == [number]
    assert await found(acme, type_, 5) == []


async def test_a_field_may_be_marked_later(acme: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was stored before a field was marked is found by the index too; unmarked again, without it."""
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 0.01)
    plain = replace(VISIT, fields=(VISIT.fields[0], MINUTES, VISIT.fields[2]))
    type_ = await define(acme, plain)
    one = await put(acme, "a", 5)
    assert await found(acme, type_, 5, expected_plan=False) == [one]

    await define(acme)
    assert await found(acme, type_, 5) == [one]
    two = await put(acme, "b", 5)
    assert await found(acme, type_, 5) == [two, one]

    await define(acme, plain)
    assert await field_values.ready(acme.ledger.store.database, acme.tenant.id, type_.id) == {}
    assert await found(acme, type_, 5, expected_plan=False) == [two, one]


async def test_a_kind_that_widens_is_filled_anew(acme: Firm, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a marked field gets another kind, its values are put into the index as of that kind."""
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 0.01)
    await define(acme)
    one = await put(acme, "a", 5)
    wider = replace(MINUTES, kind=FieldKind.DECIMAL, indexed=True)
    type_ = await define(acme, replace(VISIT, fields=(VISIT.fields[0], wider, VISIT.fields[2])))
    assert await field_values.ready(ledger.store.database, acme.tenant.id, type_.id) == {"Minutes": Kind.DECIMAL}
    assert await found(acme, type_, 5) == [one]


async def test_a_check_notices_what_the_index_lacks(acme: Firm) -> None:
    """``interlog db check`` compares the index with the interactions."""
    await define(acme)
    number = await put(acme, "a", 5)
    item = await acme.ledger.interactions.get(acme.actor, number)
    (row,) = field_values.rows_of(acme.tenant.id, item, {"Minutes": Kind.NUMBER})
    arguments = dict(zip(field_values._NAMES, row, strict=True))
    for query, expected in ((field_values.REMOVE, 1), (field_values.ADD, 0)):
        unit = field_values.Unit()
        unit.change(query, arguments)
        await acme.ledger.store.database.write(unit)
        assert len(await acme.ledger.check.problems()) == expected
