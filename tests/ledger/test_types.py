"""Types of interactions: defining them, what may change, and what is told about them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from msgspec.structs import replace

from interlog.ledger import Ledger
from interlog.model.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from interlog.model.evolution import Part
from interlog.model.interactions import Content, Draft, Participant
from interlog.model.journal import Action, Entity
from interlog.model.tenancy import Actor, Right
from interlog.model.types import (
    BUILT_IN_TYPES,
    FIRST_USER_TYPE_ID,
    MEETING,
    Category,
    FieldDefinition,
    FieldKind,
    InteractionType,
    ParticipantSlot,
)
from interlog.store.types import is_used
from tests.ledger.conftest import YESTERDAY, Firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = FieldDefinition("VisitKey", required=True, max_length=40)
MINUTES = FieldDefinition("Minutes", FieldKind.INTEGER, minimum=-(2**31), maximum=2**31 - 1)
LANE = FieldDefinition("Lane")


def visit(*fields: FieldDefinition, **more: Any) -> InteractionType:
    """Return the definition of a visit with a key and further fields."""
    given = {"identity": ("VisitKey",), "collections": ("BranchVisits",), "open": True}
    return InteractionType(**{"id": 0, "name": "BranchVisit", "fields": (KEY, *fields)} | given | more)


async def log(firm: Firm, type_: InteractionType, **fields: Any) -> None:
    """Store an interaction of a type."""
    draft = Draft(type=type_.name, content=Content(occurred_at=YESTERDAY, fields=fields))
    await firm.ledger.interactions.log(firm.actor, draft)


class TestDefine:
    async def test_creates_a_type_once(self, acme: Firm) -> None:
        """The same definition again changes nothing: neither version nor journal."""
        first = await acme.ledger.types.define(acme.actor, visit(MINUTES))
        entries = await journal_of(acme)
        again = await acme.ledger.types.define(acme.actor, visit(MINUTES))

        assert (first.created, first.changed, first.type.version, first.type.revision) == (True, True, 1, (1, 0, 0))
        assert (again.created, again.changed, again.type) == (False, False, first.type)
        assert first.type.id >= FIRST_USER_TYPE_ID
        assert await journal_of(acme) == entries
        assert (entries[-1].action, entries[-1].entity, entries[-1].entity_id) == (
            Action.CREATE, Entity.TYPE, first.type.id,
        )  # fmt: skip

    async def test_a_change_is_a_new_version(self, acme: Firm) -> None:
        """Every version is kept, each with the time of its definition."""
        first = await acme.ledger.types.define(acme.actor, visit())
        second = await acme.ledger.types.define(acme.actor, visit(LANE))

        assert (second.type.version, second.type.revision, second.part) == (2, (1, 0, 1), Part.ADDITION)
        assert second.type.defined_at >= first.type.defined_at
        assert await acme.ledger.types.versions(acme.actor, "branchvisit") == [first.type, second.type]
        assert await acme.ledger.types.get(acme.actor, "BRANCHVISIT") == second.type
        assert (await journal_of(acme))[-1].before is not None

    async def test_is_known_at_once(self, acme: Firm) -> None:
        """Whoever defined a type logs interactions of it with the next request."""
        text, _ = await acme.ledger.access.create_token(
            acme.actor, await acme.ledger.tenants.user(acme.tenant, "mia@own.example")
        )
        actor = await acme.ledger.access.authenticate(text, "rest")
        await acme.ledger.types.define(actor, visit())
        await acme.ledger.types.define(actor, visit(LANE))

        later = await acme.ledger.access.authenticate(text, "rest")

        assert later.tenant.types_by_name["BranchVisit"].version == 2

    async def test_needs_an_admin(self, acme: Firm) -> None:
        """A member of the firm may not define types."""
        with pytest.raises(Forbidden):
            await acme.ledger.types.define(acme.acting(acme.ben, Right.WRITE), visit())
        with pytest.raises(NotFound):
            await acme.ledger.types.get(acme.actor, "BranchVisit")

    async def test_tells_every_problem(self, acme: Firm) -> None:
        """A definition that cannot be stored is refused with everything wrong with it."""
        wrong = visit(
            FieldDefinition("visitkey"), FieldDefinition("a-b"), FieldDefinition("c", max_length=0),
            FieldDefinition("p", pattern="("),
            name="9lives", identity=("Nobody",), timestamp_field="VisitKey", collections=("x y",),
            slots=(ParticipantSlot("host", party="Ghost"), ParticipantSlot("Host", references=(("Gone", "Nope"),))),
            open=False,
        )  # fmt: skip

        with pytest.raises(Invalid) as found:
            await acme.ledger.types.define(acme.actor, wrong)

        assert [(p.path, p.code) for p in found.value.problems] == [
            ("name", "name"), ("collections[0]", "name"), ("fields[1].name", "duplicate"), ("fields[2].name", "name"),
            ("fields[3].max_length", "range"), ("fields[4].pattern", "pattern"), ("identity[0]", "unknown_field"),
            ("timestamp_field", "kind"), ("slots[0].party", "unknown_type"), ("slots[1].role", "duplicate"),
            ("slots[1].references[0][0]", "unknown_field"), ("slots[1].references[0][1]", "unknown_field"),
        ]  # fmt: skip

    async def test_collections_belong_to_one_type(self, acme: Firm) -> None:
        """A name that another type has, of whatever kind, is refused; a former one stays with its type."""
        define = acme.ledger.types.define
        await define(acme.actor, visit())
        renamed = await define(acme.actor, visit(collections=("Visits",)))
        assert renamed.type.collections == ("Visits", "BranchVisits")

        for name in ("branchvisits", "VISITS", "contacts", "Meetings"):
            with pytest.raises(Refused) as found:
                await define(acme.actor, visit(name="Other", collections=("Others", name)))
            assert [(p.path, p.code) for p in found.value.problems] == [("collections[1]", "collection")]
        back = await define(acme.actor, visit())
        assert back.type.collections == ("BranchVisits", "Visits")

    async def test_from_an_expected_version(self, acme: Firm) -> None:
        """Who changes what he has read is told when somebody else was quicker."""
        define = acme.ledger.types.define
        with pytest.raises(Conflict):
            await define(acme.actor, visit(), expected_version=1)
        await define(acme.actor, visit(), expected_version=0)
        with pytest.raises(Conflict):
            await define(acme.actor, visit(LANE), expected_version=0)
        assert (await define(acme.actor, visit(LANE), expected_version=1)).type.version == 2

    async def test_a_dry_run_stores_nothing(self, acme: Firm) -> None:
        """It tells what would change, and how many interactions there are of the type."""
        define = acme.ledger.types.define
        assert (await define(acme.actor, visit(), dry_run=True)).created
        with pytest.raises(NotFound):
            await acme.ledger.types.get(acme.actor, "BranchVisit")
        stored = await define(acme.actor, visit())
        await log(acme, stored.type, VisitKey="a")
        await log(acme, stored.type, VisitKey="b")

        dry = await define(acme.actor, visit(LANE), dry_run=True)

        assert (dry.part, dry.instances, dry.type.version) == (Part.ADDITION, 2, 2)
        assert await acme.ledger.types.get(acme.actor, "BranchVisit") == stored.type
        with pytest.raises(Refused):
            await define(acme.actor, visit(is_activity=True), dry_run=True)

    async def test_at_the_same_moment(self, acme: Firm) -> None:
        """However many define types at once, each name is one type, and no change is lost."""
        drafts = [visit(name=f"Type{index % 4}", collections=(f"Set{index % 4}",)) for index in range(16)]
        found = await asyncio.gather(*(acme.ledger.types.define(acme.actor, draft) for draft in drafts))

        assert {(one.type.name, one.type.version) for one in found} == {(f"Type{index}", 1) for index in range(4)}
        assert len({one.type.id for one in found}) == 4
        assert sum(one.created for one in found) == 4

    async def test_another_process_learns_of_it(self, acme: Firm) -> None:
        """A type that another process has just defined is found although the tenant was read before."""
        other = await Ledger.open(acme.ledger.store.url)
        actor = replace(acme.actor, tenant=await other.tenants.by_name(acme.tenant.name))
        stored = await acme.ledger.types.define(acme.actor, visit())

        assert "BranchVisit" not in actor.tenant.types_by_name
        assert await other.types.get(actor, "branchvisit") == stored.type
        assert actor.tenant.types_by_id[stored.type.id] == stored.type
        await other.close()

    async def test_interactions_of_a_type_that_is_not_known_yet(self, acme: Firm) -> None:
        """Who read the tenant before the type was defined reads, changes and writes interactions of it all the same."""
        stale, old = acme.actor, acme.tenant.types
        draft_type = visit(is_activity=True, category=Category.MEETING, slots=(ParticipantSlot("Guest"),))
        type_ = (await acme.ledger.types.define(acme.actor, draft_type)).type

        def fresh() -> Actor:
            actor = replace(stale, tenant=replace(acme.tenant, types=old))
            assert type_.id not in actor.tenant.types_by_id
            return actor

        parts = (Participant(acme.eve.id, "Guest"), Participant(acme.ben.id, "Guest"))
        content = Content(occurred_at=YESTERDAY, fields={"VisitKey": "a"}, body="text", participants=parts)
        logged = await acme.ledger.interactions.log(fresh(), Draft(type=type_.name, content=content))
        number, note = logged.interaction.number, logged.interaction.note_id or 0
        reads: list[Callable[[Actor], Awaitable[Any]]] = [
            lambda actor: acme.ledger.interactions.get(actor, number),
            lambda actor: acme.ledger.interactions.get_brief(actor, number),
            lambda actor: acme.ledger.notes.get(actor, note),
            lambda actor: acme.ledger.notes.page(actor, limit=5),
            lambda actor: acme.ledger.instances.find_any(actor, "a"),
            lambda actor: acme.ledger.relationships.strengths(actor, acme.eve.id),
        ]
        for read in reads:
            actor = fresh()
            await read(actor)
            assert type_.id in actor.tenant.types_by_id
        amended = await acme.ledger.interactions.amend(fresh(), number, lambda item: replace(item.content, title="t"))
        assert amended.interaction.content.title == "t"
        await acme.ledger.notes.update(fresh(), note, content="changed")
        await acme.ledger.interactions.delete(fresh(), number)


class TestChange:
    """What may change, with and without interactions of the type (spec 7.1)."""

    WIDE = FieldDefinition("Minutes", FieldKind.INTEGER, minimum=-(2**63), maximum=2**63 - 1)
    MOOD = FieldDefinition("Mood", FieldKind.INTEGER, choices=(1, 2))
    TIME = FieldDefinition("At", FieldKind.INSTANT)
    HOST = ParticipantSlot("Host", references=(("Lane", "ContactId"),))
    FREE = (
        (visit(), visit(LANE), Part.ADDITION),
        (visit(), visit(replace(LANE, required=True)), Part.REVISION),
        (visit(LANE), visit(replace(LANE, required=True)), Part.REVISION),
        (visit(replace(LANE, required=True)), visit(LANE), Part.REVISION),
        (visit(LANE), visit(replace(LANE, max_length=5)), Part.REVISION),
        (visit(replace(LANE, max_length=5)), visit(replace(LANE, max_length=9)), Part.REVISION),
        (visit(MINUTES), visit(WIDE), Part.REVISION),
        (visit(WIDE), visit(FieldDefinition("Minutes", FieldKind.DECIMAL)), Part.REVISION),
        (visit(MINUTES), visit(FieldDefinition("Minutes")), Part.REVISION),
        (visit(FieldDefinition("At", FieldKind.DATE)), visit(TIME), Part.REVISION),
        (visit(MOOD), visit(replace(MOOD, choices=(1, 2, 4))), Part.ADDITION),
        (visit(MOOD), visit(replace(MOOD, choices=(1,))), Part.REVISION),
        (visit(TIME), visit(TIME, timestamp_field="At"), Part.REVISION),
        (visit(LANE), visit(LANE, slots=(HOST,)), Part.ADDITION),
        (visit(LANE, slots=(HOST,)), visit(LANE), Part.REVISION),
        (visit(), visit(collections=("Visits",)), Part.REVISION),
        (visit(), visit(display_name="Besuch", attributes={"a": 1}), Part.ADDITION),
        (visit(LANE), visit(), Part.MODEL),
    )
    BOUND = (
        (visit(WIDE), visit(MINUTES)),
        (visit(LANE), visit(replace(LANE, kind=FieldKind.INTEGER))),
        (visit(LANE), visit(replace(LANE, many=True))),
        (visit(MOOD), visit(replace(MOOD, choices=()))),
        (visit(LANE), visit(replace(LANE, kind=FieldKind.LOCALIZED))),
        (visit(replace(LANE, kind=FieldKind.LOCALIZED)), visit(LANE)),
        (visit(LANE), visit(LANE, identity=("VisitKey", "Lane"))),
    )

    @pytest.mark.parametrize("used", [False, True])
    @pytest.mark.parametrize("index", range(len(FREE)))
    async def test_that_is_always_allowed(self, acme: Firm, index: int, used: bool) -> None:
        """Each counts in its part of the revision."""
        before, after, part = self.FREE[index]
        first = await acme.ledger.types.define(acme.actor, before)
        if used:
            lane = {"Lane": "x"} if any(field.required for field in before.fields[1:]) else {}
            await log(acme, first.type, VisitKey="a", **lane)

        second = await acme.ledger.types.define(acme.actor, after)

        assert (second.part, second.type.version) == (part, 2)
        assert second.type.revision[part] == first.type.revision[part] + 1

    @pytest.mark.parametrize("index", range(len(BOUND)))
    async def test_that_is_allowed_only_without_interactions(self, acme: Firm, index: int) -> None:
        """It is a change of the model before the first interaction, and refused with its place after it."""
        before, after = self.BOUND[index]
        assert (await acme.ledger.types.define(acme.actor, replace(before, name="Unused", collections=()))).created
        free = await acme.ledger.types.define(acme.actor, replace(after, name="Unused", collections=()))
        assert (free.part, free.type.revision) == (Part.MODEL, (2, 0, 0))

        stored = (await acme.ledger.types.define(acme.actor, before)).type
        await log(acme, stored, VisitKey="a")
        with pytest.raises(Refused) as found:
            await acme.ledger.types.define(acme.actor, after)

        assert [problem.code for problem in found.value.problems] == ["type_change"]
        assert await acme.ledger.types.versions(acme.actor, "BranchVisit") == [stored]

    async def test_whether_it_is_an_activity_never_changes(self, acme: Firm) -> None:
        """That is decided with the first definition."""
        await acme.ledger.types.define(acme.actor, visit())

        with pytest.raises(Refused) as found:
            await acme.ledger.types.define(acme.actor, visit(is_activity=True))

        assert [problem.code for problem in found.value.problems] == ["is_activity"]

    async def test_fields_retire_and_come_back(self, acme: Firm) -> None:
        """A field that is left out leaves the definition, and comes back as it was, or not at all."""
        define = acme.ledger.types.define
        first = (await define(acme.actor, visit(LANE))).type
        await log(acme, first, VisitKey="a", Lane="B")
        gone = (await define(acme.actor, visit())).type
        assert (gone.fields, gone.retired, gone.revision) == ((KEY,), (LANE,), (2, 0, 0))

        with pytest.raises(Refused):
            await define(acme.actor, visit(replace(LANE, kind=FieldKind.INTEGER)))
        back = (await define(acme.actor, visit(replace(LANE, name="LANE")))).type

        assert (back.fields, back.retired) == ((KEY, LANE), ())

    async def test_a_field_keeps_its_first_casing(self, acme: Firm) -> None:
        """Another casing of a known field is no change."""
        first = (await acme.ledger.types.define(acme.actor, visit(LANE))).type
        again = await acme.ledger.types.define(acme.actor, visit(replace(LANE, name="lAnE"), name="branchVISIT"))

        assert (again.changed, again.type) == (False, first)

    async def test_built_in_types_are_extended_only(self, acme: Firm) -> None:
        """A built-in type takes further fields, and keeps its category, participants and identity."""
        define = acme.ledger.types.define
        extended = await define(acme.actor, replace(MEETING, fields=(LANE,)))
        assert (extended.type.id, extended.type.built_in, extended.type.version) == (MEETING.id, True, 2)

        wrong = replace(MEETING, fields=(), slots=MEETING.slots[:1], category=Category.CALL)
        with pytest.raises(Refused) as found:
            await define(acme.actor, wrong)
        assert {problem.path for problem in found.value.problems} == {"fields", "slots", "category"}
        assert {problem.code for problem in found.value.problems} == {"built_in"}


class TestRead:
    async def test_the_list_is_in_order(self, acme: Firm) -> None:
        """Built-in types and one's own, by name."""
        await acme.ledger.types.define(acme.actor, visit())

        names = [type_.name for type_ in await acme.ledger.types.list(acme.actor)]

        assert names == sorted([*(type_.name for type_ in BUILT_IN_TYPES), "BranchVisit"])

    async def test_counts(self, acme: Firm) -> None:
        """Interactions that were deleted do not count."""
        type_ = (await acme.ledger.types.define(acme.actor, visit(is_activity=True))).type
        assert not await is_used(acme.ledger.store.database, acme.tenant.id, type_.id)
        for key in "abc":
            await log(acme, type_, VisitKey=key)
        number = (await acme.ledger.store.numbers.one(acme.tenant.id, "interaction")) - 1
        await acme.ledger.interactions.delete(acme.actor, number)

        assert await acme.ledger.types.instances_counts(acme.actor, [type_, MEETING]) == {type_.id: 2, MEETING.id: 0}
        assert await is_used(acme.ledger.store.database, acme.tenant.id, type_.id)


class TestUndo:
    async def test_the_definition_before_stands_again(self, acme: Firm) -> None:
        """As a new version; once more, and the change stands. What was seen meanwhile is not undone unseen."""
        types = acme.ledger.types
        with pytest.raises(NotFound):
            await types.undo(acme.actor, "BranchVisit")
        await types.define(acme.actor, visit(MINUTES))
        with pytest.raises(Conflict):
            await types.undo(acme.actor, "BranchVisit")
        await types.define(acme.actor, visit(MINUTES, LANE))

        with pytest.raises(Conflict):
            await types.undo(acme.actor, "BranchVisit", expected_version=1)
        with pytest.raises(Forbidden):
            await types.undo(acme.acting(acme.mia, Right.WRITE), "BranchVisit")
        undone = await types.undo(acme.actor, "branchvisit", expected_version=2)
        assert (undone.type.version, undone.type.fields) == (3, (KEY, MINUTES))
        assert (await types.undo(acme.actor, "BranchVisit")).type.fields == (KEY, MINUTES, LANE)
        entry = (await journal_of(acme))[-1]
        assert (entry.action, entry.entity, entry.version) == (Action.AMEND, Entity.TYPE, 4)
