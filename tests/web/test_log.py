"""Logging an interaction through a form: of any type, with all problems at their fields, and what becomes of it."""

import re
from typing import Any

import httpx2
import pytest

from interlog.model.interactions import Participant
from interlog.model.types import (
    Direction,
    FieldDefinition,
    FieldKind,
    InteractionType,
    ParticipantSlot,
    Role,
)
from tests.counting import least
from tests.serving import Firm

from .reading import form_of
from .visiting import Visitor, visitor

DAY = {"day": "2026-03-05", "time": "09:15"}
AT = 1_772_702_100_000_000  # that time, in UTC


def number_of(answer: httpx2.Response) -> int:
    """Return the number of what was just stored."""
    assert answer.status_code == 303, form_problems(answer)
    found = re.fullmatch(r"/interactions/(\d+)", answer.headers["location"])
    assert found is not None
    return int(found[1])


def form_problems(answer: httpx2.Response) -> list[str]:
    """Return what a page says is wrong."""
    return re.findall(r'<p class="field-problem"[^>]*>(.*?)</p>', answer.text) + re.findall(
        r"<li>(.*?)</li>", answer.text
    )


def define(firm: Firm, *fields: FieldDefinition, **more: Any) -> InteractionType:
    """Define a type."""
    given: dict[str, Any] = {"id": 0, "name": "Visit", "open": True, "collections": ("Visits",)} | more
    draft = InteractionType(**given, fields=fields)
    return firm.server.run(firm.ledger.types.define(firm.actor, draft)).type


EVERY = (
    FieldDefinition("text", max_length=20),
    FieldDefinition("long"),
    FieldDefinition("whole", FieldKind.INTEGER, minimum=0, maximum=10),
    FieldDefinition("number", FieldKind.NUMBER),
    FieldDefinition("decimal", FieldKind.DECIMAL),
    FieldDefinition("truth", FieldKind.BOOLEAN),
    FieldDefinition("instant", FieldKind.INSTANT),
    FieldDefinition("date", FieldKind.DATE),
    FieldDefinition("time", FieldKind.TIME),
    FieldDefinition("duration", FieldKind.DURATION),
    FieldDefinition("uuid", FieldKind.UUID),
    FieldDefinition("choice", FieldKind.CHOICE, choices=("a", "b")),
    FieldDefinition("mood", FieldKind.CHOICE, choices=(1, 2), labels=("Good", "Bad")),
    FieldDefinition("flags", FieldKind.CHOICE, choices=(1, 2, 4), flags=True),
    FieldDefinition("localized", FieldKind.LOCALIZED),
    FieldDefinition("object", FieldKind.OBJECT),
    FieldDefinition("texts", many=True),
    FieldDefinition("wholes", FieldKind.INTEGER, many=True),
    FieldDefinition("choices", FieldKind.CHOICE, choices=("a", "b", "c"), many=True),
)

FILLED: dict[str, Any] = {
    "field.text": "<b>&\"'", "field.long": "a\r\nb", "field.whole": "7", "field.number": "1.5",
    "field.decimal": "12.50",
    "field.truth": "false", "field.instant": "2026-03-05T09:15", "field.date": "2026-03-05",
    "field.time": "09:15",
    "field.duration": "1:30", "field.uuid": "0191A3C4-6F0C-7A0E-9A59-0F5A3B7C7D11", "field.choice": "b",
    "field.mood": "2",
    "field.flags": ["1", "4"], "field.localized.locale": ["en", ""], "field.localized": ["Hello: you", ""],
    "field.object": '{"a": [1, null]}', "field.texts": "x\r\n\r\ny", "field.wholes": "1\r\n2",
    "field.choices": ["a", "c"],
}  # fmt: skip

STORED = {
    "text": "<b>&\"'", "long": "a\nb", "whole": 7, "number": 1.5, "decimal": "12.5", "truth": False,
    "instant": "2026-03-05T09:15:00.000000Z", "date": "2026-03-05", "time": "09:15:00.000000", "duration": "PT1H30M",
    "uuid": "0191a3c4-6f0c-7a0e-9a59-0f5a3b7c7d11", "choice": "b", "mood": 2, "flags": 5,
    "localized": {"en": "Hello: you"}, "object": {"a": [1, None]}, "texts": ["x", "y"], "wholes": [1, 2],
    "choices": ["a", "c"],
}  # fmt: skip


