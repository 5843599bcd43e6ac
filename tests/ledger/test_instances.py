"""Instances: put once or again, one by one or many at once."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace
from sqlalchemy import bindparam, update

from interlog.model.errors import (
    Conflict,
    Exists,
    Expired,
    Forbidden,
    InterlogError,
    Invalid,
    NotFound,
    Refused,
    Withheld,
)
from interlog.model.instances import Instance, Outcome, Placed, Put, key_of_instance
from interlog.model.instants import now
from interlog.model.interactions import Participant
from interlog.model.journal import Action, Entity
from interlog.model.notes import NoteDraft
from interlog.model.parties import Party
from interlog.model.tenancy import Right
from interlog.model.types import FieldDefinition, FieldKind, InteractionType
from interlog.store.schema import note
from interlog.store.statements import Query, Unit, parameter
from tests.ledger.conftest import YESTERDAY, Firm, journal_of, numbers_of

MENTION = Query(
    update(note)
    .where(note.c.tenant_id == parameter("tenant"), note.c.id == parameter("id"))
    .values(mentions=bindparam("people"))
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = (
    FieldDefinition("VisitKey", required=True, max_length=1_100),
    FieldDefinition("ArrivedAt", FieldKind.INSTANT),
    FieldDefinition("Minutes", FieldKind.INTEGER),
)
VISIT = InteractionType(id=0, name="Visit", fields=FIELDS, identity=("VisitKey",), open=True)
STAY = replace(VISIT, name="Stay", is_activity=True)
PAIR = InteractionType(
    id=0, name="Pair", fields=(FieldDefinition("Left"), FieldDefinition("Right")), identity=("Right", "Left"),
    open=True, is_activity=True,
)  # fmt: skip
NOTE = InteractionType(id=0, name="Remark", fields=(FieldDefinition("Text"),), open=True)


@pytest_asyncio.fixture(loop_scope="module")
async def firm(acme: Firm) -> Firm:
    """A firm with types of facts and of activities, identified by one field, by two, or by none."""
    for type_ in (VISIT, STAY, PAIR, NOTE):
        await acme.ledger.types.define(acme.actor, type_)
    return acme


def visit(key: str, type_: str = "Visit", **fields: Any) -> Instance:
    """Return a visit to be put."""
    return Instance(type=type_, fields={"VisitKey": key, **fields})


async def put(firm: Firm, item: Instance, mode: Put = Put.UPSERT) -> Placed:
    """Put one instance."""
    return await firm.ledger.instances.put(firm.actor, item, mode)


async def refused(firm: Firm, item: Instance, mode: Put = Put.UPSERT) -> InterlogError:
    """Return the error that putting one instance raises; nothing of it is in the journal."""
    before = await journal_of(firm)
    with pytest.raises(InterlogError) as found:
        await put(firm, item, mode)
    assert await journal_of(firm) == before
    return found.value


def paths(error: InterlogError) -> list[str]:
    """Return what an error complains of."""
    assert isinstance(error, (Invalid, Refused))
    return [problem.path for problem in error.problems]


class TestPut:
    async def test_comes_back_by_its_id(self, firm: Firm) -> None:
        """An instance is found by type and id, and among all types."""
        placed = await put(firm, replace(visit("V-7", Minutes=5, Lane={"a": [1]}), occurred_at=YESTERDAY, origin="crm"))
        item, type_ = placed.interaction, firm.actor.tenant.types_by_name["Visit"]

        assert (placed.outcome, item.public_id, item.type_id, item.type_version) == (
            Outcome.CREATED,
            "V-7",
            type_.id,
            1,
        )
        assert item.content.fields == {"VisitKey": "V-7", "Minutes": 5, "Lane": {"a": [1]}}
        assert (item.content.occurred_at, item.origin) == (YESTERDAY, "crm")
        assert await firm.ledger.instances.find(firm.actor, type_, "V-7") == item
        assert await firm.ledger.instances.find_any(firm.actor, "V-7") == [item]
        assert await firm.ledger.interactions.get(firm.actor, item.number) == item
        with pytest.raises(NotFound):
            await firm.ledger.instances.find(firm.actor, firm.actor.tenant.types_by_name["Stay"], "V-7")

    async def test_an_id_may_occur_in_several_types(self, firm: Firm) -> None:
        """Over all types, each of them is found."""
        items = [(await put(firm, visit("same", type_))).interaction for type_ in ("Visit", "Stay")]

        assert await firm.ledger.instances.find_any(firm.actor, "same") == items

    async def test_the_same_again_changes_nothing(self, firm: Firm) -> None:
        """A fact or an activity that is put again as it is makes no version, whatever source says it."""
        for type_ in ("Visit", "Stay"):
            item = visit("a", type_, Minutes=1, Lane=None)
            first = await put(firm, item)
            before = await journal_of(firm)
            again = await put(firm, replace(visit("a", type_, Minutes=1), origin="other"))

            assert (again.outcome, again.interaction) == (Outcome.SAME, first.interaction)
            assert await journal_of(firm) == before

    async def test_a_fact_is_a_fact(self, firm: Firm) -> None:
        """Other content under the same id is refused with the names of all that differs."""
        first = await put(firm, replace(visit("b", Minutes=1, Lane="B"), occurred_at=YESTERDAY))

        error = await refused(firm, replace(visit("b", Minutes=2, Door=1), occurred_at=YESTERDAY + 1))

        assert sorted(paths(error)) == ["fields.Door", "fields.Lane", "fields.Minutes", "occurred_at"]
        assert isinstance(error, Refused)
        assert error.existing == first.interaction.number

    async def test_an_activity_is_merged(self, firm: Firm) -> None:
        """What is given overwrites, what is not stays, null clears: a new version, with the old one in the journal."""
        first = await put(firm, replace(visit("c", "Stay", Minutes=1, Lane="B", Door=1), occurred_at=YESTERDAY))
        second = await put(firm, visit("c", "Stay", Minutes=2, Lane=None))
        item = second.interaction

        assert (second.outcome, item.version) == (Outcome.AMENDED, 2)
        assert item.content.fields == {"VisitKey": "c", "Minutes": 2, "Door": 1}
        assert item.content.occurred_at == YESTERDAY
        assert item.changed_at > first.interaction.changed_at
        entry = (await journal_of(firm))[-1]
        assert (entry.action, entry.version) == (Action.AMEND, 2)
        assert entry.before is not None
        assert entry.before["content"]["fields"]["Lane"] == "B"

    async def test_ids_of_several_fields(self, firm: Firm) -> None:
        """Values that make the same text are different instances: the second is told apart by a hash (spec 6.2)."""

        def pair(left: str, right: str, **more: Any) -> Instance:
            return Instance(type="Pair", fields={"Left": left, "Right": right, **more})

        first = (await put(firm, pair("a", "b_c"))).interaction
        second = (await put(firm, pair("a_b", "c"))).interaction
        assert (first.public_id, second.public_id) == ("a_b_c", "a_b_c~6769bfc9")

        again = await firm.ledger.instances.put_many(firm.actor, [pair("a_b", "c", n=1), pair("a", "b_c")])
        assert [(one.interaction.public_id, one.outcome) for one in again if isinstance(one, Placed)] == [
            ("a_b_c~6769bfc9", Outcome.AMENDED), ("a_b_c", Outcome.SAME),
        ]  # fmt: skip
        type_ = firm.actor.tenant.types_by_name["Pair"]
        found = await firm.ledger.instances.find(firm.actor, type_, "a_b_c~6769bfc9")
        assert (found.number, found.content.fields) == (second.number, {"Left": "a_b", "Right": "c", "n": 1})

        both = await firm.ledger.instances.put_many(firm.actor, [pair("x_y", "z"), pair("x", "y_z")])
        assert len({one.interaction.public_id for one in both if isinstance(one, Placed)}) == 2

    async def test_without_identity_each_is_new(self, firm: Firm) -> None:
        """The id is 32 digits, by which it is found; a request that names itself stores it once."""
        item = Instance(type="Remark", fields={"Text": "a"})
        first, second = (await put(firm, item)).interaction, (await put(firm, item)).interaction
        type_ = firm.actor.tenant.types_by_name["Remark"]

        assert first.number != second.number
        assert (len(first.public_id), first.identity) == (32, None)
        assert await firm.ledger.instances.find(firm.actor, type_, first.public_id) == first
        assert await firm.ledger.instances.find_any(firm.actor, first.public_id) == [first]

        named = replace(item, request_key="once")
        third = await put(firm, named)
        assert await put(firm, named) == Placed(third.interaction, Outcome.SAME)
        error = await refused(firm, replace(named, fields={"Text": "b"}))
        assert isinstance(error, Conflict)

    async def test_an_id_that_the_author_chose(self, firm: Firm) -> None:
        """A type without identity fields, such as a built-in one, takes the author's id, and the one it gave itself."""
        meeting = Instance(type="Meeting", identity="M-1", title="Kick-off", body="They came", occurred_at=YESTERDAY)
        first = await put(firm, meeting)
        assert first.interaction.public_id == "M-1"
        assert (await put(firm, meeting)).outcome is Outcome.SAME
        assert (await put(firm, replace(meeting, title="Start"))).interaction.content.title == "Start"

        logged = (await put(firm, Instance(type="Meeting", title="Other"))).interaction
        amended = await put(firm, Instance(type="Meeting", identity=logged.public_id, title="Changed"))
        assert (amended.interaction.number, amended.interaction.version) == (logged.number, 2)

    async def test_a_long_id(self, firm: Firm) -> None:
        """An id of a thousand characters is found and unique; a longer one is refused."""
        long = "ü" * 1_023
        stored = (await put(firm, visit(long + "a"))).interaction
        other = (await put(firm, visit(long + "b"))).interaction
        type_ = firm.actor.tenant.types_by_name["Visit"]

        assert stored.public_id == long + "a"
        assert await firm.ledger.instances.find(firm.actor, type_, long + "a") == stored
        assert other.number != stored.number
        assert (await put(firm, visit(long + "a"))).outcome is Outcome.SAME
        assert paths(await refused(firm, visit(long + "ab"))) == ["identity"]

    async def test_everything_wrong_at_once(self, firm: Firm) -> None:
        """What a type does not allow is refused with every problem; of no type there is nothing to say."""
        assert paths(await refused(firm, Instance(type="Visit", fields={"Minutes": "x", "ArrivedAt": 1}))) == [
            "fields.VisitKey", "fields.ArrivedAt", "fields.Minutes",
        ]  # fmt: skip
        for wrong in (["a"], {"a": 1}, 1.5, True):
            item = Instance(type="Visit", fields={"VisitKey": wrong})
            assert paths(await refused(firm, item)) == ["fields.VisitKey"]
        assert isinstance(await refused(firm, Instance(type="Nothing")), NotFound)
        assert paths(await refused(firm, visit(""))) == paths(await refused(firm, visit("a\x00"))) == ["identity"]

    async def test_a_type_whose_time_is_over(self, firm: Firm) -> None:
        """It takes nothing any more, and its interactions can be read."""
        stored = (await put(firm, visit("e"))).interaction
        define = firm.ledger.types.define
        type_ = (await define(firm.actor, replace(VISIT, expires_at=now()))).type

        assert isinstance(await refused(firm, visit("f")), Expired)
        assert await firm.ledger.instances.find(firm.actor, type_, "e") == stored
        await define(firm.actor, VISIT)
        assert (await put(firm, visit("f"))).outcome is Outcome.CREATED

    async def test_old_interactions_of_a_stricter_type(self, firm: Firm) -> None:
        """What a new version of the type demands binds new interactions, not a change of old ones' other fields."""
        await put(firm, visit("g", "Stay", Lane="BB"))
        strict = FieldDefinition("Lane", required=True, max_length=1)
        await firm.ledger.types.define(firm.actor, replace(STAY, fields=(*FIELDS, strict)))

        assert paths(await refused(firm, visit("h", "Stay", Lane="BB"))) == ["fields.Lane"]
        assert (await put(firm, visit("g", "Stay", Minutes=3))).interaction.type_version == 2
        assert paths(await refused(firm, visit("g", "Stay", Lane="CC"))) == ["fields.Lane"]
        assert paths(await refused(firm, visit("g", "Stay", Lane=None))) == ["fields.Lane"]

    async def test_rights(self, firm: Firm) -> None:
        """A reader stores nothing."""
        with pytest.raises(Forbidden):
            await firm.ledger.instances.put(firm.acting(firm.ben, Right.READ), visit("i"))

    async def test_a_hidden_one(self, firm: Firm) -> None:
        """Who does not see the group of an interaction neither finds nor changes it, nor takes its id."""
        insider = firm.acting(firm.mia, Right.WRITE, 7)
        insider = replace(insider, tenant=firm.actor.tenant)
        await firm.ledger.instances.put(insider, replace(visit("j", "Stay"), group=7))
        type_ = firm.actor.tenant.types_by_name["Stay"]

        assert isinstance(await refused(firm, visit("j", "Stay", Minutes=1)), Conflict)
        assert isinstance(await refused(firm, replace(visit("k", "Stay"), group=7)), Invalid)
        assert await firm.ledger.instances.find_any(firm.actor, "j") == []
        with pytest.raises(NotFound):
            await firm.ledger.instances.find(firm.actor, type_, "j")
        assert (await firm.ledger.instances.find(insider, type_, "j")).group == 7


