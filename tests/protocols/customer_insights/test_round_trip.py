"""Any valid instance survives being posted and read again, whatever its type declares (issue: property-based)."""

import string
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import RunningServer

from .data import Data

CHOICES = [
    {"value": value, "localizedValueNames": {"en-us": name}} for value, name in ((1, "One"), (2, "Two"), (4, "Four"))
]

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def shown(moment: datetime) -> str:
    """Return a moment as answers have it."""
    text = moment.isoformat(timespec="microseconds").removesuffix("+00:00")
    return text.rstrip("0").removesuffix(".") + "Z"


SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "Edm.String": texts,
    "Edm.Boolean": st.booleans(),
    "Edm.Byte": st.integers(0, 255),
    "Edm.Int16": st.integers(-(2**15), 2**15 - 1),
    "Edm.Int32": st.integers(-(2**31), 2**31 - 1),
    "Edm.Int64": st.integers(-(2**63), 2**63 - 1),
    "Edm.Decimal": st.integers(-(10**15), 10**15).map(lambda number: number / 4),
    "Edm.Double": st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["INF", "-INF", "NaN"]),
    "Edm.Guid": st.uuids().map(str),
    "Edm.DateTimeOffset": moments.map(shown),
    "Edm.Date": st.dates().map(lambda day: day.isoformat()),
    "Edm.TimeOfDay": st.times().map(
        lambda clock: clock.isoformat().rstrip("0") if clock.microsecond else clock.isoformat()
    ),
    "Edm.Duration": st.integers(1, 23).map(lambda hours: f"PT{hours}H"),
}
"""Values of each type in the spelling of answers."""

FIELDS: dict[str, tuple[dict[str, Any], st.SearchStrategy[Any]]] = {
    **{kind.removeprefix("Edm."): ({"fieldType": kind}, values) for kind, values in SCALARS.items()},
    **{
        f"{kind.removeprefix('Edm.')}s": ({"fieldType": kind, "isArray": True}, st.lists(values, max_size=3))
        for kind, values in SCALARS.items()
    },
    "Choice": ({"fieldType": "Edm.Int32", "isEnum": True, "enumValidValues": CHOICES}, st.sampled_from([1, 2, 4])),
    "Named": (
        {"fieldType": "Edm.String", "isEnum": True, "enumValidValues": CHOICES},
        st.sampled_from(["One", "Two", "Four"]),
    ),
    "Bits": (
        {"fieldType": "Edm.Int32", "isEnum": True, "isFlagEnum": True, "enumValidValues": CHOICES},
        st.integers(0, 7),
    ),
    "Title": (
        {"fieldType": "Edm.String", "isLocalizedString": True},
        st.dictionaries(st.sampled_from(["en-us", "de-de", "enUs"]), texts, min_size=1),
    ),
    "Picture": ({"fieldType": "Edm.String", "isImage": True}, st.just("pics/a.png")),
}
TYPE = {
    "apiEntitySetName": "Wides",
    "idPropertyNames": ["Key"],
    "fields": [
        {"fieldName": "Key", "fieldType": "Edm.String"},
        *({"fieldName": name} | field for name, (field, _) in FIELDS.items()),
    ],
}
json_values = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner | st.none(), max_size=3),
    max_leaves=5,
)
dynamic = st.dictionaries(
    st.text(string.ascii_letters, min_size=1, max_size=8).map(lambda name: "x" + name), json_values, max_size=3
)
instances = st.fixed_dictionaries({}, optional={name: values for name, (_, values) in FIELDS.items()})
numbers = count()


@pytest.fixture(scope="module")
def data(server: RunningServer) -> Data:
    """A hub with a type that has fields of every kind, on each engine."""
    client = Data(server.found())
    client.define("Wide", TYPE)
    return client


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are the same: numbers by value."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return isinstance(left, bool) == isinstance(right, bool) and Decimal(left) == Decimal(right)
    return type(left) is type(right) and bool(left == right)


@settings(max_examples=60)
@given(instances, dynamic, st.booleans())
def test_any_valid_instance_survives_unchanged(
    data: Data, fields: dict[str, Any], more: dict[str, Any], in_lines: bool
) -> None:
    """Alone or as a line, each member comes back as it was; the same again changes nothing."""
    key = f"K-{next(numbers)}"
    body = fields | more | {"Key": key}
    for _ in range(2):
        answer = data.send_lines("/Wides", [body]) if in_lines else data.send("/Wides", body)
        assert answer.status_code == 202, answer.text
        assert not in_lines or answer.json()["accepted"] == 1, answer.text
    found = data.get(f"/Wides('{key}')").json()
    assert found["InteractionId"] == key
    left = {name: found[name] for name in body if name in found}
    assert same(left, body), (left, body)