class TestLog:
    """A form becomes an interaction."""

    def test_a_call(self, firm: Firm, mia: Visitor) -> None:
        """When, how long, with whom, which direction, and what was said; the reader did it."""
        ana = firm.person("Ana", "Lee", "ana@out.example")
        page = mia.get("/log/Call", person=ana.id)
        form = form_of(page)
        assert form.fields["person.attendee"] == [str(ana.id)]
        assert form.fields["person.initiator"] == [str(firm.mia.id)]

        number = number_of(
            mia.post(
                "/log/Call", **form.fields | DAY | {"minutes": "30", "direction": "0", "title": "Hi", "body": "a\r\nb"}
            )
        )

        item = firm.server.run(firm.ledger.interactions.get(firm.actor, number))
        assert (item.content.occurred_at, item.content.ended_at) == (AT, AT + 30 * 60_000_000)
        assert (item.content.title, item.content.body, item.content.direction) == ("Hi", "a\nb", Direction.SENT)
        assert item.participants == (
            Participant(ana.id, Role.ATTENDEE), Participant(firm.mia.id, Role.INITIATOR)
        )  # fmt: skip
        assert "Hi" in mia.get(f"/persons/{ana.id}").text

    def test_names_and_addresses_that_are_typed(self, firm: Firm, mia: Visitor) -> None:
        """A name that one person has means him; an address is bound, or becomes a new person."""
        ana = firm.person("Ana", "Lee", "ana@out.example")
        typed = "ana lee, Tom Reed <tom@new.example>"

        number = number_of(mia.post("/log/Meeting", **DAY, **{"add.attendee": typed}))

        item = firm.server.run(firm.ledger.interactions.get(firm.actor, number))
        assert item.participants[0].person == ana.id
        tom = firm.server.run(firm.ledger.persons.get(firm.actor, item.participants[1].person or 0))
        assert (tom.name, tom.emails) == ("Tom Reed", ("tom@new.example",))

    def test_a_name_that_several_have_or_nobody(self, firm: Firm, mia: Visitor) -> None:
        """Nothing is stored; those who may be meant, and a new person, are offered, and one of them can be ticked."""
        one, two = firm.person("Ana", "Lee"), firm.person("Ana", "Leeds")
        rows = firm.rows()
        answer = mia.post("/log/Meeting", **DAY, **{"add.attendee": "Ana Le; Zoe", "title": "kept"})
        assert answer.status_code == 422
        assert "attendee" in form_of(answer).wrong
        assert form_of(answer).fields["title"] == ["kept"]
        assert form_of(answer).fields["add.attendee"] == ["Ana Le, Zoe"]
        assert f'value="{one.id}"' in answer.text
        assert f'value="{two.id}"' in answer.text
        assert firm.rows() == rows

        sent = form_of(answer).fields | {"person.attendee": [str(two.id)], "new.attendee": ["Zoe"]}
        item = firm.server.run(firm.ledger.interactions.get(firm.actor, number_of(mia.post("/log/Meeting", **sent))))
        assert item.participants[0].person == two.id
        zoe = firm.server.run(firm.ledger.persons.get(firm.actor, item.participants[1].person or 0))
        assert zoe.name == "Zoe"

    def test_every_problem_stands_at_its_field(self, firm: Firm, mia: Visitor) -> None:
        """What was typed is kept, nothing is stored, and no person is created."""
        define(firm, *EVERY, slots=(ParticipantSlot("host", required=True), ParticipantSlot("guest")))
        bad = {
            "field.text": "x" * 21, "field.whole": "11", "field.number": "many", "field.decimal": "1e5",
            "field.truth": "perhaps", "field.instant": "now", "field.date": "2026-02-30", "field.time": "25:00",
            "field.duration": "long", "field.uuid": "7", "field.choice": "z", "field.mood": "3", "field.flags": ["8"],
            "field.object": "{", "field.wholes": "1\r\nx", "field.choices": ["q"],
        }  # fmt: skip
        rows = firm.rows()
        answer = mia.post("/log/Visit", day="", time="", minutes="soon", **bad, **{"new.guest": "Tom"})
        assert answer.status_code == 422
        form = form_of(answer)
        assert form.wrong >= {name for name in bad if name not in ("field.flags", "field.choices")} | {
            "day",
            "host",
            "minutes",
        }
        assert [form.fields[name][0] for name in ("field.text", "field.number")] == ["x" * 21, "many"]
        assert form.fields["field.wholes"] == ["1\nx"]
        assert form.fields["new.guest"] == ["Tom"]
        assert firm.rows() == rows

    def test_every_kind_of_field(self, firm: Firm, mia: Visitor) -> None:
        """Each control gives the value of its kind; the same form again changes nothing at all."""
        define(firm, *EVERY, is_activity=True)
        page = mia.get("/log/Visit")
        assert "Good" in page.text

        number = number_of(mia.post("/log/Visit", **DAY, **FILLED))

        item = firm.server.run(firm.ledger.interactions.get(firm.actor, number))
        assert item.content.fields == STORED
        form = form_of(mia.get(f"/interactions/{number}/edit"))
        number_of(mia.post(f"/interactions/{number}/edit", **form.fields))
        assert firm.server.run(firm.ledger.interactions.get(firm.actor, number)) == item

    def test_a_form_that_is_left_as_it_was_changes_nothing(self, firm: Firm, mia: Visitor) -> None:
        """Also where a value says more than its control shows: seconds, offsets, line breaks, undeclared fields."""
        fields = {
            "instant": "2026-03-05T09:15:30.123456+05:30",
            "texts": ["a\nb", "c"],
            "time": "09:15:30.5",
            "own": [1],
        }
        define(firm, *EVERY, is_activity=True)
        item = firm.log(
            "Visit", AT + 1_234_567, fields=fields, ended_at=AT + 9_999_999, occurred_offset=330, title=" x ",
            body="a\r\nb ",
        )  # fmt: skip
        form = form_of(mia.get(f"/interactions/{item.number}/edit"))
        number_of(mia.post(f"/interactions/{item.number}/edit", **form.fields))
        assert firm.server.run(firm.ledger.interactions.get(firm.actor, item.number)) == item

        number_of(mia.post(f"/interactions/{item.number}/edit", **form.fields | {"field.whole": ["3"]}))
        changed = firm.server.run(firm.ledger.interactions.get(firm.actor, item.number))
        assert changed.content.fields == fields | {"whole": 3}
        assert changed.content.occurred_at == item.content.occurred_at

    def test_the_time_of_a_type_that_has_a_field_for_it(self, firm: Firm, mia: Visitor) -> None:
        """The field says when it happened; one with the key that is stored already is refused at its field."""
        define(
            firm, FieldDefinition("key", required=True), FieldDefinition("at", FieldKind.INSTANT),
            identity=("key",), timestamp_field="at",
        )  # fmt: skip
        number = number_of(mia.post("/log/Visit", **DAY, **{"field.key": "V-1"}))
        item = firm.server.run(firm.ledger.interactions.get(firm.actor, number))
        assert item.content.occurred_at == AT
        assert item.content.fields == {"key": "V-1", "at": "2026-03-05T09:15:00.000000Z"}
        answer = mia.post("/log/Visit", **DAY, **{"field.key": "V-1", "title": "other"})
        assert answer.status_code == 409
        assert "field.key" in form_of(answer).wrong

    def test_sent_twice(self, firm: Firm, mia: Visitor) -> None:
        """The same form again stores nothing new."""
        form = form_of(mia.get("/log/Meeting")).fields | DAY
        assert number_of(mia.post("/log/Meeting", **form)) == number_of(mia.post("/log/Meeting", **form))
        assert mia.post("/log/Meeting", **form | {"title": "other"}).status_code == 409

    @pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "{{ 7*7 }}", "\x00", "\ud7ff\U0001f600"])
    def test_hostile_texts(self, any_firm: Firm, any_mia: Visitor, text: str) -> None:
        """Every text field takes them and shows them as text, or says what is wrong; nothing is a fault of ours."""
        define(any_firm, FieldDefinition("object", FieldKind.OBJECT), FieldDefinition("long"), display_name="<script>x")
        for fields in (
            {"title": text}, {"body": text}, {"field.long": text}, {"field.object": f'["{text}"]'},
            {"field.object": '["\\u0000", "\\ud800"]'}, {"minutes": text}, {"direction": text}, {"key": text},
            {"person.host": text}, {"add.host": text}, {"new.host": text}, {"organization": text}, {"version": text},
        ):  # fmt: skip
            answer = any_mia.post("/log/Visit", **DAY | fields)
            assert answer.status_code in (303, 422), fields
            page = answer if answer.status_code == 422 else any_mia.get(answer.headers["location"])
            assert page.status_code < 500
            assert "<script>" not in page.text.replace("<script src", "")
        assert "<script>" not in any_mia.get("/log/Visit").text


