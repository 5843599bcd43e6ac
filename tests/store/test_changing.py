"""Changes of rows that are guarded by their versions: many at once, each for itself, and none over another's head."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from msgspec.structs import replace

from interlog.model.canvassing.resources import Resource
from interlog.model.ids import uuid7
from interlog.store import resources
from interlog.store.database import Stale
from interlog.store.statements import Unit, batches
from interlog.store.store import Store

TENANT = 1


@pytest_asyncio.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A store with forty resources."""
    opened = await Store.open(database_url)
    yield opened
    await opened.close()


async def filled(store: Store, many: int = 40) -> list[Resource]:
    """Store resources, and return them in order."""
    unit = Unit()
    items = [
        Resource(kind="lists", id=uuid7(), number=number, data={"name": str(number)}, created_at=1, modified_at=1)
        for number in range(many)
    ]
    resources.insert(unit, TENANT, items)
    await store.database.write(unit)
    return items


def changing(*steps: tuple[Resource, Resource]) -> Unit:
    """Return the unit that makes these changes."""
    unit = Unit()
    for read, new in steps:
        resources.change(unit, TENANT, read, new)
    return unit


def renamed(item: Resource, name: str, **more: Any) -> Resource:
    """Return the next version of a resource."""
    return replace(item, data={"name": name}, version=item.version + 1, **more)


async def written(store: Store, *units: Unit) -> list[Any]:
    """Write units at once, and return what became of each."""
    return list(await asyncio.gather(*(store.database.write(unit) for unit in units), return_exceptions=True))


async def seen(store: Store, items: list[Resource]) -> list[Resource]:
    """Return the resources as they are stored."""
    found = await resources.by_refs(store.database, TENANT, [item.ref for item in items])
    return [found[item.ref] for item in items]


async def test_many_rows_at_once(store: Store) -> None:
    """Units that change a row each, in two ways, all do, with whatever values."""
    items = await filled(store)
    new = [
        renamed(item, f"№ {item.number}", modified_at=2**52, modifier=None if item.number % 2 else "ß\\'\"")
        if item.number % 3
        else renamed(item, "gone", deleted_at=5)
        for item in items
    ]
    steps = list(zip(items, new, strict=True))
    assert await written(store, *(changing(step) for step in steps)) == [None] * len(items)
    assert await seen(store, items) == new
    assert len(batches([changing(step) for step in steps])) == 2


async def test_who_comes_late_fails_alone(store: Store) -> None:
    """Of two that change the same version of a row one is stale, as is who read an older one; all others are made."""
    items = await filled(store)
    first = [changing((item, renamed(item, "first"))) for item in items[:10]]
    second = changing((items[3], renamed(items[3], "second")))
    outdated = changing((replace(items[20], version=7), renamed(items[20], "outdated")))
    outcomes = await written(store, *first, second, outdated)
    assert [type(outcome) for outcome in outcomes] == [type(None)] * 10 + [Stale] * 2
    names = [item.data["name"] for item in await seen(store, items)]
    assert names == ["first"] * 10 + [str(number) for number in range(10, 40)]


async def test_a_row_that_changes_twice(store: Store) -> None:
    """A unit may change a row and change it again, whatever others change at the same time."""
    items = await filled(store)
    once = renamed(items[0], "once")
    twice = changing((items[0], once), (once, renamed(once, "twice")))
    others = [changing((item, renamed(item, "other"))) for item in items[1:]]
    assert await written(store, *others, twice) == [None] * 40
    assert [item.data["name"] for item in await seen(store, items)] == ["twice"] + ["other"] * 39
