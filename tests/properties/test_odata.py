"""OData filters and orders find what a plain reading in Python finds, on both engines, with and without an index."""

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from interlog.model.conditions import Search
from interlog.model.expressions import Order
from interlog.model.ids import stamp, uuid7
from interlog.model.interactions import Content, Interaction
from interlog.model.types import InteractionType, Logging
from interlog.protocols.customer_insights.odata_filter import filter_of
from interlog.protocols.customer_insights.odata_terms import Dynamic, Term
from interlog.protocols.customer_insights.odata_vocabulary import Interactions
from interlog.store import field_values, instances, interactions
from interlog.store.instance_questions import Asked
from interlog.store.schema import interaction
from interlog.store.statements import Unit

from . import odata
from .conftest import OpenStore

TENANT = 1
_numbers = count(1)
_types = count(100)

batches = st.lists(odata.records, min_size=1, max_size=12)


class Shelf(OpenStore):
    """A store that is filled with what was drawn."""

    def put(self, records: list[odata.Record], *, indexed: bool) -> tuple[InteractionType, list[Interaction]]:
        """Store records as the interactions of a new type."""
        type_ = replace(odata.TYPE, id=next(_types))
        found = [
            Interaction(
                uuid=uuid7(), number=next(_numbers), type_id=type_.id, type_version=1,
                content=Content(occurred_at=0, fields=record), logging=Logging.MANUAL, protocol="test", origin=None,
                creator=None, group=0, note_id=None, external_ids={}, version=1, created_at=0, changed_at=stamp(),
            )
            for record in records
        ]  # fmt: skip
        unit = Unit()
        unit.insert(interaction, [interactions.row_of(TENANT, item) for item in found])
        if indexed:
            field_values.insert(unit, TENANT, [(item, type_) for item in found])
            field_values.declare_ready(unit, TENANT, type_.id, field_values.marked(type_))
        self.run(self.store.database.write(unit))
        return type_, found

    def asked(self, type_: InteractionType, **more: Any) -> Asked:
        """Return a question about a type."""
        return Asked(**{"tenant": TENANT, "types": [type_.id], "groups": [0], "limit": 100} | more)

    def numbers(self, asked: Asked) -> list[int]:
        """Return the numbers of a page."""
        return [found.interaction.number for found in self.run(instances.page(self.store.database, asked))]


@pytest.fixture(scope="module")
def shelf(module_database_url: str) -> Iterator[Shelf]:
    """A store of each engine."""
    opened = Shelf(module_database_url)
    yield opened
    opened.close()


_often = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@_often
@given(records=batches, filters=st.lists(odata.conditions(2), min_size=1, max_size=12), indexed=st.booleans())
def test_filters_find_what_they_mean(
    shelf: Shelf, records: list[odata.Record], filters: list[odata.Pair], indexed: bool
) -> None:
    """A page and a count hold the interactions for which the filter is true in Python, and no other."""
    type_, stored = shelf.put(records, indexed=indexed)
    for text, meaning in filters:
        condition = filter_of(text, Interactions([type_]), 0)
        asked = shelf.asked(type_, condition=condition)
        expected = [item.number for item in stored if meaning(item.content.fields) is True]

        assert sorted(shelf.numbers(asked)) == expected, text
        assert shelf.run(instances.count(shelf.store.database, asked)) == len(expected), text


@_often
@given(records=batches, terms=st.lists(odata.words.filter(bool), min_size=1, max_size=6))
def test_searches_find_texts_in_any_case(shelf: Shelf, records: list[odata.Record], terms: list[str]) -> None:
    """A search finds what holds the words in capitals when both are written so, in whatever alphabet."""
    type_, stored = shelf.put(records, indexed=False)
    for term in terms:
        asked = shelf.asked(type_, condition=Search(term))
        expected = [item.number for item in stored if _holds(item.content.fields, term.upper())]
        assert sorted(shelf.numbers(asked)) == expected, term


def _holds(value: Any, term: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(inner, term) for inner in value.values())
    if isinstance(value, list):
        return any(_holds(inner, term) for inner in value)
    return isinstance(value, str) and term in value.upper()


_names = st.sampled_from((*odata.NUMBERS, *odata.TEXTS, "Open", "At", "Day"))


@_often
@given(
    records=batches,
    orders=st.lists(st.tuples(_names, st.booleans()), min_size=1, max_size=3, unique_by=lambda order: order[0]),
    narrowed=st.sampled_from([None, "Minutes ge 0", "Lane eq 'a' or Lane ne 'b'", "Open eq true"]),
    limit=st.integers(1, 4),
    indexed=st.booleans(),
)
def test_pages_follow_each_other_in_order(
    shelf: Shelf, records: list[odata.Record], orders: list[tuple[str, bool]], narrowed: str | None, limit: int,
    indexed: bool,
) -> None:  # fmt: skip
    """Page after page holds every interaction once, in the order asked for, null first on the way up."""
    type_, stored = shelf.put(records, indexed=indexed)
    vocabulary = Interactions([type_])
    condition = filter_of(narrowed, vocabulary, 0) if narrowed else None
    asked = shelf.asked(type_, condition=condition, limit=limit, orders=tuple(_order(o, vocabulary) for o in orders))
    all_numbers = set(shelf.numbers(shelf.asked(type_, condition=condition)))
    found: list[int] = []
    while page := shelf.run(instances.page(shelf.store.database, asked)):
        found += [item.interaction.number for item in page]
        asked = asked._replace(after=page[-1].place)

    by_number = {item.number: item for item in stored}
    keys = [tuple(odata.sort_key(name, by_number[n].content.fields.get(name)) for name, _ in orders) for n in found]
    assert sorted(found) == sorted(all_numbers)
    assert all(_in_order(one, other, orders) for one, other in pairwise(keys)), keys


def _order(drawn: tuple[str, bool], vocabulary: Interactions) -> Order:
    name, descending = drawn
    term = vocabulary.property(name, 0)
    assert isinstance(term, Term) and not isinstance(term, Dynamic)
    return Order(term.node, descending)


def _in_order(one: tuple[Any, ...], other: tuple[Any, ...], orders: list[tuple[str, bool]]) -> bool:
    for (_, descending), left, right in zip(orders, one, other, strict=True):
        if left != right:
            return bool(left > right) if descending else bool(left < right)
    return True