class TestChange:
    """Amending, deleting, and undoing both."""

    def test_amend_and_undo(self, firm: Firm, mia: Visitor) -> None:
        """An amendment is a new version; undone, what stood before stands again."""
        ana = firm.person("Ana", "Lee")
        item = firm.log("Meeting", AT, ana, title="first", body="text")
        form = form_of(mia.get(f"/interactions/{item.number}/edit")).fields
        number_of(mia.post(f"/interactions/{item.number}/edit", **form | {"title": "second", "person.attendee": []}))
        amended = firm.server.run(firm.ledger.interactions.get(firm.actor, item.number))
        assert (amended.version, amended.content.title, amended.participants) == (2, "second", ())

        stale = mia.post(f"/interactions/{item.number}/edit", **form | {"title": "third"})
        assert stale.status_code == 409
        assert form_of(stale).fields["title"] == ["third"]

        number_of(mia.post(f"/interactions/{item.number}/undo", version=2))
        undone = firm.server.run(firm.ledger.interactions.get(firm.actor, item.number))
        assert (undone.version, undone.content) == (3, item.content)
        assert mia.post(f"/interactions/{item.number}/undo", version=2).status_code == 409

    def test_delete_and_restore(self, firm: Firm, mia: Visitor) -> None:
        """What was deleted is not shown, and comes back."""
        item = firm.log("Meeting", AT, title="first")
        answer = mia.post(f"/interactions/{item.number}/delete")
        assert answer.headers["location"] == f"/interactions/{item.number}/deleted"
        assert "first" in mia.get(answer.headers["location"]).text
        assert mia.get(f"/interactions/{item.number}").status_code == 404
        mia.post(f"/interactions/{item.number}/restore")
        assert "first" in mia.get(f"/interactions/{item.number}").text

    def test_facts_stay(self, firm: Firm, mia: Visitor) -> None:
        """An e-mail can be neither changed nor deleted, and its page does not offer it."""
        item = firm.log("Email", AT, title="first")
        assert "/edit" not in mia.get(f"/interactions/{item.number}").text
        assert mia.post(f"/interactions/{item.number}/edit", **DAY, version=1, title="x").status_code == 403
        assert mia.post(f"/interactions/{item.number}/delete").status_code == 403

    def test_others(self, any_firm: Firm, any_mia: Visitor) -> None:
        """Nothing of another tenant, or of a group that the reader is not in, can be reached."""
        other = any_firm.server.found()
        theirs = other.log("Meeting", AT)
        ben = visitor(any_firm, any_firm.colleague("Ben"))
        hidden = any_firm.log("Meeting", AT, group=7, actor=any_firm.acting(any_firm.mia, any_firm.actor.right, 7))  # type: ignore[arg-type]
        for number in (theirs.number + 1_000, hidden.number):
            assert ben.get(f"/interactions/{number}/edit").status_code == 404
            for action in ("edit", "delete", "restore", "undo"):
                assert ben.post(f"/interactions/{number}/{action}", **DAY).status_code == 404


