"""Bare arrays of a hundred thousand objects: clients that ask for everything get it, and the server keeps nothing."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from interlog.ledger import Ledger
from interlog.ledger.tenants import system_actor
from interlog.model.fields import ChangeAction, FieldDraft, FieldValue, ValueChange, ValueType
from interlog.model.ids import uuid7
from interlog.model.parties import ListEntry, Party, Person, PersonKind
from interlog.store import changes, list_entries, party_values, persons, search, value_changes
from interlog.store.statements import Unit
from tests.long_answers import MEGABYTE, Serving
from tests.serving import interlog_process

MANY = 60_000
AT = 1_772_000_000_000_000
PREFIX = "/affinity"


class Filled:
    """A server with long arrays, and what they are of."""

    def __init__(self, serving: Serving, token: str, ids: dict[str, int]) -> None:
        self.serving, self.token, self.ids = serving, token, ids

    def all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return a whole answer."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx2.get(f"{self.serving.base}{PREFIX}{path}", params=params, headers=headers, timeout=120)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = json.loads(answer.content)
        return found

    def read_in_pages(self) -> None:
        """Read the list page by page."""
        headers = {"Authorization": f"Bearer {self.token}"}
        url, params = f"{self.serving.base}{PREFIX}/lists/{self.ids['list']}/list-entries", {"page_size": "500"}
        with httpx2.Client(trust_env=False) as client:
            while True:
                page = client.get(url, params=params, headers=headers).json()
                if not page["next_page_token"]:
                    return
                params["page_token"] = page["next_page_token"]


async def _filled(url: str) -> tuple[str, dict[str, int]]:
    ledger = await Ledger.open(url)
    tenant, owner, _ = await ledger.tenants.init(
        "acme", domains=("own.example",), owner=("Mia", "Kern", "mia@own.example")
    )
    actor = system_actor(tenant, owner.id, protocol="affinity")
    lists = [
        (await ledger.opportunities.create_list(actor, name, Party.PERSON, is_public=True)).id
        for name in ("Everybody", "One")
    ]
    draft = FieldDraft(name="Said", kind=Party.PERSON, value_type=ValueType.TEXT, allows_multiple=True)
    field = await ledger.party_fields.create(actor, draft)
    own = await ledger.party_fields.create(
        actor,
        FieldDraft(name="There", kind=Party.PERSON, value_type=ValueType.TEXT, allows_multiple=True, list_id=lists[1]),
    )
    take = ledger.store.numbers.take
    ids = await take(tenant.id, "person", MANY)
    entries = await take(tenant.id, "entry", MANY)
    values, changed = await take(tenant.id, "field_value", 2 * MANY), await take(tenant.id, "value_change", MANY)
    for start in range(0, MANY, 10_000):
        unit = Unit()
        for place in range(start, start + 10_000):
            person = Person(id=ids[place], kind=PersonKind.EXTERNAL, first_name="P", last_name="x" * 100, uuid=uuid7())
            persons.insert(unit, tenant.id, person)
        await ledger.store.database.write(unit)
    standing, _ = await ledger.list_entries.add(actor, lists[1], ids[0])

    def entry(id_: int, list_id: int, party: int) -> ListEntry:
        return ListEntry(id=id_, list_id=list_id, kind=Party.PERSON, party=party, creator=owner.id, created_at=AT)

    for start in range(0, MANY, 10_000):
        unit = Unit()
        for place in range(start, start + 10_000):
            list_entries.insert(unit, tenant.id, [entry(entries[place], lists[0], ids[place])])
            for number, (of, within) in enumerate(((field, None), (own, standing.id))):
                value = FieldValue(
                    id=values[number * MANY + place], field_id=of.id, kind=Party.PERSON, party=ids[0], entry=within,
                    value=f"{place} {'v' * 200}", created_at=AT,
                )  # fmt: skip
                party_values.insert(unit, tenant.id, of, value)
            change = ValueChange(
                id=changed[place], field_id=field.id, kind=Party.PERSON, party=ids[place // 2], entry=None,
                action=ChangeAction.CREATE, changer=owner.id, at=AT + place // 3 * 1_000, value=f"{place} {'c' * 200}",
            )  # fmt: skip
            value_changes.add_change(unit, tenant.id, change)
        await ledger.store.database.write(unit)
    unit = Unit()  # nobody searches here, and who indexes words meanwhile takes memory, too
    search.begin(unit, tenant.id, await changes.last(ledger.store.database, tenant.id))
    await ledger.store.database.write(unit)
    (user,) = await ledger.tenants.users(tenant)
    token, _ = await ledger.access.create_token(actor, user)
    await ledger.close()
    return token, {"list": lists[0], "field": field.id, "person": ids[0], "entry": standing.id}


@pytest.fixture(scope="module")
def filled(module_database_url: str) -> Iterator[Filled]:
    """A server over each engine."""
    token, ids = asyncio.run(_filled(module_database_url))
    with interlog_process("--db", module_database_url) as process:
        yield Filled(Serving(process, token), token, ids)


CASES = {
    "list-entries": ("/lists/{list}/list-entries", {}, b'"list_id"', 1),
    "field-values": ("/field-values", {"person_id": "person"}, b'"entity_type"', 2),
    "field-values of an entry": ("/field-values", {"list_entry_id": "entry"}, b'"entity_type"', 1),
    "changes": ("/field-value-changes", {"field_id": "field"}, b'"changer"', 1),
}


@pytest.mark.parametrize("name", CASES)
def test_everything_takes_no_more_memory_than_a_part(filled: Filled, name: str) -> None:
    """All of it is sent while the server's memory stays as it was after all pages of the list, each on its own."""
    path, params, mark, times = CASES[name]
    path, given = PREFIX + path.format(**filled.ids), {key: filled.ids[of] for key, of in params.items()}
    filled.read_in_pages()  # the engine keeps so much of the file in memory, and no more
    filled.serving.read(f"{PREFIX}/field-value-changes", mark, field_id=filled.ids["field"], limit=3_000)
    with filled.serving.watched() as seen:
        length, marks, end = filled.serving.read(path, mark, **given)
    assert end.endswith(b"}]")
    assert marks > times * MANY * 0.99
    assert length > times * 12 * MEGABYTE
    assert max(seen) - seen[0] < 12 * MEGABYTE


