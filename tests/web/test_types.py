"""Types: defining one by a form, what a change means before it is done, and what their pages say."""

import json
import re
from functools import partial
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.ledger.history import Asked
from interlog.model.journal import Action, Entity
from interlog.model.tenancy import UserRole
from interlog.model.types import BUILT_IN_TYPES, FieldDefinition, FieldKind, InteractionType, ParticipantSlot
from interlog.web.app import MAX_FORM
from interlog.web.type_draft import draft_of
from interlog.web.type_form import stored
from tests.counting import least
from tests.serving import Firm, wait_until

from .reading import Form, form_of
from .test_log import AT, DAY, EVERY, define, number_of
from .visiting import Visitor, visitor

MARK = 'id="definition"'

VISIT: dict[str, Any] = {
    "display_name": "Branch visit", "category": "meeting", "icon": "building-2", "is_activity": "yes",
    "fields": "5", "slots": "2", "when": "",
    "f0.label": "Reason", "f0.kind": "choice", "f0.required": "1", "f0.choices": "Advice\r\nComplaint",
    "f1.label": "Minutes waited", "f1.kind": "integer", "f1.minimum": "0", "f1.indexed": "1",
    "f2.label": "", "f2.kind": "text",
    "f3.label": "Mood", "f3.kind": "choice", "f3.choices": "1 = Good\r\n2 = Bad",
    "f4.label": "Gone again", "f4.kind": "text", "f4.gone": "1",
    "s0.role": "customer", "s0.many": "1", "s1.role": "",
}  # fmt: skip
"""A form as somebody fills it in who has never seen one."""


NAMES = st.from_regex(r"[a-zA-ZÀ-ž_]\w{0,4}", fullmatch=True)
PLAIN_FIELDS = st.builds(
    FieldDefinition,
    name=NAMES,
    kind=st.sampled_from([kind for kind in FieldKind if kind is not FieldKind.CHOICE]),
    required=st.booleans(),
    many=st.booleans(),
    max_length=st.none() | st.integers(1, 99),
    minimum=st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False),
    pattern=st.none() | st.text(max_size=5),
    display_name=st.none() | st.text(max_size=5),
    indexed=st.booleans(),
)
CHOICES = st.builds(
    FieldDefinition,
    name=NAMES,
    kind=st.just(FieldKind.CHOICE),
    choices=st.lists(st.text(min_size=1, max_size=4) | st.integers(0, 99), min_size=1, max_size=4).map(tuple),
    flags=st.booleans(),
)


def type_of(firm: Firm, name: str) -> InteractionType:
    """Return a type as it is stored."""
    return firm.server.run(firm.ledger.types.get(firm.actor, name))


def shown(answer: httpx2.Response) -> Form:
    """Return the form of a definition."""
    return form_of(answer, MARK)


