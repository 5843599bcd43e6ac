"""Filters and sorts of the Polis protocol find what a plain reading in Python finds, on both engines."""

import json
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlog.model.canvassing.resources import Resource, customer_id, security_group_id
from interlog.model.ids import uuid7
from interlog.model.tenancy import Actor, Right, Tenant, TenantSettings
from interlog.protocols.polis import pointers
from interlog.protocols.polis.filter_conditions import condition_of
from interlog.protocols.polis.filters import filter_of, parsed
from interlog.protocols.polis.operands import printed
from interlog.protocols.polis.sorting import orders_of, sortings_of
from interlog.store import canvassing_pages, resources
from interlog.store.canvassing_pages import Asked
from interlog.store.statements import Unit

from . import polis
from .conftest import OpenStore

TENANT = Tenant(id=1, name="demo", settings=TenantSettings(), created_at=0)
ACTOR = Actor(tenant=TENANT, person_id=1, right=Right.READ, groups=(0, 3))
_numbers = count(1)
_kinds = count(1)


class Shelf(OpenStore):
    """A store that is filled with what was drawn."""

    def put(self, data: list[polis.Object]) -> tuple[str, list[polis.Object]]:
        """Store resources of a new kind with these data; returns the kind, and the objects in order of their ids."""
        kind = f"things-{next(_kinds)}"
        stored = [
            Resource(
                kind=kind, id=uuid7(), number=next(_numbers), data=item, group=3 * (place % 2),
                created_at=1_772_000_000_123_000 + place * 1000, creator=None if place % 3 else "mia",
                modified_at=1_772_000_000_123_000, deleted_at=5 if place % 4 == 3 else None,
                aside={"customerId": "free"} if place == 1 else {},
            )
            for place, item in enumerate(data)
        ]  # fmt: skip
        unit = Unit()
        resources.insert(unit, TENANT.id, stored)
        self.run(self.store.database.write(unit))
        return kind, sorted(map(_object, stored), key=lambda item: str(item["id"]))

    def ids(self, kind: str, **more: Any) -> list[str]:
        """Return the ids of a page."""
        asked = Asked(**{"tenant": 1, "kind": kind, "groups": [0, 3], "limit": 100, "deleted": True} | more)
        return [found.item.id for found in self.run(canvassing_pages.resources(self.store.database, asked))]


def _object(item: Resource) -> polis.Object:
    meta = {"created": printed(item.created_at // 1000), "isDeleted": item.deleted_at is not None}
    return {
        "id": item.id, "data": item.data, "meta": meta | {"createdBy": item.creator, "resource": item.kind},
        "customerId": item.aside.get("customerId", customer_id(TENANT)),
        "securityGroupId": security_group_id(TENANT, item.group),
    }  # fmt: skip


@pytest.fixture(scope="module")
def shelf(module_database_url: str) -> Iterator[Shelf]:
    """A store of each engine."""
    opened = Shelf(module_database_url)
    yield opened
    opened.close()


_often = settings(max_examples=80, suppress_health_check=list(HealthCheck))


@_often
@given(data=st.lists(polis.data, min_size=1, max_size=10), filters=st.lists(polis.filters(2), min_size=1, max_size=12))
def test_filters_find_what_they_mean(shelf: Shelf, data: list[polis.Object], filters: list[polis.Pair]) -> None:
    """A page and a count hold the objects that meet a filter in Python, and no other."""
    kind, objects = shelf.put(data)
    meanings = pointers.resources(ACTOR, kind)
    for text, meaning in filters:
        tree = parsed(text)
        assert tree is not None
        condition = condition_of(tree, meanings.operand)
        expected = [item["id"] for item in objects if meaning(item)]

        assert shelf.ids(kind, condition=condition) == expected, text
        asked = Asked(tenant=1, kind=kind, groups=[0, 3], limit=0, condition=condition, deleted=True)
        assert shelf.run(canvassing_pages.count(shelf.store.database, asked)) == len(expected), text


@_often
@given(data=st.lists(polis.data, min_size=1, max_size=10), values=st.lists(polis.scalars, min_size=1, max_size=4))
def test_members_of_objects_and_text_forms_are_equalities(
    shelf: Shelf, data: list[polis.Object], values: list[Any]
) -> None:
    """A JSON object asks for equal members; ``filter[/x]=`` compares with the text form of what is stored."""
    kind, objects = shelf.put(data)
    meanings = pointers.resources(ACTOR, kind)
    for value in values:
        for text in (json.dumps({"/data/a": value}), f'"/data/a": {json.dumps(value)}'):
            tree = filter_of({"filter": [text]})
            assert tree is not None
            expected = [item["id"] for item in objects if polis.equal(polis.at(item, ("data", "a")), value)]
            assert shelf.ids(kind, condition=condition_of(tree, meanings.operand)) == expected
        form = _text_form(value)
        if form is not None:
            tree = filter_of({"filter[/data/a]": [form]})
            assert tree is not None
            expected = [item["id"] for item in objects if _text_form(polis.at(item, ("data", "a"))) == form]
            assert shelf.ids(kind, condition=condition_of(tree, meanings.operand)) == expected


def _text_form(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return {1e20: "100000000000000000000", 1e-7: "1e-7"}.get(
            value, str(int(value)) if value == int(value) else repr(value)
        )
    return value if isinstance(value, str) else None


_paths = st.sampled_from(["/data/a", "data/b", "/c", "/data/b/0", "id", "/meta/created", "/meta/createdBy", "gone"])


@_often
@given(
    data=st.lists(polis.data, min_size=1, max_size=10),
    sorts=st.lists(st.tuples(_paths, st.sampled_from(["ASC", "DESC"])), min_size=1, max_size=3),
    limit=st.integers(1, 4),
)
def test_pages_follow_each_other_in_order(
    shelf: Shelf, data: list[polis.Object], sorts: list[tuple[str, str]], limit: int
) -> None:
    """Page after page holds every object once, in the order asked for, what is missing last on the way up."""
    kind, objects = shelf.put(data)
    orders = orders_of(sortings_of([json.dumps(sorts)]), pointers.resources(ACTOR, kind).operand)
    by_id = {str(item["id"]): item for item in objects}
    found: list[str] = []
    after = None
    while True:
        asked = Asked(1, kind, [0, 3], limit, orders=orders, after=after, deleted=True)
        page = shelf.run(canvassing_pages.resources(shelf.store.database, asked))
        if not page:
            break
        found += [one.item.id for one in page]
        after = page[-1].place

    assert sorted(found) == sorted(by_id)
    keys = [[_sort_key(by_id[id_], path) for path, _ in sorts] + [(id_,)] for id_ in found]
    directions = [direction == "DESC" for _, direction in sorts] + [False]
    assert all(_follows(one, other, directions) for one, other in pairwise(keys)), keys


def _sort_key(item: polis.Object, path: str) -> tuple[Any, ...]:
    value = polis.at(item, tuple(path.removeprefix("/").split("/")))
    kind = polis.kind_of(value)
    ranks = {"number": 0, "text": 1, "boolean": 2}
    return (ranks[kind], value) if kind in ranks else (3,)


def _follows(one: list[Any], other: list[Any], directions: list[bool]) -> bool:
    for left, right, descending in zip(one, other, directions, strict=True):
        if left != right:
            return bool(left > right) if descending else bool(left < right)
    return True