class TestModes:
    async def test_create(self, firm: Firm) -> None:
        """What is there already is not created, be it the same."""
        await put(firm, visit("a", "Stay"), Put.CREATE)

        assert isinstance(await refused(firm, visit("a", "Stay"), Put.CREATE), Exists)

    async def test_merge_and_replace(self, firm: Firm) -> None:
        """What is addressed by its id must be there; a merge keeps what is not given, a replacement does not."""
        await put(firm, visit("b", "Stay", Minutes=1, Lane="B"))
        for mode in (Put.MERGE, Put.REPLACE):
            assert isinstance(await refused(firm, Instance(type="Stay", identity="none"), mode), NotFound)

        merged = await put(firm, Instance(type="Stay", identity="b", fields={"Minutes": 2}), Put.MERGE)
        assert merged.interaction.content.fields == {"VisitKey": "b", "Minutes": 2, "Lane": "B"}
        replaced = await put(firm, Instance(type="Stay", identity="b", fields={"Door": 1}), Put.REPLACE)
        assert replaced.interaction.content.fields == {"VisitKey": "b", "Door": 1}
        assert replaced.interaction.version == 3
        same = await put(firm, Instance(type="Stay", identity="b", fields={"Door": 1}), Put.REPLACE)
        assert same.outcome is Outcome.SAME

        wrong = Instance(type="Stay", identity="b", fields={"VisitKey": "c"})
        assert paths(await refused(firm, wrong, Put.MERGE)) == ["identity"]

    async def test_facts_are_not_changed_either_way(self, firm: Firm) -> None:
        """A fact takes neither a merge nor a replacement."""
        await put(firm, visit("c", Minutes=1))
        changed = Instance(type="Visit", identity="c", fields={"Minutes": 2})

        assert paths(await refused(firm, changed, Put.MERGE)) == ["fields.Minutes"]
        assert paths(await refused(firm, changed, Put.REPLACE)) == ["fields.Minutes"]

    async def test_an_expected_version(self, firm: Firm) -> None:
        """Who changes what he read is told when somebody else was quicker."""
        await put(firm, visit("d", "Stay"))
        change = Instance(type="Stay", identity="d", fields={"Minutes": 1}, expected_version=1)

        assert (await put(firm, change, Put.MERGE)).interaction.version == 2
        error = await refused(firm, replace(change, fields={"Minutes": 2}), Put.MERGE)
        assert isinstance(error, Conflict)


