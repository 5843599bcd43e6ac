"""Persons that are kept in memory are never out of date, whoever changes them."""

from pathlib import Path

import pytest

from interlog.ledger import Ledger
from interlog.model.parties import Person, PersonKind
from interlog.store import persons as person_rows
from interlog.store import recent
from interlog.store.recent import Recent
from interlog.store.store import Store
from tests.ledger.conftest import found_firm, meeting


async def name_of(store: Store, tenant: int, person_id: int) -> str:
    """Return a person's first name as a request would find it."""
    return (await person_rows.by_ids(store.database, tenant, [person_id]))[person_id].first_name


class TestRecent:
    async def test_a_change_by_another_process_is_seen_at_once(self, tmp_path: Path) -> None:
        """What was read before is dropped when another connection has changed a person."""
        url = f"sqlite:///{tmp_path / 'shared.db'}"
        firm = await found_firm(await Ledger.open(url))
        other = await Store.open(url)
        try:
            tenant, person = firm.actor.tenant.id, firm.actor.person_id
            before = await name_of(other, tenant, person)
            await firm.ledger.persons.update(firm.actor, person, first_name="Renamed")
            assert before != "Renamed"
            assert await name_of(other, tenant, person) == "Renamed"
            assert await name_of(firm.ledger.store, tenant, person) == "Renamed"
        finally:
            await other.close()
            await firm.ledger.close()

    async def test_other_commits_leave_what_is_kept(self, tmp_path: Path) -> None:
        """The very same object comes back after a commit that changed no person."""
        firm = await found_firm(await Ledger.open(f"sqlite:///{tmp_path / 'own.db'}"))
        try:
            tenant, person = firm.actor.tenant.id, firm.actor.person_id
            database = firm.ledger.store.database
            before = (await person_rows.by_ids(database, tenant, [person]))[person]
            await firm.ledger.interactions.log(firm.actor, meeting(firm.mia, firm.eve))
            assert (await person_rows.by_ids(database, tenant, [person]))[person] is before
        finally:
            await firm.ledger.close()

    def test_what_was_given_out_is_never_emptied(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither a change nor too many persons take away what a request still looks up."""
        monkeypatch.setattr(recent, "_MOST", 4)
        stamp = [1]
        kept = Recent(lambda: stamp[0])
        kept.directory(1)
        first = kept.keep(1, {id_: person(id_) for id_ in (1, 2, 3, 4)})
        second = kept.keep(1, {5: person(5)})
        assert sorted(first) == [1, 2, 3, 4]
        assert sorted(second) == [3, 4, 5]
        second.derived["affinity"] = second
        stamp[0] = 2
        assert kept.directory(1) == {}
        assert sorted(second) == [3, 4, 5]
        assert second.derived == {}


def person(id_: int) -> Person:
    """Return somebody."""
    return Person(id=id_, kind=PersonKind.EXTERNAL, first_name=str(id_), last_name="")
