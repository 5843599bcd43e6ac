"""Documents by kind and name."""

import asyncio
from typing import Any

import pytest

from interlog.ledger.definitions import Copied
from interlog.model.errors import Conflict, Forbidden, NotFound
from interlog.model.journal import Action, Entity
from interlog.model.tenancy import Right
from tests.ledger.conftest import Firm, journal_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_comes_back_as_it_was(acme: Firm) -> None:
    """A document is found by its name in any case, under the casing it came with, among those of its kind."""
    value = {"a": [1, None, {"b": "ü"}], "c": 1.5}
    kept = await acme.ledger.definitions.put(acme.actor, "links", "VisitToHouse", value)

    assert (kept.created, kept.changed, kept.document.value, kept.document.version) == (True, True, value, 1)
    assert await acme.ledger.definitions.get(acme.actor, "links", "visittohouse") == kept.document
    with pytest.raises(NotFound):
        await acme.ledger.definitions.get(acme.actor, "views", "VisitToHouse")


async def test_a_change_is_a_new_version(acme: Firm) -> None:
    """The same value again changes nothing; another one is journalled with the one before."""
    put = acme.ledger.definitions.put
    await put(acme.actor, "kpi", "Visits", {"a": 1})
    same = await put(acme.actor, "kpi", "VISITS", {"a": 1})
    assert (same.created, same.changed, same.document.version) == (False, False, 1)

    changed = await put(acme.actor, "kpi", "VISITS", {"a": 2})

    assert (changed.created, changed.document.version, changed.document.name) == (False, 2, "Visits")
    created, amended = [entry for entry in await journal_of(acme) if entry.entity is Entity.DEFINITION]
    assert (created.action, amended.action, amended.version) == (Action.CREATE, Action.AMEND, 2)
    assert amended.before is not None
    assert amended.before["value"] == {"a": 1}


async def test_an_expected_version(acme: Firm) -> None:
    """Who changes or deletes what he has read is told when somebody else was quicker."""
    definitions = acme.ledger.definitions
    with pytest.raises(Conflict):
        await definitions.put(acme.actor, "kpi", "a", {}, expected_version=1)
    await definitions.put(acme.actor, "kpi", "a", {"n": 1}, expected_version=0)
    with pytest.raises(Conflict):
        await definitions.put(acme.actor, "kpi", "a", {"n": 2}, expected_version=0)
    with pytest.raises(Conflict):
        await definitions.delete(acme.actor, "kpi", "a", expected_version=2)
    assert (await definitions.get(acme.actor, "kpi", "a")).value == {"n": 1}


async def test_a_deleted_one_is_gone(acme: Firm) -> None:
    """To delete it again finds nothing; a new one begins anew."""
    definitions = acme.ledger.definitions
    await definitions.put(acme.actor, "views", "a", {"n": 1})
    gone = await definitions.delete(acme.actor, "views", "A")

    assert gone is not None
    assert gone.value == {"n": 1}
    assert await definitions.delete(acme.actor, "views", "a") is None
    with pytest.raises(NotFound):
        await definitions.get(acme.actor, "views", "a")
    assert (await definitions.put(acme.actor, "views", "a", {"n": 1})).created


async def test_pages_are_in_order_of_names(acme: Firm) -> None:
    """Each page goes on behind the last name of the one before."""
    for name in ("b", "C", "a", "D"):
        await acme.ledger.definitions.put(acme.actor, "roles", name, {})

    first = await acme.ledger.definitions.page(acme.actor, "roles", limit=2)
    second = await acme.ledger.definitions.page(acme.actor, "roles", after=first[-1].name, limit=3)

    assert [[item.name for item in page] for page in (first, second)] == [["a", "b"], ["C", "D"]]


async def test_rights(acme: Firm) -> None:
    """A member changes nothing but what the protocol keeps on its own account."""
    member = acme.acting(acme.ben, Right.WRITE)
    with pytest.raises(Forbidden):
        await acme.ledger.definitions.put(member, "links", "a", {})
    with pytest.raises(Forbidden):
        await acme.ledger.definitions.delete(member, "links", "a")
    assert (await acme.ledger.definitions.put(member, "rejects", "a", {}, right=Right.WRITE)).created


async def test_at_the_same_moment(acme: Firm) -> None:
    """Of many who store one name at once, one creates it and every change is a version."""
    put = acme.ledger.definitions.put
    kept = await asyncio.gather(*(put(acme.actor, "links", "same", {"n": n}) for n in range(5)))

    assert sum(one.created for one in kept) == 1
    assert sorted(one.document.version for one in kept) == [1, 2, 3, 4, 5]


async def test_a_document_and_its_copies_are_stored_together(acme: Firm) -> None:
    """Under all kinds at once; several about one are applied in order, and the same again stores nothing."""

    def adding(**more: Any) -> Any:
        return lambda stored: {**(stored or {}), **more}

    definitions = acme.ledger.definitions
    items = [
        Copied(("main", "of a", "of b"), "One", adding(x=1)),
        Copied(("main", "of a", "of b"), "one", adding(y=2)),
        Copied(("main", "of a"), "Two", adding(z=3)),
    ]
    found = await asyncio.gather(*(definitions.put_copies(acme.actor, items) for _ in range(10)))
    assert found == [[{"x": 1, "y": 2}, {"x": 1, "y": 2}, {"z": 3}]] * 10
    entries = [entry for entry in await journal_of(acme) if entry.entity is Entity.DEFINITION]
    assert [entry.action for entry in entries] == [Action.CREATE] * 5

    await definitions.put_copies(acme.actor, [Copied(("main", "of a", "of b"), "ONE", adding(y=5))])

    for kind in ("main", "of a", "of b"):
        document = await definitions.get(acme.actor, kind, "one")
        assert (document.value, document.version) == ({"x": 1, "y": 5}, 2)
    with pytest.raises(Forbidden):
        await definitions.put_copies(acme.acting(acme.ben), items)
