"""What filters find: exactly what they say, on both engines (spec 13.4; 20, item 18)."""

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.ledger.reminders import ReminderDraft
from interlog.model.conditions import And, Compare, Not, Operator, Or
from interlog.model.instants import DAY, HOUR, SECOND, now
from interlog.model.interactions import Links, Participant
from interlog.model.notes import NoteDraft
from interlog.model.parties import Party
from interlog.model.reminders import ReminderKind, Reset
from interlog.model.tenancy import Right
from interlog.model.types import Role
from interlog.protocols.affinity.v2.filters import MAX_DEPTH, MAX_LENGTH
from interlog.store.schema import interaction, note, reminder
from interlog.store.statements import Query, Unit, parameter
from tests.serving import Caller, Firm, RunningServer

from ..wire import UNKNOWN, answered, at
from .conftest import PREFIX
from .trees import Writer, trees
from .wire import created, data, followed, ids, invalid, time

SOME = 24
START = now() - 100 * DAY
RANGE = [Operator.GREATER, Operator.LESS, Operator.GREATER_OR_EQUAL, Operator.LESS_OR_EQUAL]
COLLECTIONS = ["meetings", "calls", "chat-messages", "emails", "notes", "replies", "notes of a person", "reminders"]

Record = Mapping[str, int | str | None]
"""What each property is: an id, an instant, or a word."""


def moving(table: Any, key: str, changed: str) -> Query:
    """Return the change of when a record was made and last changed, which nobody can say from outside."""
    columns = table.c
    return Query(
        table.update()
        .where(columns.tenant_id == parameter("tenant"), columns[key] == parameter("key"))
        .values({"created_at": parameter("created"), changed: parameter("changed")})
    )


MOVE_INTERACTION = moving(interaction, "number", "modified_at")
MOVE_NOTE = moving(note, "id", "updated_at")
MOVE_REMINDER = moving(reminder, "id", "updated_at")