class TestOptions:
    """Type-ahead over persons."""

    def test_persons_and_an_offer(self, firm: Firm, mia: Visitor) -> None:
        """Those whose name or address has the text, and a new person of that name."""
        ana = firm.person("Ana", "<i>Lee", "ana@out.example")
        found = mia.get("/options/persons", q="ana").text
        assert f'data-id="{ana.id}"' in found
        assert "&lt;i&gt;Lee" in found
        assert 'data-new="ana"' in found
        assert 'data-named="a@b.example"' in mia.get("/options/persons", q="a@b.example").text
        assert mia.get("/options/persons").text.strip() == ""


def test_few_statements(firm: Firm, mia: Visitor) -> None:
    """A form costs a handful of statements, however many take part."""
    people = [firm.person(f"P{index}") for index in range(30)]
    item = firm.log("Meeting", AT, *people)
    path = f"/interactions/{item.number}/edit"
    assert mia.get(path).status_code == 200
    assert least(firm.ledger, lambda: mia.get(path)) <= 4


def test_built_in_types_are_named_in_the_reader_s_language(any_firm: Firm, any_mia: Visitor) -> None:
    """Wherever a type is named; users' own types are called what they call them, whatever that means elsewhere."""
    define(any_firm, display_name="Meeting")
    any_firm.log("Call", AT, any_firm.mia)
    any_mia.http.cookies.set("interlog_language", "de")
    types = any_mia.get("/types").text
    assert [f">{name}</a>" in types for name in ("Treffen", "Meeting", "Hausbesuch", "Canvass visit")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert "Eintragen: Treffen" in any_mia.get("/log/Meeting").text
    assert 'title="Anruf"' in any_mia.get("/timeline").text