class TestDefine:
    """A form becomes a type."""

    def test_a_type_of_ones_own(self, firm: Firm, mia: Visitor) -> None:
        """It is defined by what people call things, has a form of its own, and what is logged is in its table."""
        answer = mia.post("/new/type", **VISIT)
        assert (answer.status_code, answer.headers["location"]) == (303, "/types/BranchVisit")

        type_ = type_of(firm, "BranchVisit")
        assert type_.fields == (
            FieldDefinition("Reason", FieldKind.CHOICE, required=True, choices=("Advice", "Complaint")),
            FieldDefinition(
                "Minutes_waited", FieldKind.INTEGER, minimum=0, indexed=True, display_name="Minutes waited"
            ),
            FieldDefinition("Mood", FieldKind.CHOICE, choices=(1, 2), labels=("Good", "Bad")),
        )
        assert type_.slots == (ParticipantSlot("customer"),)
        assert (type_.display_name, type_.attributes) == ("Branch visit", {"icon": "building-2"})

        asked = form_of(mia.get("/log/BranchVisit"))
        assert set(asked.fields) >= {"field.Reason", "field.Minutes_waited", "field.Mood", "add.customer"}
        sent = DAY | {
            "title": "At the branch",
            "field.Reason": "Advice",
            "field.Mood": "1",
            "field.Minutes_waited": "7",
        }
        number = number_of(mia.post("/log/BranchVisit", **sent))
        table = mia.get("/types/BranchVisit/table").text
        assert f"/interactions/{number}" in table
        assert "At the branch" in table
        assert ">Good<" in table
        assert "At the branch" in mia.get("/timeline", type="BranchVisit").text
        assert "Branch visit" in mia.get("/types").text
        assert 'href="/types/BranchVisit"' in mia.get(f"/interactions/{number}").text

    def test_rows_are_added_without_scripts(self, any_mia: Visitor, any_firm: Firm) -> None:
        """A button adds rows, stores nothing, and keeps what was typed."""
        rows = any_firm.rows()
        answer = any_mia.post("/new/type", **VISIT, do="more")
        assert answer.status_code == 200
        form = shown(answer)
        assert form.fields["fields"] == ["8"]
        assert [form.fields[f"f{place}.label"][0] for place in range(4)] == ["Reason", "Minutes waited", "Mood", ""]
        assert form.fields["f0.choices"] == ["Advice\nComplaint"]
        assert form.fields["icon"] == ["building-2"]
        assert any_firm.rows() == rows
        assert any_mia.post("/new/type", **form.fields).status_code == 303

    def test_left_as_it_was_nothing_changes(self, firm: Firm, mia: Visitor) -> None:
        """Whatever a definition says that the form does not show, or shows in other words."""
        type_ = define(
            firm, *EVERY, FieldDefinition("odd", FieldKind.CHOICE, choices=("1", "02"), labels=("One", "Two")),
            FieldDefinition("wide", FieldKind.NUMBER, minimum=-1e30, maximum=0.1, indexed=True),
            FieldDefinition("pat", pattern=" a+ ", display_name=" P ", precedence=("CRM",)),
            is_activity=True, identity=("uuid", "text"), timestamp_field="instant",
            attributes={"icon": "strange-one", "other": [1]}, collections=("Visits", "Calls_of_old"),
            slots=(ParticipantSlot("host", True, False), ParticipantSlot("guest", references=(("text", "Email"),))),
        )  # fmt: skip
        page = mia.get("/types/Visit/edit")
        answer = mia.post("/types/Visit/edit", **shown(page).fields)
        assert answer.status_code == 303, re.findall(r'field-problem"[^>]*>(.*?)<', answer.text)
        assert type_of(firm, "Visit") == type_

        for built_in in BUILT_IN_TYPES:
            form = shown(mia.get(f"/types/{built_in.name}/edit"))
            assert mia.post(f"/types/{built_in.name}/edit", **form.fields).status_code == 303
            assert type_of(firm, built_in.name).version == 1

    def test_every_problem_stands_at_its_place(self, firm: Firm, mia: Visitor) -> None:
        """Nothing is stored, and what was typed is kept."""
        bad = {
            "display_name": "x" * 201, "name": "no name", "category": "other", "fields": "6", "slots": "2", "when": "4",
            "f0.name": "no name", "f0.label": "a", "f0.kind": "text", "f0.pattern": "(", "f0.max_length": "many",
            "f1.label": "b", "f1.kind": "choice", "f1.key": "1",
            "f2.label": "c", "f2.name": "c", "f2.kind": "integer", "f2.minimum": "5", "f2.maximum": "4",
            "f3.label": "c", "f3.name": "C", "f3.kind": "nothing",
            "f4.label": "\x00", "f4.name": "d", "f4.kind": "text",
            "f5.label": "e", "f5.kind": "text", "f5.max_length": "0",
            "s0.role": "host", "s1.role": "Host",
        }  # fmt: skip
        rows = firm.rows()
        first = mia.post("/new/type", **bad)
        assert first.status_code == 422
        assert shown(first).wrong == {
            "display_name", "f0.pattern", "f0.max_length", "f2.maximum", "f3.kind", "f4.label",
        } - {"f0.pattern"}  # fmt: skip
        assert shown(first).fields["f0.name"] == ["no name"]
        readable = bad | {
            "display_name": "X", "f0.max_length": "9", "f2.maximum": "6", "f3.kind": "text", "f4.label": "d",
        }  # fmt: skip
        second = mia.post("/new/type", **readable)
        assert second.status_code == 422
        assert shown(second).wrong == {
            "name", "f0.name", "f0.pattern", "f1.choices", "f1.key", "f3.name", "when", "f5.max_length", "s1.role",
        }  # fmt: skip
        assert firm.rows() == rows

    def test_a_name_that_is_taken(self, firm: Firm, mia: Visitor) -> None:
        """A new type is no change of another one, in whatever case it is written, and takes nobody's list."""
        define(firm, collections=("Visits",))
        for name in ("visit", "Visit", "MEETING", "Meeting"):
            answer = mia.post("/new/type", display_name=name, name=name, category="other", fields="0", slots="0")
            assert answer.status_code == 422
            assert shown(answer).wrong == {"name"}
        define(firm, name="Other", collections=("Seens",))
        answer = mia.post("/new/type", display_name="Seen", category="other", fields="0", slots="0")
        assert (answer.status_code, shown(answer).wrong) == (422, {"name"})
        assert type_of(firm, "Visit").version == 1

    @given(fields=st.lists(PLAIN_FIELDS | CHOICES, max_size=4, unique_by=lambda field: field.name.casefold()))
    def test_the_form_of_any_definition_makes_it_again(self, fields: list[FieldDefinition]) -> None:
        """What a form shows of a stored type, and what it makes of that, are the same type."""
        type_ = InteractionType(id=7, name="Any", fields=tuple(fields), is_activity=True)
        assert draft_of(stored(type_), type_) == (type_, [])


