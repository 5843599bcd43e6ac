"""The table of what was logged of a type: its order, its filter, its pages, and its export."""

import base64
import csv
import html
import io
import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from interlog.model.interactions import Interaction
from interlog.model.types import FieldDefinition, FieldKind, ParticipantSlot
from tests.counting import least
from tests.serving import Firm

from .test_log import AT, define
from .visiting import Visitor, visitor

FIELDS = (
    FieldDefinition("note", display_name="<i>Note"),
    FieldDefinition("minutes", FieldKind.INTEGER, indexed=True),
    FieldDefinition("share", FieldKind.NUMBER),
    FieldDefinition("price", FieldKind.DECIMAL),
    FieldDefinition("urgent", FieldKind.BOOLEAN),
    FieldDefinition("due", FieldKind.DATE, indexed=True),
    FieldDefinition("seen", FieldKind.INSTANT),
    FieldDefinition("at", FieldKind.TIME),
    FieldDefinition("mood", FieldKind.CHOICE, choices=(1, 2), labels=("Good", "Bad")),
    FieldDefinition("tags", many=True),
    FieldDefinition("raw", FieldKind.OBJECT),
)
SLOTS = (ParticipantSlot("attendee"),)
COUNT = 120


def fill(firm: Firm) -> list[Interaction]:
    """Define a type and log many of it; every seventh one without fields."""
    define(firm, *FIELDS, is_activity=True, slots=SLOTS)
    found = []
    for number in range(COUNT):
        value = number * 37 % COUNT
        fields: dict[str, Any] = {
            "note": f"n{value:03}", "minutes": value // 2, "share": value / 8, "price": f"{value / 4}",
            "urgent": value % 3 == 0, "due": f"2026-01-{value % 28 + 1:02}",
            "seen": f"2026-03-05T09:{value % 60:02}:00.000000Z", "at": f"{value % 24:02}:00:00.000000",
            "mood": value % 2 + 1, "tags": ["a", "b"], "raw": {"x": value},
        }  # fmt: skip
        given = {} if number % 7 == 0 else fields
        found.append(firm.log("Visit", AT + number // 3, title=f"V{number}", fields=given))
    return found


def numbers(page: str) -> list[int]:
    """Return what a page of the table shows."""
    rows = page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""
    return [int(number) for number in re.findall(r'href="/interactions/(\d+)"', rows)]


def all_pages(mia: Visitor, **query: str) -> list[int]:
    """Return what all pages of a table show, following their links."""
    found: list[int] = []
    answer = mia.get("/types/Visit/table", **query)
    while True:
        assert answer.status_code == 200
        found += numbers(answer.text)
        more = re.search(r'href="([^"]*after=[^"]*)"', answer.text)
        if more is None:
            return found
        answer = mia.get(html.unescape(more[1]))


def exported(mia: Visitor, **query: str) -> list[dict[str, str]]:
    """Return the rows of an export."""
    answer = mia.get("/types/Visit/table.csv", **query)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def comparable(item: Interaction, name: str) -> tuple[bool, Any]:
    """Return what an interaction is sorted by: what has no value comes first."""
    value = item.content.fields.get(name)
    return (value is not None, Decimal(value) if name == "price" and value is not None else value or 0)


def test_orders_and_pages(firm: Firm, mia: Visitor) -> None:
    """By when it happened, and by each field that has one value: all of them, each once, in order, either way."""
    items = fill(firm)
    latest = [item.number for item in sorted(items, key=lambda item: (item.content.occurred_at, item.number))]
    assert all_pages(mia) == latest[::-1]
    assert all_pages(mia, sort="@") == latest
    for field in FIELDS[:-2]:
        for sign in ("", "-"):
            found = all_pages(mia, sort=f"{sign}{field.name}")
            assert sorted(found) == sorted(latest), field.name
            values = [comparable(next(item for item in items if item.number == number), field.name) for number in found]
            assert values == sorted(values, reverse=bool(sign)), field.name
    assert all_pages(mia, sort="tags") == latest[::-1]  # which has several values


@pytest.mark.parametrize(
    ("field", "op", "value", "test"),
    [
        ("note", "is", "n005", lambda v: v == "n005"),
        ("note", "has", "N00", lambda v: v.startswith("n00")),
        ("note", "has", "%", lambda v: False),
        ("note", "least", "n100", lambda v: v >= "n100"),
        ("minutes", "is", "3", lambda v: v == 3),
        ("minutes", "least", "50", lambda v: v >= 50),
        ("share", "most", "1.5", lambda v: v <= 1.5),
        ("price", "least", "20.50", lambda v: Decimal(v) >= Decimal("20.5")),
        ("urgent", "is", "yes", lambda v: v is True),
        ("urgent", "is", "false", lambda v: v is False),
        ("due", "most", "2026-01-03", lambda v: v <= "2026-01-03"),
        ("due", "is", "1/3/2026", lambda v: v == "2026-01-03"),
        ("seen", "least", "2026-03-05T09:50", lambda v: v >= "2026-03-05T09:50"),
        ("at", "is", "03:00", lambda v: v.startswith("03")),
        ("mood", "is", "good", lambda v: v == 1),
        ("mood", "is", "2", lambda v: v == 2),
    ],
)
def test_filters(firm: Firm, mia: Visitor, field: str, op: str, value: str, test: Any) -> None:
    """The table and its export hold what meets the filter, and all of it."""
    items = fill(firm)
    wanted = [item.number for item in items if field in item.content.fields and test(item.content.fields[field])]
    assert sorted(all_pages(mia, field=field, op=op, value=value)) == wanted
    assert sorted(int(row["number"]) for row in exported(mia, field=field, op=op, value=value)) == wanted


@pytest.mark.parametrize(
    ("field", "value"),
    [("minutes", "many"), ("minutes", "9" * 30), ("share", "1e999"), ("price", "x"), ("urgent", "perhaps"),
     ("due", "yesterday"), ("due", "2026-13-45"), ("seen", "x"), ("at", "25:00"), ("mood", "Middling")],
)  # fmt: skip
def test_values_that_are_none(firm: Firm, mia: Visitor, field: str, value: str) -> None:
    """It is said at the field, also where an export was asked for."""
    define(firm, *FIELDS)
    for path in ("table", "table.csv"):
        answer = mia.get(f"/types/Visit/{path}", field=field, value=value)
        assert answer.status_code == 422
        assert 'aria-describedby="value-problem"' in answer.text
        assert f'value="{value}"' in answer.text


def heads(page: str) -> list[str]:
    """Return the columns of a table."""
    found = re.findall(r"<th [^>]*>(.*?)</th>", page, re.DOTALL)
    return [html.unescape(re.sub(r"<[^>]*>", "", head)).strip(" \n↓↑") for head in found][3:]


def test_columns(firm: Firm, mia: Visitor) -> None:
    """Those that are chosen, on every page and in every order; else the first ones, so that no page is too large."""
    many = [FieldDefinition(f"f{place}", required=True) for place in range(60)]
    define(firm, *many, is_activity=True)
    values = {field.name: "some words that are written down" for field in many}
    for place in range(51):
        firm.log("Visit", AT, fields=values | {"f7": str(place)})
    page = mia.get("/types/Visit/table")
    assert heads(page.text) == [f"f{place}" for place in range(20)]
    assert len(page.content) < 100_000
    page = mia.get("/types/Visit/table", column=["f7", "f55", "<b>"], sort="-f7")
    assert heads(page.text) == ["f7", "f55"]
    more = re.search(r'href="([^"]*after=[^"]*)"', page.text)
    assert more is not None
    assert heads(mia.get(html.unescape(more[1])).text) == ["f7", "f55"]
    assert len(exported(mia)[0]) == 66
    assert len(heads(mia.get("/types/Visit/table", column=[field.name for field in many]).text)) == 40


def test_hostile_addresses(firm: Firm, mia: Visitor) -> None:
    """Whatever stands in the address: a page, never a fault."""
    fill(firm)

    def place(*values: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()

    given: list[tuple[Any, ...]] = [
        (), ("order",), ("order", 1), ("order", 1, 2), ("value", "t", 1), ("order", "x", 2), ("order", None, 2),
        ("order", 2**70, 1), ("order", 1.5, 2), ("order", float("nan"), 2), ("order", "1", 2), ("order", "\x00", 2),
        ("order", [1], 2), ("order", True, 2), ("order", "2026", 1), ("value", None, 1), ("order", "\ud800", 2),
        ("order", 1, 2**70), ("order", 1, True), ("order", "1e999999999", 2),
    ]  # fmt: skip
    places = ["x", "é", "AAAA", base64.urlsafe_b64encode(b"[" * 3_000).decode(), *(place(*item) for item in given)]
    for sort in ("", "@", "-@", "note", "minutes", "-share", "price", "urgent", "due", "seen", "<script>", "\x00"):
        for after in places:
            answer = mia.get("/types/Visit/table", sort=sort, after=after)
            assert answer.status_code == 200, (sort, after)
    for name in ("field", "op", "value", "sort", "column"):
        for text in ('"><script>alert(1)</script>', "\x00", "%", "'", "é" * 2_000):
            query = {"field": "note", "op": "is", "value": "x"} | {name: text}
            answer = mia.get("/types/Visit/table", **query)
            assert answer.status_code == 200
            assert "<script>alert" not in answer.text
            assert mia.get("/types/Visit/table.csv", **query).status_code == 200


def test_export(firm: Firm, mia: Visitor) -> None:
    """Every row with all of its fields; what a spreadsheet would take for a formula is a text."""
    ana = firm.person("=Ana", "Lee")
    define(firm, *FIELDS, is_activity=True, slots=SLOTS)
    for sign in ("=1+1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "plain", 'quo"te,\n'):
        firm.log("Visit", AT, ana, title=sign, body=sign, fields={"note": sign, "price": "-1.5", "minutes": -2,
                                                                  "tags": ["=1"], "raw": {"a": None}})  # fmt: skip
    rows = exported(mia)
    assert len(rows) == 9
    for row in rows:
        for name in ("title", "note", "body", "participants"):
            assert not row[name].startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
        assert (row["price"], row["minutes"], row["tags"]) == ("-1.5", "-2", '["=1"]')
        assert row["participants"] == "'=Ana Lee"
        assert row["occurred_at"] == "2026-03-05T09:15:00Z"
    assert {row["note"] for row in rows} >= {"plain", 'quo"te,\n', "'=1+1"}
    answer = mia.get("/types/Visit/table.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="Visit.csv"'
    assert answer.headers["content-type"].startswith("text/csv")


def test_an_export_is_read_page_by_page(firm: Firm, mia: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, all are in it once; they are never in memory together."""
    items = fill(firm)
    monkeypatch.setattr("interlog.web.instances.EXPORTED", 7)
    assert sorted(int(row["number"]) for row in exported(mia)) == [item.number for item in items]
    assert len({row["number"] for row in exported(mia, sort="due")}) == COUNT


def test_names_of_fields_and_values_are_texts(any_firm: Firm, any_mia: Visitor) -> None:
    """Neither a field's title nor a value is ever markup."""
    define(any_firm, *FIELDS)
    any_firm.log(
        "Visit", AT, title="<u>T", fields={"note": "<script>alert(1)</script>", "tags": ["<b>"], "raw": {"<s>": 1}}
    )
    page = any_mia.get("/types/Visit/table").text
    for text in ("<i>Note", "<u>T", "<script>alert", "<b>", "<s>"):
        assert text not in page


def test_others(firm: Firm) -> None:
    """What is of a group that the reader is not in is in neither table nor export; nor is what was deleted."""
    define(firm, *FIELDS, is_activity=True, slots=SLOTS)
    inside = firm.acting(firm.mia, firm.actor.right, 7)
    firm.log("Visit", AT, title="hidden one", group=7, actor=inside)  # type: ignore[arg-type]
    gone = firm.log("Visit", AT, title="gone one")
    firm.server.run(firm.ledger.interactions.delete(firm.actor, gone.number))
    seen = firm.log("Visit", AT, title="seen one")
    ben = visitor(firm, firm.colleague("Ben"))
    assert numbers(ben.get("/types/Visit/table").text) == [seen.number]
    assert [row["title"] for row in exported(ben)] == ["seen one"]


@pytest.mark.parametrize(
    ("query", "indexed"),
    [
        ({"sort": "minutes"}, True), ({"sort": "-due"}, True), ({"field": "minutes", "value": "3"}, True),
        ({"field": "due", "op": "least", "value": "2026-01-05"}, True), ({"sort": "share"}, False), ({}, False),
    ],
)  # fmt: skip
def test_marked_fields_are_found_in_their_index(
    firm: Firm, mia: Visitor, monkeypatch: pytest.MonkeyPatch, query: dict[str, str], indexed: bool
) -> None:
    """Filter and order by a field that is marked for it read its index; no page is found by counting those before."""
    fill(firm)
    database = firm.ledger.store.database
    texts: list[str] = []
    skipped: list[str] = []
    for name in ("fetch", "_fetch_asked"):
        original = getattr(database, name)

        async def reading(asked: Any, *arguments: Any, original: Callable[..., Any] = original, **named: Any) -> Any:
            texts.append(asked.compiled(database.dialect).text)
            skipped.extend(name for name in (*named, *(arguments[0] if arguments else ())) if name == "skip")
            return await original(asked, *arguments, **named)

        monkeypatch.setattr(database, name, reading)
    assert all_pages(mia, **query)
    pages = [text for text in texts if "FROM interaction" in text or "FROM field_value" in text]
    assert any("FROM field_value JOIN" in text for text in pages) is indexed
    assert not skipped


def test_what_takes_too_long(firm: Firm, mia: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said at the filter, with what helps; without a filter the table is there."""
    fill(firm)
    monkeypatch.setattr("interlog.store.database.MOST_SECONDS", 0.000_001)
    answer = mia.get("/types/Visit/table", field="note", op="has", value="n")
    if answer.status_code != 200:  # an engine may be quicker than it can be stopped
        assert answer.status_code == 422
        assert "takes too long" in answer.text
    assert numbers(mia.get("/types/Visit/table").text)


def test_few_statements(firm: Firm, mia: Visitor) -> None:
    """A page costs a handful of statements, whatever stands on it and however it is sorted."""
    people = [firm.person(f"P{index}") for index in range(20)]
    define(firm, *FIELDS, is_activity=True, slots=SLOTS)
    for index in range(60):
        firm.log("Visit", AT + index, *people, fields={"minutes": index, "note": str(index)})
    for query in ({}, {"sort": "minutes"}, {"sort": "-note"}, {"field": "minutes", "op": "least", "value": "3"}):
        page = mia.get("/types/Visit/table", **query)
        assert len(numbers(page.text)) == 50
        assert least(firm.ledger, partial(mia.get, "/types/Visit/table", **query)) <= 6, query
        assert len(page.content) < 100_000
