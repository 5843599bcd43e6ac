"""Random OData expressions with what they mean in plain Python, and random records to try them on.

Each strategy draws pairs: the text of an expression, and a function from a record to its value. The functions know
nothing of how the text is read or run. Null is None; numbers are fractions, so that nothing depends on rounding.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from interlog.model.types import FieldDefinition, FieldKind, InteractionType

Record = dict[str, Any]
Meaning = Callable[[Record], Any]
Pair = tuple[str, Meaning]

FIELDS = (
    FieldDefinition("Minutes", FieldKind.INTEGER, indexed=True),
    FieldDefinition("Count", FieldKind.INTEGER),
    FieldDefinition("Price", FieldKind.DECIMAL, indexed=True),
    FieldDefinition("Weight", FieldKind.NUMBER),
    FieldDefinition("Lane", FieldKind.TEXT, indexed=True),
    FieldDefinition("Title", FieldKind.TEXT),
    FieldDefinition("Open", FieldKind.BOOLEAN, indexed=True),
    FieldDefinition("At", FieldKind.INSTANT, indexed=True),
    FieldDefinition("Day", FieldKind.DATE, indexed=True),
    FieldDefinition("Hour", FieldKind.TIME),
    FieldDefinition("Tags", FieldKind.TEXT, many=True),
    FieldDefinition("Scores", FieldKind.INTEGER, many=True),
)
TYPE = InteractionType(id=100, name="Visit", fields=FIELDS, open=True, is_activity=True)
NUMBERS, TEXTS, DYNAMIC = ("Minutes", "Count", "Price", "Weight"), ("Lane", "Title"), ("Extra", "Other")

words = st.text(alphabet="aAbBéßÄäΣσςİЖжǆ' %_\\[*1-", max_size=4)
whole = st.integers(-9, 9)
quarters = st.integers(-36, 36).map(lambda number: Fraction(number, 4))
instants = st.integers(-3, 3).flatmap(
    lambda days: st.integers(0, 4).map(
        lambda step: datetime(2026, 3, 1, 22, tzinfo=UTC) + timedelta(days=days, microseconds=step * 2_612_345_678)
    )
)
days = st.integers(-2, 2).map(lambda offset: date(2026, 3, 1) + timedelta(days=offset))
times = st.sampled_from([time(9, 15), time(9, 15, 0, 500_000), time(21, 0, 1), time(0)])


def _stored_decimal(number: Fraction) -> int | str:
    return int(number) if number.denominator == 1 else f"{float(number)}"


def stored_instant(moment: datetime) -> str:
    """Return an instant as it stands in a record."""
    return moment.isoformat(timespec="microseconds")[:26] + "Z"


_loose = st.one_of(whole, words, st.booleans(), quarters.map(float), st.none(), st.just([1]), st.just({"In": 2}))
records = st.fixed_dictionaries(
    {},
    optional={
        "Minutes": whole,
        "Count": whole,
        "Price": quarters.map(_stored_decimal),
        "Weight": quarters.map(float),
        "Lane": words,
        "Title": words,
        "Open": st.booleans(),
        "At": instants.map(stored_instant),
        "Day": days.map(date.isoformat),
        "Hour": times.map(lambda at: at.isoformat().rstrip("0") if at.microsecond else at.isoformat()),
        "Tags": st.lists(words, max_size=3),
        "Scores": st.lists(whole, max_size=3),
        "Extra": _loose,
        "Other": _loose,
        "Box": st.fixed_dictionaries(
            {}, optional={"In": st.one_of(whole, words), "List": st.lists(_loose, max_size=2)}
        ),
    },
)
"""The fields of records, as JSON holds them."""


# Reading


def number_in(value: Any, *, stored: bool = False) -> Fraction | None:
    """Return a JSON value as a number; ``stored``: decimals may stand as texts."""
    if isinstance(value, bool) or (isinstance(value, str) and not stored) or not isinstance(value, (int, float, str)):
        return None
    return Fraction(value)


def text_in(value: Any) -> str | None:
    """Return a JSON value as a text."""
    return value if isinstance(value, str) else None


def _read(value: Any, kind: str) -> Any:
    if kind == "number":
        return number_in(value)
    if kind == "text":
        return text_in(value)
    return value if isinstance(value, bool) else None


def number_field(name: str) -> Pair:
    """Return a declared field of numbers."""
    return name, lambda record: number_in(record.get(name), stored=name == "Price")


def lifted(function: Callable[..., Any], *meanings: Meaning) -> Meaning:
    """Return what a function makes of values; null where one of them is."""

    def meaning(record: Record) -> Any:
        values = [value(record) for value in meanings]
        return None if None in values else function(*values)

    return meaning


# Values


def quoted(text: str) -> str:
    """Return a text as a literal."""
    return "'" + text.replace("'", "''") + "'"


def literal_number(number: Fraction) -> Pair:
    """Return the literal of a number."""
    text = str(int(number)) if number.denominator == 1 else str(float(number))
    return text, lambda record: number


def _truncated(left: Fraction, right: Fraction) -> Fraction | None:
    return None if right == 0 else Fraction(int(left / right))


def _remainder(left: Fraction, right: Fraction) -> Fraction | None:
    return None if right == 0 else left - right * int(left / right)


def integers(depth: int) -> st.SearchStrategy[Pair]:
    """Draw expressions of integers."""
    leaves = st.one_of(
        whole.map(lambda number: literal_number(Fraction(number))),
        st.sampled_from(("Minutes", "Count")).map(number_field),
        texts(0).map(lambda pair: (f"length({pair[0]})", lifted(lambda text: Fraction(len(text)), pair[1]))),
        st.tuples(st.sampled_from(("year", "month", "day")), st.sampled_from(("At", "Day"))).map(_date_part),
        st.tuples(st.sampled_from(("hour", "minute", "second")), st.sampled_from(("At", "Hour"))).map(_time_part),
    )
    if not depth:
        return leaves
    inner = integers(depth - 1)
    operations: dict[str, Callable[[Any, Any], Any]] = {
        "add": lambda left, right: left + right,
        "sub": lambda left, right: left - right,
        "mul": lambda left, right: left * right,
        "div": _truncated,
        "mod": _remainder,
    }

    def combined(drawn: tuple[Pair, str, Pair]) -> Pair:
        (left, first), word, (right, second) = drawn
        return f"({left} {word} {right})", lifted(operations[word], first, second)

    found = st.tuples(texts(depth - 1), texts(depth - 1)).map(
        lambda pair: (
            f"indexof({pair[0][0]},{pair[1][0]})",
            lifted(lambda text, part: Fraction(text.find(part)), pair[0][1], pair[1][1]),
        )
    )
    negative = inner.map(lambda pair: (f"-({pair[0]})", lifted(lambda number: -number, pair[1])))
    return st.one_of(leaves, st.tuples(inner, st.sampled_from(tuple(operations)), inner).map(combined), found, negative)


def numbers(depth: int) -> st.SearchStrategy[Pair]:
    """Draw expressions of numbers with fractions; only what binary fractions hold exactly."""
    leaves = st.one_of(
        quarters.filter(lambda number: number.denominator > 1).map(literal_number),
        st.sampled_from(("Price", "Weight")).map(number_field),
        st.sampled_from(("Price", "Weight")).map(
            lambda name: (
                f"cast({name},Edm.Int32)",
                lifted(lambda number: Fraction(int(number)), number_field(name)[1]),
            )
        ),
    )
    if not depth:
        return leaves
    inner = st.one_of(numbers(depth - 1), integers(depth - 1))
    halves = st.sampled_from(("2.0", "4.0", "0.5", "0.0"))

    def combined(drawn: tuple[Pair, str, Pair]) -> Pair:
        (left, first), word, (right, second) = drawn
        operation = {"add": Fraction.__add__, "sub": Fraction.__sub__}[word]
        return f"({left} {word} {right})", lifted(operation, first, second)

    def divided(drawn: tuple[Pair, str, str]) -> Pair:
        (left, first), word, by = drawn
        divisor = Fraction(by)
        if word == "mod":
            return f"({left} mod {by})", lifted(lambda number: _remainder(number, divisor), first)
        return f"({left} div {by})", lifted(lambda number: number / divisor if divisor else None, first)

    mixed = st.tuples(numbers(depth - 1), st.sampled_from(("add", "sub")), inner).map(combined)
    return st.one_of(leaves, mixed, st.tuples(inner, st.sampled_from(("div", "mod")), halves).map(divided))


def _instant(record: Record) -> datetime | None:
    text = record.get("At")
    return datetime.fromisoformat(text) if text is not None else None


def _date_part(drawn: tuple[str, str]) -> Pair:
    part, name = drawn
    if name == "At":
        return f"{part}(At)", lifted(lambda moment: Fraction(getattr(moment, part)), _instant)
    return (
        f"{part}(Day)",
        lambda record: Fraction(getattr(date.fromisoformat(record["Day"]), part)) if "Day" in record else None,
    )


def _time_part(drawn: tuple[str, str]) -> Pair:
    part, name = drawn
    if name == "At":
        return f"{part}(At)", lifted(lambda moment: Fraction(getattr(moment, part)), _instant)
    return (
        f"{part}(Hour)",
        lambda record: Fraction(getattr(time.fromisoformat(record["Hour"]), part)) if "Hour" in record else None,
    )


def texts(depth: int) -> st.SearchStrategy[Pair]:
    """Draw expressions of texts."""

    def literal(text: str) -> Pair:
        return quoted(text), lambda record: text

    def field(name: str) -> Pair:
        return name, lambda record: text_in(record.get(name))

    leaves = st.one_of(words.map(literal), st.sampled_from((*TEXTS, *TEXTS, "Extra")).map(field))
    if not depth:
        return leaves
    inner = texts(depth - 1)
    functions: dict[str, Callable[[str], str]] = {
        "tolower": str.lower,
        "toupper": str.upper,
        "trim": lambda text: text.strip(" \t\n\v\f\r"),
    }
    one = st.tuples(st.sampled_from(tuple(functions)), inner).map(
        lambda drawn: (f"{drawn[0]}({drawn[1][0]})", lifted(functions[drawn[0]], drawn[1][1]))
    )
    joined = st.tuples(inner, inner).map(
        lambda drawn: (f"concat({drawn[0][0]},{drawn[1][0]})", lifted(str.__add__, drawn[0][1], drawn[1][1]))
    )

    def cut(drawn: tuple[Pair, Pair, Pair | None]) -> Pair:
        (text, first), (at, second), length = drawn
        if length is None:
            return f"substring({text},{at})", lifted(lambda text, at: text[max(int(at), 0) :], first, second)
        return (
            f"substring({text},{at},{length[0]})",
            lifted(lambda text, at, many: text[max(int(at), 0) :][: max(int(many), 0)], first, second, length[1]),
        )

    parts = st.tuples(inner, integers(0), st.none() | integers(0)).map(cut)
    cast = st.sampled_from(("Minutes", "Count")).map(
        lambda name: (f"cast({name},Edm.String)", lifted(lambda number: str(int(number)), number_field(name)[1]))
    )
    return st.one_of(leaves, one, joined, parts, cast)


def moments() -> st.SearchStrategy[Pair]:
    """Draw expressions of instants."""

    def literal(drawn: tuple[datetime, str]) -> Pair:
        moment, form = drawn
        text = moment.isoformat().replace("+00:00", "Z")
        return form.format(text), lambda record: moment

    forms = st.sampled_from(("{}", "cast('{}',Edm.DateTimeOffset)", "datetimeoffset'{}'", "datetime'{}'"))
    midnight = days.map(lambda day: (day.isoformat(), lambda record: datetime.combine(day, time(), UTC)))
    return st.one_of(st.tuples(instants, forms).map(literal), st.just(("At", _instant)), midnight)


# Conditions

_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda left, right: bool(left > right),
    "ge": lambda left, right: bool(left >= right),
    "lt": lambda left, right: bool(left < right),
    "le": lambda left, right: bool(left <= right),
}


def compared(word: str, left: Any, right: Any) -> bool:
    """Return whether a comparison holds: null equals null alone, and is neither less nor greater."""
    if word == "eq":
        return bool(left == right)
    if word == "ne":
        return bool(left != right)
    return left is not None and right is not None and _COMPARED[word](left, right)


_words = st.sampled_from(("eq", "ne", "gt", "ge", "lt", "le"))


def _comparison(drawn: tuple[Pair, str, Pair]) -> Pair:
    (left, first), word, (right, second) = drawn
    return f"{left} {word} {right}", lambda record: compared(word, first(record), second(record))


def _is_null(drawn: tuple[str, str]) -> Pair:
    name, word = drawn
    return f"{name} {word} null", lambda record: (record.get(name) is None) is (word == "eq")


def _dynamic(drawn: tuple[str, str, Any]) -> Pair:
    name, word, value = drawn
    if isinstance(value, bool):
        word, kind, text = "eq" if word in _COMPARED else word, "boolean", str(value).lower()
    elif isinstance(value, str):
        kind, text = "text", quoted(value)
    else:
        kind, text = "number", literal_number(Fraction(value))[0]
    return f"{name} {word} {text}", lambda record: compared(word, _read(record.get(name), kind), value)


def _two_dynamic(drawn: tuple[str, str, str]) -> Pair:
    left, word, right = drawn

    def meaning(record: Record) -> bool:
        first, second = record.get(left), record.get(right)
        pairs = [(_read(first, kind), _read(second, kind)) for kind in ("number", "text", "boolean")]
        same = [(one, other) for one, other in pairs if one is not None and other is not None]
        if word in ("eq", "ne"):
            equal = (first is None and second is None) or any(one == other for one, other in same)
            return equal is (word == "eq")
        return any(compared(word, one, other) for one, other in same if not isinstance(one, bool))

    return f"{left} {word} {right}", meaning


def _in(drawn: tuple[Pair, list[Pair]]) -> Pair:
    (operand, meaning), items = drawn
    listed = ",".join(text for text, _ in items)
    return f"{operand} in ({listed})", lambda record: meaning(record) in [value(record) for _, value in items]


def _asked(drawn: tuple[str, Pair, Pair]) -> Pair:
    word, (text, first), (part, second) = drawn
    functions: dict[str, Callable[[str, str], bool]] = {
        "contains": lambda text, part: part in text,
        "startswith": str.startswith,
        "endswith": str.endswith,
    }
    return f"{word}({text},{part})", lifted(functions[word], first, second)


def _listed(drawn: tuple[str, str, str, Any]) -> Pair:
    word, name, operator, value = drawn
    text = quoted(value) if isinstance(value, str) else str(value)
    every = {"any": any, "all": all}[word]
    return (
        f"{name}/{word}(e: e {operator} {text})",
        lambda record: every(compared(operator, item, value) for item in record.get(name) or ()),
    )


def _boxed(drawn: tuple[str, Any]) -> Pair:
    word, value = drawn
    text = quoted(value) if isinstance(value, str) else str(value)
    kind = "text" if isinstance(value, str) else "number"
    return (
        f"Box/In {word} {text}",
        lambda record: compared(word, _read((record.get("Box") or {}).get("In"), kind), value),
    )


def conditions(depth: int) -> st.SearchStrategy[Pair]:
    """Draw conditions: true, false or None for unknown."""
    day = st.one_of(
        days.map(lambda given: (given.isoformat(), lambda record: given)),
        st.just(("Day", lambda record: date.fromisoformat(record["Day"]) if "Day" in record else None)),
        st.just(("date(At)", lambda record: moment.date() if (moment := _instant(record)) else None)),
    )
    ints, nums, strings = integers(2), numbers(2), texts(2)
    leaves = st.one_of(
        st.tuples(ints, _words, ints).map(_comparison),
        st.tuples(nums, _words, st.one_of(nums, ints)).map(_comparison),
        st.tuples(strings, _words, strings).map(_comparison),
        st.tuples(moments(), _words, moments()).map(_comparison),
        st.tuples(day, _words, day).map(_comparison),
        st.tuples(
            st.sampled_from((*NUMBERS, *TEXTS, "Open", "At", "Day", *DYNAMIC)), st.sampled_from(("eq", "ne"))
        ).map(_is_null),
        st.tuples(st.sampled_from(DYNAMIC), _words, st.one_of(whole, words, st.booleans())).map(_dynamic),
        st.tuples(st.sampled_from(DYNAMIC), _words, st.sampled_from(DYNAMIC)).map(_two_dynamic),
        st.tuples(integers(1), st.lists(whole.map(lambda n: literal_number(Fraction(n))), min_size=1, max_size=5)).map(
            _in
        ),
        st.tuples(texts(1), st.lists(words.map(lambda w: (quoted(w), lambda record: w)), min_size=1, max_size=3)).map(
            _in
        ),
        st.tuples(st.sampled_from(("contains", "startswith", "endswith")), strings, strings).map(_asked),
        st.tuples(st.sampled_from(("any", "all")), st.just("Tags"), _words, words).map(_listed),
        st.tuples(st.sampled_from(("any", "all")), st.just("Scores"), _words, whole).map(_listed),
        st.tuples(_words, st.one_of(whole, words)).map(_boxed),
        st.just(("Open", lambda record: record.get("Open"))),
        st.just(("Tags/any()", lambda record: bool(record.get("Tags")))),
    )
    if not depth:
        return leaves
    inner = conditions(depth - 1)
    return st.one_of(
        leaves,
        inner.map(lambda pair: (f"not ({pair[0]})", lambda record: _not(pair[1](record)))),
        st.lists(inner, min_size=2, max_size=3).map(_and),
        st.lists(inner, min_size=2, max_size=3).map(_or),
        st.tuples(inner, st.booleans()).map(_is),
    )


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _and(pairs: list[Pair]) -> Pair:
    def meaning(record: Record) -> bool | None:
        values = [pair[1](record) for pair in pairs]
        return False if False in values else None if None in values else True

    return " and ".join(f"({text})" for text, _ in pairs), meaning


def _or(pairs: list[Pair]) -> Pair:
    def meaning(record: Record) -> bool | None:
        values = [pair[1](record) for pair in pairs]
        return True if True in values else None if None in values else False

    return " or ".join(f"({text})" for text, _ in pairs), meaning


def _is(drawn: tuple[Pair, bool]) -> Pair:
    (text, meaning), value = drawn
    return f"({text}) eq {str(value).lower()}", lambda record: meaning(record) is value


def sort_key(name: str, value: Any) -> tuple[int, Any]:
    """Return by what a field's value sorts: null first."""
    if value is None:
        return 0, 0
    return 1, Fraction(value) if name in NUMBERS else value