class TestCorrections:
    async def test_hide_what_they_correct(self, firm: Firm) -> None:
        """The corrected fact stays, names its correction, and is shown only to who asks for it."""
        wrong = (await put(firm, replace(visit("a", Minutes=1), participants=()))).interaction
        right = (await put(firm, replace(visit("a2", Minutes=2), corrects="a"))).interaction
        type_, find = firm.actor.tenant.types_by_name["Visit"], firm.ledger.instances.find

        with pytest.raises(NotFound):
            await find(firm.actor, type_, "a")
        voided = await find(firm.actor, type_, "a", include_voided=True)
        assert (voided.number, voided.voided_by, voided.content) == (wrong.number, right.number, wrong.content)
        assert await firm.ledger.instances.find_any(firm.actor, "a") == []
        assert await firm.ledger.instances.find_any(firm.actor, "a", include_voided=True) == [voided]
        assert await firm.ledger.types.instances_counts(firm.actor, [type_]) == {type_.id: 1}
        entries = [e for e in await journal_of(firm) if e.entity is Entity.INTERACTION]
        assert [(e.action, e.entity_id) for e in entries] == [
            (Action.CREATE, wrong.number), (Action.CREATE, right.number), (Action.VOID, wrong.number),
        ]  # fmt: skip
        assert await firm.ledger.check.problems() == []

    async def test_take_the_note_along(self, firm: Firm) -> None:
        """The text of what is corrected is out of the notes, with the replies to it; the record keeps it."""
        wrong = Instance(type="Meeting", identity="N-1", body="wrong", occurred_at=YESTERDAY)
        read = (await put(firm, wrong)).interaction
        assert read.note_id is not None
        await firm.ledger.notes.create(firm.actor, NoteDraft(content="reply", parent=read.note_id))

        await put(firm, replace(wrong, identity="N-2", body="right", corrects="N-1"))

        notes = await firm.ledger.notes.page(firm.actor, limit=9)
        assert [note.content for note in notes] == ["right"]
        type_ = firm.actor.tenant.types_by_name["Meeting"]
        voided = await firm.ledger.instances.find(firm.actor, type_, "N-1", include_voided=True)
        assert voided.content.body == "wrong"
        assert await firm.ledger.check.problems() == []

    async def test_are_made_once(self, firm: Firm) -> None:
        """The same correction again changes nothing; another correction of the same is refused, of nothing as well."""
        await put(firm, visit("b", Minutes=1))
        correction = replace(visit("b2", Minutes=2), corrects="b")
        await put(firm, correction)

        assert (await put(firm, correction)).outcome is Outcome.SAME
        assert paths(await refused(firm, replace(visit("b3"), corrects="b"))) == ["corrects"]
        assert paths(await refused(firm, replace(visit("b4"), corrects="none"))) == ["corrects"]
        assert (await put(firm, visit("b", Minutes=1))).outcome is Outcome.SAME

    async def test_of_one_without_identity(self, firm: Firm) -> None:
        """What has only the id that it was given is corrected by that."""
        wrong = (await put(firm, Instance(type="Remark", fields={"Text": "a"}))).interaction
        await put(firm, Instance(type="Remark", fields={"Text": "b"}, corrects=wrong.public_id))

        assert await firm.ledger.instances.find_any(firm.actor, wrong.public_id) == []


