"""Most instances are read the short way, right from their JSON: with the same outcome as the long way has."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.model.interactions import Content
from interlog.model.profiles import BUILT_IN_PROFILE_TYPES
from interlog.model.types import BUILT_IN_TYPES
from interlog.model.validation import problems_of
from interlog.protocols.customer_insights.bodies import encode, object_of
from interlog.protocols.customer_insights.catalog import Catalog
from interlog.protocols.customer_insights.definitions import read_interaction_type
from interlog.protocols.customer_insights.entities import InteractionEntity
from interlog.protocols.customer_insights.errors import ApiError
from interlog.protocols.customer_insights.ingest import instance_of, plain_instance
from interlog.protocols.customer_insights.translate import type_of

from .test_round_trip import FIELDS, TYPE, texts


def entity(changes: dict[str, Any]) -> InteractionEntity:
    """Return a type that has fields of every kind."""
    catalog = Catalog(BUILT_IN_TYPES, BUILT_IN_PROFILE_TYPES)
    document, notes = read_interaction_type(TYPE | changes, "Wide", catalog)
    assert notes.problems == []
    return InteractionEntity(type_of(document))


WIDE = [entity({}), entity({"timestampFieldName": "DateTimeOffset"})]

values = st.one_of(
    st.sampled_from(
        [None, "", "1.50", "1e3", 1.0, -0.0, 2**63, 10**400, "2026-03-04", "2026-03-04T05:06:07.1234567+02:00", "NaN",
         "00112233445566778899AABBCCDDEEFF", "{00112233-4455-6677-8899-aabbccddeeff}", "x" * 4_001, [None], ["a", 1]]
    ),
    *(strategy for _, strategy in FIELDS.values()),
)  # fmt: skip
bodies = st.tuples(
    st.fixed_dictionaries({"Key": texts}, optional={name: strategy for name, (_, strategy) in FIELDS.items()}),
    st.dictionaries(st.sampled_from(["Key", "InteractionType", "Other", *FIELDS]), values, max_size=1),
).map(lambda both: both[0] | both[1])


@settings(max_examples=400)
@given(st.sampled_from(WIDE), bodies)
def test_the_short_way_says_what_the_long_way_says(wide: InteractionEntity, body: dict[str, Any]) -> None:
    """From members and from JSON alike; and the model has nothing against it either."""
    line = encode(body)
    read = object_of(line)
    assert isinstance(read, dict)
    if b"\\u0000" in line:
        return
    for given_ in (line, read):
        plain = plain_instance(wide, given_)
        if plain is None:
            continue
        assert replace(plain, valid_for=None) == instance_of(wide, read)
        content = Content(occurred_at=0, title=str(plain.title), fields=plain.fields)
        assert problems_of(content, wide.type) == []


def test_usual_instances_take_the_short_way() -> None:
    """Values as programs write them, and the name of the type."""
    body = {
        "InteractionType": "Wide", "Key": "k", "Guid": "00112233445566778899AABBCCDDEEFF", "Double": 1.5,
        "Decimal": 12.50, "Date": "2026-03-04", "DateTimeOffset": "2026-03-04T05:06:07Z", "Strings": ["a", "b"],
        "Boolean": True, "Int32": -7, "Doubles": [1, 2.5], "Choice": "Two",
    }  # fmt: skip
    plain = plain_instance(WIDE[0], encode(body))
    assert plain is not None
    assert plain.fields == {
        "Key": "k", "Guid": "00112233-4455-6677-8899-aabbccddeeff", "Double": 1.5, "Decimal": "12.5",
        "Date": "2026-03-04", "DateTimeOffset": "2026-03-04T05:06:07.000000Z", "Strings": ["a", "b"],
        "Boolean": True, "Int32": -7, "Doubles": [1.0, 2.5], "Choice": 2,
    }  # fmt: skip
    assert plain.valid_for is WIDE[0].type


@pytest.mark.parametrize("body", [{"InteractionType": "Email"}, {"Key": None}, {"Other": 1}, {"Timestamp": "2026"}])
def test_others_take_the_long_way(body: dict[str, Any]) -> None:
    """Another type's name, nulls, dynamic properties and what is said of the interaction itself."""
    assert plain_instance(WIDE[0], msgspec.json.encode({"Key": "k"} | body)) is None


def test_what_is_wrong_is_told_by_the_long_way() -> None:
    """The short way only passes it on."""
    assert plain_instance(WIDE[0], b'{"Key": "k", "Int32": "x", "Byte": 256}') is None
    with pytest.raises(ApiError) as refused:
        instance_of(WIDE[0], {"Key": "k", "Int32": "x", "Byte": 256}, clean=True)
    assert [detail.target for detail in refused.value.details] == ["Int32", "Byte"]
