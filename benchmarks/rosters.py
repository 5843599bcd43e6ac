"""A long list of persons with many fields: half of them the list's own, half those of all persons.

The rows are those of Interlog's own use cases, but that the journal does not learn of entries and values: a page of a
list reads nothing of it.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from msgspec import Struct
from rich.progress import Progress

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.fields import Field, FieldDraft, FieldValue, ValueType
from interlog.model.instants import now
from interlog.model.parties import ListEntry, Party, PersonDraft
from interlog.model.tenancy import Actor
from interlog.store import list_entries, party_values
from interlog.store.statements import Unit

from .settling import settle
from .shape import chance, person_names

if TYPE_CHECKING:
    from .scenarios import Server

VERSION = 1
"""To be counted up when anything here changes."""

SHORT, LONG = 1_000, 100_000
"""How many entries the lists have that are compared."""

FIELDS = 50
PAGE = 100
_EACH = 3  # pages of each place: of as many on both lists, so that both are as warm
_BATCH = 1_000
_TYPES = (ValueType.TEXT, ValueType.NUMBER)


class Roster(Struct):
    """How a store was filled."""

    size: int
    tenant: int
    token: str
    list: int


async def fill(url: str, size: int) -> Roster:
    """Fill an empty database with a list of so many entries."""
    ledger = await Ledger.open(url)
    try:
        tenant, owner, _ = await ledger.tenants.init(
            "bench", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
        )
        actor = system_actor(tenant, owner.id, protocol="affinity")
        people = await ledger.opportunities.create_list(actor, "Everybody", Party.PERSON, is_public=True)
        fields = [
            await ledger.party_fields.create(
                actor,
                FieldDraft(name=f"Field {place}", kind=Party.PERSON, value_type=_TYPES[place // 2 % 2],
                           list_id=people.id if place % 2 else None),
            )
            for place in range(FIELDS)
        ]  # fmt: skip
        with Progress(transient=True) as progress:
            task = progress.add_task(f"Filling a list of {size:,}", total=size)
            for start in range(0, size, _BATCH):
                await _add(ledger, actor, people.id, fields, range(start, min(start + _BATCH, size)))
                progress.update(task, completed=start + _BATCH)
        await settle(ledger, tenant.id)
        user = await ledger.tenants.user(tenant, "mia@own.example")
        token, _ = await ledger.access.create_token(actor, user, label="benchmarks")
    finally:
        await ledger.close()
    return Roster(size, tenant.id, token, people.id)


async def _add(ledger: Ledger, actor: Actor, list_id: int, fields: Sequence[Field], places: range) -> None:
    """Put persons on the list, with a value in each field."""
    tenant, at, unit = actor.tenant.id, now(), Unit()
    drafts = []
    for place in places:
        kind, first_name, last_name, email = person_names(place)
        drafts.append(PersonDraft(kind=kind, first_name=first_name, last_name=last_name, emails=(email,)))
    persons = await ledger.bulk.create_persons(actor, drafts)
    entries = await ledger.store.numbers.take(tenant, "entry", len(places))
    ids = iter(await ledger.store.numbers.take(tenant, "field_value", len(places) * len(fields)))
    for person, entry in zip(persons, entries, strict=True):
        made = ListEntry(
            id=entry, list_id=list_id, kind=Party.PERSON, party=person.id, creator=actor.person_id, created_at=at
        )
        list_entries.insert(unit, tenant, [made])
        for field in fields:
            draw = chance(entry, field.id)
            value = FieldValue(
                id=next(ids), field_id=field.id, kind=Party.PERSON, party=person.id,
                entry=entry if field.list_id else None, created_at=at,
                value=draw % 1_000_000 if field.value_type is ValueType.NUMBER else f"Said {draw % 1_000_000}",
            )  # fmt: skip
            party_values.insert(unit, tenant, field, value)
    await ledger.store.database.write(unit)


def pages_v1(server: "Server", roster: Roster) -> Iterator[str]:
    """Yield the paths of all pages of the list in version 1, in their order, as its answers lead to them."""
    query: dict[str, Any] = {"page_size": PAGE}
    while True:
        path = f"/affinity/lists/{roster.list}/list-entries?{urlencode(query)}"
        yield path
        answer = json.loads(server.get(path, roster.token))
        assert len(answer["list_entries"]) == PAGE, "the page is full"
        query["page_token"] = answer["next_page_token"]
        if query["page_token"] is None:
            return


def pages_v2(server: "Server", roster: Roster) -> Iterator[str]:
    """Yield the paths of all pages of the list with the values of all fields, in version 2."""
    query = urlencode({"fieldTypes": ["list", "global"], "limit": PAGE}, doseq=True)
    path = f"/affinity/v2/lists/{roster.list}/list-entries?{query}"
    while True:
        yield path
        answer = json.loads(server.get(path, roster.token))
        assert {len(item["entity"]["fields"]) for item in answer["data"]} == {FIELDS}, "every field is shown"
        following = answer["pagination"]["nextUrl"]
        if following is None:
            return
        parts = urlsplit(following)
        path = f"{parts.path}?{parts.query}"


def places(pages: Iterator[str]) -> dict[str, list[str]]:
    """Return some pages at the start, in the middle and at the end of a list."""
    found = list(pages)
    middle = len(found) // 2
    return {"start": found[:_EACH], "middle": found[middle : middle + _EACH], "end": found[-_EACH:]}