def test_each_once_and_in_order(filled: Filled) -> None:
    """Entries in order of ids, values as they lie, changes by time both ways: from a place on, or so many."""
    entries = [item["id"] for item in filled.all(f"/lists/{filled.ids['list']}/list-entries")]
    assert (len(entries), entries) == (MANY, sorted(set(entries)))
    values = filled.all("/field-values", person_id=filled.ids["person"])
    places = [(item["list_entry_id"] or 0, item["id"]) for item in values]
    assert (len(places), places) == (2 * MANY, sorted(set(places)))
    of_entry = filled.all("/field-values", list_entry_id=filled.ids["entry"])
    assert of_entry == [item for item in values if item["list_entry_id"]]
    field = filled.ids["field"]
    latest = filled.all("/field-value-changes", field_id=field)
    earliest = filled.all("/field-value-changes", field_id=field, order_by="asc")
    assert [item["id"] for item in earliest] == sorted({item["id"] for item in latest})
    assert latest == earliest[::-1]
    assert filled.all("/field-value-changes", field_id=field, limit=1_700) == latest[:1_700]
    behind = {"changed_after": earliest[1_000]["changed_at"], "after_id": earliest[1_000]["id"], "order_by": "asc"}
    assert filled.all("/field-value-changes", field_id=field, limit=1_700, **behind) == earliest[1_001:2_701]
    since = filled.all("/field-value-changes", field_id=field, changed_after=earliest[1_000]["changed_at"])
    assert since == [item for item in latest if item["changed_at"] > earliest[1_000]["changed_at"]]