class TestChange:
    """Changing a type: what it means is shown first."""

    def visit(self, firm: Firm) -> InteractionType:
        """Define a type with two interactions."""
        type_ = define(firm, FieldDefinition("reason"), FieldDefinition("minutes", FieldKind.INTEGER), is_activity=True)
        for minutes in (1, 2):
            firm.log("Visit", AT, fields={"reason": "r", "minutes": minutes})
        return type_

    def test_a_dry_run(self, firm: Firm, mia: Visitor) -> None:
        """It says what changes and how many are concerned, and stores nothing."""
        self.visit(firm)
        form = shown(mia.get("/types/Visit/edit")).fields | {"f1.label": ["Waited"], "f2.label": ["Extra"]}
        rows = firm.rows()
        answer = mia.post("/types/Visit/edit", **form, do="check")
        assert answer.status_code == 200
        assert "It only adds" in answer.text
        assert "2 interactions of this type are stored" in answer.text
        assert "Revision 1-0-0 becomes 1-0-1" in answer.text
        assert "<strong>Extra</strong>" in answer.text
        assert "<ins>Waited</ins>" in answer.text
        assert firm.rows() == rows

        assert mia.post("/types/Visit/edit", **shown(answer).fields, do="save").status_code == 303
        assert [field.name for field in type_of(firm, "Visit").fields] == ["reason", "minutes", "Extra"]

    def test_what_concerns_interactions_is_asked_for_once_more(self, firm: Firm, mia: Visitor) -> None:
        """Who saves a field away sees first what that means; confirmed, it is done and can be undone."""
        self.visit(firm)
        form = shown(mia.get("/types/Visit/edit")).fields | {"f0.gone": ["1"], "f1.required": ["1"]}
        answer = mia.post("/types/Visit/edit", **form, do="save")
        assert answer.status_code == 200
        assert "What is stored keeps the values" in answer.text
        assert type_of(firm, "Visit").version == 1

        answer = mia.post("/types/Visit/edit", **shown(answer).fields, do="confirm")
        assert answer.status_code == 303
        changed = type_of(firm, "Visit")
        assert ([field.name for field in changed.fields], changed.version) == (["minutes"], 2)
        page = mia.get("/types/Visit/versions").text
        assert "<strong>reason</strong>" in page
        assert "<del>No</del> → <ins>Yes</ins>" in page

        assert mia.post("/types/Visit/undo", version=1).status_code == 409
        assert mia.post("/types/Visit/undo", version=2).status_code == 303
        again = type_of(firm, "Visit")
        assert ({field.name for field in again.fields}, again.version) == ({"reason", "minutes"}, 3)
        told = firm.server.run(firm.ledger.history.page(firm.actor, Asked(), limit=1))
        assert [(entry.action, entry.entity) for entry in told.entries] == [(Action.AMEND, Entity.TYPE)]

    def test_what_cannot_change_any_more(self, firm: Firm, mia: Visitor) -> None:
        """It stands at the field; also where it is an undoing that would be such a change."""
        self.visit(firm)
        form = shown(mia.get("/types/Visit/edit")).fields
        answer = mia.post("/types/Visit/edit", **form | {"f0.kind": ["boolean"]})
        assert answer.status_code == 422
        assert shown(answer).wrong == {"f0.label"}
        wider = mia.post("/types/Visit/edit", **form | {"f1.kind": ["decimal"]}, do="confirm")
        assert wider.status_code == 303
        answer = mia.post("/types/Visit/undo", version=2)
        assert answer.status_code == 409
        assert "cannot change any more" in answer.text
        assert type_of(firm, "Visit").version == 2

    def test_two_at_once(self, firm: Firm, mia: Visitor) -> None:
        """Whoever comes second is told so, and what was typed is kept."""
        self.visit(firm)
        form = shown(mia.get("/types/Visit/edit")).fields
        assert mia.post("/types/Visit/edit", **form | {"display_name": ["First"]}).status_code == 303
        answer = mia.post("/types/Visit/edit", **form | {"display_name": ["Second"]})
        assert answer.status_code == 409
        assert shown(answer).fields["display_name"] == ["Second"]
        assert type_of(firm, "Visit").display_name == "First"

    def test_built_in_types(self, firm: Firm, mia: Visitor) -> None:
        """They take more fields, but what they have stays."""
        form = shown(mia.get("/types/Meeting/edit")).fields
        answer = mia.post("/types/Meeting/edit", **form | {"f0.label": ["Room"]})
        assert answer.status_code == 303
        assert [field.name for field in type_of(firm, "Meeting").fields] == ["Room"]
        form = shown(mia.get("/types/CanvassVisit/edit")).fields
        answer = mia.post("/types/CanvassVisit/edit", **form | {"f0.gone": ["1"], "category": ["call"]})
        assert answer.status_code == 422
        assert "has to stay as it is" in answer.text


