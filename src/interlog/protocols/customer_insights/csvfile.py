"""Files of bulk ingestion jobs: CSV, and which column is which property (spec 6.8)."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from .bodies import MAX_BYTES
from .checking import IDENTIFIER, MAX_NAME
from .errors import Detail
from .source import Source

PROPERTY = "Property"
SIDES = {
    "ProfileKeyPropertyInRelationship": "ProfileKey",
    "RelatedProfileKeyPropertyInRelationship": "RelatedProfileKey",
}
"""The kinds of mappings that lead to the profiles of a relationship, and the members that such keys are told in."""

KINDS = (PROPERTY, *SIDES)
_SEPARATORS = {"\\t": "\t", "tab": "\t"}

csv.field_size_limit(MAX_BYTES)


class Mapped(Struct, frozen=True):
    """A column and the property that its cells are values of."""

    column: str
    property: str
    kind: str = PROPERTY

    def target(self) -> str:
        """Where its cells go: a property, or after ``ProfileKey/`` one of a profile's key."""
        return self.property if self.kind == PROPERTY else f"{SIDES[self.kind]}/{self.property}"


class Format(Struct, frozen=True):
    """How a file is to be read. Without mappings each column is the property of its name."""

    has_header: bool = True
    separator: str = ","
    mappings: tuple[Mapped, ...] = ()


class Line(NamedTuple):
    """A line of a file: its number, the cells by property, and what is wrong with it as CSV."""

    number: int
    cells: dict[str, Any]
    problem: str | None = None


def read_format(source: Source | None) -> Format:
    """Read the ``DataFormat`` of a job; problems go to the source's notes."""
    if source is None:
        return Format()
    header = source.flag("HasHeader")
    separator = source.text("ColumnSeparator", "Separator", "Delimiter", longest=8) or ","
    separator = _SEPARATORS.get(separator.lower(), separator)
    if len(separator) != 1 or separator in '\r\n"':
        source.problem("InvalidValue", "ColumnSeparator", "'ColumnSeparator' must be one character.")
    mappings = []
    for item in source.many("PropertyMappings"):
        column, name = item.text("ColumnName", longest=1_000), item.text("PropertyName", longest=MAX_NAME)
        kind = (item.text("MappingPropertyKind") or PROPERTY).lower()
        if not column:
            item.problem("MissingColumnName", "ColumnName", "A mapping must name a column.")
        if not name or not IDENTIFIER.fullmatch(name):
            item.problem("MissingPropertyName", "PropertyName", "A mapping must name a property.")
        if item.flag("IsEncrypted"):
            item.problem("NotSupported", "IsEncrypted", "Encrypted columns are not supported.")
        if kind not in (known.lower() for known in KINDS):
            item.problem("InvalidValue", "MappingPropertyKind", f"There are {', '.join(KINDS)}.")
            kind = PROPERTY.lower()
        canonical = next(known for known in KINDS if known.lower() == kind)
        mappings.append(Mapped(column or "", name or "", canonical))
    return Format(header is not False, separator, tuple(mappings))


def read_columns(header: list[str] | None, format_: Format) -> tuple[dict[int, str], list[Detail]]:
    """Return the property of each column by its place, and what is wrong.

    Without a header, mappings are those of the columns in their order, or name columns by their places from 0.
    """
    problems: list[Detail] = []
    if header is None:
        places = [mapping.column for mapping in format_.mappings]
        numbered = all(place.isascii() and place.isdecimal() and len(place) < 5 for place in places)
        found = {int(m.column) if numbered else i: m.target() for i, m in enumerate(format_.mappings)}
        if not found:
            message = "A file without a header needs PropertyMappings."
            problems.append(Detail("MissingPropertyMappings", message, "DataFormat.PropertyMappings"))
        return found, problems
    names = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    if format_.mappings:
        found = {}
        for index, mapping in enumerate(format_.mappings):
            place = names.get(mapping.column.strip().lower())
            if place is None:
                message = f"The file has no column '{mapping.column}'."
                path = f"DataFormat.PropertyMappings[{index}].ColumnName"
                problems.append(Detail("UnknownColumn", message, path))
            else:
                found[place] = mapping.target()
        return found, problems
    for name in header:
        if not IDENTIFIER.fullmatch(name.strip()) or len(name.strip()) > MAX_NAME:
            message = f"The column '{name[:MAX_NAME]}' has no name that a property may have; map it to one."
            problems.append(Detail("InvalidPropertyName", message, "DataFormat.PropertyMappings"))
    return {place: name.strip() for place, name in enumerate(header)}, problems


class File:
    """A CSV file: its header, and its lines one by one. Raises ``UnicodeDecodeError`` where it is not UTF-8."""

    def __init__(self, data: bytes, format_: Format) -> None:
        text = data.decode("utf-8-sig")
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter=format_.separator, strict=True)
        self.header = next(self._rows(), (0, [], None))[1] if format_.has_header else None

    def lines(self, columns: Mapping[int, str]) -> Iterator[Line]:
        """Yield each line that is not empty; an empty cell is an absent value."""
        for number, row, problem in self._rows():
            cells = {name: row[place] for place, name in columns.items() if place < len(row) and row[place] != ""}
            yield Line(number, cells, problem)

    def _rows(self) -> Iterator[tuple[int, list[str], str | None]]:
        while True:
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._reader.line_num, [], str(error)
                continue
            if row:
                yield self._reader.line_num, row, None