class TestMany:
    async def test_each_stands_alone(self, firm: Firm) -> None:
        """Those in order are stored, the others have their errors, each in its place."""
        items = [visit("a"), Instance(type="Visit"), visit("b"), Instance(type="None"), visit("a", Minutes=1)]

        results = await firm.ledger.instances.put_many(firm.actor, items)

        assert [type(result) for result in results] == [Placed, Invalid, Placed, NotFound, Refused]
        assert len(await firm.ledger.instances.find_any(firm.actor, "b")) == 1

    async def test_all_or_nothing(self, firm: Firm) -> None:
        """Where everything or nothing is wanted, one that is wrong withholds all."""
        before = await journal_of(firm)
        items = [visit("c"), Instance(type="Visit")]
        results = await firm.ledger.instances.put_many(firm.actor, items, all_or_nothing=True)

        assert [type(result) for result in results] == [Withheld, Invalid]
        assert await journal_of(firm) == before
        good = await firm.ledger.instances.put_many(firm.actor, items[:1], all_or_nothing=True)
        assert [type(result) for result in good] == [Placed]

    async def test_the_same_one_several_times(self, firm: Firm) -> None:
        """Items about one interaction are worked in one after the other."""
        items = [visit("d", "Stay", Minutes=1), visit("d", "Stay", Lane="B"), visit("d", "Stay", Minutes=2)]
        results = await firm.ledger.instances.put_many(firm.actor, items)

        (one,) = {result.interaction.number for result in results if isinstance(result, Placed)}
        assert (await firm.ledger.interactions.get(firm.actor, one)).content.fields == {
            "VisitKey": "d", "Minutes": 2, "Lane": "B",
        }  # fmt: skip
        again = await firm.ledger.instances.put_many(firm.actor, items[:2])
        assert [result.interaction.version for result in again if isinstance(result, Placed)] == [2, 2]
        keyed = [Instance(type="Remark", fields={"Text": text}, request_key="k") for text in ("a", "b")]
        assert [type(r) for r in await firm.ledger.instances.put_many(firm.actor, keyed)] == [Placed, Conflict]

    async def test_thousands(self, firm: Firm) -> None:
        """They come back as they were; half of them again and half of them new are told apart."""
        items = [visit(f"n{index}", Minutes=index, Lane=str(index)) for index in range(3_000)]
        first = await firm.ledger.instances.put_many(firm.actor, items[:2_000])
        second = await firm.ledger.instances.put_many(firm.actor, items[1_000:])

        assert {result.outcome for result in first if isinstance(result, Placed)} == {Outcome.CREATED}
        outcomes = [result.outcome for result in second if isinstance(result, Placed)]
        assert outcomes == [Outcome.SAME] * 1_000 + [Outcome.CREATED] * 1_000
        stamps = [result.interaction.changed_at for result in [*first, *second[1_000:]] if isinstance(result, Placed)]
        assert stamps == sorted(set(stamps))
        (found,) = await firm.ledger.instances.find_any(firm.actor, "n2999")
        assert found.content.fields == items[2_999].fields

    async def test_a_note_that_mentions_people(self, firm: Firm) -> None:
        """What cannot be changed because of its note has that as its own error; the others are stored."""
        item = Instance(type="Meeting", identity="M-9", body="@Ben", occurred_at=YESTERDAY)
        stored = (await put(firm, item)).interaction
        unit = Unit()
        mentioned = {"tenant": firm.tenant.id, "id": stored.note_id, "people": f"[{firm.ben.id}]"}
        unit.change(MENTION, mentioned)
        await firm.ledger.store.database.write(unit)

        items = [replace(item, body="other"), replace(item, identity="M-10")]
        results = await firm.ledger.instances.put_many(firm.actor, items)

        assert [type(result) for result in results] == [Invalid, Placed]
        assert paths(results[0]) == ["body"]  # type: ignore[arg-type]
        assert await firm.ledger.interactions.get(firm.actor, stored.number) == stored


