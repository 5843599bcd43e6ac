"""A hundred thousand objects in one answer: clients that ask for everything get it, and the server keeps nothing."""

import asyncio
from collections.abc import Iterator

import pytest

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.canvassing.resources import Resource
from interlog.model.ids import uuid7
from interlog.store import resources
from interlog.store.statements import Unit
from tests.long_answers import MEGABYTE, Serving
from tests.serving import interlog_process

EVERYTHING = 9007199254740991
MANY = 100_000
AT = 1_772_000_000_000_000


async def _filled(url: str) -> str:
    ledger = await Ledger.open(url)
    tenant, person, _ = await ledger.tenants.init(
        "acme", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
    )
    (user,) = await ledger.tenants.users(tenant)
    token, _ = await ledger.access.create_token(system_actor(tenant, person.id, protocol="rest"), user)
    stored = [
        Resource(
            kind="lists", id=uuid7(), number=1_000_000 + place, created_at=AT, modified_at=AT,
            data={"name": f"List {place * 7919 % MANY:06}", "description": "d" * 300},
        )
        for place in range(MANY)
    ]  # fmt: skip
    for start in range(0, MANY, 10_000):
        unit = Unit()
        resources.insert(unit, tenant.id, stored[start : start + 10_000])
        await ledger.store.database.write(unit)
    await ledger.close()
    return token


@pytest.fixture(scope="module")
def serving(module_database_url: str) -> Iterator[Serving]:
    """A server over each engine."""
    token = asyncio.run(_filled(module_database_url))
    with interlog_process("--db", module_database_url) as process:
        yield Serving(process, token)


@pytest.mark.parametrize("sort", ["id", '["name","ASC"]'])
def test_everything_takes_no_more_memory_than_a_page(serving: Serving, sort: str) -> None:
    """All of a hundred thousand objects are sent while the server's memory stays as it was after a few of them."""
    path, mark = "/v1/lists", b'"isDeleted"'
    serving.read(path, mark, limit=12_000, sort=sort)
    with serving.watched() as seen:
        length, ids, end = serving.read(path, mark, limit=EVERYTHING, sort=sort)
    assert end.endswith(b'],"meta":{}}')
    assert ids > MANY * 0.99
    assert length > 60 * MEGABYTE
    assert max(seen) - seen[0] < 12 * MEGABYTE
