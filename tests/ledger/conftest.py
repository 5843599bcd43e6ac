"""A ledger on each engine, and a firm of its own for each test."""

import asyncio
import sys
from collections.abc import AsyncIterator
from itertools import count
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from msgspec.structs import replace
from sqlalchemy import func, select, tuple_

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.instants import DAY, now
from interlog.model.interactions import Content, Draft, Participant
from interlog.model.journal import JournalEntry, Position
from interlog.model.parties import Person, PersonDraft
from interlog.model.tenancy import Actor, Right, Tenant, UserRole
from interlog.store.journal import entries_since
from interlog.store.schema import journal
from interlog.store.statements import Query, parameter

FROM_THE_START = Position()
_names = (f"acme-{number}" for number in count(1))

YESTERDAY = now() - DAY
ALL_TIMES: dict[str, int] = {"start": -(2**60), "end": 2**60}


class Firm(NamedTuple):
    """A tenant with its owner Mia, another user Ben, and Eve and Ola from outside."""

    ledger: Ledger
    tenant: Tenant
    actor: Actor
    mia: Person
    ben: Person
    eve: Person
    ola: Person

    @property
    def types(self) -> list[int]:
        """The ids of all types."""
        return list(self.tenant.types_by_id)

    def acting(self, person: Person, right: Right | None = Right.WRITE, *groups: int, protocol: str = "rest") -> Actor:
        """Return somebody of the firm as an actor, who also sees the security groups."""
        return Actor(tenant=self.tenant, person_id=person.id, right=right, groups=(0, *groups), protocol=protocol)

    def with_settings(self, **settings: Any) -> "Firm":
        """Return the firm as if its tenant had other settings."""
        tenant = replace(self.tenant, settings=replace(self.tenant.settings, **settings))
        return self._replace(tenant=tenant, actor=replace(self.actor, tenant=tenant))


async def found_firm(ledger: Ledger, name: str | None = None) -> Firm:
    """Create a tenant with a few people."""
    name = name or next(_names)
    tenant, mia, _ = await ledger.tenants.init(name, domains=("own.example",), owner=("Mia", "Kern", "mia@own.example"))
    actor = system_actor(tenant, mia.id, protocol="rest")
    ben = await ledger.persons.create(
        actor, PersonDraft(first_name="Ben", last_name="Abt", emails=("ben@own.example",))
    )
    await ledger.tenants.add_user(actor, ben.id, UserRole.MEMBER)
    eve = await ledger.persons.create(
        actor, PersonDraft(first_name="Eve", last_name="Moll", emails=("eve@client.example",))
    )
    ola = await ledger.persons.create(
        actor, PersonDraft(first_name="Ola", last_name="Nys", emails=("ola@other.example",))
    )
    return Firm(ledger, tenant, actor, mia, await ledger.persons.get(actor, ben.id), eve, ola)


def content(*parties: Person | Participant, at: int = YESTERDAY, **more: Any) -> Content:
    """Return the content of an interaction of some persons."""
    participants = tuple(Participant(party.id, "attendee") if isinstance(party, Person) else party for party in parties)
    return Content(occurred_at=at, participants=participants, **more)


def meeting(
    *parties: Person | Participant, at: int = YESTERDAY, draft: dict[str, Any] | None = None, **more: Any
) -> Draft:
    """Return a meeting to be logged; ``more`` is content, ``draft`` what stands beside it."""
    return Draft(**{"type": "Meeting", "content": content(*parties, at=at, **more)} | (draft or {}))


async def numbers_of(firm: Firm, party: tuple[Any, int], actor: Actor | None = None, **options: Any) -> list[int]:
    """Return the numbers of a party's interactions, newest first."""
    options = ALL_TIMES | {"limit": 100, "types": firm.types} | options
    return [item.number for item in await firm.ledger.timeline.page(actor or firm.actor, party, **options)]


async def journal_of(firm: Firm, after: Position = FROM_THE_START) -> list[JournalEntry]:
    """Return all of a firm's entries behind a position.

    On PostgreSQL an entry shows once every transaction that began earlier is over, in any database of the server: other
    tests' too.
    """
    database, tenant = firm.ledger.store.database, firm.tenant.id
    ((count,),) = await database.fetch(_HOW_MANY, tenant=tenant, epoch=after.epoch, sequence=after.sequence)
    async with asyncio.timeout(20):
        while len(found := await entries_since(database, tenant, after, count + 1)) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    return found


_HOW_MANY = Query(
    select(func.count())
    .select_from(journal)
    .where(
        journal.c.tenant_id == parameter("tenant"),
        tuple_(journal.c.epoch, journal.c.sequence) > tuple_(parameter("epoch"), parameter("sequence")),
    )
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ledger(module_database_url: str) -> AsyncIterator[Ledger]:
    """An open ledger, shared by the tests of a module."""
    opened = await Ledger.open(module_database_url)
    yield opened
    await opened.close()


@pytest_asyncio.fixture(loop_scope="module")
async def acme(ledger: Ledger) -> Firm:
    """A new firm in the module's ledger."""
    return await found_firm(ledger)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of the store for a second is kept for as long as the test takes."""
    for name, module in list(sys.modules.items()):
        if name.startswith("interlog.ledger") and hasattr(module, "FRESH"):
            monkeypatch.setattr(module, "FRESH", 600.0)