class TestAtTheSameMoment:
    async def test_one_wins(self, firm: Firm) -> None:
        """Of many different contents for one fact, one is stored, and all others are told what differs."""
        items = [visit("race", Minutes=index) for index in range(32)]
        results = await asyncio.gather(*(firm.ledger.instances.put_many(firm.actor, [item]) for item in items))

        placed = [result for (result,) in results if isinstance(result, Placed)]
        errors = [result for (result,) in results if isinstance(result, Refused)]
        assert ([one.outcome for one in placed], len(errors)) == ([Outcome.CREATED], 31)
        assert all(paths(error) == ["fields.Minutes"] for error in errors)

    async def test_no_merge_is_lost(self, firm: Firm) -> None:
        """Of many who each give another field of one activity, every field is there in the end."""
        results = await asyncio.gather(
            *(put(firm, visit("shared", "Stay", **{f"F{index}": index})) for index in range(12))
        )

        assert sorted(one.interaction.version for one in results) == list(range(1, 13))
        (item,) = await firm.ledger.instances.find_any(firm.actor, "shared")
        assert item.content.fields == {"VisitKey": "shared", **{f"F{index}": index for index in range(12)}}

    async def test_batches_that_overlap(self, firm: Firm) -> None:
        """Several batches of the same instances store each of them once."""
        items = [visit(f"o{index}") for index in range(300)]
        results = await asyncio.gather(
            *(firm.ledger.instances.put_many(firm.actor, items[start : start + 200]) for start in (0, 50, 100))
        )

        numbers = {one.interaction.number for some in results for one in some if isinstance(one, Placed)}
        assert len(numbers) == 300


