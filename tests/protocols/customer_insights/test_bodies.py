"""Bodies with instances: one, an array, lines (spec 6.4); CSV files of jobs (6.8)."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlog.protocols.customer_insights.bodies import MAX_BYTES, MAX_ITEMS, Malformed, encode, read, read_one
from interlog.protocols.customer_insights.csvfile import File, Format, Mapped, read_columns, read_format
from interlog.protocols.customer_insights.errors import ApiError
from interlog.protocols.customer_insights.source import Notes, Source

LINES = "application/x-ndjson"


def refusal(data: bytes, content_type: str | None = None) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(data, content_type)
    return caught.value


def test_one_object_is_one_instance_and_an_array_is_several() -> None:
    """Only an array or lines are answered item by item."""
    assert read(b'\xef\xbb\xbf{"a": 1}', None) == ([{"a": 1}], False)
    assert read(b'[{"a": 1}]', "application/json; charset=utf-8") == ([{"a": 1}], True)
    assert read(b'{"a": 1}\n', LINES + "; charset=utf-8") == ([{"a": 1}], True)
    assert read(b"[]", None) == ([], True)


def test_fractions_keep_all_their_digits() -> None:
    """A decimal of 38 digits is read and written exactly."""
    (item,), _ = read(b'{"a": 1234567890123456789.1234567890123456789}', None)
    assert item == {"a": Decimal("1234567890123456789.1234567890123456789")}
    assert encode(item) == b'{"a":1234567890123456789.1234567890123456789}'


def test_a_line_that_is_no_json_fails_alone() -> None:
    """The others are read; the bad one keeps its text."""
    items, many = read(b'{"a": 1}\r\n\n{"b": }\n[1]\n{"c": 3}', LINES)
    assert many
    assert items[0] == {"a": 1}
    assert items[3] == {"c": 3}
    bad = [item for item in items if isinstance(item, Malformed)]
    assert [item.text for item in bad] == ['{"b": }', "[1]"]
    assert {item.error.code for item in bad} == {"InvalidRequestContent"}
    assert "byte 6" in str(bad[0].error)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"{'a': 1}", b'"a"', b"1", b"null", b'{"a": 1e99999999999999999999}', b'{"a": "\\ud800"}', b"\xff{}",
     b"[" * 100_000, b'{"a": ' * 100_000, b"1" * 100_000, '{"a": 1}'.encode("utf-16")],
)  # fmt: skip
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    """Malformed, pseudo and endless JSON: one refusal of the whole."""
    found = refusal(data)
    assert (found.status, found.code) == (400, "InvalidRequestContent")


def test_there_is_a_most_of_items_and_bytes() -> None:
    """More than 10,000 items or 16 MiB are 413."""
    for data, kind in (
        (b"[" + b",".join([b"{}"] * (MAX_ITEMS + 1)) + b"]", None),
        (b"{}\n" * (MAX_ITEMS + 1), LINES),
        (b"\n" * (2 * MAX_ITEMS + 1), LINES),
        (b" " * (MAX_BYTES + 1), None),
    ):
        assert (refusal(data, kind).status, refusal(data, kind).code) == (413, "RequestEntityTooLarge")
    assert len(read(b"{}\n" * MAX_ITEMS, LINES).items) == MAX_ITEMS


@given(st.lists(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text())))
def test_lines_and_arrays_say_the_same(objects: list[dict[str, Any]]) -> None:
    """The same objects are read from either form."""
    lines = "\n".join(json.dumps(item) for item in objects).encode()
    assert read(lines, LINES).items == read(json.dumps(objects).encode(), None).items == objects
    for item in objects:
        assert read_one(json.dumps(item).encode()) == item


# CSV


def lines_of(text: str, format_: Format) -> list[dict[str, str]]:
    file = File(text.encode(), format_)
    columns, problems = read_columns(file.header, format_)
    assert problems == []
    return [line.cells for line in file.lines(columns)]


def test_columns_map_themselves_where_nothing_maps_them() -> None:
    """Quotes, line feeds within them, a byte order mark, empty cells and empty lines."""
    text = '\ufeffVisitKey,Lane,Text\nV-1,,"a ""b""\nc"\n\nV-2,B,\n'
    assert lines_of(text, Format()) == [{"VisitKey": "V-1", "Text": 'a "b"\nc'}, {"VisitKey": "V-2", "Lane": "B"}]


def test_mappings_choose_columns() -> None:
    """By the header in any casing; without a header by place, or in order."""
    mapped = (Mapped("Visit Key", "VisitKey"), Mapped("l", "Lane"))
    assert lines_of("visit key;x;L\nV-1;2;B\n", Format(separator=";", mappings=mapped)) == [
        {"VisitKey": "V-1", "Lane": "B"}
    ]
    assert lines_of("V-1,B\n", Format(has_header=False, mappings=mapped)) == [{"VisitKey": "V-1", "Lane": "B"}]
    placed = (Mapped("2", "Lane"), Mapped("0", "VisitKey"))
    assert lines_of("V-1,x,B\n", Format(has_header=False, mappings=placed)) == [{"Lane": "B", "VisitKey": "V-1"}]


def test_a_line_that_is_no_csv_is_told_by_its_number() -> None:
    """An unclosed quote spoils its own line, not the file."""
    file = File(b'A\n1\n"2"x\n3\n', Format())
    found = list(file.lines({0: "A"}))
    assert [(line.number, line.problem is None) for line in found] == [(2, True), (3, False), (4, True)]


def test_what_is_wrong_with_a_format_is_told_at_once() -> None:
    """Unknown columns, names that are none, encryption, separators."""
    assert [problem.code for problem in read_columns(["First name"], Format())[1]] == ["InvalidPropertyName"]
    assert [problem.code for problem in read_columns(["A"], Format(mappings=(Mapped("B", "B"),)))[1]] == [
        "UnknownColumn"
    ]
    assert [problem.code for problem in read_columns(None, Format(has_header=False))[1]] == ["MissingPropertyMappings"]
    notes = Notes()
    body = {
        "columnSeparator": ";;",
        "propertyMappings": [
            {"COLUMNNAME": "a", "PropertyName": "1"},
            {"PropertyName": "B", "IsEncrypted": True, "MappingPropertyKind": "Other"},
        ],
    }
    read_format(Source(body, "DataFormat", notes))
    assert [(problem.code, problem.target) for problem in notes.problems] == [
        ("InvalidValue", "DataFormat.ColumnSeparator"),
        ("MissingPropertyName", "DataFormat.PropertyMappings[0].PropertyName"),
        ("MissingColumnName", "DataFormat.PropertyMappings[1].ColumnName"),
        ("NotSupported", "DataFormat.PropertyMappings[1].IsEncrypted"),
        ("InvalidValue", "DataFormat.PropertyMappings[1].MappingPropertyKind"),
    ]