class World:
    """What filters are tried on: a firm with interactions and notes whose times are all over the place.

    ``records`` holds, for each path, what each item's properties are.
    """

    def __init__(self, firm: Firm) -> None:
        self.firm = firm
        self.v2 = firm.caller(PREFIX)
        self.chance = random.Random(7)
        self.ola = firm.person("Ola")
        self.ben = firm.colleague("Ben")
        self.unit = Unit()
        kinds = {"meetings": "Meeting", "calls": "Call", "chat-messages": "ChatMessage", "emails": "Email"}
        self.records: dict[str, dict[int, Record]] = {
            f"/{name}": self._interactions(type_) for name, type_ in kinds.items()
        }
        roots = self._notes()
        replies = self._notes(parent=next(iter(roots)))
        self.records["/notes"] = roots
        self.records[f"/notes/{next(iter(roots))}/replies"] = without_ids(replies)
        self.records[f"/persons/{self.ola.id}/notes"] = without_ids(roots)
        self.records["/reminders"] = self._reminders()
        self.paths = dict(zip(COLLECTIONS, self.records, strict=True))
        firm.server.run(firm.ledger.store.database.write(self.unit))

    def _interactions(self, type_: str) -> dict[int, Record]:
        time_name = "startTime" if type_ in ("Meeting", "Call") else "sentAt"
        found: dict[int, Record] = {}
        parts = [self.firm.mia, self.ola]
        if type_ == "Email":
            parts = [Participant(self.firm.mia.id, Role.FROM), Participant(self.ola.id, Role.TO)]
        for _ in range(SOME):
            at_ = self._moment()
            number = self.firm.log(type_, at_, *parts).number
            found[number] = {"id": number, time_name: at_, **self._moved(MOVE_INTERACTION, number)}
        return found

    def _notes(self, parent: int | None = None) -> dict[int, Record]:
        """Write notes on Ola, or replies. Their order is by when they were made: that cannot be moved."""
        found: dict[int, Record] = {}
        for _ in range(SOME):
            actor = self.firm.acting(self.chance.choice([self.firm.mia, self.ben]))
            made_at = self._moment()
            links = Links() if parent else Links(persons=(self.ola.id,))
            draft = NoteDraft(content="x", links=links, parent=parent, created_at=made_at)
            id_ = self.firm.server.run(self.firm.ledger.notes.create(actor, draft)).id
            found[id_] = {"id": id_, "creator.id": actor.person_id, **self._moved(MOVE_NOTE, id_, made_at)}
        return found

    def _reminders(self) -> dict[int, Record]:
        client, deal = self.firm.organization("Client"), self.firm.opportunity("Deal")
        about = {"person": (Party.PERSON, self.ola.id), "company": (Party.ORGANIZATION, client.id),
                 "opportunity": (Party.OPPORTUNITY, deal.id)}  # fmt: skip
        triggers = {None: None, "interaction": Reset.INTERACTION, "email": Reset.EMAIL, "event": Reset.MEETING}
        reminders, found = self.firm.ledger.reminders, dict[int, Record]()
        for _ in range(SOME):
            owner, trigger = self.chance.choice([self.firm.mia, self.ben]), self.chance.choice(list(triggers))
            which, due_at = self.chance.choice(list(about)), self._moment() + self.chance.choice([0, 0, 1_000 * DAY])
            is_completed = trigger is None and self.chance.random() < 0.4
            kind = ReminderKind.ONCE if trigger is None else ReminderKind.RECURRING
            draft = ReminderDraft(
                kind, owner.id, *about[which], due_at=due_at, reset=triggers[trigger], days=trigger and 5,
                is_completed=is_completed,
            )  # fmt: skip
            actor = self.firm.acting(self.chance.choice([self.firm.mia, self.ben]))
            item = self.firm.server.run(reminders.create(actor, draft))
            found[item.id] = {
                "id": item.id, "owner.id": owner.id, "creator.id": actor.person_id, "dueDate": due_at,
                "completer.id": actor.person_id if is_completed else None, "resetTrigger": trigger,
                **{f"{name}.id": id_ if name == which else None for name, (_, id_) in about.items()},
                "type": "one-time" if trigger is None else "recurring",
                "status": "completed" if is_completed else "overdue" if due_at < now() else "active",
                **self._moved(MOVE_REMINDER, item.id),
            }  # fmt: skip
        return found

    def _moved(self, query: Query, key: int, created_at: int | None = None) -> Record:
        created_at = created_at or self._moment()
        changed_at = self._moment() if self.chance.random() < 0.5 else None
        arguments = {"tenant": self.firm.tenant.id, "key": key, "created": created_at, "changed": changed_at}
        self.unit.change(query, arguments)
        return {"createdAt": created_at, "updatedAt": changed_at}

    def _moment(self) -> int:
        """Return a moment: some coincide, some differ by little."""
        return START + self.chance.randrange(6) * HOUR + self.chance.choice([0, 0, 1, SECOND, SECOND // 2])


def without_ids(records: Mapping[int, Record]) -> dict[int, Record]:
    """Return records of which the id is no property that a filter can be about."""
    return {id_: {name: value for name, value in record.items() if name != "id"} for id_, record in records.items()}


@pytest.fixture(scope="module")
def world(server: RunningServer) -> World:
    """A world on each engine."""
    return World(server.found())


def holds(tree: Any, record: Record) -> bool | None:
    """Return whether a record meets a filter, None where that is unknown: plainly, as the specification says it."""
    match tree:
        case Not(operand):
            found = holds(operand, record)
            return None if found is None else not found
        case And(operands):
            parts = [holds(operand, record) for operand in operands]
            return False if False in parts else None if None in parts else True
        case Or(operands):
            parts = [holds(operand, record) for operand in operands]
            return True if True in parts else None if None in parts else False
    value, written = record[tree.field], tree.value
    if written is None:
        return value is not None
    if value is None:
        return None
    if isinstance(value, str):
        return bool(value == written)
    other = int(written) if written.isdecimal() else at(written)
    compared = {"=": value == other, ">": value > other, "<": value < other, ">=": value >= other, "<=": value <= other}
    return compared[tree.operator]


def terms(records: Mapping[int, Record]) -> st.SearchStrategy[Any]:
    """Return terms about some records, with values that some have, nearly have, and that none has."""
    found: list[st.SearchStrategy[Any]] = []
    for name in next(iter(records.values())):
        known = {value for record in records.values() if (value := record[name]) is not None}
        is_word = any(isinstance(value, str) for value in known)
        if is_word or name.lower().endswith("id"):
            operators, texts = [Operator.EQUAL], [*map(str, known), *([] if is_word else [str(UNKNOWN)])]
            found.append(st.just(Compare(name, Operator.EQUAL, None)))  # type: ignore[arg-type]
        else:
            moments = [int(value) for value in known]
            operators, texts = RANGE, [time(value) for value in moments]
            texts += [exact(value + shift) for value in moments for shift in (-SECOND, -1, 0, 1, SECOND)]
        found.append(st.builds(Compare, st.just(name), st.sampled_from(operators), st.sampled_from(texts)))
    return st.one_of(found)


def exact(instant: int) -> str:
    """Return an instant to the microsecond."""
    return f"{time(instant)[:-1]}.{instant % SECOND:06}Z"


@pytest.mark.covers(
    "v2.meetings.list",
    "v2.calls.list",
    "v2.chat-messages.list",
    "v2.emails.list",
    "v2.notes.list",
    "v2.notes.replies",
    "v2.persons.notes",
    "v2.reminders.list",
)
@pytest.mark.parametrize("name", COLLECTIONS)
class TestFindsWhatItSays:
    """``filter`` of every collection."""

    @settings(
        max_examples=60,
        suppress_health_check=[*settings().suppress_health_check, HealthCheck.differing_executors],
    )
    @given(draw=st.data())
    def test_any_filter(self, world: World, name: str, draw: st.DataObject) -> None:
        """A random filter finds those items, and only those, of which a plain evaluation says that it holds."""
        path = world.paths[name]
        records = world.records[path]
        tree = draw.draw(trees(terms(records)))
        text = Writer(draw.draw(st.randoms(use_true_random=False))).tree(tree)
        expected = {id_ for id_, record in records.items() if holds(tree, record)}
        found = ids(world.v2.get(path, filter=text, limit=100))
        assert sorted(found) == sorted(expected), text

    def test_the_order_stays(self, world: World, name: str) -> None:
        """With a filter the items come in the order that they have without one."""
        path = world.paths[name]
        everything = ids(world.v2.get(path, limit=100))
        assert set(everything) == set(world.records[path])
        text = f"createdAt >= {time(START + 2 * HOUR)}"
        found = ids(world.v2.get(path, limit=100, filter=text))
        assert found == [
            id_ for id_ in everything if holds(Compare("createdAt", RANGE[2], text[-20:]), world.records[path][id_])
        ]
        assert 0 < len(found) < len(everything)

    def test_pages_are_filtered_alike(self, world: World, name: str) -> None:
        """The cursor carries the filter: pages together hold what one long page does."""
        path = world.paths[name]
        text = f"createdAt<{time(START + 4 * HOUR)} & !(createdAt<{time(START + HOUR)})"
        expected = data(world.v2.get(path, limit=100, filter=text))
        assert len(expected) > 6
        assert followed(world.v2, path, limit=3, filter=text) == expected
        page = answered(world.v2.get(path, limit=3, filter=text))
        cursor = page["pagination"]["nextUrl"].partition("cursor=")[2]
        assert answered(world.v2.get(path, cursor=cursor, filter=text))["data"] == expected[3:6]
        invalid(world.v2.get(path, cursor=cursor, filter=f"{text} "), "filter", "contradicts the cursor")

    def test_what_was_never_changed_meets_no_clause_about_changes(self, world: World, name: str) -> None:
        """``updatedAt`` is null before the first change; then neither a clause about it nor its opposite holds."""
        path = world.paths[name]
        records = world.records[path]
        changed = {id_ for id_, record in records.items() if record["updatedAt"] is not None}
        assert 0 < len(changed) < len(records)
        clause = f"updatedAt > {time(START - DAY)}"
        assert set(ids(world.v2.get(path, limit=100, filter=clause))) == changed
        assert ids(world.v2.get(path, limit=100, filter=f"!({clause})")) == []
        either = f"{clause} | updatedAt <= {time(START - DAY)}"
        assert set(ids(world.v2.get(path, limit=100, filter=either))) == changed
        beside = f"{clause} | createdAt > {time(START - DAY)}"
        assert set(ids(world.v2.get(path, limit=100, filter=beside))) == set(records)

    def test_refuses_what_the_collection_does_not_have(self, world: World, name: str) -> None:
        """A property of another collection, and an operator that the property does not take."""
        path = world.paths[name]
        message = invalid(world.v2.get(path, filter="updatedAt>2026-01-01T00:00:00Z&subject=x"), "filter")
        assert message.startswith("Invalid filter provided: there is no property of this name here, only ")
        assert message.endswith("(at character 32)")
        invalid(world.v2.get(path, filter="createdAt = 2026-01-01T00:00:00Z"), "filter", "takes only > < >= <=")
        if "id" not in next(iter(world.records[path].values())):
            invalid(world.v2.get(path, filter="id=1"), "filter", "no property of this name")

    def test_blank_is_none(self, world: World, name: str) -> None:
        """A blank filter is no filter."""
        path = world.paths[name]
        assert data(world.v2.get(path, limit=100, filter=" ")) == data(world.v2.get(path, limit=100))

    @pytest.mark.parametrize("kind", ["alternatives", "together", "nested"])
    def test_the_largest_filters_are_answered(self, world: World, name: str, kind: str) -> None:
        """As many terms, and as many levels, as a filter may have."""
        term = f"createdAt>{time(START - DAY)[:10]}"
        if kind == "nested":
            text = term
            for level in range(MAX_DEPTH - 1):
                text = f"{term}{'&|'[level % 2]}({text})"
        else:
            text = ("|" if kind == "alternatives" else "&").join([term] * (MAX_LENGTH // (len(term) + 1)))
        found = ids(world.v2.get(world.paths[name], limit=100, filter=text))
        assert set(found) == set(world.records[world.paths[name]])

    def test_the_longest_filter_is_carried_on(self, world: World, name: str) -> None:
        """However long a filter is, the address of the next page can be followed."""
        path = world.paths[name]
        text = f"createdAt > {exact(START - DAY)}"
        text += " " * (MAX_LENGTH - len(text))
        assert [item["id"] for item in followed(world.v2, path, limit=10, filter=text)] == ids(
            world.v2.get(path, limit=100)
        )


class TestBeside:
    """What a filter is combined with."""

    def test_shows_nothing_hidden(self, firm: Firm, v2: Caller) -> None:
        """What the caller may not see meets no filter."""
        ben = firm.colleague("Ben", groups=(5,))
        hidden = firm.log("Call", START, ben, actor=firm.acting(ben, Right.WRITE, 5), group=5).number
        seen = firm.log("Call", START, firm.mia).number
        bens = firm.caller(PREFIX, firm.token_of(ben))
        for text in (f"id={hidden} | id={seen}", f"!id={UNKNOWN}", f"startTime >= {time(START)} | id = {hidden}"):
            assert ids(v2.get("/calls", filter=text)) == [seen]
            assert ids(bens.get("/calls", filter=text)) == [hidden, seen]

    def test_stays_in_the_collection(self, firm: Firm, v2: Caller) -> None:
        """The alternatives of a filter do not reach into another collection, another note or another person."""
        call, meeting = firm.log("Call", START, firm.mia), firm.log("Meeting", START, firm.mia)
        text = f"id={call.number} | id={meeting.number} | !id={UNKNOWN}"
        assert ids(v2.get("/calls", filter=text)) == [call.number]
        assert ids(v2.get("/meetings", filter=text)) == [meeting.number]
        ola, eve = firm.person("Ola"), firm.person("Eve")
        on = [
            created(v2.post("/notes", type="entities", content={"html": "<p>x</p>"}, persons=[{"id": person.id}]))["id"]
            for person in (ola, eve)
        ]
        reply = created(v2.post("/notes", type="user-reply", content={"html": "<p>x</p>"}, parent={"id": on[0]}))["id"]
        text = f"creator.id={firm.mia.id} | createdAt > 2000-01-01T00:00:00Z"
        assert ids(v2.get(f"/persons/{ola.id}/notes", filter=text)) == on[:1]
        assert ids(v2.get(f"/notes/{on[0]}/replies", filter=text)) == [reply]
        assert ids(v2.get(f"/notes/{on[1]}/replies", filter=text)) == []
        assert ids(v2.get("/notes", filter=f"id={reply} | {text}")) == on[::-1]

    def test_total_count_is_of_what_is_found(self, firm: Firm, v2: Caller) -> None:
        """``totalCount`` counts the notes that meet the filter, on every page."""
        ola = firm.person("Ola")
        body = {"type": "entities", "content": {"html": "<p>x</p>"}, "persons": [{"id": ola.id}]}
        notes = [created(v2.post("/notes", **body))["id"] for _ in range(4)]
        text = f"!(id = {notes[1]})"
        page = answered(v2.get("/notes", filter=text, totalCount=True, limit=2))
        assert ([item["id"] for item in page["data"]], page["pagination"]["totalCount"]) == ([notes[3], notes[2]], 3)
        page = answered(v2.get("/notes", cursor=page["pagination"]["nextUrl"].partition("cursor=")[2]))
        assert ([item["id"] for item in page["data"]], page["pagination"]["totalCount"]) == ([notes[0]], 3)
        assert answered(v2.get("/notes", totalCount="true"))["pagination"]["totalCount"] == 4