async def test_instances_take_part_in_lists(firm: Firm) -> None:
    """A person who is named takes part, as in any interaction."""
    parts = (Participant(firm.eve.id), Participant(None, "initiator", "ola@other.example"))
    item = Instance(type="Meeting", identity="P-1", participants=parts)
    placed = await put(firm, item)

    assert await numbers_of(firm, (Party.PERSON, firm.eve.id)) == [placed.interaction.number]
    assert await numbers_of(firm, (Party.PERSON, firm.ola.id)) == [placed.interaction.number]
    assert (await put(firm, item)).outcome is Outcome.SAME
    error = await refused(firm, replace(item, identity="P-2", participants=(Participant(10**9),)))
    assert paths(error) == ["participants[0].person"]


async def test_a_time_in_an_id_is_in_seconds() -> None:
    """Times stand in ids as whole seconds of UTC; what that hides is told apart by the hash."""
    type_ = InteractionType(id=1, name="T", fields=(FieldDefinition("At", FieldKind.INSTANT),), identity=("At",))
    first, second = (
        key_of_instance(type_, {"At": f"2024-01-01T10:00:00.{fraction}Z"}) for fraction in ("000000", "500000")
    )

    assert first is not None
    assert second is not None
    assert first.texts[0] == second.texts[0] == "2024-01-01T10:00:00Z"
    assert first.texts[1] != second.texts[1]