class TestSample:
    """A definition proposed from a CSV."""

    CSV = (
        "Visit no.;Wait (min);Größe;Seen on;Postcode;2nd\r\n"
        "A-1;5;1.5;2026-03-01;01067;x\r\nA-2;12;2;2026-03-02;10115;\r\n"
    )

    def upload(self, mia: Visitor, data: bytes, **fields: str) -> httpx2.Response:
        """Send a file."""
        form = {"form_key": mia.form_key, "name": "Store visit", "rows": ""} | fields
        return mia.http.post("/new/type/sample", data=form, files={"file": ("<b>.csv", data, "text/csv")})

    def test_a_file_and_what_it_suggests(self, any_firm: Firm, any_mia: Visitor) -> None:
        """Columns become fields with names for programs; nothing is stored until the form is saved."""
        rows = any_firm.rows()
        answer = self.upload(any_mia, self.CSV.encode("utf-8-sig"))
        assert answer.status_code == 200, answer.text
        assert any_firm.rows() == rows
        assert any_mia.post("/new/type", **shown(answer).fields).status_code == 303
        type_ = type_of(any_firm, "StoreVisit")
        assert [(field.name, field.display_name, field.kind.value) for field in type_.fields] == [
            ("Visit_no", "Visit no.", "text"), ("Wait_min", "Wait (min)", "integer"), ("Größe", None, "number"),
            ("Seen_on", "Seen on", "date"), ("Postcode", None, "text"), ("_2nd", "2nd", "text"),
        ]  # fmt: skip
        assert (type_.identity, type_.timestamp_field) == (("Visit_no",), "Seen_on")

    def test_pasted_rows(self, any_mia: Visitor) -> None:
        """The same from a text field."""
        answer = any_mia.post("/new/type/sample", name="X y", rows=self.CSV)
        assert shown(answer).fields["f1.kind"] == ["integer"]

    @pytest.mark.parametrize("rows", ["", "a,b", "a,b\n", '"', 'a\n"b', "\x00", ",,\n1,2,3"])
    def test_what_is_none(self, any_mia: Visitor, rows: str) -> None:
        """It is said at the field, and what was typed is kept."""
        answer = any_mia.post("/new/type/sample", name="<script>", rows=rows)
        assert answer.status_code == 422
        assert form_of(answer).wrong == {"file", "rows"} - {"file"} or "rows" in form_of(answer).wrong
        assert form_of(answer).fields["name"] == ["<script>"]

    def test_large_files(self, any_firm: Firm, any_mia: Visitor) -> None:
        """Few MB are read, however they are made; what is more than that is refused, and costs nothing."""
        line = b"12345,some words,2026-03-01T10:00:00Z,1.5\n"
        assert self.upload(any_mia, b"a,b,c,d\n" + line * 70_000).status_code == 200
        wide = b",".join(b"c%d" % place for place in range(300_000))
        assert self.upload(any_mia, wide + b"\n" + b"1\n" * 1_000).status_code == 422
        answer = self.upload(any_mia, b"x" * (MAX_FORM + 1))
        assert answer.status_code == 413
        assert "too much at once" in answer.text
        halves = {"form_key": any_mia.form_key, "rows": "x" * (MAX_FORM // 2)}

        def sent() -> Any:  # of no length that is said before
            boundary = "b0"
            for name, value in {**halves, "file": "y" * (MAX_FORM // 2 + 1)}.items():
                head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                yield f"{head}{value}\r\n".encode()
            yield f"--{boundary}--\r\n".encode()

        answer = any_mia.http.post(
            "/new/type/sample", content=sent(), headers={"Content-Type": "multipart/form-data; boundary=b0"}
        )
        assert answer.status_code == 413

    def test_no_form_at_all(self, any_mia: Visitor) -> None:
        """What is no form gets a page that says so."""
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        answer = any_mia.http.post("/new/type/sample", content=b"nothing", headers=kind)
        assert answer.status_code in (400, 403)


class TestLook:
    """What anybody may see, and who may not change it."""

    def test_readers_look_and_do_not_define(self, any_firm: Firm) -> None:
        """Members and readers see types and tables; every way to define one is refused, and none is offered."""
        define(any_firm, FieldDefinition("reason"))
        for name, role in (("Ben", UserRole.MEMBER), ("Kim", UserRole.VIEWER)):
            reader = visitor(any_firm, any_firm.colleague(name, role=role))
            for path in ("", "/Visit", "/Visit/table", "/Visit/table.csv", "/Visit/versions", "/Visit/json"):
                answer = reader.get(f"/types{path}")
                assert answer.status_code == 200, path
                assert "/new/type" not in answer.text
                assert "/edit" not in answer.text
            for path in ("/types/Visit/edit", "/new/type", "/new/type/sample"):
                assert reader.get(path).status_code == 403
                assert reader.post(path, **VISIT).status_code == 403
            assert reader.post("/types/Visit/undo").status_code == 403
            assert ("/log/Visit" in reader.get("/types/Visit").text) is (role is UserRole.MEMBER)
        assert type_of(any_firm, "Visit").version == 1

    def test_json(self, firm: Firm, mia: Visitor) -> None:
        """The definition of each version, to read and to keep."""
        type_ = define(firm, *EVERY)
        define(firm, *EVERY, FieldDefinition("more"))
        file = mia.get("/types/visit/json", version=1, download=1)
        assert json.loads(file.text)["fields"][0]["name"] == type_.fields[0].name
        assert len(json.loads(file.text)["fields"]) == len(EVERY)
        assert file.headers["content-disposition"] == 'attachment; filename="Visit-1.json"'
        assert "&#34;more&#34;" in mia.get("/types/Visit/json").text
        for version in ("3", "0", "x", "\x00"):
            assert mia.get("/types/Visit/json", version=version).status_code == 404

    @pytest.mark.parametrize("path", ["", "/edit", "/table", "/table.csv", "/versions", "/json"])
    def test_what_is_not_there(self, any_firm: Firm, any_mia: Visitor, path: str) -> None:
        """Neither names of nothing nor another tenant's types."""
        other = any_firm.server.found()
        define(other, FieldDefinition("secret"), name="Theirs", collections=())
        for name in ("Theirs", "%00", "new", "%F0%9F%92%A9"):
            assert any_mia.get(f"/types/{name}{path}").status_code == 404

    @pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "{{ 7*7 }}", "\x00", "\U0001f600 '\"<b>"])
    def test_hostile_texts(self, any_firm: Firm, any_mia: Visitor, text: str) -> None:
        """They are shown as the text that they are wherever a type is shown, or are refused."""
        sent = {"display_name": "T", "name": "Hostile", "category": "other", "fields": "1", "slots": "1",
                "f0.label": "L", "f0.name": "f", "f0.kind": "choice", "f0.choices": "a"}  # fmt: skip
        for part in ("display_name", "name", "category", "icon", "is_activity", "f0.label", "f0.name", "f0.kind",
                     "f0.choices", "f0.minimum", "f0.max_length", "f0.pattern", "s0.role", "fields", "slots", "when",
                     "version", "do"):  # fmt: skip
            answer = any_mia.post("/new/type", **sent | {part: text})
            assert answer.status_code in (303, 422), (part, answer.status_code)
            assert "<script>alert" not in answer.text
            if answer.status_code == 303:
                name = answer.headers["location"].removeprefix("/types/")
                for page in ("", "/edit", "/table", "/versions", "/json"):
                    found = any_mia.get(f"/types/{name}{page}")
                    assert found.status_code == 200
                    assert "<script>alert" not in found.text
                for page in ("/types", f"/log/{name}", "/log", "/journal"):
                    assert "<script>alert" not in any_mia.get(page).text
                sent |= {"name": f"Hostile_{part.replace('.', '_')}"}

    def test_few_statements(self, firm: Firm, mia: Visitor) -> None:
        """No page of a type costs more than a handful of statements."""
        define(firm, *EVERY)
        for page in ("/types", "/types/Visit", "/types/Visit/versions", "/types/Visit/json", "/types/Visit/edit"):
            assert mia.get(page).status_code == 200
            assert least(firm.ledger, partial(mia.get, page)) <= 4, page


def test_work_that_goes_on_is_shown(firm: Firm, mia: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a field is marked, the page tells how many of what is stored have been looked at, until all have been."""
    monkeypatch.setattr("interlog.ledger.chores.PATIENCE", 0)
    monkeypatch.setattr("interlog.ledger.field_index.UNAWARE", 4)
    monkeypatch.setattr("interlog.store.field_values._BATCH", 2)
    define(firm, FieldDefinition("Reason"))
    for place in range(4):
        firm.log("Visit", AT + place, fields={"Reason": "x"})
    page = mia.get("/types/Visit").text
    assert "<progress" not in page
    define(firm, FieldDefinition("Reason", indexed=True))
    wait_until(lambda: '<progress max="4" value="4"></progress> 4 of 4' in mia.get("/types/Visit").text)
    wait_until(lambda: "<progress" not in mia.get("/types/Visit").text)
    assert "Fast to filter and sort by" in mia.get("/types/Visit").text
